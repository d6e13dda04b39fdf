//! Makes a repository of a folder's files. Never touches a folder that is in a repository already.

use std::path::Path;

use super::error::GitError;
use super::program::Git;
use super::repository::Repository;
use super::snapshot::identified;

impl Repository {
    /// A new repository on branch `main` with all files of `folder` in its first commit. The commit is samocode's, so
    /// that it works where git knows no name and address.
    ///
    /// # Errors
    /// When the folder is the top of a repository already, git is missing, or git says no.
    pub fn create(git: &Git, folder: &Path, message: &str) -> Result<Self, GitError> {
        if folder.join(".git").symlink_metadata().is_ok() {
            return Err(GitError::ARepository { path: folder.to_owned() });
        }
        git.call(folder).args(["init", "--quiet", "--initial-branch=main"]).run()?;
        git.call(folder).args(["add", "--all"]).run()?;
        identified(git.call(folder).args(["commit", "--quiet", "--no-verify", "-m", message])).run()?;
        Self::discover(git, folder)
    }
}
