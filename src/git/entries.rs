//! The repository's list of worktrees, as git keeps it. Changes nothing.

use std::path::{Path, PathBuf};

use super::error::GitError;
use super::program::path;
use super::repository::Repository;

/// One worktree that git knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Entry {
    pub(super) path: PathBuf,
    /// The branch without `refs/heads/`; `None` when HEAD is detached.
    pub(super) branch: Option<String>,
    /// The reason, where the entry is locked; may be empty.
    pub(super) locked: Option<String>,
}

/// The reason that git itself gives while `git worktree add` runs.
const INITIALIZING: &str = "initializing";

impl Entry {
    /// Whether `git worktree add` ended before it was done with this one.
    pub(super) fn half_made(&self) -> bool {
        self.locked.as_deref() == Some(INITIALIZING)
    }

    /// Whether the work tree is there.
    pub(super) fn present(&self) -> bool {
        self.path.join(".git").exists()
    }
}

impl Repository {
    /// The branch that is checked out in the worktree at this path; none where there is no worktree, or its HEAD is
    /// detached.
    ///
    /// # Errors
    /// When git cannot list the worktrees.
    pub fn branch_at(&self, path: &Path) -> Result<Option<String>, GitError> {
        let path = resolved(path);
        let found = self.entries()?.into_iter().find(|entry| resolved(&entry.path) == path);
        Ok(found.filter(Entry::present).and_then(|entry| entry.branch))
    }

    /// The folders of all checkouts of the repository that are on disk, without links.
    ///
    /// # Errors
    /// When git cannot list the worktrees.
    pub fn checkouts(&self) -> Result<Vec<PathBuf>, GitError> {
        let mut found: Vec<PathBuf> =
            self.entries()?.into_iter().filter(Entry::present).map(|entry| resolved(&entry.path)).collect();
        // Git names the git folder in place of the main checkout where `core.worktree` is set.
        found.push(resolved(self.top()));
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// Which of these paths, relative to the top of the checkout, git tracks.
    ///
    /// # Errors
    /// When git cannot read the index.
    pub fn tracked(&self, paths: &[&str]) -> Result<Vec<PathBuf>, GitError> {
        let call = self.call().args(["--literal-pathspecs", "ls-files", "-z", "--"]);
        let listed = call.args(paths.iter().copied()).run()?.stdout;
        Ok(listed.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(path).collect())
    }

    pub(super) fn entries(&self) -> Result<Vec<Entry>, GitError> {
        // Not with `-z`, which git has only since 2.36.
        Ok(parse(&self.call().args(["worktree", "list", "--porcelain"]).run()?.stdout))
    }
}

fn parse(listed: &[u8]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in listed.split(|byte| *byte == b'\n') {
        if let Some(at) = line.strip_prefix(b"worktree ") {
            entries.push(Entry { path: path(at), ..Entry::default() });
        }
        let Some(entry) = entries.last_mut() else {
            continue;
        };
        if let Some(branch) = line.strip_prefix(b"branch refs/heads/") {
            entry.branch = Some(String::from_utf8_lossy(branch).into_owned());
        } else if let Some(reason) = line.strip_prefix(b"locked") {
            entry.locked = Some(String::from_utf8_lossy(reason).trim().to_owned());
        }
    }
    entries
}

/// `path` with the links in its parent folders resolved; it need not exist itself.
pub(super) fn resolved(path: &Path) -> PathBuf {
    if let Ok(found) = path.canonicalize() {
        return found;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) if !parent.as_os_str().is_empty() => resolved(parent).join(name),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_worktrees_is_read_with_branch_and_lock() {
        let listed = b"worktree /a\nHEAD 12\nbranch refs/heads/main\n\n\
            worktree /b c\nHEAD 34\ndetached\nlocked\n\n\
            worktree /d\nHEAD 56\nbranch refs/heads/x/y\nlocked initializing\n\n";
        let entries = parse(listed);
        assert_eq!(entries.len(), 3);
        assert_eq!(entries[0].branch.as_deref(), Some("main"));
        assert_eq!((entries[1].path.as_path(), entries[1].locked.as_deref()), (Path::new("/b c"), Some("")));
        assert!(entries[2].half_made());
    }
}
