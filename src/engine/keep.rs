//! Looks at the worktree between iterations, and keeps what stands there.

use std::path::PathBuf;

use crate::domain::budget;
use crate::domain::command::CommandSpec;
use crate::domain::phase::Phase;
use crate::engine::EngineError;
use crate::engine::facts;
use crate::engine::orchestrator::Orchestrator;
use crate::engine::remake::remake;
use crate::git::{GitError, SnapshotOutcome, SnapshotSpec, Worktree};
use crate::provider::{Provider, RunSpec, bundle};

/// Files that are longer are left out of snapshots and named.
pub(super) const SNAPSHOT_LIMIT: u64 = 10 * 1024 * 1024;

impl Orchestrator<'_> {
    /// What the next iteration has to be told of the worktree. Reads it only where nobody has since the last run.
    pub(super) fn look(&mut self) -> Result<Vec<String>, EngineError> {
        let mut found: Vec<String> = self.open_worktree()?.into_iter().collect();
        if self.state.is_none() {
            self.refresh_state();
        }
        let trouble = self.branch_trouble();
        found.extend(trouble.map(|trouble| format!("In the worktree, {trouble}.")));
        let stashed = self.stashed_work();
        found.extend(stashed.map(|stashed| format!("Note: {stashed}. Apply and commit it, or drop it.")));
        Ok(found)
    }

    /// Why the session's branch is not checked out and clean, as the worktree was last read.
    pub(super) fn branch_trouble(&self) -> Option<String> {
        let session = self.session();
        match &self.state {
            Some(state) => facts::branch_trouble(state, &session.branch, session.left_by_verification()),
            None => Some("the worktree cannot be read".to_owned()),
        }
    }

    /// Reads what an iteration left in the worktree and in the main checkout. Returns what the next one is told of it.
    pub(super) fn look_at_work(&mut self, iteration: u32) -> Vec<String> {
        let mut found: Vec<String> = self.undo_sparse_checkout(iteration).into_iter().collect();
        let (said, touched) = self.refresh_both();
        found.extend(said);
        let changed = self.checkout_changes(iteration, touched.as_ref());
        let left = self.left_behind(iteration);
        for words in changed.into_iter().chain(left) {
            self.say.line(&words);
            found.push(words);
        }
        found
    }

    /// Opens the worktree; one that was deleted is made again from its branch, and that is returned in words.
    pub(super) fn open_worktree(&mut self) -> Result<Option<String>, EngineError> {
        let Some(path) = self.session().worktree().cloned() else {
            return Ok(None);
        };
        if self.worktree.is_some() && path.join(".git").is_file() {
            return self.heal_index_lock().map(|()| None);
        }
        let mut told = None;
        match Worktree::open(&self.repository, &path) {
            Ok(worktree) => self.worktree = Some(worktree),
            Err(GitError::WorktreeGone { .. }) => {
                self.say.line(&format!("the worktree {} is gone; it is made again", path.display()));
                self.state = None;
                let remade = remake(&self.settings.config, &self.repository, &mut self.record)?;
                remade.said.iter().chain(&remade.hint).for_each(|said| self.say.line(said));
                told = Some(format!(
                    "The worktree was gone and was made again from the branch {}. What git does not keep, e.g. dependencies, \
                     is gone with it. {}",
                    self.session().branch,
                    remade.said.join(" ")
                ));
                self.worktree = Some(remade.worktree);
            }
            Err(error) => return Err(error.into()),
        }
        self.heal_index_lock().map(|()| told)
    }

    /// Nothing of an earlier iteration is alive here, so a lock that stands belongs to nobody.
    fn heal_index_lock(&mut self) -> Result<(), EngineError> {
        if let Some(worktree) = &self.worktree
            && worktree.heal_index_lock()?
        {
            self.say.line("removed a stale index.lock of the session's worktree");
        }
        Ok(())
    }

    /// Reads the worktree anew. What is wrong is returned in words.
    pub(super) fn refresh_state(&mut self) -> Vec<String> {
        self.state = None;
        let Some(worktree) = &self.worktree else {
            return Vec::new();
        };
        match worktree.state() {
            Ok(mut state) => {
                let trouble = self.add_nested(&mut state);
                self.state = Some(state);
                let words = "Whether the branch has repositories as bare links cannot be told";
                trouble.err().map(|why| format!("{words}: {why}.")).into_iter().collect()
            }
            Err(error) => {
                self.worktree = None;
                vec![format!("The worktree cannot be read: {error}.")]
            }
        }
    }

    /// Keeps a snapshot if anything changed. Returns HEAD and the snapshot's tree. `was_clean` says that nothing but
    /// commits was in the worktree before, as far as that is known.
    pub(super) fn keep(
        &mut self,
        iteration: u32,
        was_clean: bool,
        found: &mut Vec<String>,
    ) -> (Option<String>, Option<String>) {
        let (Some(worktree), Some(state)) = (&self.worktree, &self.state) else {
            return (None, None);
        };
        let head = state.head.clone();
        let moved = head != self.session().head;
        if state.is_clean() && state.nested.is_empty() && was_clean && !moved {
            return (head, None);
        }
        let folder = self.record.layout().folder();
        let spec = SnapshotSpec {
            reference: &format!("refs/samocode/{folder}/{iteration}"),
            message: &format!("samocode: {folder}, iteration {iteration}"),
            // A commit of files that were kept before is kept, too: its branch may go.
            previous_tree: self.session().snapshot_tree.as_deref().filter(|_| !moved),
            skip_larger_than: SNAPSHOT_LIMIT,
        };
        match worktree.snapshot(state, &spec) {
            Ok(SnapshotOutcome::Unchanged { .. }) => (head, None),
            Ok(SnapshotOutcome::Kept(snapshot)) => {
                if !state.is_clean() {
                    found.push(format!(
                        "The worktree as iteration {iteration} left it is kept as {}.",
                        spec.reference
                    ));
                }
                for left in &snapshot.left_out {
                    found.push(format!("Not in the snapshot: {} ({}).", left.path.display(), left.reason));
                }
                (head, Some(snapshot.tree))
            }
            Err(error) => {
                self.say.line(&format!("no snapshot of iteration {iteration}: {error}"));
                (head, None)
            }
        }
    }

    /// What to start for a phase.
    pub(super) fn command(&mut self, phase: &Phase) -> Result<(Provider, String, CommandSpec), EngineError> {
        let own = self.own_settings(phase);
        let provider = self.settings.adapter(own.provider);
        self.check_version(&provider)?;
        let child = self.settings.environment(Some(&provider));
        self.say_withheld(provider.name(), &child.withheld);
        let session = self.session();
        let agent = session.workflow.rules(phase).and_then(|rules| rules.agent.clone()).unwrap_or_default();
        let rules = format!("{}\n{}", bundle::RULES.trim_end(), session.workflow.phase_prompt(phase));
        let worktree = session.worktree().map_or_else(|| self.repository.top(), PathBuf::as_path).to_owned();
        let prepared = provider.command(&RunSpec {
            agent: &agent,
            rules: &rules,
            extra_tools: &own.more_tools,
            model: own.model.as_deref().unwrap_or_default(),
            worktree: &worktree,
            session_dir: &self.record.layout().session_dir(),
            env: &child.variables,
            cache_dir: &self.settings.cache_dir,
            cost_left: budget::cost_left(&self.settings.config.policy, &self.session().counters.spent),
        })?;
        let spec = self.with_own_state(prepared, &provider)?;
        let spec = self.confined(spec, &worktree, Some(&provider))?;
        Ok((provider, agent, spec))
    }
}
