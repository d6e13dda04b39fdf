//! What runs while Git's settings are guarded: the child of an iteration, the person's verify command after it, or outside
//! reviewers.

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
    /// The outside reviewers that look at what this iteration left.
    Review(u32),
}

/// Behind the number in a mark.
const VERIFICATION: &str = "-verification";
const REVIEW: &str = "-review";

impl Guarded {
    /// What is under way in a session, or was when its samocode was killed.
    pub(super) fn under_way(session: &Session) -> Option<Self> {
        match session.state {
            State::Running(_) => Some(Self::Iteration(session.iteration)),
            State::Verifying(_) => Some(Self::Verification(session.iteration)),
            _ if session.is_reviewed() => Some(Self::Review(session.iteration)),
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
            Self::Review(iteration) => layout.planted_by_review(iteration),
        }
    }

    /// What stands in a mark.
    pub(super) fn mark(self) -> String {
        match self {
            Self::Iteration(iteration) => iteration.to_string(),
            Self::Verification(iteration) => format!("{iteration}{VERIFICATION}"),
            Self::Review(iteration) => format!("{iteration}{REVIEW}"),
        }
    }

    /// Reads a mark.
    pub(super) fn from_mark(mark: &str) -> Option<Self> {
        let of = |suffix| mark.strip_suffix(suffix)?.parse().ok();
        let iteration = || mark.parse().ok().map(Self::Iteration);
        of(VERIFICATION).map(Self::Verification).or_else(|| of(REVIEW).map(Self::Review)).or_else(iteration)
    }
}

impl fmt::Display for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Iteration(iteration) => write!(f, "iteration {iteration}"),
            Self::Verification(_) => f.write_str("the verify command"),
            Self::Review(_) => f.write_str("the outside reviewers"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        for guarded in [Guarded::Iteration(7), Guarded::Verification(12), Guarded::Review(7)] {
            assert_eq!(Guarded::from_mark(&guarded.mark()), Some(guarded));
        }
        for torn in ["", "7-verif", "x"] {
            assert_eq!(Guarded::from_mark(torn), None, "{torn}");
        }
    }
}
