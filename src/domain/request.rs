//! What a person asks of a session, and what comes of it.
//!
//! Every act of a person takes this way, whether typed, tapped on a phone or edited into a file.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::gate::{GateId, PlanFile};
use crate::domain::phase::Phase;

mod rule;

pub use rule::{Scene, SceneQuestion, rule};

/// Who asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// A person at a terminal, by login name.
    Terminal(String),
    /// A person's edit of that file.
    File(String),
    /// A person on a phone, by the name and number that the service gives.
    Phone(String),
    /// A flag that the person gave beforehand.
    Flag(String),
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Terminal(user) => write!(f, "{user} at a terminal"),
            Self::File(file) => write!(f, "an edit of {file}"),
            Self::Phone(sender) => write!(f, "{sender} on the phone"),
            Self::Flag(flag) => write!(f, "the flag {flag}"),
        }
    }
}

/// One request. Its id makes taking it twice harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Unique id.
    pub id: String,
    /// When it was made.
    pub at: Timestamp,
    /// Who made it.
    pub who: Who,
    /// What it asks for.
    pub act: Act,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Answers to questions, by question id.
    Answer {
        /// The gate that was open when they were given.
        gate: GateId,
        /// Question id → what the person said.
        answers: BTreeMap<String, String>,
    },
    /// The plan is good.
    Approve {
        /// The gate that was open.
        gate: GateId,
        /// The hash of the bytes that the person was shown.
        sha256: String,
    },
    /// The plan is not good.
    Reject {
        /// The gate that was open.
        gate: GateId,
        /// What to change.
        message: String,
    },
    /// Guidance for the next iteration.
    Tell(String),
    /// End the running iteration and leave.
    Stop {
        /// The process id of the orchestrator that was at work then; one that came later is not meant.
        orchestrator: Option<u32>,
        /// The random name of the run that was at work then. Requests of earlier versions have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run: Option<String>,
    },
    /// Go on after a block, a limit, a park, or what only a person could do; with the gate that was open, if one was.
    Resume(Option<GateId>),
    /// Take a finished session back to work.
    Reopen {
        /// To which phase; none leaves the choice to the workflow.
        phase: Option<Phase>,
        /// What is to be done.
        message: String,
    },
    /// `Phase:` was changed by hand.
    SetPhase(Phase),
    /// Bring the worktree back to a kept state, by its name.
    Restore(String),
}

/// What came of a request; journaled with it, so that replaying needs no second judgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing, for this reason.
    Refused(String),
    /// These answers stand; the gate is passed once no question is open.
    Answered {
        /// The answers given now.
        answers: Vec<Answer>,
        /// Ids that still wait.
        open: Vec<String>,
    },
    /// The gate is passed on this plan, the session moves on.
    Approved {
        /// The approved bytes.
        plan: PlanFile,
        /// The phase that runs next.
        to: Phase,
    },
    /// The plan goes back to work.
    Rejected(String),
    /// What only the person could do is done.
    ActionDone,
    /// Kept for the next iteration.
    Guided(String),
    /// The orchestrator is to leave.
    Stopping,
    /// Blocked, parked or at a limit: goes on, with a fresh allowance for the phase.
    Resumed,
    /// A finished session works again.
    Reopened {
        /// The phase that runs next.
        phase: Phase,
        /// What is to be done.
        message: String,
    },
    /// The open gate is passed by hand, and the session stands in this phase.
    Moved(Phase),
    /// The worktree is brought back to a kept state.
    Restored {
        /// HEAD afterwards.
        head: Option<String>,
        /// The tree that the files are as afterwards.
        tree: String,
        /// What the next iteration is told of it.
        told: String,
    },
}

/// A person's answer, bound to the question as it read then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Question id, e.g. `Q1`.
    pub id: String,
    /// The question's title when it was answered.
    pub title: String,
    /// The answer.
    pub text: String,
    /// Where the question stood in `_qa.md` when it was answered, counted from 0. Journals of older versions lack it.
    #[serde(default, skip_serializing_if = "is_first")]
    pub place: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_first(place: &usize) -> bool {
    *place == 0
}

impl Answer {
    /// Sorts answers as their questions stand in `_qa.md`; those without a known place by their numbers.
    #[must_use]
    pub fn in_order(&self) -> (usize, u64, &str) {
        let number = self.id.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(u64::MAX);
        (self.place, number, &self.id)
    }
}
