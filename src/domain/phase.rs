//! The name of a phase.

use serde::{Deserialize, Serialize};

/// A node of a workflow, by its lower-case name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phase(String);

impl Phase {
    /// A phase name as a person or a model may write it: case and surrounding space do not matter.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(name.trim().to_lowercase())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}
