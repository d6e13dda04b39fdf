//! Compares what all worktrees of the repository share (branches, tags, the list of worktrees) before and after an iteration.
//! What is gone is kept under a reference of the session's and named; it is not put back, since the person may have removed
//! it while the iteration ran. The stash is looked after in `stash_watch`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use crate::engine::orchestrator::Orchestrator;
use crate::git::{Blobs, Linked, Nested, RefChange, SharedRefs, WorktreeState};

/// How many changes are named, of each kind.
const MOST_NAMED: usize = 10;

/// What is known of the shared parts of the repository.
#[derive(Debug, Default)]
pub(super) struct SharedRepository {
    /// As it was before the newest iteration.
    pub(super) before: Option<SharedRefs>,
    /// Commits of stash entries that are kept against loss.
    pub(super) held: BTreeSet<String>,
    /// The files of the stash's entries, by commit.
    pub(super) stashed: BTreeMap<String, Blobs>,
    /// The commit that was last searched for nested repositories, with what was found.
    nested: Option<(String, Vec<Nested>)>,
}

impl Orchestrator<'_> {
    /// Where the session's states are kept.
    fn own_prefix(&self) -> String {
        format!("refs/samocode/{}/", self.record.layout().folder())
    }

    /// Where what is kept for the person goes.
    pub(super) fn kept_prefix(&self) -> String {
        format!("{}kept", self.own_prefix())
    }

    /// Takes note of the shared parts before a child starts, also for a samocode that comes after this one.
    pub(super) fn watch_shared(&mut self) {
        let known = self.shared.before.take();
        let own = self.own_prefix();
        let now = match &known {
            Some(known) => known.again(&self.repository, &own),
            None => SharedRefs::read(&self.repository, &own),
        };
        self.hold_stash(&now);
        if known.as_ref() != Some(&now)
            && let Ok(text) = serde_json::to_vec(&now)
        {
            // Without it only what happens under a samocode that is killed goes unnoticed.
            let _ = fs::write(self.record.layout().shared_copy(), text);
        }
        self.shared.before = Some(now);
    }

    /// What became of the shared parts while an iteration ran, in words. `tree` is what the worktree holds after it, where
    /// that is something new.
    pub(super) fn shared_changes(&mut self, iteration: u32, tree: Option<&str>) -> Vec<String> {
        let copy = || serde_json::from_slice(&fs::read(self.record.layout().shared_copy()).ok()?).ok();
        let Some(before) = self.shared.before.take().or_else(copy) else {
            return Vec::new();
        };
        let own = self.own_prefix();
        let now = before.again(&self.repository, &own);
        let mut said = self.stash_changes(iteration, &before, &now, tree);
        let changes: Vec<RefChange> = before.changes(&now);
        let mut words = self.worktree_words(&before, &now);
        if !changes.is_empty() {
            words.extend(self.reference_words(&changes, &before, &now));
        }
        if !words.is_empty() {
            said.push(format!(
                "While iteration {iteration} ran, the repository that all worktrees share changed: {}. If that was you and not \
                 part of the task, undo it. If not, it was the person: leave it.",
                words.join("; ").replace(char::is_control, "?")
            ));
        }
        self.shared.before = Some(if said.is_empty() { now } else { now.again(&self.repository, &own) });
        said
    }

    fn reference_words(&self, changes: &[RefChange], before: &SharedRefs, now: &SharedRefs) -> Vec<String> {
        let worktrees = crate::engine::confine::real(&self.settings.config.worktrees);
        let linked = before.linked().chain(now.linked());
        let elsewhere: BTreeMap<&str, bool> = linked
            .filter_map(|linked| Some((linked.branch()?, linked.top.starts_with(&worktrees))))
            .collect();
        let mut words = Vec::new();
        let mut remote = Vec::new();
        for change in changes {
            if let Some(name) = change.name.strip_prefix("refs/remotes/") {
                // A fetch makes and moves them.
                if change.now.is_none() {
                    remote.push((name, change));
                }
                continue;
            }
            if change.name.starts_with("refs/samocode/") {
                words.extend(self.own_words(change));
                continue;
            }
            let branch = change.name.strip_prefix("refs/heads/");
            if branch.is_some_and(|branch| branch == self.session().branch) {
                continue;
            }
            let in_worktree = branch.and_then(|branch| elsewhere.get(branch));
            words.extend(self.change_words(change, in_worktree.copied()));
        }
        let more = words.len().saturating_sub(MOST_NAMED);
        words.truncate(MOST_NAMED);
        if more > 0 {
            words.push(format!("and {more} more"));
        }
        words.extend(self.remote_words(&remote));
        words
    }

    /// One reference that changed. `in_worktree` says that a linked worktree has the branch checked out, and whether that is
    /// one of samocode's: whoever works there moves it.
    fn change_words(&self, change: &RefChange, in_worktree: Option<bool>) -> Option<String> {
        let what = named(&change.name);
        match (&change.was, &change.now) {
            // With its worktree, by another session or the person.
            (None, Some(_)) if in_worktree.is_some() => None,
            (None, Some(now)) => Some(format!("{what} was made at {}", short(now))),
            (Some(was), None) => {
                let back = match change.name.strip_prefix("refs/heads/") {
                    Some(branch) => format!("git branch {branch} {}", short(was)),
                    None => format!("git update-ref {} {was}", change.name),
                };
                Some(format!(
                    "{what} was deleted, it was at {} ({})",
                    short(was),
                    self.kept_words(&change.name, was, &back)
                ))
            }
            (Some(_), Some(_)) if in_worktree == Some(true) => None,
            (Some(was), Some(now)) => {
                let moved = format!("{what} was moved from {} to {}", short(was), short(now));
                if self.repository.is_ancestor(was, now).is_ok_and(|forward| forward) {
                    return in_worktree.is_none().then_some(moved);
                }
                let missing = format!("git log {}..{}", short(now), short(was));
                let kept = self.keep_reference(&change.name, was);
                Some(match kept {
                    Ok(kept) => format!(
                        "{moved}, which leaves commits out ({} is kept as {kept}; `{missing}` shows them)",
                        short(was)
                    ),
                    Err(why) => format!("{moved}, which leaves commits out ({why})"),
                })
            }
            (None, None) => None,
        }
    }

    /// A kept state of the session that is gone is put back: nobody but samocode has business with it.
    fn own_words(&self, change: &RefChange) -> Option<String> {
        let (was, None) = (change.was.as_ref()?, &change.now) else {
            return None;
        };
        Some(match self.repository.keep_commit(&change.name, was) {
            Ok(()) => format!("{}, which samocode keeps, was deleted and is back", change.name),
            Err(error) => {
                format!(
                    "{}, which samocode keeps, was deleted and cannot be put back: {}",
                    change.name,
                    error.short()
                )
            }
        })
    }

    fn remote_words(&self, gone: &[(&str, &RefChange)]) -> Option<String> {
        let (first, _) = gone.first()?;
        let kept = gone.iter().filter(|(_, change)| {
            change.was.as_ref().is_some_and(|was| self.keep_reference(&change.name, was).is_ok())
        });
        let kept = kept.count();
        let all = if gone.len() == 1 {
            format!("the remote-tracking branch {first} is gone")
        } else {
            format!("{} remote-tracking branches are gone ({first} and others)", gone.len())
        };
        Some(format!("{all}; kept under {}/remotes/: {kept}; `git fetch` brings back what the remote has", {
            self.kept_prefix()
        }))
    }

    /// `kept as …; … brings it back`, once that is so.
    fn kept_words(&self, name: &str, object: &str, back: &str) -> String {
        match self.keep_reference(name, object) {
            Ok(kept) => format!("kept as {kept}; `{back}` brings it back"),
            Err(why) => why,
        }
    }

    /// Keeps what a reference named, under a name of its own for each object; the error is in words.
    pub(super) fn keep_reference(&self, name: &str, object: &str) -> Result<String, String> {
        let rest = name.strip_prefix("refs/").unwrap_or(name);
        let kept = format!("{}/{rest}-{}", self.kept_prefix(), short(object));
        match self.repository.keep_commit(&kept, object) {
            Ok(()) => Ok(kept),
            Err(error) => Err(format!("it could not be kept: {}", error.short())),
        }
    }

    /// Worktrees that the repository lost. One whose files are there gets its entry back: nobody removes that alone.
    fn worktree_words(&self, before: &SharedRefs, now: &SharedRefs) -> Vec<String> {
        let own: Option<&PathBuf> = self.session().worktree();
        let worktrees = crate::engine::confine::real(&self.settings.config.worktrees);
        let mut words = Vec::new();
        for linked in before.unlinked(now) {
            if own.is_some_and(|own| *own == linked.top) {
                continue;
            }
            let what = format!("the worktree {}{}", linked.top.display(), branch_words(linked));
            if self.repository.is_cut_off(linked) {
                words.push(match self.repository.make_entry_again(linked) {
                    Ok(()) => format!("{what} was cut off from the repository, and was connected again"),
                    Err(error) => format!(
                        "{what} was cut off from the repository, and could not be connected again: {}",
                        error.short()
                    ),
                });
            } else if !linked.top.starts_with(&worktrees) {
                words.push(format!("{what} was removed"));
            }
        }
        words
    }

    /// Undoes a sparse checkout of an iteration whose settings were put back: they are part of the repository's
    /// configuration. Returns what to say of it.
    pub(super) fn undo_sparse_checkout(&mut self, iteration: u32) -> Option<String> {
        // Kept there when it was put back.
        let patterns = self.record.layout().planted(iteration).join("worktree/info/sparse-checkout");
        if !patterns.exists() {
            return None;
        }
        let words = match self.worktree.as_ref()?.undo_sparse_checkout() {
            Ok(count) => format!(
                "The sparse checkout of iteration {iteration} was undone with its settings; files that are back: {count}. Work on \
                 the whole worktree."
            ),
            Err(error) => format!(
                "The sparse checkout of iteration {iteration} could not be undone: {}. `git sparse-checkout disable` brings \
                 the missing files back.",
                error.short()
            ),
        };
        self.say.line(&words);
        Some(words)
    }

    /// Adds the nested repositories that the worktree's commit holds as links to what was read of it. Asks git only where
    /// HEAD moved since.
    pub(super) fn add_nested(&mut self, state: &mut WorktreeState) -> Result<(), String> {
        let (Some(head), Some(place)) = (&state.head, &self.record.session().place) else {
            return Ok(());
        };
        if *head == place.base_commit {
            return Ok(());
        }
        let known = self.shared.nested.take().filter(|(commit, _)| commit == head);
        let (commit, found) = match known {
            Some(known) => known,
            None => {
                let found = self.repository.nested_since(&place.base_commit, head);
                (head.clone(), found.map_err(|error| error.to_string())?)
            }
        };
        state.nested.extend(found.iter().cloned());
        self.shared.nested = Some((commit, found));
        Ok(())
    }
}

fn named(reference: &str) -> String {
    for (prefix, kind) in [("refs/heads/", "the branch"), ("refs/tags/", "the tag")] {
        if let Some(name) = reference.strip_prefix(prefix) {
            return format!("{kind} {name}");
        }
    }
    format!("the reference {reference}")
}

fn branch_words(linked: &Linked) -> String {
    linked.branch().map(|branch| format!(" (branch {branch})")).unwrap_or_default()
}

pub(super) fn short(object: &str) -> &str {
    object.get(..10).unwrap_or(object)
}
