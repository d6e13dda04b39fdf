//! What an iteration came to, as seen from outside: how the run ended, what it signalled, and what stands.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::check::Head;
use crate::domain::gate::{Gate, GateId, PlanFile};
use crate::domain::outcome::Outcome;
use crate::domain::phase::Phase;
use crate::domain::signal::{Signal, SignalFault};

/// Everything that a decision rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// How the run ended.
    pub outcome: Outcome,
    /// What the child signalled.
    pub signal: Result<Signal, SignalFault>,
    /// What stood in the folder and the worktree afterwards.
    pub facts: Facts,
    /// The id that a gate gets, should one open.
    pub gate_id: GateId,
}

/// What stood in the folder and the worktree when the child had ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Why the session's branch is not checked out and clean, in words; none when it is.
    pub branch_trouble: Option<String>,
    /// Kinds of documents that exist, e.g. `requirements`, `plan`.
    pub documents: BTreeSet<String>,
    /// How many questions `_qa.md` holds.
    pub questions: usize,
    /// Ids that stand more than once in it.
    pub repeated_questions: Vec<String>,
    /// Ids of those that no person has answered, whatever the file says.
    pub open_questions: Vec<String>,
    /// The plan that the signal names, or the newest one; or why there is none.
    pub plan: Option<Result<PlanFile, String>>,
    /// Nothing differs from before the run: no commit, no file of the worktree, no document, no question.
    pub unchanged: bool,
    /// What is checked out; looked up only where the end may depend on it.
    pub head: Option<Head>,
    /// What was done to samocode's record while the child ran, in words.
    pub tampering: Option<String>,
}

/// What happens next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The next iteration runs this phase.
    Go {
        /// The phase.
        phase: Phase,
    },
    /// The same phase again after a failure, not before `after`.
    Retry {
        /// Wall-clock time.
        after: Timestamp,
    },
    /// The same phase again; nothing counts.
    Again,
    /// A gate opens.
    Open(Gate),
    /// The provider cannot serve: wait, then the same phase again; nothing counts.
    Park(Park),
    /// A person has to decide.
    Block(Block),
    /// The session is finished.
    Finish {
        /// The child's summary.
        summary: String,
    },
    /// First of all samocode runs the person's verify command.
    Verify {
        /// What it leads to if it passes.
        then: Then,
    },
}

/// What a verification leads to that passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// The last phase.
    Enter {
        /// Its name.
        phase: Phase,
    },
    /// The end.
    Finish {
        /// The child's summary.
        summary: String,
    },
}

/// A provider that cannot serve for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Park {
    /// When that provider is tried again; wall-clock time.
    pub until: Timestamp,
    /// Why, in words.
    pub reason: String,
    /// When the next iteration can start, if another provider can run it before `until`. Journals of older versions
    /// lack it; their sessions wait until `until`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_start: Option<Timestamp>,
}

impl Park {
    /// The wait that follows from it.
    #[must_use]
    pub fn pause(&self) -> Pause {
        Pause { until: self.next_start.unwrap_or(self.until), reason: self.reason.clone() }
    }
}

/// A wait between two iterations: until then no provider that counts can run one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// When the next iteration can start; wall-clock time.
    pub until: Timestamp,
    /// Why, in words.
    pub reason: String,
}

/// Why a session is blocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The kind.
    pub cause: BlockCause,
    /// In words: what happened and what to do.
    pub reason: String,
}

/// The kinds of block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockCause {
    /// The agent asked for a person.
    Asked,
    /// Too many failures in a row.
    Failures,
    /// Too many iterations in a row that changed nothing.
    NoProgress,
    /// Too many verifications in a row that failed.
    Unverified,
    /// Too many interruptions in a row.
    Interruptions,
    /// A limit or budget is used up.
    Limit,
    /// Somebody else wrote to samocode's record.
    Tampered,
    /// The provider cannot be used: login, credit, program missing.
    Unable,
}

/// A decision with what the next iteration is told about this one.
#[derive(Debug, Clone, PartialEq)]
pub struct Ruling {
    /// What happens next.
    pub decision: Decision,
    /// Words for the next iteration's prompt.
    pub told: Vec<String>,
}
