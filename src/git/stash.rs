//! The stash, which all worktrees of a repository share: what is in it, kept against loss, and put back in its order.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::GitError;
use super::program::path;
use super::repository::Repository;
use super::snapshot::identified;

/// The list of the stash is read as far as this, in bytes.
const LONGEST: u64 = 1024 * 1024;
/// Entries that are kept against loss and looked for in trees: the newest ones.
pub(super) const MOST_ENTRIES: usize = 50;
/// Files of one entry that are looked for in a tree.
const MOST_FILES: usize = 100;

/// One entry of the stash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StashEntry {
    /// Its commit.
    pub commit: String,
    /// Its message, e.g. `WIP on main: 1a2b3c4 first`.
    pub message: String,
}

impl StashEntry {
    /// Whether it was stashed on this branch: the message says so unless somebody chose another one.
    #[must_use]
    pub fn is_of(&self, branch: &str) -> bool {
        self.branch() == Some(branch)
    }

    /// Whether no branch was checked out when it was stashed.
    #[must_use]
    pub fn is_of_none(&self) -> bool {
        self.branch() == Some("(no branch)")
    }

    fn branch(&self) -> Option<&str> {
        let on = self.message.strip_prefix("WIP on ").or_else(|| self.message.strip_prefix("On "));
        on.and_then(|rest| rest.split_once(": ")).map(|(name, _)| name)
    }

    /// `1a2b3c4d5e (WIP on main: …)`, on one line and not long.
    #[must_use]
    pub fn words(&self) -> String {
        let message: String = self.message.chars().take(80).collect();
        let short = self.commit.get(..10).unwrap_or(&self.commit);
        format!("{short} ({})", message.replace(char::is_control, "?"))
    }
}

/// A file and the object that it is; none where it is deleted.
pub type Blobs = BTreeMap<PathBuf, Option<String>>;

/// The entries, newest first, read from the file that git keeps them in.
pub(super) fn entries(common_dir: &Path) -> Vec<StashEntry> {
    let log = common_dir.join("logs/refs/stash");
    let plain = fs::symlink_metadata(&log).is_ok_and(|found| found.is_file() && found.len() <= LONGEST);
    let text = if plain { fs::read(&log).unwrap_or_default() } else { Vec::new() };
    let text = String::from_utf8_lossy(&text).into_owned();
    // `<before> <commit> <who> <when>`, a tab, the message.
    let entry = |line: &str| {
        let (head, message) = line.split_once('\t').unwrap_or((line, ""));
        let commit = head.split(' ').nth(1)?.to_owned();
        Some(StashEntry { commit, message: message.to_owned() })
    };
    text.lines().rev().filter_map(entry).collect()
}

impl Repository {
    /// The entries of the stash now, newest first. Runs no git.
    #[must_use]
    pub fn stash(&self) -> Vec<StashEntry> {
        entries(self.common_dir())
    }

    /// Keeps entries under references that begin with `prefix`, so that no clean-up takes their commits once they are out
    /// of the list. One git process.
    ///
    /// # Errors
    /// When one of the commits is gone.
    pub fn hold_stash(&self, prefix: &str, entries: &[&StashEntry]) -> Result<(), GitError> {
        let lines = entries
            .iter()
            .take(MOST_ENTRIES)
            .map(|entry| format!("update {} {}\n", held_reference(prefix, &entry.commit), entry.commit));
        let lines: String = lines.collect();
        self.call().args(["update-ref", "--stdin"]).input(lines.as_bytes())?.run().map(drop)
    }

    /// Lets go of the kept entries that are in the stash still: what the person drops from now on shall be gone.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn release_stash(&self, prefix: &str) -> Result<(), GitError> {
        let listed = self.call().args(["for-each-ref", "--format=%(refname)", prefix]).run()?.text();
        let stash = self.stash();
        let in_stash: Vec<String> = stash.iter().map(|entry| held_reference(prefix, &entry.commit)).collect();
        let lines: String = listed
            .lines()
            .filter(|name| in_stash.iter().any(|held| held == name))
            .map(|name| format!("delete {name}\n"))
            .collect();
        if lines.is_empty() {
            return Ok(());
        }
        self.call().args(["update-ref", "--stdin"]).input(lines.as_bytes())?.run().map(drop)
    }

    /// Puts entries that are missing from the stash back where they were in `before`.
    ///
    /// # Errors
    /// When a commit is gone, or git cannot write. The entries that are in the stash stay there in any case.
    pub fn put_back_stash(&self, before: &[StashEntry], missing: &[&StashEntry]) -> Result<(), GitError> {
        let now = self.stash();
        let Some(oldest) = before.iter().rposition(|entry| missing.contains(&entry)) else {
            return Ok(());
        };
        let place = |entry: &StashEntry| before.iter().position(|known| known.commit == entry.commit);
        // What belongs above the oldest missing entry is stored once more on top of it, in order; then the earlier
        // copies are dropped. So nothing is out of the stash at any moment.
        let above: Vec<&StashEntry> =
            now.iter().take_while(|entry| place(entry).is_none_or(|at| at < oldest)).collect();
        let mut wanted: Vec<&StashEntry> = above.iter().copied().chain(missing.iter().copied()).collect();
        wanted.sort_by_key(|entry| place(entry).map_or(0, |at| at + 1));
        for entry in wanted.iter().rev() {
            let store = self.call().args(["stash", "store", "--quiet", "-m", &entry.message, &entry.commit]);
            identified(store).run()?;
        }
        for entry in &above {
            let copy = wanted.len();
            if self.stash().get(copy).is_some_and(|found| found.commit == entry.commit) {
                let drop_copy = self.call().args(["stash", "drop", "--quiet", &format!("stash@{{{copy}}}")]);
                identified(drop_copy).run()?;
            }
        }
        Ok(())
    }

    /// The files that applying an entry changes, as it would leave them; at most a hundred. Two git processes.
    ///
    /// # Errors
    /// When the commit is gone.
    pub fn stashed_files(&self, entry: &StashEntry) -> Result<Blobs, GitError> {
        let commit = &entry.commit;
        let changed = self
            .call()
            .args(["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev"])
            .args([&format!("{commit}^1"), commit, "--"])
            .run()?;
        let mut files = Blobs::new();
        let mut fields = changed.stdout.split(|byte| *byte == 0);
        while let (Some(record), Some(name)) = (fields.next(), fields.next()) {
            let object = record.split(|byte| *byte == b' ').nth(3).unwrap_or_default();
            let object = String::from_utf8_lossy(object).into_owned();
            let is_there = object.bytes().any(|digit| digit != b'0');
            files.insert(path(name), is_there.then_some(object));
        }
        // The third parent, where there is one, holds the files that git did not know.
        let untracked = self.call().args(["ls-tree", "-r", "-z", &format!("{commit}^3")]).output()?;
        files.extend(tree_entries(&untracked.stdout).map(|(path, object)| (path, Some(object))));
        while files.len() > MOST_FILES {
            files.pop_last();
        }
        Ok(files)
    }

    /// What a tree or a commit has at these paths. One git process.
    ///
    /// # Errors
    /// When it is not there.
    pub fn blobs_of<'a>(
        &self,
        tree: &str,
        paths: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Result<Blobs, GitError> {
        let mut blobs: Blobs = paths.into_iter().map(|path| (path.clone(), None)).collect();
        if blobs.is_empty() {
            return Ok(blobs);
        }
        let listed = self.call().args(["ls-tree", "-r", "-z", "--full-tree", tree, "--"]).args(blobs.keys());
        for (path, object) in tree_entries(&listed.run()?.stdout) {
            blobs.insert(path, Some(object));
        }
        Ok(blobs)
    }
}

fn held_reference(prefix: &str, commit: &str) -> String {
    format!("{prefix}/{}", commit.get(..10).unwrap_or(commit))
}

/// `<mode> <kind> <object>`, a tab, the path.
fn tree_entries(listed: &[u8]) -> impl Iterator<Item = (PathBuf, String)> {
    listed.split(|byte| *byte == 0).filter_map(|record| {
        let tab = record.iter().position(|byte| *byte == b'\t')?;
        let object = record[..tab].rsplit(|byte| *byte == b' ').next()?;
        Some((path(&record[tab + 1..]), String::from_utf8_lossy(object).into_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_belongs_to_the_branch_that_its_message_names() {
        let entry = |message: &str| StashEntry { commit: "1a".to_owned(), message: message.to_owned() };
        for (message, own) in [
            ("WIP on auth: 1a2b3c4 first", true),
            ("On auth: half done: tests", true),
            ("WIP on (no branch): 1a2b3c4 first", false),
            ("WIP on main: 1a2b3c4 first", false),
            ("On auth-2: x", false),
            ("On main: On auth: x", false),
            ("chosen by somebody", false),
        ] {
            assert_eq!(entry(message).is_of("auth"), own, "{message}");
        }
    }
}
