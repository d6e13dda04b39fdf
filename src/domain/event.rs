//! The lines of the journal: everything that ever changes a session.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::check::Check;
use crate::domain::gate::GateId;
use crate::domain::outcome::{Outcome, Usage};
use crate::domain::phase::Phase;
use crate::domain::request::{Answer, Effect, Request};
use crate::domain::review::Review;
use crate::domain::signal::{Signal, SignalFault};
use crate::domain::verdict::{Block, BlockCause, Decision, Pause};

/// The journal's version; a reader refuses a newer one.
pub const JOURNAL_VERSION: u32 = 1;

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// [`JOURNAL_VERSION`] of the writer.
    pub v: u32,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

/// What can happen to a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The session was made.
    Created(Box<Created>),
    /// A folder without a record was taken over.
    Adopted(Adopted),
    /// An orchestrator took the session up.
    Began {
        /// Its version.
        version: String,
        /// Its process id.
        pid: u32,
        /// The random name of this run; empty in journals of earlier versions.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        run: String,
    },
    /// The worktree stands, with its files and set-up.
    Prepared(Prepared),
    /// The worktree was found, or made again, at another place than before.
    Moved(Moved),
    /// An iteration is about to start.
    Started(Started),
    /// An iteration was judged.
    Judged(Box<Judged>),
    /// A verification came to its end.
    Verified(Box<Verified>),
    /// Outside reviewers are about to start.
    Reviewing {
        /// The commit that they look at.
        head: String,
    },
    /// One of them came to its end.
    Reviewed(Box<Review>),
    /// None of them is at work any more.
    ReviewsEnded {
        /// What the next iteration is told beside their reports.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        told: Vec<String>,
        /// What those used that were cut short.
        #[serde(default, skip_serializing_if = "is_nothing")]
        usage: Usage,
        /// How long those ran, in milliseconds.
        #[serde(default, skip_serializing_if = "is_zero_ms")]
        took_ms: u64,
    },
    /// The open gate's files are as the person shall find them; from here on their edits count.
    Posted {
        /// The gate.
        gate: GateId,
    },
    /// A person's request was taken.
    Received(Box<Received>),
    /// The person was told of something on a channel.
    Notified {
        /// The notice's id.
        notice: String,
        /// The channel.
        channel: String,
        /// Why the channel did not take it; it is not tried again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refused: Option<String>,
    },
    /// Between two iterations it turned out that the session cannot go on by itself.
    Held(Block),
    /// Between two iterations it turned out that no provider that counts can run the next one before that time.
    Parked(Pause),
}

impl Event {
    /// Its name in the journal.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created(_) => "created",
            Self::Adopted(_) => "adopted",
            Self::Began { .. } => "began",
            Self::Prepared(_) => "prepared",
            Self::Moved(_) => "moved",
            Self::Started(_) => "started",
            Self::Judged(_) => "judged",
            Self::Verified(_) => "verified",
            Self::Reviewing { .. } => "reviewing",
            Self::Reviewed(_) => "reviewed",
            Self::ReviewsEnded { .. } => "reviews_ended",
            Self::Posted { .. } => "posted",
            Self::Received(_) => "received",
            Self::Notified { .. } => "notified",
            Self::Held(_) => "held",
            Self::Parked(_) => "parked",
        }
    }
}

/// How a session began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Created {
    /// The session's name.
    pub name: String,
    /// The workflow's text, so that a session keeps its rules.
    pub workflow: String,
    /// The task, in the person's words.
    pub task: Option<String>,
    /// The topic of the investigation.
    pub dive: Option<String>,
    /// The session's branch.
    pub branch: String,
    /// Whether samocode makes the branch: it did not exist, and whatever stands there later is this session's own.
    pub own_branch: bool,
}

/// Where a session stood that samocode took over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adopted {
    /// The phase.
    pub phase: Phase,
    /// Iterations so far.
    pub iterations: u32,
    /// How many of them the phase used of its allowance.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub in_phase: u32,
    /// Answers that stood in the folder; the person who adopts it vouches for them.
    pub answers: Vec<Answer>,
}

/// Where the session works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    /// The worktree.
    pub worktree: PathBuf,
    /// The branch.
    pub branch: String,
    /// The branch that it came from.
    pub base_branch: String,
    /// The commit that it came from.
    pub base_commit: String,
}

/// The worktree is at another place than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Where it is now.
    pub worktree: PathBuf,
    /// What the next iteration is told of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<String>,
}

/// An iteration is about to start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// Its number.
    pub iteration: u32,
    /// The phase it runs.
    pub phase: Phase,
    /// The provider that runs it.
    pub provider: String,
    /// The tag in its environment.
    pub tag: String,
    /// Why that is the fallback; none where it is the phase's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
    /// The phase's own provider, if the fallback runs in its place; journals of older versions lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<String>,
    /// How many pieces of guidance its prompt holds.
    pub guidance: usize,
}

/// An iteration was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Its number.
    pub iteration: u32,
    /// How the run ended.
    pub outcome: Outcome,
    /// What it signalled.
    pub signal: Result<Signal, SignalFault>,
    /// What happens next.
    pub decision: Decision,
    /// What the next iteration is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<String>,
    /// What it used.
    pub usage: Usage,
    /// How long it ran, in milliseconds.
    pub took_ms: u64,
    /// Processes that had to be ended after it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ended: u32,
    /// It changed nothing in the worktree and the session folder.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unchanged: bool,
    /// The worktree's HEAD afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// The tree of the snapshot that was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_tree: Option<String>,
}

impl Judged {
    /// Whether its signal was obeyed and the work went on: what it was told has been read and acted upon.
    #[must_use]
    pub fn came_to_something(&self) -> bool {
        match &self.decision {
            Decision::Go { .. } | Decision::Open(_) | Decision::Finish { .. } | Decision::Verify { .. } => {
                true
            }
            Decision::Again | Decision::Park(_) | Decision::Retry { .. } | Decision::Block(_) => false,
        }
    }

    /// Whether it counts against the limits: interruptions, outages and what cannot be used count against nothing.
    #[must_use]
    pub fn counts(&self) -> bool {
        match &self.decision {
            Decision::Go { .. }
            | Decision::Open(_)
            | Decision::Finish { .. }
            | Decision::Verify { .. }
            | Decision::Retry { .. } => true,
            Decision::Again | Decision::Park(_) => false,
            Decision::Block(block) => match block.cause {
                BlockCause::Asked | BlockCause::Failures | BlockCause::NoProgress | BlockCause::Tampered => {
                    true
                }
                // Its signal asks for a move that is used up, or the provider's limit outlasts the longest wait.
                BlockCause::Limit => !self.outcome.is_outage(),
                BlockCause::Interruptions | BlockCause::Unable | BlockCause::Unverified => false,
            },
        }
    }
}

/// A verification came to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verified {
    /// What was run, on which commit, with which result.
    pub check: Check,
    /// What happens next.
    pub decision: Decision,
    /// What the next iteration is told beside the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero_ms(number: &u64) -> bool {
    *number == 0
}

fn is_nothing(usage: &Usage) -> bool {
    *usage == Usage::default()
}

/// A person's request was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Received {
    /// The request.
    pub request: Request,
    /// What came of it.
    pub effect: Effect,
}
