//! What a session's branch changes, against the commit that it came from. Changes nothing, and runs nothing that an agent
//! may have planted: it may be called at any time.

use std::path::{Path, PathBuf};

use crate::engine::{EngineError, View, guard_peers};
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
    main_repo: PathBuf,
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
    let repository = Repository::for_reading(&Git::new(), main_repo)?;
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
        main_repo: main_repo.to_owned(),
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

    /// Files of the worktree whose changes are not committed; none where they may not be asked for: what a child did to
    /// Git's settings is not put back yet, and a status could run it. That the worktree cannot be read is no reason to
    /// fail: the branch can be shown.
    #[must_use]
    pub fn uncommitted(&self, view: &View) -> Option<Vec<PathBuf>> {
        let path = view.worktree.as_ref()?;
        let sessions = view.session_dir.parent()?;
        // Held until git has answered, so that no child starts meanwhile.
        let turn = guard_peers::take_turn(sessions).ok()?;
        if guard_peers::is_any_open(sessions, &turn).unwrap_or(true) {
            return None;
        }
        let repository = Repository::discover(&Git::new(), &self.main_repo).ok()?;
        let state = Worktree::open(&repository, path).and_then(|tree| tree.state()).ok()?;
        Some(state.first_paths(usize::MAX).map(Path::to_owned).collect())
    }
}
