//! Whether git knows who commits, asked as a child's own git would find it. Changes nothing.

use std::ffi::OsString;
use std::path::Path;

use super::error::GitError;
use super::program::{Call, Git};
use super::repository::Repository;
use super::worktree::Worktree;

/// What git makes of the person's name and address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// `Ada <ada@example.com>`.
    Known(String),
    /// Git's reason for refusing to commit.
    Unknown(String),
}

/// Variables that name the person to git and that its other calls do not get.
const OWN: [&str; 2] = ["GIT_AUTHOR_", "GIT_COMMITTER_"];

impl Repository {
    /// Who would commit in the main work tree with this environment.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn identity(&self, environment: &[(OsString, OsString)]) -> Result<Identity, GitError> {
        identity(&|| asked(self.top(), environment))
    }
}

impl Worktree {
    /// Who would commit here with this environment. It may differ from the main work tree (`includeIf`).
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn identity(&self, environment: &[(OsString, OsString)]) -> Result<Identity, GitError> {
        identity(&|| {
            let call = asked(self.path(), environment);
            call.env("GIT_DIR", self.git_dir()).env("GIT_WORK_TREE", self.path())
        })
    }
}

fn asked(folder: &Path, environment: &[(OsString, OsString)]) -> Call {
    let call = Git::with_environment(environment.iter().cloned()).call(folder);
    environment.iter().fold(call, |call, (name, value)| match name.to_str() {
        Some(name) if OWN.iter().any(|own| name.starts_with(own)) => call.env(name, value),
        Some(_) | None => call,
    })
}

/// Each commit needs both an author and a committer.
fn identity(call: &dyn Fn() -> Call) -> Result<Identity, GitError> {
    let mut who = String::new();
    for variable in ["GIT_COMMITTER_IDENT", "GIT_AUTHOR_IDENT"] {
        let output = call().args(["var", variable]).output()?;
        if !output.ok() {
            // Git explains at length before the line that says why.
            let reason = output.stderr.lines().last().unwrap_or_default();
            return Ok(Identity::Unknown(reason.trim_start_matches("fatal: ").to_owned()));
        }
        // The time follows the address.
        let text = output.text();
        who = text.rsplit_once('>').map_or(text.clone(), |(before, _)| format!("{before}>"));
    }
    Ok(Identity::Known(who))
}
