//! Finds a repository and tells what it is. Changes nothing.

use std::path::{Path, PathBuf};

use super::error::GitError;
use super::program::{Call, Git, path};
use super::reading::CleanFolder;

/// A repository with a work tree and at least one commit.
#[derive(Debug, Clone)]
pub struct Repository {
    git: Git,
    top: PathBuf,
    common_dir: PathBuf,
    /// Asked in place of the repository's own folder, where only commits are read.
    clean: Option<CleanFolder>,
}

impl Repository {
    /// The repository that `folder` is in; it may itself be a linked worktree.
    ///
    /// # Errors
    /// [`GitError::NoSuchFolder`], [`GitError::NotARepository`], [`GitError::BareRepository`],
    /// [`GitError::NoCommit`], or git's own words, e.g. about the folder's owner.
    pub fn discover(git: &Git, folder: &Path) -> Result<Self, GitError> {
        if !folder.is_dir() {
            return Err(GitError::NoSuchFolder { path: folder.to_owned() });
        }
        let (top, common_dir) = locate(git, folder)?;
        let top = top.ok_or_else(|| GitError::BareRepository { path: folder.to_owned() })?;
        if !folder.canonicalize().is_ok_and(|folder| folder.starts_with(&top)) {
            return Err(GitError::WorkTreeElsewhere { path: folder.to_owned(), top });
        }
        let repository = Self { git: git.clone(), top, common_dir, clean: None };
        if repository.has_commit()? {
            Ok(repository)
        } else {
            Err(GitError::NoCommit { path: repository.top })
        }
    }

    /// The top folder of the work tree, links resolved.
    #[must_use]
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// `folder` as a path below the top of the work tree; none where it is the top, or lies elsewhere.
    #[must_use]
    pub fn below_top(&self, folder: &Path) -> Option<PathBuf> {
        let below = folder.canonicalize().ok()?.strip_prefix(&self.top).ok()?.to_owned();
        (!below.as_os_str().is_empty()).then_some(below)
    }

    /// The git folder that all worktrees share, links resolved.
    #[must_use]
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// The git that this repository is asked with.
    pub(super) fn git(&self) -> &Git {
        &self.git
    }

    pub(super) fn call(&self) -> Call {
        let call = self.git.call(&self.top);
        match &self.clean {
            Some(clean) => clean.lead(call),
            None => call,
        }
    }

    pub(super) fn clean(git: Git, top: PathBuf, common_dir: PathBuf, clean: CleanFolder) -> Self {
        Self { git, top, common_dir, clean: Some(clean) }
    }

    fn has_commit(&self) -> Result<bool, GitError> {
        if self.call().args(["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]).output()?.ok() {
            return Ok(true);
        }
        // HEAD may be on a branch without a commit while others have some.
        let others = self.call().args(["for-each-ref", "--count=1", "refs/heads", "refs/remotes"]).run()?;
        Ok(!others.stdout.is_empty())
    }
}

/// Top folder (none in a bare repository) and common git folder of the repository around `folder`.
pub(super) fn locate(git: &Git, folder: &Path) -> Result<(Option<PathBuf>, PathBuf), GitError> {
    let output = git
        .call(folder)
        .args(["rev-parse", "--is-bare-repository", "--git-common-dir", "--show-toplevel"])
        .output()?;
    if output.stderr.contains("not a git repository") {
        return Err(GitError::NotARepository { path: folder.to_owned(), work_tree: None });
    }
    let lines: Vec<&[u8]> =
        output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    // Without a work tree git prints the first two answers, then fails on the third.
    let (common, top) = match (output.ok(), lines.as_slice()) {
        (true, [_, common, top]) => (common, Some(path(top))),
        (false, [b"true", common, ..]) => (common, None),
        (false, [b"false", common, ..]) => {
            let git_dir = folder.join(path(common)).canonicalize().ok();
            let top = git_dir.filter(|found| found.ends_with(".git"));
            let work_tree = top.and_then(|found| Some(found.parent()?.to_owned()));
            return Err(GitError::NotARepository { path: folder.to_owned(), work_tree });
        }
        (false, _) => return Err(output.failed()),
        (true, _) => return Err(output.unexpected(&output.stdout)),
    };
    let common = folder.join(path(common));
    let common = common.canonicalize().map_err(GitError::io("resolve", &common))?;
    Ok((top, common))
}
