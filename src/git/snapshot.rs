//! Keeps a worktree as it is, under a reference that nobody else uses. Works on a copy of the index:
//! the agent's branch, index and HEAD stay as they are.

use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::error::GitError;
use super::program::Call;
use super::repository::Repository;
use super::state::WorktreeState;
use super::status::ChangeKind;
use super::worktree::Worktree;

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
    /// It is a repository of its own.
    NestedRepository,
    /// Git could not read it.
    Unreadable,
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
        let mut left_out = self.left_out(state, spec.skip_larger_than);
        let tree = match &state.head {
            Some(head) if state.changes.is_empty() => self
                .call()
                .args(["rev-parse", "--verify", &format!("{head}^{{tree}}")])
                .run()?
                .text(),
            _ => PrivateIndex::copy_of(self)?.tree(self, &mut left_out)?,
        };
        if spec.previous_tree == Some(tree.as_str()) {
            return Ok(SnapshotOutcome::Unchanged { left_out });
        }
        let mut commit = self.call().args(["commit-tree", "-m", spec.message]);
        if let Some(head) = &state.head {
            commit = commit.args(["-p", head]);
        }
        let commit = identified(commit.arg(&tree)).run()?.text();
        self.call()
            .args(["update-ref", spec.reference, &commit])
            .run()?;
        Ok(SnapshotOutcome::Kept(Snapshot {
            commit,
            tree,
            left_out,
        }))
    }

    fn left_out(&self, state: &WorktreeState, limit: u64) -> Vec<LeftOut> {
        let mut left_out = Vec::new();
        for change in &state.changes {
            let reason = match change.kind {
                ChangeKind::NestedRepository => Some(LeftOutReason::NestedRepository),
                ChangeKind::Modified | ChangeKind::Untracked => self.too_large(&change.path, limit),
                // Its content is in the repository already, or both sides of it are: leaving it out saves nothing.
                ChangeKind::Staged | ChangeKind::Unmerged => None,
            };
            left_out.extend(reason.map(|reason| LeftOut {
                path: change.path.clone(),
                reason,
            }));
        }
        left_out
    }

    fn too_large(&self, path: &Path, limit: u64) -> Option<LeftOutReason> {
        let metadata = fs::symlink_metadata(self.path().join(path)).ok()?;
        let bytes = metadata.len();
        (metadata.is_file() && bytes > limit).then_some(LeftOutReason::TooLarge { bytes })
    }
}

impl Repository {
    /// The references under `prefix`, e.g. `refs/samocode/26-01-08-add-auth`, numbers in numeric order.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn list_snapshots(&self, prefix: &str) -> Result<Vec<SnapshotRef>, GitError> {
        let format = "--format=%(refname) %(objectname) %(tree)";
        let output = self
            .call()
            .args(["for-each-ref", "--sort=version:refname", format, prefix])
            .run()?;
        let mut snapshots = Vec::new();
        for line in output.text().lines() {
            let mut fields = line.split(' ').map(str::to_owned);
            match (fields.next(), fields.next(), fields.next()) {
                (Some(reference), Some(commit), Some(tree)) => {
                    snapshots.push(SnapshotRef {
                        reference,
                        commit,
                        tree,
                    });
                }
                _ => return Err(output.unexpected(line.as_bytes())),
            }
        }
        Ok(snapshots)
    }
}

pub(super) fn identified(call: Call) -> Call {
    IDENTITY
        .iter()
        .fold(call, |call, (key, value)| call.env(key, value))
}

/// A copy of the index beside the real one (a split index is found only from there), removed when dropped.
struct PrivateIndex {
    path: PathBuf,
}

impl PrivateIndex {
    fn copy_of(worktree: &Worktree) -> Result<Self, GitError> {
        let real = worktree.git_dir().join("index");
        let index = Self {
            path: worktree.git_dir().join("samocode-index"),
        };
        // What a killed samocode left.
        index.remove();
        match copy_with_time(&real, &index.path) {
            Ok(()) => Ok(index),
            // Without an index git starts from an empty one, and so does the snapshot.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(index),
            Err(error) => Err(GitError::io("copy", &real)(error)),
        }
    }

    /// Adds everything but what is left out, and writes the tree.
    fn tree(&self, worktree: &Worktree, left_out: &mut Vec<LeftOut>) -> Result<String, GitError> {
        let mut specs = b".\0".to_vec();
        for entry in left_out.iter() {
            specs.extend_from_slice(b":(top,exclude,literal)");
            specs.extend_from_slice(entry.path.as_os_str().as_bytes());
            specs.push(0);
        }
        let add = worktree
            .call()
            .env("GIT_INDEX_FILE", &self.path)
            .args([
                "add",
                "--all",
                "--ignore-errors",
                "--pathspec-from-file=-",
                "--pathspec-file-nul",
            ])
            .input(&specs)?
            .output()?;
        if !add.ok() {
            // With `--ignore-errors` git adds the rest, names what it could not read, and ends with 1.
            let unreadable = unreadable(&add.stderr);
            if unreadable.is_empty() {
                return Err(add.failed());
            }
            left_out.extend(unreadable);
        }
        Ok(worktree
            .call()
            .env("GIT_INDEX_FILE", &self.path)
            .arg("write-tree")
            .run()?
            .text())
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
fn copy_with_time(from: &Path, to: &Path) -> io::Result<()> {
    let modified = fs::metadata(from)?.modified()?;
    fs::copy(from, to)?;
    File::options().write(true).open(to)?.set_modified(modified)
}

/// `error: open("path"): Permission denied`, `error: unable to index file 'path'`.
fn unreadable(stderr: &str) -> Vec<LeftOut> {
    let path = |line: &str| {
        let rest = line.strip_prefix("error: open(\"")?;
        Some(PathBuf::from(&rest[..rest.rfind("\"): ")?]))
    };
    let left_out = |path| LeftOut {
        path,
        reason: LeftOutReason::Unreadable,
    };
    stderr.lines().filter_map(path).map(left_out).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_git_cannot_read_is_found_in_its_words() {
        let said = "error: open(\"a b\"): Permission denied\nerror: unable to index file 'a b'\n";
        assert_eq!(
            unreadable(said),
            [LeftOut {
                path: "a b".into(),
                reason: LeftOutReason::Unreadable
            }]
        );
    }
}
