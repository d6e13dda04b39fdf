//! The three folders of a project: what each must be, and where they may not lie.
//!
//! Makes none of them.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::ConfigError;
use super::place;

/// A folder that a key names.
pub(super) struct Folder {
    /// The key and where it is set, for messages.
    setting: String,
    pub(super) path: PathBuf,
    /// Without links, so that two names of one place are seen to be one.
    real: PathBuf,
    /// The folder that the setting is relative to; none where it is an absolute path.
    relative_to: Option<PathBuf>,
}

impl Folder {
    pub(super) fn new(setting: String, path: PathBuf, relative_to: Option<PathBuf>) -> Self {
        let real = place::real(&path);
        Self { setting, path, real, relative_to }
    }

    /// A path as the setting would have it.
    fn written(&self, path: &Path) -> String {
        let inside = self.relative_to.as_deref().and_then(|base| path.strip_prefix(base).ok());
        inside.map_or_else(|| path.display().to_string(), |inside| format!("./{}", inside.display()))
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
        return Err(repo.error(&missing(repo, &[worktrees, sessions])));
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

/// That the repository is not there, and which folder may be meant.
fn missing(repo: &Folder, others: &[&Folder]) -> String {
    let words = "does not exist; it is the project's repository, which samocode never makes";
    match renamed(&repo.path, others) {
        Some(found) => {
            let line = repo.written(&found);
            format!("{words}; if it was renamed or moved, write `MAIN_REPO={line}`")
        }
        None => words.to_owned(),
    }
}

/// A repository beside the missing one, or beside the first missing folder above it: the one whose name is nearest, or
/// the only one.
fn renamed(path: &Path, others: &[&Folder]) -> Option<PathBuf> {
    let parent = path.ancestors().skip(1).find(|folder| folder.is_dir())?;
    let repositories: Vec<PathBuf> = fs::read_dir(parent)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|folder| folder.join(".git").exists() && others.iter().all(|other| other.path != *folder))
        .collect();
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let wanted = name(path);
    let distance = |folder: &PathBuf| strsim::damerau_levenshtein(&name(folder), &wanted);
    let nearest = repositories.iter().min_by_key(|folder| distance(folder))?;
    let near = distance(nearest) <= (wanted.chars().count() / 3).max(2);
    (near || repositories.len() == 1).then(|| nearest.clone())
}
