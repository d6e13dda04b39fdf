//! Finds a session's worktree again after its folder, the repository or both were moved, and corrects the two files by
//! which they know each other, as `git worktree repair` would. Runs no git.
//!
//! Git's own command also rewrites the `.git` of every other worktree that the repository lists. In a copy of a project
//! those are the original's, and it would take them away from there. So this touches one worktree and its entry only.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::entries::{Entry, resolved};
use super::error::GitError;
use super::program::path as path_of;
use super::repository::Repository;
use super::worktree::{Worktree, follow, read_pointer};

/// Where a session's worktree is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereabouts {
    /// At the recorded place.
    Here,
    /// At the recorded place, and linked to the repository again, which is at another place now.
    Linked,
    /// At this other place, linked to the repository.
    Moved(PathBuf),
    /// Not found.
    Gone,
}

impl Repository {
    /// Finds the worktree that was at `recorded`: there, at `configured`, or where `git worktree move` put it. One that
    /// the repository and the worktree itself agree on comes first; else one that was moved is linked again.
    ///
    /// # Errors
    /// When one of the two linking files cannot be written.
    pub fn find_worktree(&self, recorded: &Path, configured: &Path) -> Result<Whereabouts, GitError> {
        if Worktree::open(self, recorded).is_ok() {
            return Ok(Whereabouts::Here);
        }
        let Some(name) = recorded.file_name() else {
            return Ok(Whereabouts::Gone);
        };
        if self.rejoin(recorded, name)? {
            return Ok(Whereabouts::Linked);
        }
        if resolved(recorded) != resolved(configured) && self.rejoin(configured, name)? {
            return Ok(Whereabouts::Moved(configured.to_owned()));
        }
        let entry = self.common_dir().join("worktrees").join(name);
        match worktree_of(&entry) {
            Some(place) if Worktree::open(self, &place).is_ok() => Ok(Whereabouts::Moved(place)),
            Some(_) | None => Ok(Whereabouts::Gone),
        }
    }

    /// Links the worktree at `place` and its entry in this repository to each other; false when `place` is not a moved
    /// worktree of this repository whose folder was called `name`.
    pub(super) fn rejoin(&self, place: &Path, name: &OsStr) -> Result<bool, GitError> {
        let link = place.join(".git");
        let Some(entry) = self.entry_named_by(&link) else {
            return Ok(false);
        };
        // The entry must be that of this worktree: an agent can write any name into its own `.git`.
        let Some(known) = worktree_of(&entry).filter(|known| known.file_name() == Some(name)) else {
            return Ok(false);
        };
        let here = resolved(place);
        let elsewhere = resolved(&known) != here && follow(&known, self.common_dir()).is_ok();
        if elsewhere || self.belongs_to_another(&link, &here) {
            return Ok(false);
        }
        write_line(&entry.join("gitdir"), &[here.join(".git").as_os_str().as_bytes()])?;
        write_line(&link, &[b"gitdir: ", entry.as_os_str().as_bytes()])?;
        Ok(follow(place, self.common_dir()).is_ok())
    }

    /// The entry in this repository that the `.git` file names, wherever the file says that the repository is.
    fn entry_named_by(&self, link: &Path) -> Option<PathBuf> {
        if !fs::symlink_metadata(link).ok()?.is_file() {
            return None;
        }
        let target = pointed_to(link)?;
        let entries = self.common_dir().join("worktrees");
        if target.parent()?.file_name() != entries.file_name() {
            return None;
        }
        let entry = entries.join(target.file_name()?);
        fs::symlink_metadata(&entry).is_ok_and(|found| found.is_dir()).then_some(entry)
    }

    /// Whether another repository, e.g. the original of a copied one, has this very worktree.
    fn belongs_to_another(&self, link: &Path, here: &Path) -> bool {
        let Some(git_dir) = pointed_to(link).and_then(|target| target.canonicalize().ok()) else {
            return false;
        };
        let ours = git_dir.starts_with(self.common_dir());
        !ours && worktree_of(&git_dir).is_some_and(|known| resolved(&known) == here)
    }

    /// Removes the entry of a worktree that had the same folder name and branch as the one that is made at `path`, and
    /// is gone from the place that the entry names.
    pub(super) fn forget_moved(
        &self,
        entries: &mut Vec<Entry>,
        path: &Path,
        branch: &str,
    ) -> Result<(), GitError> {
        let old = entries.iter().position(|entry| {
            entry.branch.as_deref() == Some(branch)
                && entry.path.file_name() == path.file_name()
                && entry.locked.is_none()
                && resolved(&entry.path) != path
                && entry.path.symlink_metadata().is_err()
        });
        if let Some(old) = old {
            let old = entries.remove(old);
            self.call().args(["worktree", "remove", "--force", "--"]).arg(&old.path).run()?;
        }
        Ok(())
    }
}

/// The folder of the worktree that an entry is for, as its `gitdir` file says.
fn worktree_of(entry: &Path) -> Option<PathBuf> {
    let pointer = read_pointer(&entry.join("gitdir")).ok()?;
    let link = entry.join(path_of(&pointer));
    (link.file_name()? == ".git").then(|| link.parent().map(Path::to_owned))?
}

/// Where a `.git` file leads.
fn pointed_to(link: &Path) -> Option<PathBuf> {
    let pointer = read_pointer(link).ok()?;
    Some(link.parent()?.join(path_of(pointer.strip_prefix(b"gitdir: ")?)))
}

fn write_line(file: &Path, parts: &[&[u8]]) -> Result<(), GitError> {
    let mut line = parts.concat();
    line.push(b'\n');
    fs::write(file, line).map_err(GitError::io("write", file))
}
