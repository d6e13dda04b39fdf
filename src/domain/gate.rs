//! A place where only a person lets the session pass.

use serde::{Deserialize, Serialize};

use crate::domain::phase::Phase;
use crate::domain::workflow::GateKind;

/// The random id of one opening of a gate; an act that names another opening passes nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GateId(String);

impl GateId {
    /// An id from random text, e.g. 16 hexadecimal digits.
    #[must_use]
    pub fn from_random(text: String) -> Self {
        Self(text)
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for GateId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An open gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// This opening's id.
    pub id: GateId,
    /// The phase that opened it.
    pub phase: Phase,
    /// What the person is asked for.
    pub ask: GateAsk,
}

/// What a person is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateAsk {
    /// Answers to the questions of `_qa.md`.
    Answers,
    /// Approval of exactly these bytes.
    Approval(PlanFile),
    /// Something that only a person can do.
    HumanAction {
        /// What, in the agent's words.
        reason: String,
        /// The file concerned, if one was named.
        file: Option<String>,
    },
}

impl GateAsk {
    /// The kind of gate.
    #[must_use]
    pub fn kind(&self) -> GateKind {
        match self {
            Self::Answers => GateKind::Answers,
            Self::Approval(_) => GateKind::Approval,
            Self::HumanAction { .. } => GateKind::HumanAction,
        }
    }

    /// What the session waits for, in words that follow "waits for".
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::Answers => "your answers",
            Self::Approval(_) => "your approval of the plan",
            Self::HumanAction { .. } => "something only you can do",
        }
    }
}

/// A plan, by its name in the session folder and the hash of its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanFile {
    /// File name in the session folder.
    pub file: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}
