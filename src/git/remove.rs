//! Removes a worktree, and says first what would be lost with it. The branch and all that is kept of it stay.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::GitError;
use super::program::path;
use super::repository::Repository;
use super::state::WorktreeState;
use super::worktree::{Worktree, restore_link};
use crate::crash;

/// How many paths are named.
const NAMED: usize = 3;

impl Repository {
    /// Why removing a worktree would lose something; none where all of it is on `branch`. What Git ignores does not count,
    /// unless it is a repository.
    ///
    /// # Errors
    /// When git cannot tell.
    pub fn would_lose(
        &self,
        worktree: &Worktree,
        state: &WorktreeState,
        branch: &str,
    ) -> Result<Option<String>, GitError> {
        if let Some(operation) = state.operation {
            return Ok(Some(format!("a {operation} is not finished in it")));
        }
        if !state.changes.is_empty() {
            let named: Vec<String> =
                state.first_paths(NAMED).map(|path| path.display().to_string()).collect();
            let more = state.changes.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            return Ok(Some(format!("not committed: {}{more}", named.join(", "))));
        }
        let Some(tip) = self.commit_of(&format!("refs/heads/{branch}"))? else {
            return Ok(Some(format!("the branch {branch} is gone, and only the worktree has its commits")));
        };
        if let Some(head) = &state.head
            && !self.is_ancestor(head, &tip)?
        {
            return Ok(Some(format!(
                "commit {} is checked out in it, which is not on the branch {branch}",
                head.get(..10).unwrap_or(head)
            )));
        }
        if let Some(stash) = self.stash_of(branch)? {
            return Ok(Some(format!("{stash} was stashed on its branch")));
        }
        if let Some(nested) = ignored_repository(worktree)? {
            return Ok(Some(format!("{}, which Git ignores, is a repository of its own", nested.display())));
        }
        if worktree.git_dir().join("locked").exists() {
            return Ok(Some("it is locked; `git worktree unlock` unlocks it".to_owned()));
        }
        Ok(None)
    }

    /// Removes a worktree of which nothing would be lost. It has to be forced where files are missing from it because a
    /// samocode was killed while git removed them, and where it has submodules.
    ///
    /// # Errors
    /// Git's own words; unless forced it looks again itself and keeps what is not clean.
    pub fn remove_worktree(&self, path: &Path, force: bool) -> Result<(), GitError> {
        crash::point(|| "remove the worktree, before");
        let force: &[&str] = if force { &["--force"] } else { &[] };
        self.call().args(["worktree", "remove"]).args(force).arg("--").arg(path).run()?;
        crash::point(|| "remove the worktree, after");
        Ok(())
    }

    /// Gives the folder of a worktree its `.git` back where it has lost it and the repository still knows it.
    ///
    /// # Errors
    /// When the repository's list cannot be read, or the file cannot be written.
    pub fn relink(&self, path: &Path) -> Result<(), GitError> {
        if path.is_dir() && !path.join(".git").exists() {
            restore_link(self, path)?;
        }
        Ok(())
    }

    /// The first stash of a branch: `stash@{1}`. All worktrees share one list; its entries name the branch.
    fn stash_of(&self, branch: &str) -> Result<Option<String>, GitError> {
        let listed = self.call().args(["stash", "list", "--format=%gd %gs"]).run()?.text();
        let on = [format!("WIP on {branch}: "), format!("On {branch}: ")];
        let of_branch = |line: &&str| {
            line.split_once(' ').is_some_and(|(_, message)| on.iter().any(|start| message.starts_with(start)))
        };
        Ok(listed.lines().find(of_branch).and_then(|line| Some(line.split_once(' ')?.0.to_owned())))
    }
}

/// A repository in what Git ignores, by its path in the worktree.
fn ignored_repository(worktree: &Worktree) -> Result<Option<PathBuf>, GitError> {
    let listed = ["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"];
    let output = worktree.call().args(listed).run()?;
    let names = output.stdout.split(|byte| *byte == 0).filter(|name| name.ends_with(b"/"));
    let mut open: Vec<PathBuf> = names.map(path).collect();
    while let Some(folder) = open.pop() {
        // What cannot be read or is gone by now is nothing that a removal could take.
        for entry in fs::read_dir(worktree.path().join(&folder)).into_iter().flatten().flatten() {
            if entry.file_name() == ".git" {
                return Ok(Some(folder));
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                open.push(folder.join(entry.file_name()));
            }
        }
    }
    Ok(None)
}
