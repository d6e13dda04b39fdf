//! Brings a session's worktree back to a kept state, on a person's word: first a plan that changes nothing, then the act,
//! which keeps everything that stood before under a reference of its own.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::config::Config;
use crate::domain::event::{Event, Received};
use crate::domain::request::{Act, Effect, Request, Who};
use crate::engine::keep::SNAPSHOT_LIMIT;
use crate::engine::remake::remake;
use crate::engine::restore_points::{self, Point};
use crate::engine::{EngineError, guarding, random_hex, whereabouts};
use crate::git::{
    Commit, FileChange, Git, GitError, LeftOut, Operation, Repository, Worktree, WorktreeState,
};
use crate::store::{Layout, Writable};

/// A session that is held so that its worktree can be brought back.
pub struct Restoration<'a> {
    config: &'a Config,
    record: Writable,
    repository: Repository,
}

/// What bringing a state back will do.
#[derive(Debug, Clone)]
pub struct RestorePlan {
    /// The state.
    pub point: Point,
    /// The worktree.
    pub worktree: PathBuf,
    /// It was deleted and is made again first.
    pub missing: bool,
    /// Files that change.
    pub files: Vec<FileChange>,
    /// What no snapshot would hold and the restored files would replace: nothing is done while it is there.
    pub in_the_way: Vec<PathBuf>,
    /// Files that are left as they are.
    pub left_alone: Vec<LeftOut>,
    /// The branch that is checked out; none where HEAD is detached.
    pub checked_out: Option<String>,
    /// The commit that is checked out.
    pub head: Option<String>,
    /// What git is stopped in the middle of.
    pub operation: Option<Operation>,
    /// What becomes of the session's branch; none where it is left alone.
    pub branch: Option<BranchMove>,
    /// The reference that will hold what stands now.
    pub keeps: String,
    /// The tree of what stands now.
    present: String,
}

/// A branch that is brought back with the files.
#[derive(Debug, Clone)]
pub struct BranchMove {
    /// The branch.
    pub branch: String,
    /// Its commit now; none where the branch is gone.
    pub from: Option<String>,
    /// Its commit then.
    pub to: String,
    /// Commits that are not part of it any more, newest first.
    pub leaves: Vec<Commit>,
}

impl<'a> Restoration<'a> {
    /// Takes hold of a session. What an iteration planted that was never closed is put back before git is called.
    ///
    /// # Errors
    /// When an orchestrator holds it, its record cannot be read, or there is no repository.
    pub fn open(config: &'a Config, layout: &Layout) -> Result<Self, EngineError> {
        let mut record = crate::engine::take(layout)?;
        guarding::put_back_lost(&config.sessions, Some(&record))?;
        let repository = Repository::discover(&Git::new(), &config.main_repo)?;
        whereabouts::follow(config, &repository, &mut record)?;
        Ok(Self { config, record, repository })
    }

    /// What can be brought back, oldest first; with what each would change for the newest `compared` of them.
    ///
    /// # Errors
    /// When the journal or the repository cannot be read.
    pub fn points(&self, compared: usize) -> Result<Vec<Point>, EngineError> {
        let mut points = restore_points::list(self.record.layout(), &self.repository)?;
        let present = match self.worktree() {
            Ok(worktree) => {
                worktree.heal_index_lock()?;
                Some(worktree.tree(&worktree.state()?, SNAPSHOT_LIMIT)?.0)
            }
            Err(EngineError::Git(GitError::WorktreeGone { .. })) => None,
            Err(error) => return Err(error),
        };
        for point in points.iter_mut().rev().take(compared) {
            point.difference = match &present {
                Some(present) => Some(self.repository.tree_stat(present, &point.tree)?),
                None => None,
            };
        }
        Ok(points)
    }

    /// What bringing a state back would do; with `branch`, the session's branch goes back with the files.
    ///
    /// # Errors
    /// When there is no such state, or the branch cannot go back.
    pub fn plan(&self, wanted: &str, branch: bool) -> Result<RestorePlan, EngineError> {
        let points = restore_points::list(self.record.layout(), &self.repository)?;
        let keeps = restore_points::next_reference(self.record.layout(), &points);
        let point = points
            .into_iter()
            .find(|point| point.name == wanted)
            .ok_or_else(|| EngineError::NothingKept { wanted: wanted.to_owned() })?;
        let session = self.record.session();
        let path = session.worktree().cloned().unwrap_or_default();
        let branch = if branch { Some(self.branch_move(&path, &point)?) } else { None };
        let mut plan = RestorePlan {
            worktree: path,
            missing: false,
            files: Vec::new(),
            in_the_way: Vec::new(),
            left_alone: Vec::new(),
            checked_out: Some(session.branch.clone()),
            head: None,
            operation: None,
            branch,
            keeps,
            present: String::new(),
            point,
        };
        match self.worktree() {
            Ok(worktree) => {
                worktree.heal_index_lock()?;
                self.compare(&mut plan, &worktree)?;
            }
            Err(EngineError::Git(GitError::WorktreeGone { .. })) => {
                plan.missing = true;
                plan.worktree = whereabouts::configured_place(self.config, session);
                let tip = self.repository.commit_of(&format!("refs/heads/{}", session.branch))?;
                plan.head = tip.or_else(|| session.head.clone());
                let from = plan.head.clone().unwrap_or_default();
                plan.files = self.repository.changed_files(&from, &plan.point.tree)?;
            }
            Err(error) => return Err(error),
        }
        Ok(plan)
    }

    /// Does what a plan says, and journals it as `who`'s act. Returns the commit that holds what stood before.
    ///
    /// # Errors
    /// [`EngineError::ChangedMeanwhile`] when what stands is not what the plan was made for; git's own words else. What
    /// stood before is kept then, too.
    pub fn carry_out(&mut self, plan: &RestorePlan, who: Who) -> Result<String, EngineError> {
        let worktree = if plan.missing {
            remake(self.config, &self.repository, &mut self.record)?.worktree
        } else {
            self.worktree()?
        };
        let mut now = plan.clone();
        let (state, left_out) = self.compare(&mut now, &worktree)?;
        let other = if plan.missing { !now.in_the_way.is_empty() } else { now.present != plan.present };
        if other || now.head != plan.head {
            return Err(EngineError::ChangedMeanwhile { path: plan.worktree.clone() });
        }
        if let Some(path) = now.in_the_way.first() {
            return Err(EngineError::InTheWay { path: plan.worktree.join(path) });
        }
        let kept = self.keep_present(&now)?;
        let head = plan.branch.as_ref().map_or(now.head.as_ref(), |moved| Some(&moved.to)).cloned();
        self.journal(who.clone(), Act::Restore(plan.point.name.clone()), || Effect::Restored {
            head: head.clone(),
            tree: plan.point.tree.clone(),
            told: told(&now, &who),
        })?;
        let done = self.apply(&now, &worktree, &state, &left_out, head.as_deref());
        if let Err(error) = &done {
            let words = format!(
                "Restoring {} did not come to its end: {error}. What stood before is kept as {}.",
                now.point.name, now.keeps
            );
            self.journal(who, Act::Tell(words.clone()), || Effect::Guided(words))?;
        }
        done.map(|()| kept)
    }

    fn apply(
        &self,
        plan: &RestorePlan,
        worktree: &Worktree,
        state: &WorktreeState,
        left_out: &[LeftOut],
        head: Option<&str>,
    ) -> Result<(), EngineError> {
        worktree.bring_files(state, left_out, &plan.point.tree)?;
        if let Some(moved) = &plan.branch {
            if let Some(operation) = state.operation {
                worktree.forget_operation(operation)?;
            }
            worktree.move_branch(&moved.branch, &moved.to)?;
        }
        Ok(worktree.unstage(head)?)
    }

    /// Fills in what the plan says of the worktree as it stands.
    fn compare(
        &self,
        plan: &mut RestorePlan,
        worktree: &Worktree,
    ) -> Result<(WorktreeState, Vec<LeftOut>), EngineError> {
        let state = worktree.state()?;
        let (present, left_out) = worktree.tree(&state, SNAPSHOT_LIMIT)?;
        plan.files = self.repository.changed_files(&present, &plan.point.tree)?;
        plan.in_the_way = worktree.in_the_way(&plan.files, &left_out);
        plan.left_alone.clone_from(&left_out);
        plan.checked_out.clone_from(&state.branch);
        plan.head.clone_from(&state.head);
        plan.operation = state.operation;
        plan.present = present;
        Ok((state, left_out))
    }

    fn branch_move(&self, path: &Path, point: &Point) -> Result<BranchMove, EngineError> {
        let branch = self.record.session().branch.clone();
        let to = point.base_commit(&self.repository)?;
        let to = to.ok_or_else(|| EngineError::NoCommitThen { wanted: point.name.clone() })?;
        self.repository.refuse_busy_branch(path, &branch)?;
        let from = self.repository.commit_of(&format!("refs/heads/{branch}"))?;
        let leaves = match &from {
            Some(from) => self.repository.log_since(&to, from)?,
            None => Vec::new(),
        };
        Ok(BranchMove { branch, from, to, leaves })
    }

    /// The present files on top of the present commits, so that nothing of either is lost.
    fn keep_present(&self, plan: &RestorePlan) -> Result<String, EngineError> {
        let tip = plan.branch.as_ref().and_then(|moved| moved.from.as_deref());
        let mut parents: Vec<&str> = plan.head.as_deref().into_iter().chain(tip).collect();
        parents.dedup();
        let message = format!("samocode: before {} was restored", plan.point.name);
        Ok(self.repository.keep_tree(&plan.keeps, &message, &plan.present, &parents)?)
    }

    fn worktree(&self) -> Result<Worktree, EngineError> {
        let path = self.record.session().worktree().cloned().unwrap_or_default();
        Ok(Worktree::open(&self.repository, &path)?)
    }

    fn journal(&mut self, who: Who, act: Act, effect: impl FnOnce() -> Effect) -> Result<(), EngineError> {
        let now = Timestamp::now();
        let request = Request { id: random_hex()?, at: now, who, act };
        let received = Received { request, effect: effect() };
        Ok(self.record.append(Event::Received(Box::new(received)), now)?)
    }
}

fn told(plan: &RestorePlan, who: &Who) -> String {
    let head = match &plan.branch {
        Some(moved) => format!(
            "The branch {} is at {} again; commits after it are not part of it any more.",
            moved.branch,
            moved.to.get(..10).unwrap_or(&moved.to)
        ),
        None => {
            "No commit and no branch was moved, so the difference shows as changes that are not committed."
                .to_owned()
        }
    };
    format!(
        "The files of the worktree were brought back by {who} to {}. {head} Go on from there: what differs from later work \
         is meant to. What stood before is kept as {}.",
        plan.point.words(),
        plan.keeps
    )
}
