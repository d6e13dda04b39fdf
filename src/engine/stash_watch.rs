//! Looks after the person's stash, which agents share with them. An entry that an agent applied and dropped goes back into
//! it; one that is gone for another reason is kept and named; what an agent put there is named for as long as it is there.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::engine::orchestrator::Orchestrator;
use crate::engine::shared_repository::short;
use crate::git::{Blobs, SharedRefs, StashEntry};

/// How many entries and files are named.
const MOST_NAMED: usize = 5;

impl Orchestrator<'_> {
    /// Where the entries of the stash are kept against loss.
    pub(super) fn held_prefix(&self) -> String {
        format!("{}/stash", self.kept_prefix())
    }

    /// Keeps the person's entries against loss: once they are out of the list, a clean-up takes their commits. Asks git
    /// only where there are new ones.
    pub(super) fn hold_stash(&mut self, now: &SharedRefs) {
        let branch = self.session().branch.clone();
        let entries: Vec<&StashEntry> = now
            .stash
            .iter()
            .filter(|entry| !entry.is_of(&branch) && !self.shared.held.contains(&entry.commit))
            .collect();
        if entries.is_empty() {
            return;
        }
        match self.repository.hold_stash(&self.held_prefix(), &entries) {
            Ok(()) => self.shared.held.extend(entries.iter().map(|entry| entry.commit.clone())),
            Err(error) => self.say.line(&format!("the stash cannot be kept against loss: {error}")),
        }
    }

    /// What became of the stash while an iteration ran, in words. `tree` is what the worktree holds after it,
    /// where that is something new.
    pub(super) fn stash_changes(
        &mut self,
        iteration: u32,
        before: &SharedRefs,
        now: &SharedRefs,
        tree: Option<&str>,
    ) -> Vec<String> {
        let branch = self.session().branch.clone();
        let theirs: Vec<&StashEntry> = before.stash.iter().filter(|entry| !entry.is_of(&branch)).collect();
        let is_missing = |entry: &StashEntry| !now.stash.iter().any(|other| other.commit == entry.commit);
        let mut said = Vec::new();
        if !theirs.is_empty() {
            let applied = self.applied(&theirs, tree);
            // The list was emptied, and git's name for its newest entry was not: `git reflog expire` does that.
            let emptied = now.stash.is_empty() && now.has_stash;
            let missing: Vec<&StashEntry> =
                theirs.iter().copied().filter(|entry| is_missing(entry)).collect();
            let (back, gone): (Vec<&StashEntry>, Vec<&StashEntry>) =
                missing.iter().partition(|entry| emptied || applied.iter().any(|(one, _)| one == *entry));
            let stored = self.repository.put_back_stash(&before.stash, &back);
            for entry in &back {
                let what = format!("the person's stash entry {} was taken out of the stash", entry.words());
                said.push(match &stored {
                    Ok(()) => format!("While iteration {iteration} ran, {what}. samocode put it back."),
                    Err(error) => format!(
                        "While iteration {iteration} ran, {what}, and could not be put back: {}. {}",
                        error.short(),
                        self.held_words(entry)
                    ),
                });
            }
            for entry in gone {
                said.push(format!(
                    "While iteration {iteration} ran, the person's stash entry {} was dropped. {} If that was you, say so in \
                     your next document.",
                    entry.words(),
                    self.held_words(entry)
                ));
            }
            for (entry, files) in applied {
                let more = files.len().saturating_sub(MOST_NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let named: Vec<String> =
                    files.iter().take(MOST_NAMED).map(|file| file.display().to_string()).collect();
                said.push(format!(
                    "In iteration {iteration} the person's stash entry {} was applied: its changes to {}{more} are in the \
                     session's worktree now. They are the person's unfinished work: unless the task asks for them, take \
                     them out of the worktree and the branch again.",
                    entry.words(),
                    named.join(", ")
                ));
            }
        }
        for entry in now.stash.iter().filter(|entry| !before.stash.contains(entry)) {
            if entry.is_of(&branch) {
                self.say.line(&format!("iteration {iteration} left work in the stash: {}", entry.words()));
            } else if entry.is_of_none() {
                said.push(format!(
                    "While iteration {iteration} ran, {} was stashed with no branch checked out. If that was you, apply and \
                     commit it, or drop it. If not, it was the person: leave it.",
                    entry.words()
                ));
            }
        }
        said
    }

    /// Work of this session that is in the stash, in words.
    pub(super) fn stashed_work(&self) -> Option<String> {
        let branch = &self.session().branch;
        let stash = self.repository.stash();
        let own: Vec<String> = stash
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.is_of(branch))
            .map(|(at, entry)| format!("stash@{{{at}}}: {}", entry.words()))
            .collect();
        if own.is_empty() {
            return None;
        }
        let more = own.len().saturating_sub(MOST_NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let named: Vec<&str> = own.iter().take(MOST_NAMED).map(String::as_str).collect();
        Some(format!("work of this session is in the stash and on no branch: {}{more}", named.join("; ")))
    }

    /// Where an entry is kept, and how it comes back.
    fn held_words(&self, entry: &StashEntry) -> String {
        let id = short(&entry.commit);
        format!(
            "It is kept as {}/{id}; `git stash store -m 'put back' {id}` puts it back.",
            self.held_prefix()
        )
    }

    /// Which entries have turned up in the worktree since the last look, with the files that show it. One file will do: an
    /// agent may have gone on working on the others.
    fn applied<'e>(
        &mut self,
        entries: &[&'e StashEntry],
        tree: Option<&str>,
    ) -> Vec<(&'e StashEntry, Vec<PathBuf>)> {
        let base = self.session().place.as_ref().map(|place| place.base_commit.clone());
        let before = self.session().snapshot_tree.clone().or(base);
        let (Some(before), Some(tree)) = (before, tree) else {
            return Vec::new();
        };
        if before == tree {
            return Vec::new();
        }
        for entry in entries {
            if !self.shared.stashed.contains_key(&entry.commit) {
                // An entry whose commit is gone has no files to look for.
                let files = self.repository.stashed_files(entry).unwrap_or_default();
                self.shared.stashed.insert(entry.commit.clone(), files);
            }
        }
        let files = |entry: &StashEntry| self.shared.stashed.get(&entry.commit);
        let paths: BTreeSet<&PathBuf> =
            entries.iter().filter_map(|entry| files(entry)).flat_map(Blobs::keys).collect();
        let look = |tree: &str| self.repository.blobs_of(tree, paths.iter().copied()).unwrap_or_default();
        let (was, now) = (look(&before), look(tree));
        let turned_up = |entry: &&'e StashEntry| {
            let found = files(entry)?.iter().filter(|(path, stashed)| {
                stashed.is_some() && now.get(*path) == Some(*stashed) && was.get(*path) != Some(*stashed)
            });
            let found: Vec<PathBuf> = found.map(|(path, _)| path.clone()).collect();
            (!found.is_empty()).then_some((*entry, found))
        };
        entries.iter().filter_map(turned_up).collect()
    }
}
