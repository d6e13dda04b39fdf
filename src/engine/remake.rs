//! Makes a worktree again that was deleted under a session: from its branch, or from the newest commit known of it, at
//! the place that the settings name now.

use crate::config::Config;
use crate::engine::restore_points::{self, PointKind};
use crate::engine::{EngineError, whereabouts};
use crate::git::{self, BaseBranch, GitError, Repository, Worktree, WorktreeSpec};
use crate::store::{Writable, move_aside};

/// A worktree that was made again.
pub(super) struct Remade {
    pub(super) worktree: Worktree,
    /// One sentence each.
    pub(super) said: Vec<String>,
    /// How the person gets back what was not committed, where some of it is kept.
    pub(super) hint: Option<String>,
}

/// Makes it again, with the files that `.worktreeinclude` names. A new place is journaled.
pub(super) fn remake(
    config: &Config,
    repository: &Repository,
    record: &mut Writable,
) -> Result<Remade, EngineError> {
    let session = record.session();
    let path = whereabouts::configured_place(config, session);
    let place = session.place.as_ref();
    let base_commit = place.map(|place| place.base_commit.clone()).unwrap_or_default();
    // Only a branch that is gone, too, starts from here.
    let commit = match &session.head {
        Some(head) => repository.commit_of(head)?.unwrap_or(base_commit),
        None => base_commit,
    };
    let name = place.map(|place| place.base_branch.clone()).unwrap_or_default();
    let base = BaseBranch { name, revision: commit.clone(), commit, warnings: Vec::new() };
    let spec = WorktreeSpec { path: &path, branch: &session.branch, base: &base, own: true, attach: true };
    let mut said = Vec::new();
    let prepared = match repository.prepare(&spec) {
        // Its entry in the repository is gone and files of it are left.
        Err(GitError::PathTaken { .. }) => {
            said.push(format!("What was left of it is kept as {}.", move_aside(&path)?.display()));
            repository.prepare(&spec)?
        }
        prepared => prepared?,
    };
    if prepared.created_branch {
        let short = base.commit.get(..10).unwrap_or(&base.commit);
        said.push(format!("The branch {} was gone, too; it starts at {short} again.", session.branch));
    }
    let own_folders = [config.sessions.as_path(), config.worktrees.as_path()];
    let copied = git::copy_includes(repository, &path, &own_folders)?;
    said.extend(copied.files.iter().map(|file| format!("Copied {} (.worktreeinclude).", file.display())));
    said.extend(copied.warnings);
    let kept = restore_points::list(record.layout(), repository)?;
    let snapshots = kept.iter().any(|point| !matches!(point.kind, PointKind::Before(_)));
    let hint = snapshots.then(|| {
        let name = record.layout().folder();
        format!("work that was not committed may be in a snapshot: `samocode restore {name}` lists them")
    });
    if record.session().worktree() != Some(&path) {
        whereabouts::journal(record, &path, format!("The worktree is at {} now.", path.display()))?;
    }
    Ok(Remade { worktree: prepared.worktree, said, hint })
}
