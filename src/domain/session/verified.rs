//! How the end of a verification changes a session.

use jiff::Timestamp;

use super::{Session, State};
use crate::domain::check::{CheckEnd, Evidence};
use crate::domain::event::Verified;
use crate::domain::verdict::Decision;

impl Session {
    /// Whether nothing was committed on the branch: it stands where it was made.
    #[must_use]
    pub fn is_at_base(&self) -> bool {
        let base = self.place.as_ref().map(|place| &place.base_commit);
        base.is_some() && base == self.head.as_ref()
    }

    /// Files that git does not know and that the newest verification left, if it passed: they are nobody's work, and
    /// hold up no end. After one that failed they are to be removed, or the next one might pass because of them.
    #[must_use]
    pub fn left_by_verification(&self) -> &[String] {
        let passed = self.evidence.as_ref().filter(|evidence| evidence.check.passed());
        passed.map(|evidence| evidence.check.left.as_slice()).unwrap_or_default()
    }

    pub(super) fn verified(&mut self, verified: &Verified, at: Timestamp) -> Result<(), String> {
        // Older versions went on with a verification after a restore; their journals still load.
        if !matches!(self.state, State::Verifying(_)) && !self.verification_cut {
            return Err("a verification ended where none was due".to_owned());
        }
        self.verification_cut = false;
        if !matches!(verified.decision, Decision::Go { .. } | Decision::Finish { .. } | Decision::Block(_)) {
            return Err("a verification came to what it cannot come to".to_owned());
        }
        let check = &verified.check;
        match &check.end {
            CheckEnd::Unset => {}
            CheckEnd::Passed => self.counters.unverified = 0,
            CheckEnd::Failed { .. }
            | CheckEnd::TimeLimit { .. }
            | CheckEnd::Changed { .. }
            | CheckEnd::NotRun { .. } => {
                self.counters.unverified = self.counters.unverified.saturating_add(1);
            }
        }
        if let Some(head) = &check.head {
            self.head = Some(head.commit.clone());
        }
        self.news.told.extend(verified.told.iter().cloned());
        if check.end != CheckEnd::Unset {
            self.evidence = Some(Evidence { at, check: check.clone() });
        }
        self.enter_state(&verified.decision, at)
    }
}
