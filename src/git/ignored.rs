//! Files of a worktree that Git ignores and that look like somebody's work: on no branch, in no snapshot. Reads only.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::error::GitError;
use super::program::path;
use super::worktree::Worktree;

/// Files of an ignored folder that are looked at.
const MOST_FILES: usize = 5_000;
/// Files that are longer are not compared with those of the main checkout.
const LONGEST_COMPARED: u64 = 1024 * 1024;

/// What tools leave, by name.
#[rustfmt::skip]
const LEFT_BY_TOOLS: &[&str] = &[
    // Build outputs and dependencies.
    "_build", ".build", ".dart_tool", ".gradle", ".lake", ".next", ".nuxt", ".output", ".stack-work", ".svelte-kit", ".terraform",
    ".vs", ".yarn", ".zig-cache", "bin", "bower_components", "build", "CMakeCache.txt", "CMakeFiles", "deps", "DerivedData", "dist",
    "dist-newstyle", "elm-stuff", "node_modules", "obj", "out", "Pods", "storybook-static", "target", "vendor", "zig-cache", "zig-out",
    // Environments and caches.
    ".angular", ".bundle", ".cache", ".ccache", ".direnv", ".docusaurus", ".eggs", ".eslintcache", ".expo", ".hypothesis",
    ".ipynb_checkpoints", ".mypy_cache", ".nox", ".parcel-cache", ".pnpm-store", ".pytest_cache", ".ruff_cache", ".sass-cache",
    ".stylelintcache", ".tox", ".turbo", ".venv", "__pycache__", "env", "venv",
    // Reports, logs, leftovers.
    ".coverage", ".DS_Store", ".idea", ".nyc_output", ".vscode", "coverage", "htmlcov", "log", "logs", "playwright-report", "temp",
    "test-results", "tmp",
];
/// What tools leave, by ending.
const ENDINGS: &[&str] = &[
    "a",
    "bak",
    "class",
    "dll",
    "dylib",
    "egg-info",
    "lock",
    "log",
    "o",
    "orig",
    "pid",
    "profraw",
    "pyc",
    "pyo",
    "so",
    "swp",
    "tmp",
    "tsbuildinfo",
];

impl Worktree {
    /// Files and whole folders that Git ignores, of which something was written after `since`, without what tools leave and
    /// what `main`, the main checkout, has as well. One git process.
    ///
    /// # Errors
    /// When git cannot list them.
    pub fn ignored_work(&self, main: &Path, since: SystemTime) -> Result<BTreeSet<PathBuf>, GitError> {
        let listed = ["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"];
        let output = self.call().args(listed).run()?;
        let mut found = BTreeSet::new();
        for name in output.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
            let name = path(name.strip_suffix(b"/").unwrap_or(name));
            let mut left = MOST_FILES;
            if !name.components().any(|part| is_left_by_tools(Path::new(part.as_os_str())))
                && self.is_work(&name, main, since, &mut left)
            {
                found.insert(name);
            }
        }
        Ok(found)
    }

    fn is_work(&self, name: &Path, main: &Path, since: SystemTime, left: &mut usize) -> bool {
        let full = self.path().join(name);
        let Ok(metadata) = fs::symlink_metadata(&full) else {
            return false;
        };
        if *left == 0 || is_left_by_tools(name) {
            return false;
        }
        *left -= 1;
        if metadata.is_dir() {
            let inside = fs::read_dir(&full).into_iter().flatten().flatten();
            return inside
                .into_iter()
                .any(|entry| self.is_work(&name.join(entry.file_name()), main, since, left));
        }
        let is_new = metadata.modified().is_ok_and(|written| written >= since);
        metadata.is_file() && is_new && !is_same(&full, &main.join(name), metadata.len())
    }
}

fn is_left_by_tools(name: &Path) -> bool {
    let last = name.file_name().and_then(|last| last.to_str()).unwrap_or_default();
    let ending = name.extension().and_then(|ending| ending.to_str());
    LEFT_BY_TOOLS.contains(&last)
        || last.starts_with("cmake-build-")
        || ending.is_some_and(|ending| ENDINGS.contains(&ending))
}

fn is_same(one: &Path, other: &Path, length: u64) -> bool {
    let alike = fs::symlink_metadata(other).is_ok_and(|other| other.is_file() && other.len() == length);
    alike && length <= LONGEST_COMPARED && fs::read(one).ok() == fs::read(other).ok()
}
