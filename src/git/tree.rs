//! What a commit holds. Changes nothing.

use super::error::GitError;
use super::repository::Repository;

impl Repository {
    /// The id of a commit's tree: two commits with the same tree hold the same files.
    ///
    /// # Errors
    /// When there is no such commit.
    pub fn tree_of(&self, commit: &str) -> Result<String, GitError> {
        let wanted = format!("{commit}^{{tree}}");
        Ok(self.call().args(["rev-parse", "--verify", "--end-of-options", &wanted]).run()?.text())
    }
}
