//! Reads a repository's commits without its configuration. While an agent is at work, `.git/config` may name programs
//! that git would start as the person: to fetch an object that is missing, to filter a file, to compare two. So git is
//! given a folder with a configuration of ours, and only the references and objects are the repository's.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::error::GitError;
use super::program::{Call, Git};
use super::repository::{Repository, locate};

/// What the folder takes from the repository, by link. One that is not there leads nowhere, which git takes for absent.
const LINKED: &[&str] = &["refs", "packed-refs", "reftable"];

/// A git folder whose configuration nobody else can write. Removed when dropped.
#[derive(Debug, Clone)]
pub(super) struct CleanFolder {
    dir: Arc<TempDir>,
    objects: PathBuf,
    shallow: PathBuf,
}

impl CleanFolder {
    fn make(git: &Git, folder: &Path, common_dir: &Path) -> Result<Self, GitError> {
        // Reads no object, and starts nothing whatever the configuration says.
        let format = git.call(folder).args(["rev-parse", "--show-object-format"]).run()?.text();
        let dir = tempfile::tempdir().map_err(GitError::io("make a folder in", &std::env::temp_dir()))?;
        let path = dir.path();
        for name in LINKED.iter().filter(|name| common_dir.join(name).exists()) {
            let (from, to) = (common_dir.join(name), path.join(name));
            symlink(&from, &to).map_err(GitError::io("link", &to))?;
        }
        let reftable = if common_dir.join("reftable").is_dir() { "\trefStorage = reftable\n" } else { "" };
        let config = format!(
            "[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tobjectFormat = {}\n{reftable}",
            if format == "sha256" { "sha256" } else { "sha1" }
        );
        for (name, text) in [("config", config.as_str()), ("HEAD", "ref: refs/heads/none\n")] {
            let file = path.join(name);
            fs::write(&file, text).map_err(GitError::io("write", &file))?;
        }
        Ok(Self {
            dir: Arc::new(dir),
            objects: common_dir.join("objects"),
            shallow: common_dir.join("shallow"),
        })
    }

    /// Makes a call ask this folder. Attributes are those of the folder that it runs in.
    pub(super) fn lead(&self, call: Call) -> Call {
        call.env("GIT_DIR", self.dir.path())
            .env("GIT_WORK_TREE", ".")
            .env("GIT_OBJECT_DIRECTORY", &self.objects)
            .env("GIT_SHALLOW_FILE", &self.shallow)
    }
}

impl Repository {
    /// The repository that `folder` is in, for reading its commits only. Nothing in its configuration counts.
    ///
    /// # Errors
    /// As [`Repository::discover`], and when no temporary folder can be made.
    pub fn for_reading(git: &Git, folder: &Path) -> Result<Self, GitError> {
        if !folder.is_dir() {
            return Err(GitError::NoSuchFolder { path: folder.to_owned() });
        }
        let (top, common_dir) = locate(git, folder)?;
        let top = top.ok_or_else(|| GitError::BareRepository { path: folder.to_owned() })?;
        let clean = CleanFolder::make(git, folder, &common_dir)?;
        Ok(Self::clean(git.clone(), top, common_dir, clean))
    }
}
