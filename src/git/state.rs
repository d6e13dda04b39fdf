//! What a worktree looks like now, with one git process. Changes nothing of the agent's.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::error::GitError;
use super::nested::Nested;
use super::status::{self, Change, ChangeKind};
use super::worktree::Worktree;

/// Something that git was told to do and that is not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `git rebase`, or `git am`.
    Rebase,
    /// `git merge`.
    Merge,
    /// `git cherry-pick`.
    CherryPick,
    /// `git revert`.
    Revert,
    /// `git bisect`.
    Bisect,
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Rebase => "rebase",
            Self::Merge => "merge",
            Self::CherryPick => "cherry-pick",
            Self::Revert => "revert",
            Self::Bisect => "bisect",
        })
    }
}

/// A worktree at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorktreeState {
    /// The commit that is checked out; `None` on a branch without a commit.
    pub head: Option<String>,
    /// The branch that is checked out; `None` when HEAD is detached.
    pub branch: Option<String>,
    /// Every path that is not as in `head`, untracked files one by one. What changed inside a submodule
    /// without a commit is not seen.
    pub changes: Vec<Change>,
    /// What git was stopped in the middle of.
    pub operation: Option<Operation>,
    /// Repositories inside the worktree that are staged or committed as bare links. Of the committed ones only those
    /// that [`super::Repository::nested_since`] was asked for.
    pub nested: Vec<Nested>,
}

impl WorktreeState {
    /// Whether every file is as in the commit and nothing is unfinished.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.changes.is_empty() && self.operation.is_none()
    }

    /// How many files git does not know.
    #[must_use]
    pub fn untracked(&self) -> usize {
        self.changes.iter().filter(|change| change.kind == ChangeKind::Untracked).count()
    }

    /// The folders of all repositories inside the worktree that are not submodules, as far as they are known.
    pub(super) fn nested_folders(&self) -> BTreeSet<&Path> {
        let untracked = self.changes.iter().filter(|change| change.kind == ChangeKind::NestedRepository);
        let untracked = untracked.map(|change| change.path.as_path());
        untracked.chain(self.nested.iter().map(|nested| nested.path.as_path())).collect()
    }

    /// At most `count` of the changed paths, to be shown.
    pub fn first_paths(&self, count: usize) -> impl Iterator<Item = &Path> {
        self.changes.iter().take(count).map(|change| change.path.as_path())
    }
}

impl Worktree {
    /// Reads the state. One git process, about 3 ms in a small repository.
    ///
    /// # Errors
    /// [`GitError::WorktreeGone`] when the folder was removed, [`GitError::WorktreeForeign`] when its `.git` leads
    /// elsewhere now; else git's own words.
    pub fn state(&self) -> Result<WorktreeState, GitError> {
        self.verify()?;
        // The one time that a state may write: git stores what it found out about the files' times.
        let locks = if self.index_may_settle() { "1" } else { "0" };
        let output = self
            .call()
            .env("GIT_OPTIONAL_LOCKS", locks)
            .args(["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all", "--no-renames"])
            .args(["--no-ahead-behind", "--ignore-submodules=dirty"])
            .run()?;
        let status = status::parse(&output.stdout).map_err(|record| output.unexpected(record))?;
        Ok(WorktreeState {
            head: status.head,
            branch: status.branch,
            changes: status.changes,
            operation: operation(self.git_dir()),
            nested: self.staged_nested(status.new_links)?,
        })
    }
}

/// Git keeps no list of what is unfinished, only these files.
fn operation(git_dir: &Path) -> Option<Operation> {
    const MARKS: &[(&str, Operation)] = &[
        ("rebase-merge", Operation::Rebase),
        ("rebase-apply", Operation::Rebase),
        ("MERGE_HEAD", Operation::Merge),
        ("CHERRY_PICK_HEAD", Operation::CherryPick),
        ("REVERT_HEAD", Operation::Revert),
        ("BISECT_LOG", Operation::Bisect),
    ];
    let mark = |name: &str| -> PathBuf { git_dir.join(name) };
    MARKS.iter().find(|(name, _)| mark(name).exists()).map(|(_, operation)| *operation)
}
