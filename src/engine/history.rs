//! Notices when commits that stood before an iteration are not part of the worktree's HEAD any more, and keeps them.

use crate::engine::orchestrator::Orchestrator;

impl Orchestrator<'_> {
    /// What to tell of commits that an iteration left behind. Asks git only where HEAD moved.
    pub(super) fn left_behind(&self, iteration: u32) -> Option<String> {
        let before = self.session().head.as_deref()?;
        let after = self.state.as_ref()?.head.as_deref().unwrap_or_default();
        // A HEAD without a commit has nothing of what was there.
        let kept = before == after
            || (!after.is_empty() && self.repository.is_ancestor(before, after).is_ok_and(|part| part));
        if kept {
            return None;
        }
        let reference = format!("refs/samocode/{}/{iteration}-before", self.record.layout().folder());
        let short = before.get(..10).unwrap_or(before);
        let what = format!("In iteration {iteration} HEAD was moved off commits that stood before: {short}");
        Some(match self.repository.keep_commit(&reference, before) {
            Ok(()) => format!(
                "{what} is not part of it any more. It is kept as {reference}; `git log HEAD..{reference}` shows what is \
                 missing. If that was not meant, bring it back."
            ),
            Err(error) => format!("{what} is not part of it any more, and could not be kept: {error}."),
        })
    }
}
