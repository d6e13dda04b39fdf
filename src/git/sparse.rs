//! Brings back the files that a sparse checkout left out of a worktree, once its settings are gone. Without them git would
//! go on to call the worktree clean although files are missing.

use super::error::GitError;
use super::worktree::Worktree;

/// What `git ls-files -t` puts before a file that is left out.
const LEFT_OUT: &[u8] = b"S ";

impl Worktree {
    /// Makes the worktree whole again, or as sparse as its settings say; returns how many files are not left out any more.
    ///
    /// # Errors
    /// Git's own words.
    pub fn undo_sparse_checkout(&self) -> Result<usize, GitError> {
        let before = self.left_out_of_checkout()?;
        let wanted = self.call().args(["config", "--type=bool", "--get", "core.sparseCheckout"]).output()?;
        if wanted.text() == "true" {
            self.call().args(["sparse-checkout", "reapply"]).run()?;
        } else if !before.is_empty() {
            let paths = [before.join(&0), vec![0]].concat();
            let include = self.call().args(["update-index", "--no-skip-worktree", "-z", "--stdin"]);
            include.input(&paths)?.run()?;
            // It fails for a file that is there already, and writes the others.
            self.call().args(["checkout-index", "--quiet", "-z", "--stdin"]).input(&paths)?.output()?;
        }
        Ok(before.len().saturating_sub(self.left_out_of_checkout()?.len()))
    }

    fn left_out_of_checkout(&self) -> Result<Vec<Vec<u8>>, GitError> {
        let listed = self.call().args(["ls-files", "-t", "-z"]).run()?.stdout;
        let left_out = listed.split(|byte| *byte == 0).filter_map(|line| line.strip_prefix(LEFT_OUT));
        Ok(left_out.map(<[u8]>::to_vec).collect())
    }
}
