//! Makes a session's worktree and branch, or finds them as they were left. Touches only the entry at the
//! session's own path; whatever else stands in the way is an error in words.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::base::BaseBranch;
use super::branch::check_branch_name;
use super::entries::{Entry, resolved};
use super::error::GitError;
use super::program::Call;
use super::repository::Repository;
use super::worktree::{Worktree, restore_link};
use crate::crash;

/// How long to wait for another process that makes a worktree in the same repository.
const TURN: Duration = Duration::from_secs(60);

/// What a session needs.
#[derive(Debug, Clone, Copy)]
pub struct WorktreeSpec<'a> {
    /// Where the worktree is to be.
    pub path: &'a Path,
    /// The branch that is to be checked out there.
    pub branch: &'a str,
    /// Where the branch starts, if it is to be made.
    pub base: &'a BaseBranch,
    /// The record says that this session made the branch, or was about to.
    pub own: bool,
    /// The person said `--attach-branch`.
    pub attach: bool,
}

/// A worktree that is ready.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The worktree.
    pub worktree: Worktree,
    /// The branch of the session. An own worktree may have been left on another one, or detached.
    pub branch: String,
    /// Name of the branch that it starts from.
    pub base_branch: String,
    /// The commit that it starts from.
    pub base_commit: String,
    /// Whether the branch was made by this call.
    pub created_branch: bool,
    /// Whether the worktree was made by this call: it lacks what git does not keep.
    pub created_worktree: bool,
}

impl Repository {
    /// Makes the worktree and, where it does not exist, the branch. Calling it again after it was
    /// killed at any point gives the same result.
    ///
    /// # Errors
    /// What stands in the way: a branch that is not this session's or in use elsewhere, a path that is taken,
    /// a locked entry without its folder.
    pub fn prepare(&self, spec: &WorktreeSpec<'_>) -> Result<Prepared, GitError> {
        check_branch_name(self.git(), spec.branch)?;
        let turn = self.take_turn()?;
        let found = self.find_branch(spec.branch)?;
        if found != Found::Nowhere && !spec.own && !spec.attach {
            return Err(GitError::BranchTaken { branch: spec.branch.to_owned() });
        }
        let path = resolved(spec.path);
        if let (true, Some(name)) = (spec.own, path.file_name()) {
            self.rejoin(&path, name)?;
        }
        let mut entries = self.entries()?;
        let at_path = entries.iter().find(|entry| resolved(&entry.path) == path);
        if let Some(entry) = at_path
            && self.settle(entry, spec)? == Settled::Usable
        {
            return self.prepared(spec, Made { branch: false, worktree: false });
        }
        if spec.own {
            self.forget_moved(&mut entries, &path, spec.branch)?;
        }
        refuse_busy(&entries, &path, spec.branch)?;
        refuse_taken(&path)?;
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(GitError::io("make the folder", parent))?;
        }
        let add = self.call().stdin(turn).args(["worktree", "add", "--quiet"]);
        crash::point(|| "make the worktree, before");
        add_worktree(add, &path, spec, &found)?;
        crash::point(|| "make the worktree, after");
        self.prepared(spec, Made { branch: found != Found::Local, worktree: true })
    }

    /// Whether a session that begins could have this worktree and branch, before anything of it is made; true when the
    /// branch exists and is attached.
    ///
    /// # Errors
    /// As [`Repository::prepare`].
    pub fn check_new(&self, path: &Path, branch: &str, attach: bool) -> Result<bool, GitError> {
        check_branch_name(self.git(), branch)?;
        let exists = self.find_branch(branch)? != Found::Nowhere;
        if exists && !attach {
            return Err(GitError::BranchTaken { branch: branch.to_owned() });
        }
        let path = resolved(path);
        let entries = self.entries()?;
        if !entries.iter().any(|entry| resolved(&entry.path) == path) {
            refuse_busy(&entries, &path, branch)?;
            refuse_taken(&path)?;
        }
        Ok(exists)
    }

    /// The branch that makes every branch below `prefix/` impossible, where there is one.
    ///
    /// # Errors
    /// When git cannot list the branches.
    pub fn branch_in_the_way_of(&self, prefix: &str) -> Result<Option<String>, GitError> {
        match self.find_branch(&format!("{prefix}/any")) {
            Err(GitError::BranchClash { existing, .. }) if !existing.starts_with(&format!("{prefix}/")) => {
                Ok(Some(existing))
            }
            Err(GitError::BranchClash { .. }) | Ok(_) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One process at a time makes worktrees here. The lock is git's standard input, too: a git that outlives
    /// a killed samocode holds it until it is done, and is waited for instead of being cleaned up after.
    fn take_turn(&self) -> Result<File, GitError> {
        let path = self.common_dir().join("samocode.lock");
        let file = File::options()
            .create(true)
            .append(true)
            .read(true)
            .open(&path)
            .map_err(GitError::io("open", &path))?;
        let deadline = Instant::now() + TURN;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(GitError::RepositoryBusy { path: self.common_dir().to_owned() });
                }
                Err(TryLockError::Error(error)) => return Err(GitError::io("lock", &path)(error)),
            }
        }
    }

    /// Where the branch is; an error when another one makes the name impossible.
    fn find_branch(&self, branch: &str) -> Result<Found, GitError> {
        let parents = branch.match_indices('/').map(|(at, _)| &branch[..at]);
        let local = parents.chain([branch]).map(|name| format!("refs/heads/{name}"));
        let patterns = local.chain([format!("refs/remotes/*/{branch}")]);
        let listed = self.call().args(["for-each-ref", "--format=%(refname)"]).args(patterns).run()?.text();
        // A pattern finds the branch itself, and everything under it as under a folder.
        let names: Vec<&str> = listed.lines().filter_map(|line| line.strip_prefix("refs/heads/")).collect();
        if names.contains(&branch) {
            return Ok(Found::Local);
        }
        let within =
            |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('/'));
        if let Some(existing) = names.into_iter().find(|name| within(name, branch) || within(branch, name)) {
            return Err(GitError::BranchClash { branch: branch.to_owned(), existing: existing.to_owned() });
        }
        let mut remote = listed.lines().filter_map(|line| line.strip_prefix("refs/remotes/"));
        let of_this_name = |name: &&str| name.split_once('/').is_some_and(|(_, rest)| rest == branch);
        Ok(remote.find(of_this_name).map_or(Found::Nowhere, |name| Found::Remote(name.to_owned())))
    }

    /// What to do with an entry at the session's path: use it as it is, or remove what is left of it.
    fn settle(&self, entry: &Entry, spec: &WorktreeSpec<'_>) -> Result<Settled, GitError> {
        let ours = spec.own || entry.branch.as_deref() == Some(spec.branch);
        if !ours {
            let branch = entry.branch.clone().unwrap_or_else(|| "HEAD is detached".to_owned());
            return Err(GitError::WorktreeOfOther { path: entry.path.clone(), branch });
        }
        if entry.half_made() && spec.own {
            // Killed in the middle; nobody has worked in it, and the turn shows that nobody does.
            self.remove(entry, &["--force", "--force"])?;
            return Ok(Settled::Removed);
        }
        if entry.present() {
            return Ok(Settled::Usable);
        }
        // Only `.git` was deleted: the files are the session's.
        let folder_left = refuse_taken(&entry.path).is_err();
        if folder_left && spec.own && restore_link(self, &entry.path)? {
            return Ok(Settled::Usable);
        }
        if let Some(reason) = &entry.locked {
            let reason = if reason.is_empty() { "no reason given".to_owned() } else { reason.clone() };
            return Err(GitError::WorktreeLocked { path: entry.path.clone(), reason });
        }
        refuse_taken(&entry.path)?;
        self.remove(entry, &["--force"])?;
        Ok(Settled::Removed)
    }

    fn remove(&self, entry: &Entry, force: &[&str]) -> Result<(), GitError> {
        // Git does not remove the entry of a folder that exists without `.git`; an empty one is worth nothing.
        if !entry.present() && entry.path.is_dir() {
            fs::remove_dir(&entry.path).map_err(GitError::io("remove the empty folder", &entry.path))?;
        }
        self.call().args(["worktree", "remove"]).args(force).arg("--").arg(&entry.path).run().map(drop)
    }

    fn prepared(&self, spec: &WorktreeSpec<'_>, made: Made) -> Result<Prepared, GitError> {
        let worktree = Worktree::open(self, spec.path)?;
        if made.worktree {
            worktree.mark_fresh()?;
        }
        Ok(Prepared {
            worktree,
            branch: spec.branch.to_owned(),
            base_branch: spec.base.name.clone(),
            base_commit: spec.base.commit.clone(),
            created_branch: made.branch,
            created_worktree: made.worktree,
        })
    }
}

/// Where a branch of the wanted name is.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Local,
    /// Only on a remote: `origin/<branch>`.
    Remote(String),
    Nowhere,
}

#[derive(Debug, PartialEq, Eq)]
enum Settled {
    Usable,
    Removed,
}

#[derive(Clone, Copy)]
struct Made {
    branch: bool,
    worktree: bool,
}

fn add_worktree(add: Call, path: &Path, spec: &WorktreeSpec<'_>, found: &Found) -> Result<(), GitError> {
    let add = match found {
        Found::Local => add.arg("--").arg(path).arg(spec.branch),
        Found::Remote(name) => add.args(["--track", "-b", spec.branch, "--"]).arg(path).arg(name),
        Found::Nowhere => add.args(["-b", spec.branch, "--"]).arg(path).arg(&spec.base.commit),
    };
    add.run().map(drop)
}

pub(super) fn refuse_busy(entries: &[Entry], path: &Path, branch: &str) -> Result<(), GitError> {
    let elsewhere = |entry: &&Entry| entry.branch.as_deref() == Some(branch) && resolved(&entry.path) != path;
    match entries.iter().find(elsewhere) {
        None => Ok(()),
        Some(entry) => {
            let (branch, at): (String, PathBuf) = (branch.to_owned(), entry.path.clone());
            Err(if entry.present() {
                GitError::BranchBusy { branch, at }
            } else {
                GitError::BranchLost { branch, at }
            })
        }
    }
}

/// Anything but nothing, or an empty folder, is somebody's.
fn refuse_taken(path: &Path) -> Result<(), GitError> {
    let taken = || GitError::PathTaken { path: path.to_owned() };
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !metadata.is_dir() {
        return Err(taken());
    }
    let mut inside = fs::read_dir(path).map_err(GitError::io("read", path))?;
    if inside.next().is_none() { Ok(()) } else { Err(taken()) }
}
