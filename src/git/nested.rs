//! Repositories inside a worktree that are not submodules. Git commits such a folder as a bare link: its files are on no
//! branch, and a clone has none of them. Never runs git inside one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::error::GitError;
use super::program::{Call, path};
use super::repository::Repository;
use super::state::WorktreeState;
use super::worktree::Worktree;

/// Git's mode of a link to another repository's commit.
pub(super) const LINK_MODE: &[u8] = b"160000";
/// More files than this in one nested repository are not kept.
const MOST_FILES: usize = 10_000;
/// Repositories inside of nested repositories are looked into this deep.
const DEEPEST: usize = 4;

/// A repository inside the worktree that is not a submodule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nested {
    /// Its folder, relative to the top of the worktree.
    pub path: PathBuf,
    /// Whether a commit holds it, as a link.
    pub committed: bool,
}

impl Repository {
    /// Links to other repositories that `head` has, `base` had not, and `.gitmodules` does not explain. One git process,
    /// a second one where there are links.
    ///
    /// # Errors
    /// When one of the commits is not there.
    pub fn nested_since(&self, base: &str, head: &str) -> Result<Vec<Nested>, GitError> {
        let output = self
            .call()
            // What the configuration says about ignoring submodules must not hide a link.
            .args(["diff-tree", "-r", "-z", "--raw", "--no-renames", "--ignore-submodules=none"])
            .args([base, head, "--"])
            .run()?;
        let mut fields = output.stdout.split(|byte| *byte == 0);
        let mut links = Vec::new();
        // `:<old mode> <new mode> <old id> <new id> <how>`, then the path.
        while let (Some(record), Some(name)) = (fields.next(), fields.next()) {
            let mut modes = record.strip_prefix(b":").unwrap_or(record).split(|byte| *byte == b' ');
            if modes.next() != Some(LINK_MODE) && modes.next() == Some(LINK_MODE) {
                links.push(path(name));
            }
        }
        if links.is_empty() {
            return Ok(Vec::new());
        }
        let known = submodule_paths(self.call().args(["config", "--blob", &format!("{head}:.gitmodules")]))?;
        links.retain(|link| !known.contains(link));
        Ok(links.into_iter().map(|path| Nested { path, committed: true }).collect())
    }
}

impl Worktree {
    /// Those of `links`, which are staged and not committed, that `.gitmodules` does not explain.
    pub(super) fn staged_nested(&self, mut links: Vec<PathBuf>) -> Result<Vec<Nested>, GitError> {
        if !links.is_empty() {
            let file = self.path().join(".gitmodules");
            let known = submodule_paths(self.call().args(["config", "--file"]).arg(file))?;
            links.retain(|link| !known.contains(link));
        }
        Ok(links.into_iter().map(|path| Nested { path, committed: false }).collect())
    }

    /// The files of the nested repositories, relative to the top of the worktree, without what Git ignores. None of a
    /// repository that has too many. One git process for each repository.
    pub(super) fn nested_files(&self, state: &WorktreeState) -> Result<Vec<PathBuf>, GitError> {
        let mut files = Vec::new();
        for folder in state.nested_folders() {
            let mut own = Vec::new();
            self.list_nested(folder, DEEPEST, &mut own)?;
            if own.len() <= MOST_FILES {
                files.append(&mut own);
            }
        }
        Ok(files)
    }

    fn list_nested(&self, folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), GitError> {
        let top = self.path().join(folder);
        // A link that is committed may have lost its folder.
        if !top.is_dir() || top.is_symlink() {
            return Ok(());
        }
        // The nested repository's own settings are an agent's: Git works with those of the session's repository, takes
        // the folder for its work tree, and, without an index, every file in it for a new one.
        let listed = self
            .call()
            .env("GIT_WORK_TREE", &top)
            .env("GIT_INDEX_FILE", self.git_dir().join("samocode-no-index"))
            .args(["ls-files", "--others", "--exclude-standard", "-z"])
            .run()?;
        for name in listed.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
            match name.strip_suffix(b"/") {
                Some(inner) if depth > 0 => self.list_nested(&folder.join(path(inner)), depth - 1, files)?,
                Some(_) => {}
                None => files.push(folder.join(path(name))),
            }
            if files.len() > MOST_FILES {
                break;
            }
        }
        Ok(())
    }
}

/// The paths of the submodules that have an address, too, from a call that names the file to read.
fn submodule_paths(call: Call) -> Result<BTreeSet<PathBuf>, GitError> {
    let output = call.args(["--null", "--get-regexp", r"^submodule\..*\.(path|url)$"]).output()?;
    // It fails where there is no such file, or nothing in it.
    let mut paths = Vec::new();
    let mut with_address = BTreeSet::new();
    for setting in output.stdout.split(|byte| *byte == 0) {
        let Some(at) = setting.iter().position(|byte| *byte == b'\n') else {
            continue;
        };
        let (key, value) = (&setting[..at], &setting[at + 1..]);
        if let Some(name) = key.strip_suffix(b".path") {
            paths.push((name, path(value)));
        } else if let Some(name) = key.strip_suffix(b".url").filter(|_| !value.is_empty()) {
            with_address.insert(name);
        }
    }
    paths.retain(|(name, _)| with_address.contains(name));
    Ok(paths.into_iter().map(|(_, path)| path).collect())
}
