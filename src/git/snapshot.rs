//! Keeps a worktree as it is, under a reference that nobody else uses. Works on a copy of the index:
//! the agent's branch, index and HEAD stay as they are.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::error::GitError;
use super::program::Call;
use super::repository::Repository;
use super::state::WorktreeState;
use super::status::ChangeKind;
use super::worktree::Worktree;
use crate::crash;

/// Snapshots are samocode's, whoever the person is; no configured identity is needed.
pub(super) const IDENTITY: &[(&str, &str)] = &[
    ("GIT_AUTHOR_NAME", "samocode"),
    ("GIT_AUTHOR_EMAIL", "samocode@localhost"),
    ("GIT_COMMITTER_NAME", "samocode"),
    ("GIT_COMMITTER_EMAIL", "samocode@localhost"),
];

/// What to keep, and where.
#[derive(Debug, Clone, Copy)]
pub struct SnapshotSpec<'a> {
    /// The reference to write, e.g. `refs/samocode/26-01-08-add-auth/7`.
    pub reference: &'a str,
    /// The commit's message.
    pub message: &'a str,
    /// The tree of the last snapshot: where nothing differs from it, nothing is written.
    pub previous_tree: Option<&'a str>,
    /// Changed files that are longer than this many bytes are left out and named.
    pub skip_larger_than: u64,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotOutcome {
    /// The worktree is as in the previous tree.
    Unchanged {
        /// What the comparison did not look at.
        left_out: Vec<LeftOut>,
    },
    /// It was kept.
    Kept(Snapshot),
}

/// A kept state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The commit that the reference names; its parent is what was checked out.
    pub commit: String,
    /// Its tree.
    pub tree: String,
    /// What is not in it.
    pub left_out: Vec<LeftOut>,
}

/// A path that a snapshot does not hold as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Relative to the top of the worktree.
    pub path: PathBuf,
    /// Why.
    pub reason: LeftOutReason,
}

/// Why a path is not in a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOutReason {
    /// It is longer than the limit.
    TooLarge {
        /// Its length.
        bytes: u64,
    },
    /// It is the history of a repository inside the worktree.
    NestedRepository,
    /// It may not be read.
    Unreadable,
    /// It is no file, e.g. a socket.
    NotAFile,
}

impl std::fmt::Display for LeftOutReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLarge { bytes } => write!(f, "{} MiB long", bytes / (1024 * 1024)),
            Self::NestedRepository => {
                f.write_str("the history of a repository inside the worktree; only its files are kept")
            }
            Self::Unreadable => f.write_str("not readable"),
            Self::NotAFile => f.write_str("not a regular file"),
        }
    }
}

/// A snapshot that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRef {
    /// The reference.
    pub reference: String,
    /// The commit.
    pub commit: String,
    /// The commit's tree.
    pub tree: String,
    /// When the commit was made, in seconds since 1970.
    pub seconds: i64,
}

impl Worktree {
    /// Keeps the worktree as `state`, just read, describes it: tracked and untracked files, not ignored ones.
    /// Two git processes where it is clean, four where not.
    ///
    /// # Errors
    /// Git's own words, e.g. on a full disk. Nothing of the agent's has changed then either.
    pub fn snapshot(
        &self,
        state: &WorktreeState,
        spec: &SnapshotSpec<'_>,
    ) -> Result<SnapshotOutcome, GitError> {
        let left_out = self.left_out(state, spec.skip_larger_than)?;
        let tree = match &state.head {
            Some(head) if state.changes.is_empty() && state.nested.is_empty() => {
                self.call().args(["rev-parse", "--verify", &format!("{head}^{{tree}}")]).run()?.text()
            }
            _ => PrivateIndex::copy_of(self)?.tree(self, &self.to_update(state, &left_out)?)?,
        };
        if spec.previous_tree == Some(tree.as_str()) {
            return Ok(SnapshotOutcome::Unchanged { left_out });
        }
        crash::point(|| "commit of a snapshot, before");
        let mut commit = self.call().args(["commit-tree", "-m", spec.message]);
        if let Some(head) = &state.head {
            commit = commit.args(["-p", head]);
        }
        let commit = identified(commit.arg(&tree)).run()?.text();
        crash::point(|| "reference of a snapshot, before");
        self.call().args(["update-ref", spec.reference, &commit]).run()?;
        crash::point(|| "reference of a snapshot, after");
        Ok(SnapshotOutcome::Kept(Snapshot { commit, tree, left_out }))
    }

    pub(super) fn left_out(&self, state: &WorktreeState, limit: u64) -> Result<Vec<LeftOut>, GitError> {
        let mut left_out = Vec::new();
        for change in &state.changes {
            let reason = match change.kind {
                ChangeKind::Modified | ChangeKind::Untracked => self.obstacle(&change.path, limit),
                // Both sides of it are in the repository already, and a tree cannot be written without it.
                ChangeKind::Unmerged => self.obstacle(&change.path, u64::MAX),
                ChangeKind::Staged | ChangeKind::NestedRepository => None,
            };
            left_out.extend(reason.map(|reason| LeftOut { path: change.path.clone(), reason }));
        }
        for path in self.nested_files(state)? {
            let reason = self.obstacle(&path, limit);
            left_out.extend(reason.map(|reason| LeftOut { path, reason }));
        }
        for folder in state.nested_folders() {
            let path = folder.join(".git");
            if self.path().join(&path).symlink_metadata().is_ok() {
                left_out.push(LeftOut { path, reason: LeftOutReason::NestedRepository });
            }
        }
        Ok(left_out)
    }

    fn obstacle(&self, path: &Path, limit: u64) -> Option<LeftOutReason> {
        let path = self.path().join(path);
        let metadata = fs::symlink_metadata(&path).ok()?;
        let (kind, bytes) = (metadata.file_type(), metadata.len());
        if kind.is_symlink() || kind.is_dir() {
            None
        } else if !kind.is_file() {
            Some(LeftOutReason::NotAFile)
        } else if bytes > limit {
            Some(LeftOutReason::TooLarge { bytes })
        } else {
            access(&path, Access::READ_OK).is_err().then_some(LeftOutReason::Unreadable)
        }
    }

    /// The paths whose entry in the index is to be made like the file, each ended by NUL.
    pub(super) fn to_update(&self, state: &WorktreeState, left_out: &[LeftOut]) -> Result<Vec<u8>, GitError> {
        let left_out: HashSet<&Path> = left_out.iter().map(|left| left.path.as_path()).collect();
        let as_they_are =
            |kind: ChangeKind| matches!(kind, ChangeKind::Staged | ChangeKind::NestedRepository);
        let changed = state.changes.iter().filter(|change| !as_they_are(change.kind));
        let nested = self.nested_files(state)?;
        let mut paths = Vec::new();
        for path in changed.map(|change| &change.path).chain(&nested) {
            // Git refuses what lies behind a link. It goes when the link takes the place of its folder.
            if left_out.contains(path.as_path()) || self.behind_link(path) {
                continue;
            }
            paths.extend_from_slice(path.as_os_str().as_bytes());
            paths.push(0);
        }
        Ok(paths)
    }

    fn behind_link(&self, path: &Path) -> bool {
        let folders = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
        folders.into_iter().any(|folder| self.path().join(folder).is_symlink())
    }
}

impl Repository {
    /// The references under `prefix`, e.g. `refs/samocode/26-01-08-add-auth`, numbers in numeric order.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn list_snapshots(&self, prefix: &str) -> Result<Vec<SnapshotRef>, GitError> {
        let format = "--format=%(refname) %(objectname) %(tree) %(committerdate:unix)";
        let output = self.call().args(["for-each-ref", "--sort=version:refname", format, prefix]).run()?;
        let mut snapshots = Vec::new();
        for line in output.text().lines() {
            // What was kept of the person's, a tag perhaps, is no state of the worktree.
            if line.strip_prefix(prefix).is_some_and(|rest| rest.starts_with("/kept/")) {
                continue;
            }
            let mut fields = line.split(' ').map(str::to_owned);
            let seconds = fields.next_back().and_then(|seconds| seconds.parse().ok());
            match (fields.next(), fields.next(), fields.next(), seconds) {
                (Some(reference), Some(commit), Some(tree), Some(seconds)) => {
                    snapshots.push(SnapshotRef { reference, commit, tree, seconds });
                }
                _ => return Err(output.unexpected(line.as_bytes())),
            }
        }
        Ok(snapshots)
    }
}

pub(super) fn identified(call: Call) -> Call {
    IDENTITY.iter().fold(call, |call, (key, value)| call.env(key, value))
}

/// A copy of the index beside the real one (a split index is found only from there), removed when dropped.
pub(super) struct PrivateIndex {
    path: PathBuf,
}

impl PrivateIndex {
    pub(super) fn copy_of(worktree: &Worktree) -> Result<Self, GitError> {
        let real = worktree.git_dir().join("index");
        let index = Self { path: worktree.git_dir().join("samocode-index") };
        // What a killed samocode left.
        index.remove();
        crash::point(|| "copy of the index, before");
        match copy_with_time(&real, &index.path) {
            Ok(()) => {
                crash::point(|| "copy of the index, after");
                Ok(index)
            }
            // Without an index git starts from an empty one, and so does the snapshot.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(index),
            Err(error) => Err(GitError::io("copy", &real)(error)),
        }
    }

    /// Makes the entries of `paths` like the files, and writes the tree. Not with `git add`, which runs
    /// `git status` inside every submodule, under a configuration that a child may have written.
    pub(super) fn tree(&self, worktree: &Worktree, paths: &[u8]) -> Result<String, GitError> {
        if !paths.is_empty() {
            let update =
                self.call(worktree).args(["update-index", "--add", "--remove", "--replace", "-z", "--stdin"]);
            update.input(paths)?.run()?;
        }
        crash::point(|| "tree of a snapshot, before");
        Ok(self.call(worktree).arg("write-tree").run()?.text())
    }

    /// A call that works on this index.
    pub(super) fn call(&self, worktree: &Worktree) -> Call {
        worktree.call().env("GIT_INDEX_FILE", &self.path)
    }

    fn remove(&self) {
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(self.path.with_extension("lock"));
    }
}

impl Drop for PrivateIndex {
    fn drop(&mut self) {
        self.remove();
    }
}

/// The copy gets the original's time: git compares it with the files' times to tell which of them may have
/// changed in the same instant in which the index was written.
pub(super) fn copy_with_time(from: &Path, to: &Path) -> io::Result<()> {
    let modified = fs::metadata(from)?.modified()?;
    fs::copy(from, to)?;
    File::options().write(true).open(to)?.set_modified(modified)
}
