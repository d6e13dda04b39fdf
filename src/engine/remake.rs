//! Makes a worktree again that was deleted under a session: from its branch, or from the newest commit known of it.

use crate::config::Config;
use crate::domain::session::Session;
use crate::engine::EngineError;
use crate::git::{self, BaseBranch, GitError, Repository, Worktree, WorktreeSpec};
use crate::store::move_aside;

/// A worktree that was made again.
pub(super) struct Remade {
    pub(super) worktree: Worktree,
    /// One sentence each.
    pub(super) said: Vec<String>,
}

/// Makes it again, with the files that `.worktreeinclude` names.
pub(super) fn remake(
    config: &Config,
    repository: &Repository,
    session: &Session,
) -> Result<Remade, EngineError> {
    let path = session.worktree().cloned().unwrap_or_default();
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
    Ok(Remade { worktree: prepared.worktree, said })
}
