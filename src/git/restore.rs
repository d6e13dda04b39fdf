//! Brings a worktree's files back to a tree that was kept. Touches no path that is not in the trees it is given: what git
//! ignores, and what a snapshot leaves out, stays or is in the way.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::GitError;
use super::guard::How;
use super::prepare::refuse_busy;
use super::program;
use super::repository::Repository;
use super::snapshot::{LeftOut, PrivateIndex, identified};
use super::state::{Operation, WorktreeState};
use super::worktree::Worktree;

/// How deep a folder that is in the way is looked into.
const DEEPEST: usize = 100;

/// A path that differs between two trees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Relative to the top of the worktree.
    pub path: PathBuf,
    /// What becomes of it on the way from the first tree to the second.
    pub how: How,
}

impl Repository {
    /// What changes on the way from one tree, or commit, to another.
    ///
    /// # Errors
    /// When one of them is not there.
    pub fn changed_files(&self, from: &str, to: &str) -> Result<Vec<FileChange>, GitError> {
        let output = self
            .call()
            .args(["diff-tree", "-r", "-z", "--no-renames", "--name-status", "--ignore-submodules=dirty"])
            .args([from, to, "--"])
            .run()?;
        let mut fields = output.stdout.split(|byte| *byte == 0).filter(|field| !field.is_empty());
        let mut changes = Vec::new();
        while let Some(kind) = fields.next() {
            let how = match kind {
                b"A" => How::Added,
                b"D" => How::Deleted,
                b"M" | b"T" => How::Changed,
                _ => return Err(output.unexpected(kind)),
            };
            let path = fields.next().ok_or_else(|| output.unexpected(kind))?;
            changes.push(FileChange { path: program::path(path), how });
        }
        Ok(changes)
    }

    /// One line on what changes on the way from one tree, or commit, to another; empty when nothing.
    ///
    /// # Errors
    /// When one of them is not there.
    pub fn tree_stat(&self, from: &str, to: &str) -> Result<String, GitError> {
        let call = self.call().args(["diff-tree", "-r", "--shortstat", "--no-ext-diff", "--no-textconv"]);
        Ok(call.args([from, to, "--"]).run()?.text().trim().to_owned())
    }

    /// Refuses a branch that another worktree than the one at `path` has checked out.
    ///
    /// # Errors
    /// [`GitError::BranchBusy`] or [`GitError::BranchLost`], with the place.
    pub fn refuse_busy_branch(&self, path: &Path, branch: &str) -> Result<(), GitError> {
        refuse_busy(&self.entries()?, path, branch)
    }

    /// Keeps a tree as a commit on top of `parents`, under a reference; returns the commit.
    ///
    /// # Errors
    /// Git's own words.
    pub fn keep_tree(
        &self,
        reference: &str,
        message: &str,
        tree: &str,
        parents: &[&str],
    ) -> Result<String, GitError> {
        let commit = self.call().args(["commit-tree", "-m", message]);
        let commit = parents.iter().fold(commit, |call, parent| call.args(["-p", parent]));
        let commit = identified(commit.arg(tree)).run()?.text();
        self.keep_commit(reference, &commit)?;
        Ok(commit)
    }
}

impl Worktree {
    /// The tree of the worktree as `state`, just read, describes it, and what is not in it: changed files that are
    /// longer than `skip_larger_than` bytes among it. Keeps no reference to it.
    ///
    /// # Errors
    /// Git's own words.
    pub fn tree(
        &self,
        state: &WorktreeState,
        skip_larger_than: u64,
    ) -> Result<(String, Vec<LeftOut>), GitError> {
        let left_out = self.left_out(state, skip_larger_than)?;
        let tree = PrivateIndex::copy_of(self)?.tree(self, &self.to_update(state, &left_out)?)?;
        Ok((tree, left_out))
    }

    /// What would be lost by these changes, because no tree holds it: it is to be moved away first.
    #[must_use]
    pub fn in_the_way(&self, changes: &[FileChange], left_out: &[LeftOut]) -> Vec<PathBuf> {
        let vanishing: HashSet<&Path> = changes
            .iter()
            .filter(|change| change.how == How::Deleted)
            .map(|change| change.path.as_path())
            .collect();
        let mut found = Vec::new();
        for change in changes {
            let left = left_out.iter().find(|left| change.path.starts_with(&left.path));
            if let Some(left) = left {
                found.push(left.path.clone());
            } else if change.how == How::Added {
                let above = change.path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
                let file = above.into_iter().find(|folder| {
                    let stands = fs::symlink_metadata(self.path().join(folder));
                    stands.is_ok_and(|stands| !stands.is_dir()) && !vanishing.contains(folder)
                });
                match file {
                    Some(file) => found.push(file.to_owned()),
                    None => self.unknown(&change.path, &vanishing, DEEPEST, &mut found),
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// Adds what stands at a path and under it and does not vanish anyway.
    fn unknown(&self, path: &Path, vanishing: &HashSet<&Path>, depth: usize, found: &mut Vec<PathBuf>) {
        let full = self.path().join(path);
        let Ok(stands) = fs::symlink_metadata(&full) else {
            return;
        };
        let inside = (stands.is_dir() && depth > 0).then(|| fs::read_dir(&full));
        match inside {
            Some(Ok(entries)) => {
                for entry in entries.flatten() {
                    self.unknown(&path.join(entry.file_name()), vanishing, depth - 1, found);
                }
            }
            Some(Err(_)) | None if !vanishing.contains(path) => found.push(path.to_owned()),
            Some(Err(_)) | None => {}
        }
    }

    /// Brings the files from how `state`, just read, describes them to the tree `target`. Git checks all of it before it
    /// writes the first file. The index stays as it was.
    ///
    /// # Errors
    /// Git's own words, e.g. about a file that it does not know and that is in the way.
    pub fn bring_files(
        &self,
        state: &WorktreeState,
        left_out: &[LeftOut],
        target: &str,
    ) -> Result<(), GitError> {
        let index = PrivateIndex::copy_of(self)?;
        let present = index.tree(self, &self.to_update(state, left_out)?)?;
        index.call(self).args(["read-tree", "-m", "-u", &present, target]).run().map(drop)
    }

    /// Lets the index say what HEAD says: nothing is staged, and nothing is half merged.
    ///
    /// # Errors
    /// Git's own words.
    pub fn unstage(&self, head: Option<&str>) -> Result<(), GitError> {
        let read = self.call().arg("read-tree");
        match head {
            Some(head) => read.args(["--reset", head]).run()?,
            None => read.arg("--empty").run()?,
        };
        // Ends with 1 where files differ, which they may.
        self.call().args(["update-index", "-q", "--refresh"]).output().map(drop)
    }

    /// Forgets that git was stopped in the middle of something; files and commits stay.
    ///
    /// # Errors
    /// Git's own words.
    pub fn forget_operation(&self, operation: Operation) -> Result<(), GitError> {
        let words: &[&str] = match operation {
            Operation::Rebase => &["rebase", "--quit"],
            Operation::Merge => &["merge", "--quit"],
            Operation::CherryPick => &["cherry-pick", "--quit"],
            Operation::Revert => &["revert", "--quit"],
            // Given a commit, it checks nothing else out.
            Operation::Bisect => &["bisect", "reset", "HEAD"],
        };
        self.call().args(words).run().map(drop)
    }

    /// Lets `branch` name `commit`, and checks it out without touching a file or the index.
    ///
    /// # Errors
    /// Git's own words.
    pub fn move_branch(&self, branch: &str, commit: &str) -> Result<(), GitError> {
        let name = format!("refs/heads/{branch}");
        let why = "samocode: restore";
        self.call().args(["update-ref", "-m", why, "--no-deref", &name, commit]).run()?;
        self.call().args(["symbolic-ref", "-m", why, "HEAD", &name]).run().map(drop)
    }
}
