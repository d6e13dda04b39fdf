//! What runs while Git's settings are guarded: the child of an iteration, or the person's verify command after it.

use std::fmt;
use std::path::PathBuf;

use crate::domain::session::{Session, State};
use crate::store::Layout;

/// What may plant something, by the number of its iteration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guarded {
    /// The child of this iteration.
    Iteration(u32),
    /// The verify command that runs after it: it runs what children wrote.
    Verification(u32),
}

/// Behind the number in a mark.
const VERIFICATION: &str = "-verification";

impl Guarded {
    /// What is under way in a session, or was when its samocode was killed.
    pub(super) fn under_way(session: &Session) -> Option<Self> {
        match session.state {
            State::Running(_) => Some(Self::Iteration(session.iteration)),
            State::Verifying(_) => Some(Self::Verification(session.iteration)),
            State::Preparing
            | State::Ready { .. }
            | State::Parked(_)
            | State::Waiting(_)
            | State::Blocked(_)
            | State::Done(_) => None,
        }
    }

    /// Where what it planted is kept.
    pub(super) fn planted(self, layout: &Layout) -> PathBuf {
        match self {
            Self::Iteration(iteration) => layout.planted(iteration),
            Self::Verification(iteration) => layout.planted_by_verification(iteration),
        }
    }

    /// What stands in a mark.
    pub(super) fn mark(self) -> String {
        match self {
            Self::Iteration(iteration) => iteration.to_string(),
            Self::Verification(iteration) => format!("{iteration}{VERIFICATION}"),
        }
    }

    /// Reads a mark.
    pub(super) fn from_mark(mark: &str) -> Option<Self> {
        match mark.strip_suffix(VERIFICATION) {
            Some(iteration) => iteration.parse().ok().map(Self::Verification),
            None => mark.parse().ok().map(Self::Iteration),
        }
    }
}

impl fmt::Display for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Iteration(iteration) => write!(f, "iteration {iteration}"),
            Self::Verification(_) => f.write_str("the verify command"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        for guarded in [Guarded::Iteration(7), Guarded::Verification(12)] {
            assert_eq!(Guarded::from_mark(&guarded.mark()), Some(guarded));
        }
        for torn in ["", "7-verif", "x"] {
            assert_eq!(Guarded::from_mark(torn), None, "{torn}");
        }
    }
}
