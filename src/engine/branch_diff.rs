//! What a session's branch changes, against the commit that it came from. Changes nothing.

use std::path::{Path, PathBuf};

use crate::engine::{EngineError, View};
use crate::git::{Commit, DiffStyle, Git, Repository, Worktree};

/// What there is to show of a session's branch.
#[derive(Debug)]
pub enum BranchDiff {
    /// Its worktree is not made yet.
    NotMade,
    /// The branch is gone from the repository.
    Gone {
        /// The branch.
        branch: String,
        /// The repository's folder.
        top: PathBuf,
    },
    /// It stands.
    Changes(Box<Changes>),
}

/// What a branch changes.
#[derive(Debug)]
pub struct Changes {
    repository: Repository,
    /// The branch.
    pub branch: String,
    /// The branch that it came from.
    pub base_branch: String,
    /// The commit that it came from.
    pub base: String,
    /// The branch's commit now.
    pub head: String,
    /// Its own commits, newest first.
    pub commits: Vec<Commit>,
    /// One line on how much was changed; empty when nothing.
    pub stat: String,
}

/// What a session's branch changes now.
///
/// # Errors
/// When git cannot tell.
pub fn branch_diff(main_repo: &Path, view: &View) -> Result<BranchDiff, EngineError> {
    let (Some(base), Some(base_branch)) = (&view.base_commit, &view.base_branch) else {
        return Ok(BranchDiff::NotMade);
    };
    let repository = Repository::discover(&Git::new(), main_repo)?;
    let Some(head) = repository.commit_of(&format!("refs/heads/{}", view.branch))? else {
        let top = repository.top().to_owned();
        return Ok(BranchDiff::Gone { branch: view.branch.clone(), top });
    };
    Ok(BranchDiff::Changes(Box::new(Changes {
        commits: repository.log_since(base, &head)?,
        stat: repository.diffstat(base, &head)?,
        branch: view.branch.clone(),
        base_branch: base_branch.clone(),
        base: base.clone(),
        head,
        repository,
    })))
}

impl Changes {
    /// `add-auth: 3 commits since main (1a2b3c4d5e)`, in two parts.
    #[must_use]
    pub fn title(&self) -> (String, String) {
        let count = match self.commits.len() {
            0 => "no commits".to_owned(),
            1 => "1 commit".to_owned(),
            many => format!("{many} commits"),
        };
        let since = self.base.get(..10).unwrap_or(&self.base);
        (format!("{}: {count}", self.branch), format!(" since {} ({since})", self.base_branch))
    }

    /// Prints it on this process's standard output.
    ///
    /// # Errors
    /// When a commit is gone.
    pub fn show(&self, style: DiffStyle, color: bool) -> Result<(), EngineError> {
        Ok(self.repository.show_diff(&self.base, &self.head, style, color)?)
    }

    /// The difference as text, as far as its first `most` bytes, and whether that is all of it.
    ///
    /// # Errors
    /// When a commit is gone, or there is no room for it in the temporary folder.
    pub fn text(&self, most: u64) -> Result<(String, bool), EngineError> {
        Ok(self.repository.diff_text(&self.base, &self.head, most)?)
    }

    /// Files of the worktree whose changes are not committed. Not to be asked while an agent is at work: what it did to
    /// git's settings is not put back yet, and a status could run it. That the worktree cannot be read is no reason to
    /// fail: the branch can be shown.
    #[must_use]
    pub fn uncommitted(&self, view: &View) -> Vec<PathBuf> {
        let path = view.worktree.as_ref().filter(|_| view.state != "running");
        let state = path.map(|path| Worktree::open(&self.repository, path).and_then(|tree| tree.state()));
        let Some(Ok(state)) = state else {
            return Vec::new();
        };
        state.first_paths(usize::MAX).map(Path::to_owned).collect()
    }
}
