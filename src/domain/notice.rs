//! What the person is told of a session when they are not looking: one message for each thing they would want to be called
//! for.
//!
//! Notices follow from the journal alone: what has to be told stands there with the entry that made it so, and what was
//! told is journaled, too.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::domain::gate::Gate;
use crate::domain::verdict::Block;

/// A wait for a provider that is over sooner is not worth a message.
pub const SHORT_PARK: SignedDuration = SignedDuration::from_mins(2);

/// One message to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Unique within the session, and the same whenever its journal is read: `waiting-3f…`, `done-41`.
    pub id: String,
    /// Since when it holds.
    pub at: Timestamp,
    /// What it says.
    pub kind: NoticeKind,
    /// The channels that have taken it.
    pub told: BTreeSet<String>,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeKind {
    /// A gate waits for the person.
    Waiting(Gate),
    /// A person must decide.
    Blocked(Block),
    /// It cannot go on until the person mends something: a login, credit, a program.
    Failed(Block),
    /// It waits for a provider that does not serve.
    Parked {
        /// When the row of waits began.
        since: Timestamp,
        /// When it goes on by itself, as far as is known.
        until: Timestamp,
        /// Why, in words.
        reason: String,
    },
    /// The provider serves again.
    Resumed {
        /// When the wait began.
        since: Timestamp,
    },
    /// It is finished.
    Done {
        /// The agent's summary.
        summary: String,
    },
}

impl NoticeKind {
    /// The kind's name on every channel.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Waiting(_) => "waiting",
            Self::Blocked(_) => "blocked",
            Self::Failed(_) => "failed",
            Self::Parked { .. } => "parked",
            Self::Resumed { .. } => "resumed",
            Self::Done { .. } => "done",
        }
    }

    /// Whether the two are about the same thing, which is told once: the figures of a wait move while it lasts.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Waiting(one), Self::Waiting(two)) => one.id == two.id,
            (Self::Parked { since: one, .. }, Self::Parked { since: two, .. }) => one == two,
            (one, two) => one == two,
        }
    }
}
