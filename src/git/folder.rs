//! Commits one folder into the repository that it happens to lie in. Never into the project's own
//! repository, and never anything else that is staged there.

use std::path::Path;

use super::entries::resolved;
use super::error::GitError;
use super::program::Git;
use super::repository::{Repository, locate};
use super::snapshot::identified;

/// What came of committing a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderCommit {
    /// A commit was made.
    Committed,
    /// There was nothing to commit, or the repository ignores the folder.
    Unchanged,
    /// The folder lies in no repository.
    NoRepository,
    /// The folder lies in the project's own repository, where samocode commits nothing of its own.
    ProjectRepository,
}

/// Commits `path`, which lies under `root`, if `root` lies in a repository other than the project's.
/// The repository is looked for from `root`, which no child can write to.
///
/// # Errors
/// Git's own words, e.g. when that repository is in the middle of a merge.
pub fn commit_folder(
    project: &Repository,
    root: &Path,
    path: &Path,
    message: &str,
) -> Result<FolderCommit, GitError> {
    let git: &Git = project.git();
    let common_dir = match locate(git, root) {
        Ok((Some(_), common_dir)) => common_dir,
        Ok((None, _)) | Err(GitError::NotARepository { .. }) => {
            return Ok(FolderCommit::NoRepository);
        }
        Err(error) => return Err(error),
    };
    if common_dir == project.common_dir() {
        return Ok(FolderCommit::ProjectRepository);
    }
    let path = resolved(path);
    let only = |call: super::program::Call| call.arg("--").arg(&path).env("GIT_LITERAL_PATHSPECS", "1");
    let changed =
        only(git.call(root).args(["status", "--porcelain", "-z", "--untracked-files=normal"])).run()?;
    if changed.stdout.is_empty() {
        return Ok(FolderCommit::Unchanged);
    }
    only(git.call(root).args(["add", "--all"])).run()?;
    only(identified(git.call(root).args(["commit", "--quiet", "--no-verify", "--only", "-m", message])))
        .run()?;
    Ok(FolderCommit::Committed)
}
