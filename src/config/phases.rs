//! What one phase has of its own: `PLANNING_MODEL=opus`.

use std::time::Duration;

use super::provider::ProviderKind;

/// What the settings say on one phase; what they leave open is the session's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PhaseOverride {
    pub(super) provider: Option<ProviderKind>,
    pub(super) model: Option<String>,
    pub(super) timeout: Option<Duration>,
    pub(super) tools: Vec<String>,
}

/// What an iteration of a phase runs with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhaseSettings {
    /// The CLI.
    pub provider: ProviderKind,
    /// The model; none is the CLI's own choice.
    pub model: Option<String>,
    /// The longest that an iteration may run.
    pub timeout: Duration,
    /// Tools that the person adds to those of the phase.
    pub more_tools: Vec<String>,
}
