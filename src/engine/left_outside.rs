//! What a session leaves that is on no branch when it ends: work in the stash, files that Git ignores, what was kept of the
//! person's. Named at the end and in the summary, so that nothing of it goes unnoticed.

use std::path::Path;
use std::time::SystemTime;

use crate::domain::event::Event;
use crate::domain::session::State;
use crate::engine::orchestrator::Orchestrator;
use crate::git::{GitError, Worktree};
use crate::store::{Layout, read_journal};

/// How many paths and references are named.
const MOST_NAMED: usize = 8;

impl Orchestrator<'_> {
    /// What the ended session leaves outside of its branch, a sentence each. Lets go of the stash.
    pub(super) fn left_outside(&mut self) -> Vec<String> {
        let mut left = Vec::new();
        left.extend(self.stashed_work().map(|words| format!("{}.", capitalised(&words))));
        let released = self.repository.release_stash(&self.held_prefix());
        let kept = released.and_then(|()| self.repository.references_under(&self.kept_prefix()));
        match kept {
            Ok(kept) if kept.is_empty() => {}
            Ok(kept) => left.push(format!(
                "Of yours, these went while agents ran, and are kept: {}. session.log says how each comes back.",
                listed(&kept)
            )),
            Err(error) => left.push(format!("What was kept of yours cannot be listed: {}.", error.short())),
        }
        let open = self.session().place.as_ref().and_then(|place| {
            Some((Worktree::open(&self.repository, &place.worktree).ok()?, place.base_commit.clone()))
        });
        let Some((worktree, base)) = open else {
            return left;
        };
        match ignored_work(self.record.layout(), &worktree, self.repository.top()) {
            Ok(ignored) if ignored.is_empty() => {}
            Ok(ignored) => left.push(format!(
                "Git ignores these files of the worktree, so the branch does not have them: {}.",
                listed(&ignored)
            )),
            Err(error) => left.push(format!("The ignored files cannot be listed: {}.", error.short())),
        }
        if let Ok(submodules) = self.repository.submodules(&worktree, &base)
            && let Some(loss) = submodules.loss
        {
            left.push(format!("{}.", capitalised(&loss)));
        }
        left
    }

    /// What an iteration that changed nothing wrote all the same, where Git does not look.
    pub(super) fn ignored_instead(&self, iteration: u32) -> Option<String> {
        let State::Running(running) = &self.session().state else {
            return None;
        };
        let since = SystemTime::from(running.since);
        let ignored = self.worktree.as_ref()?.ignored_work(self.repository.top(), since).ok()?;
        if ignored.is_empty() {
            return None;
        }
        let names: Vec<String> = ignored.iter().map(|path| path.display().to_string()).collect();
        Some(format!(
            "Iteration {iteration} wrote files that Git ignores, so they are on no branch: {}.",
            listed(&names)
        ))
    }
}

/// Ignored files in a session's worktree that look like work and were written since its first iteration began.
pub(super) fn ignored_work(
    layout: &Layout,
    worktree: &Worktree,
    main: &Path,
) -> Result<Vec<String>, GitError> {
    let entries = read_journal(&layout.journal()).ok().flatten().map(|read| read.entries).unwrap_or_default();
    let first = entries.iter().find(|entry| matches!(entry.event, Event::Started(_)));
    let Some(first) = first else {
        return Ok(Vec::new());
    };
    let ignored = worktree.ignored_work(main, SystemTime::from(first.at))?;
    Ok(ignored.iter().map(|path| path.display().to_string()).collect())
}

pub(super) fn listed(names: &[String]) -> String {
    let more = names.len().saturating_sub(MOST_NAMED);
    let shown: Vec<&str> = names.iter().take(MOST_NAMED).map(String::as_str).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", ")).replace(char::is_control, "?")
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
