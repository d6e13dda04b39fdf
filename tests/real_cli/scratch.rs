//! A folder of its own for one run: the home, the working folder and what else a test puts there.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Removed when dropped.
pub(crate) struct Scratch {
    root: TempDir,
}

impl Scratch {
    /// With an empty home and an empty working folder.
    pub(crate) fn new() -> Self {
        let scratch = Self { root: TempDir::new().unwrap() };
        fs::create_dir(scratch.home()).unwrap();
        fs::create_dir(scratch.work()).unwrap();
        scratch
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        // Resolved, because the CLI tells its folder without links.
        self.root.path().canonicalize().unwrap().join(name)
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.path("home")
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.path("project")
    }

    /// Writes a file, with its folders, and gives its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }
}

/// Every file below a folder, relative to it, sorted.
pub(crate) fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}
