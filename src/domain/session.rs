//! A session as its journal tells it: [`fold`] the entries and this is where it stands.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::budget::Spent;
use crate::domain::check::Evidence;
use crate::domain::event::{Entry, Event, Prepared};
use crate::domain::gate::{Gate, PlanFile};
use crate::domain::guidance::Told;
use crate::domain::notice::Notice;
use crate::domain::outage::{Outage, Waits};
use crate::domain::outcome::Usage;
use crate::domain::phase::Phase;
use crate::domain::request::{Answer, Effect, Who};
use crate::domain::review::Reviews;
use crate::domain::verdict::{Block, Pause, Then};
use crate::domain::workflow::{GateKind, Move, Workflow, WorkflowError};

mod apply;
mod noticed;
mod reviewed;
#[cfg(test)]
pub(crate) mod sample;
mod verified;
mod waits;

/// A session, from its journal alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// The name, without the date.
    pub name: String,
    /// The rules it lives by; shared, because a session is cloned for every entry of its journal.
    pub workflow: Arc<Workflow>,
    /// The task, in the person's words.
    pub task: Option<String>,
    /// The topic of the investigation.
    pub dive: Option<String>,
    /// The session's branch.
    pub branch: String,
    /// Whether samocode made the branch.
    pub own_branch: bool,
    /// Where it works, once that stands.
    pub place: Option<Prepared>,
    /// Where it stands in the workflow.
    pub phase: Phase,
    /// What it is doing.
    pub state: State,
    /// Number of the last iteration that started; 0 before the first.
    pub iteration: u32,
    /// What its limits count.
    pub counters: Counters,
    /// Providers that do not serve, by name; a row stays until its provider has worked again.
    pub outages: BTreeMap<String, Outage>,
    /// The waits for providers that no work has interrupted yet.
    pub waits: Option<Waits>,
    /// Phases passed since the work on them last changed.
    pub passed: BTreeSet<Phase>,
    /// Phases that a move left out.
    pub skipped: BTreeSet<Phase>,
    /// A person's answers, by question id.
    pub answers: BTreeMap<String, Answer>,
    /// The plan that the last approval was for.
    pub approved: Option<PlanFile>,
    /// The tree of the newest snapshot.
    pub snapshot_tree: Option<String>,
    /// HEAD of the worktree after the last judged iteration.
    pub head: Option<String>,
    /// The newest verification.
    pub evidence: Option<Evidence>,
    /// A restore cut a verification short, and no iteration has started since.
    pub verification_cut: bool,
    /// What the outside reviewers said of the newest commit that they looked at.
    pub reviews: Option<Reviews>,
    /// What the next iteration has to be told.
    pub news: News,
    /// The person's guidance; what waits of it is told to the next iteration.
    pub guidance: Told,
    /// What the person is to hear, or heard, of where it stands.
    pub notices: Vec<Notice>,
    /// What all iterations used.
    pub usage: Usage,
    /// Time that children ran, in milliseconds.
    pub worked_ms: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its journal last changed.
    pub changed_at: Timestamp,
    /// Process id of the last orchestrator.
    pub orchestrator: Option<u32>,
    /// Random name of its run; empty for one of an earlier version.
    pub run: String,
    /// Whether a person's `stop` ended the last orchestrator.
    pub stopped: bool,
    /// How many notices there ever were.
    pub noticed: u64,
    /// Ids of the requests that were taken.
    pub taken: BTreeSet<String>,
    /// Whether the open gate's files are as the person shall find them.
    pub posted: bool,
}

/// What a session is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Its worktree does not stand yet.
    Preparing,
    /// The next iteration may start.
    Ready {
        /// Not before this time.
        after: Option<Timestamp>,
    },
    /// An iteration started and was not judged.
    Running(Running),
    /// The verify command has to run, or runs.
    Verifying(Then),
    /// A gate is open.
    Waiting(Gate),
    /// No provider that counts can run the next iteration yet.
    Parked(Pause),
    /// A person has to decide.
    Blocked(Block),
    /// Finished, with a summary.
    Done(String),
}

/// An iteration that started and was not judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// When it started.
    pub since: Timestamp,
    /// The provider that runs it.
    pub provider: String,
    /// The phase's own provider, if the fallback runs in its place.
    pub own: Option<String>,
    /// The tag in its environment.
    pub tag: String,
    /// How many pieces of guidance its prompt holds.
    pub guidance: usize,
}

/// What limits count.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counters {
    /// Iterations, by phase, since the person last granted an allowance.
    pub in_phase: BTreeMap<Phase, u32>,
    /// Uses of a move's allowance, by its name.
    pub moves: BTreeMap<String, u32>,
    /// Failures in a row in this phase.
    pub failures: u32,
    /// Iterations in a row that went on with this phase and changed nothing.
    pub idle: u32,
    /// Verifications in a row that failed, in whatever phase.
    pub unverified: u32,
    /// Interruptions in a row.
    pub interruptions: u32,
    /// What budgets are measured by.
    pub spent: Spent,
}

/// What the next iteration has to be told; the person's words are kept until an iteration came to something.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct News {
    /// What the last iterations left.
    pub told: Vec<String>,
    /// The person's act at the last gate.
    pub gate: Option<(Who, Effect)>,
}

/// Why a journal gives no session.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FoldError {
    /// It holds nothing.
    #[error("the journal is empty")]
    Empty,
    /// It does not begin with the session's creation.
    #[error("the journal does not begin with the session's creation")]
    NoBeginning,
    /// An entry does not fit where the session stood.
    #[error("entry {entry} of the journal does not fit: {detail}")]
    Misplaced {
        /// The entry, counted from 1.
        entry: usize,
        /// Why.
        detail: String,
    },
    /// The workflow it was made with cannot be used.
    #[error("the journal's workflow cannot be used: {0}")]
    Workflow(#[from] WorkflowError),
}

/// Replays a journal.
///
/// # Errors
/// When it does not begin with a creation, or an entry does not fit.
pub fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<Session, FoldError> {
    replay(entries)
}

/// Replays a journal whose entries are made as they are needed, and not kept.
///
/// # Errors
/// As [`fold`].
pub fn fold_stream(entries: impl IntoIterator<Item = Entry>) -> Result<Session, FoldError> {
    replay(entries)
}

fn replay(entries: impl IntoIterator<Item = impl Borrow<Entry>>) -> Result<Session, FoldError> {
    let mut entries = entries.into_iter();
    let first = entries.next().ok_or(FoldError::Empty)?;
    let mut session = Session::begin(first.borrow())?;
    for (index, entry) in entries.enumerate() {
        session.apply(entry.borrow()).map_err(|detail| FoldError::Misplaced { entry: index + 2, detail })?;
    }
    Ok(session)
}

impl Session {
    /// The session that a journal's first entry makes.
    ///
    /// # Errors
    /// When the entry is no creation, or its workflow cannot be used.
    pub fn begin(first: &Entry) -> Result<Self, FoldError> {
        let Event::Created(created) = &first.event else {
            return Err(FoldError::NoBeginning);
        };
        let workflow = Workflow::parse(&created.workflow)?;
        Ok(Self {
            name: created.name.clone(),
            phase: workflow.first().name.clone(),
            workflow: Arc::new(workflow),
            task: created.task.clone(),
            dive: created.dive.clone(),
            branch: created.branch.clone(),
            own_branch: created.own_branch,
            place: None,
            state: State::Preparing,
            iteration: 0,
            counters: Counters::default(),
            outages: BTreeMap::new(),
            waits: None,
            passed: BTreeSet::new(),
            skipped: BTreeSet::new(),
            answers: BTreeMap::new(),
            approved: None,
            snapshot_tree: None,
            head: None,
            evidence: None,
            verification_cut: false,
            reviews: None,
            news: News::default(),
            guidance: Told::default(),
            notices: Vec::new(),
            usage: Usage::default(),
            worked_ms: 0,
            created_at: first.at,
            changed_at: first.at,
            orchestrator: None,
            run: String::new(),
            stopped: false,
            noticed: 0,
            taken: BTreeSet::new(),
            posted: false,
        })
    }

    /// Whether a person answered this question as it reads now.
    #[must_use]
    pub fn has_answer(&self, id: &str, title: &str) -> bool {
        self.answers.get(id).is_some_and(|answer| answer.title == title)
    }

    /// The person's answers, in the order of their questions.
    #[must_use]
    pub fn answers_in_order(&self) -> Vec<&Answer> {
        let mut answers: Vec<&Answer> = self.answers.values().collect();
        answers.sort_by_key(|answer| answer.in_order());
        answers
    }

    /// The worktree, once it stands.
    #[must_use]
    pub fn worktree(&self) -> Option<&PathBuf> {
        self.place.as_ref().map(|place| &place.worktree)
    }

    /// The moves that a signal may ask for as things stand, beside the phase itself; a limited one that is used up is among them, for asking
    /// for it is how a person is called.
    pub fn targets_now(&self) -> impl Iterator<Item = &Move> {
        let rules = self.workflow.rules(&self.phase);
        let by_signal = rules.filter(|rules| rules.gate != Some(GateKind::Approval));
        let moves = by_signal.map(|rules| rules.to.as_slice()).unwrap_or_default();
        moves.iter().filter(|step| step.after.as_ref().is_none_or(|after| self.passed.contains(after)))
    }

    /// The outage of the provider that runs an iteration now.
    #[must_use]
    pub fn outage(&self) -> Option<&Outage> {
        self.outages.get(&self.running()?.provider)
    }

    /// The iteration that runs now.
    #[must_use]
    pub fn running(&self) -> Option<&Running> {
        match &self.state {
            State::Running(running) => Some(running),
            _ => None,
        }
    }

    /// Iterations that this phase used of its allowance.
    #[must_use]
    pub fn used_in_phase(&self) -> u32 {
        self.counters.in_phase.get(&self.phase).copied().unwrap_or(0)
    }

    /// Whether a person said something that no iteration's prompt has held yet.
    #[must_use]
    pub fn has_unheard_guidance(&self) -> bool {
        let in_prompt = self.running().map_or(0, |running| running.guidance);
        self.guidance.unread().count() > in_prompt
    }

    /// The gate that is open, if one is.
    #[must_use]
    pub fn open_gate(&self) -> Option<&Gate> {
        match &self.state {
            State::Waiting(gate) => Some(gate),
            State::Preparing
            | State::Ready { .. }
            | State::Running(_)
            | State::Verifying(_)
            | State::Parked(_)
            | State::Blocked(_)
            | State::Done(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
