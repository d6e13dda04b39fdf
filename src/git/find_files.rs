//! Finds files by their name, wherever they are in a worktree. Changes nothing.

use std::path::PathBuf;

use super::error::GitError;
use super::program::path;
use super::worktree::Worktree;

impl Worktree {
    /// The files called `name`, tracked or not, ignored or not, as absolute paths. Reads the whole worktree: for a
    /// rare moment only.
    ///
    /// # Errors
    /// As [`Worktree::state`].
    pub fn files_named(&self, name: &str) -> Result<Vec<PathBuf>, GitError> {
        self.verify()?;
        let anywhere = format!(":(glob)**/{name}");
        let printed = self.call().args(["ls-files", "--cached", "--others", "-z", "--", &anywhere]).run()?;
        let names = printed.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        Ok(names.map(|name| self.path().join(path(name))).collect())
    }
}
