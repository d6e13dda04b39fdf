//! Branch names, judged by git itself. Makes no branch.

use std::path::Path;

use super::error::GitError;
use super::program::Git;
use crate::domain::command::Exit;

/// Whether git takes `name` as the name of a branch. Needs no repository.
///
/// # Errors
/// [`GitError::BranchName`] when it does not; others when git cannot be run.
pub fn check_branch_name(git: &Git, name: &str) -> Result<(), GitError> {
    // `@{-1}` is valid for git in a repository: it means "the branch before".
    if name.starts_with('-') || name.contains("@{") || name.contains('\0') {
        return Err(GitError::BranchName { name: name.to_owned() });
    }
    let output = git.call(Path::new("/")).args(["check-ref-format", "--branch", name]).output()?;
    match output.exit {
        Exit::Code(0) => Ok(()),
        Exit::Code(_) => Err(GitError::BranchName { name: name.to_owned() }),
        Exit::Signal(_) | Exit::Unknown => Err(output.failed()),
    }
}
