//! Gives a linked worktree that lost its folder in the repository that folder back.

use std::fs;
use std::os::unix::ffi::OsStrExt;

use super::error::GitError;
use super::program::path;
use super::repository::Repository;
use super::shared_refs::Linked;

impl Repository {
    /// Whether the files of a worktree are there and belong to this entry, which the repository does not have any more.
    #[must_use]
    pub fn is_cut_off(&self, linked: &Linked) -> bool {
        let entry = self.entry_of(linked);
        let pointer = fs::read(linked.top.join(".git")).unwrap_or_default();
        let target = pointer.strip_prefix(b"gitdir: ").map(|target| path(target.trim_ascii_end()));
        !entry.exists() && target.is_some_and(|target| linked.top.join(target) == entry)
    }

    /// Makes the entry again. The index starts from HEAD: what was staged is a change that is not staged.
    ///
    /// # Errors
    /// When the folder cannot be made, or git cannot read HEAD.
    pub fn make_entry_again(&self, linked: &Linked) -> Result<(), GitError> {
        let entry = self.entry_of(linked);
        let pointer = linked.top.join(".git");
        let write = |name: &str, line: &[u8]| fs::write(entry.join(name), [line, b"\n"].concat());
        fs::create_dir_all(&entry)
            .and_then(|()| write("commondir", b"../.."))
            .and_then(|()| write("gitdir", pointer.as_os_str().as_bytes()))
            .and_then(|()| write("HEAD", linked.head.as_bytes()))
            .map_err(GitError::io("make", &entry))?;
        let call = self.call().env("GIT_DIR", &entry).env("GIT_WORK_TREE", &linked.top);
        call.args(["read-tree", "HEAD"]).run().map(drop)
    }

    fn entry_of(&self, linked: &Linked) -> std::path::PathBuf {
        self.common_dir().join("worktrees").join(&linked.id)
    }
}
