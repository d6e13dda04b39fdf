//! The three folders of a project: what each must be, and where they may not lie.
//!
//! Makes none of them.

use std::path::PathBuf;

use super::error::ConfigError;
use super::place;

/// A folder that a key names.
pub(super) struct Folder {
    /// The key and where it is set, for messages.
    setting: String,
    pub(super) path: PathBuf,
    /// Without links, so that two names of one place are seen to be one.
    real: PathBuf,
}

impl Folder {
    pub(super) fn new(setting: String, path: PathBuf) -> Self {
        let real = place::real(&path);
        Self { setting, path, real }
    }

    fn error(&self, problem: &str) -> ConfigError {
        ConfigError::BadFolder {
            setting: self.setting.clone(),
            path: self.path.clone(),
            problem: problem.to_owned(),
        }
    }
}

/// Checks the folders against the disk and against each other. `WORKTREES` and `SESSIONS` may lie inside of
/// `MAIN_REPO`, and need not exist.
pub(super) fn check(repo: &Folder, worktrees: &Folder, sessions: &Folder) -> Result<(), ConfigError> {
    if !repo.path.exists() {
        return Err(repo.error("does not exist; it is the project's repository, which samocode never makes"));
    }
    for folder in [repo, worktrees, sessions] {
        if folder.path.exists() && !folder.path.is_dir() {
            return Err(folder.error("is not a folder"));
        }
    }
    for folder in [worktrees, sessions] {
        if folder.real == repo.real {
            return Err(folder.error("is `MAIN_REPO` itself; name a folder in it or elsewhere"));
        }
    }
    if sessions.real == worktrees.real {
        Err(sessions.error("is `WORKTREES`, too; each needs a folder of its own"))
    } else if sessions.real.starts_with(&worktrees.real) {
        Err(sessions.error("lies inside of `WORKTREES`; the two must stand apart"))
    } else if worktrees.real.starts_with(&sessions.real) {
        Err(worktrees.error("lies inside of `SESSIONS`; the two must stand apart"))
    } else {
        Ok(())
    }
}
