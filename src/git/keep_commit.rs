//! Keeps a commit under a reference of samocode's, so that it stays reachable whatever happens to its branch.

use super::error::GitError;
use super::repository::Repository;
use crate::crash;

impl Repository {
    /// Makes `reference`, e.g. `refs/samocode/26-01-08-add-auth/7-before`, name `commit`.
    ///
    /// # Errors
    /// When the commit is not there any more, or the reference cannot be written.
    pub fn keep_commit(&self, reference: &str, commit: &str) -> Result<(), GitError> {
        crash::point(|| "keep a commit, before");
        self.call().args(["update-ref", reference, commit]).run()?;
        crash::point(|| "keep a commit, after");
        Ok(())
    }

    /// The names of the references under a prefix.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn references_under(&self, prefix: &str) -> Result<Vec<String>, GitError> {
        let listed = self.call().args(["for-each-ref", "--format=%(refname)", prefix]).run()?.text();
        Ok(listed.lines().map(str::to_owned).collect())
    }
}
