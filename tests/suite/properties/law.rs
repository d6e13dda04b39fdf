//! The law of a session, stated a second time: small books of its own that say what every entry of the journal may
//! do. Never calls the code under test; it reads entries, and the sessions before and after them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use samocode::domain::event::{Entry, Event, Started};
use samocode::domain::gate::GateId;
use samocode::domain::phase::Phase;
use samocode::domain::policy::Policy;
use samocode::domain::request::{Effect, Who};
use samocode::domain::session::{Session, State};
use samocode::domain::verdict::BlockCause;
use samocode::domain::workflow::{GateKind, Move, PhaseRules, Workflow};

use super::world::World;

mod judged;
mod noticed;
mod received;
mod verified;

/// What the law demands, broken.
pub(super) type Breach = String;

/// The books.
#[derive(Debug, Clone)]
pub(super) struct Law {
    workflow: Arc<Workflow>,
    policy: Policy,
    phase: Phase,
    /// The open gate.
    open: Option<(GateId, GateKind)>,
    done: bool,
    last_iteration: u32,
    /// Iterations by phase since a person granted more.
    used: BTreeMap<Phase, u32>,
    /// Iterations of all phases since a person let it go on.
    spent: u32,
    moves: BTreeMap<String, u32>,
    passed: BTreeSet<Phase>,
    failures: u32,
    lost: u32,
    /// Iterations in a row that went on with the phase and changed nothing.
    idle: u32,
    /// Waits for the provider in a row.
    parks: u32,
    /// A verification is due: the phase that follows it, none for the end.
    verifying: Option<Option<Phase>>,
    /// The newest verification, if it passed: command and tree.
    evidence: Option<(String, Option<String>)>,
    /// Verifications in a row that failed.
    unverified: u32,
    /// How long they last, together.
    waited: SignedDuration,
    /// The person's answers: question id → (title, answer).
    answers: BTreeMap<String, (String, String)>,
    /// Guidance that no iteration heard yet.
    guidance: Vec<String>,
    /// How much of it stands in the prompt of the running iteration.
    in_prompt: usize,
    told: Vec<String>,
    gate_news: Option<(Who, Effect)>,
    requests: BTreeSet<String>,
    noticed: noticed::Noticed,
    /// Process id of the orchestrator that is at work.
    began: Option<u32>,
}

impl Law {
    pub(super) fn new(session: &Session, policy: &Policy) -> Self {
        Self {
            workflow: Arc::clone(&session.workflow),
            policy: policy.clone(),
            phase: session.phase.clone(),
            open: None,
            done: false,
            last_iteration: 0,
            used: BTreeMap::new(),
            spent: 0,
            moves: BTreeMap::new(),
            passed: BTreeSet::new(),
            failures: 0,
            lost: 0,
            idle: 0,
            parks: 0,
            verifying: None,
            evidence: None,
            unverified: 0,
            waited: SignedDuration::ZERO,
            answers: BTreeMap::new(),
            guidance: Vec::new(),
            in_prompt: 0,
            told: Vec::new(),
            gate_news: None,
            requests: BTreeSet::new(),
            noticed: noticed::Noticed::default(),
            began: None,
        }
    }

    /// The person's settings are others from now on.
    pub(super) fn set(&mut self, policy: &Policy) {
        self.policy = policy.clone();
    }

    /// Looks at one entry: what stood before it, and what stands after it.
    pub(super) fn see(
        &mut self,
        before: &Session,
        entry: &Entry,
        after: &Session,
        world: &World,
    ) -> Result<(), Breach> {
        match &entry.event {
            Event::Created(_) => return Err("a session was created twice".to_owned()),
            Event::Adopted(adopted) => {
                self.phase = adopted.phase.clone();
                self.last_iteration = adopted.iterations;
                for answer in &adopted.answers {
                    self.answers.insert(answer.id.clone(), (answer.title.clone(), answer.text.clone()));
                }
            }
            Event::Prepared(_) => {
                if self.phase == self.workflow.first().name {
                    self.phase = self.workflow.first().to[0].phase.clone();
                }
            }
            Event::Started(started) => self.started(before, started)?,
            Event::Judged(judged) => self.judged(before, judged, entry.at, world)?,
            Event::Verified(verified) => self.verified(verified)?,
            Event::Received(received) => self.received(before, received, after, world)?,
            Event::Began { pid, .. } => {
                self.began = Some(*pid);
                let unable = matches!(&before.state, State::Blocked(b) if b.cause == BlockCause::Unable);
                demand(
                    unable || before.state == after.state || waits_as_long(before, after, entry.at),
                    "a new start changed what the session does",
                )?;
            }
            Event::Reviewing { .. } | Event::Reviewed(_) | Event::ReviewsEnded { .. } => {
                demand(before.state == after.state, "a review changed what the session does")?;
                if let Event::ReviewsEnded { told, .. } = &entry.event {
                    self.told.extend(told.iter().cloned());
                }
            }
            Event::Posted { .. } => {
                demand(before.state == after.state, "posting a gate changed what the session does")?;
            }
            Event::Notified { notice, .. } => {
                self.noticed.take(before, notice)?;
                demand(before.state == after.state, "a message changed what the session does")?;
            }
            Event::Held(_) => {
                demand(self.open.is_none() && !self.done, "a gate or a finished session was held")?;
                demand(self.verifying.is_none(), "a verification that was due was held")?;
            }
        }
        self.noticed.agrees(before, after)?;
        self.books_agree(after)
    }

    /// No iteration starts over a gate, after the end, beyond a limit, or under a used number.
    fn started(&mut self, before: &Session, started: &Started) -> Result<(), Breach> {
        demand(
            matches!(before.state, State::Ready { .. } | State::Parked(_)),
            "an iteration started where none may",
        )?;
        demand(started.phase == self.phase, "an iteration started in another phase")?;
        demand(started.iteration > self.last_iteration, "an iteration's number was used again")?;
        self.last_iteration = started.iteration;
        let most = self.rules()?.most_iterations.unwrap_or(u32::MAX);
        let used = self.used.get(&self.phase).copied().unwrap_or(0);
        demand(used < most, "a phase's iterations went beyond their limit")?;
        let budget = self.policy.max_iterations.unwrap_or(u32::MAX);
        demand(self.spent < budget, "the budget of iterations was overdrawn")?;
        demand(before.guidance.unread().eq(&self.guidance), "the prompt lacks guidance")?;
        demand(started.guidance == self.guidance.len(), "the prompt counts its guidance wrongly")?;
        self.in_prompt = started.guidance;
        Ok(())
    }

    /// What the session says of itself is what the books say.
    fn books_agree(&self, after: &Session) -> Result<(), Breach> {
        demand(after.phase == self.phase, "the session moved without right, or not where it should have")?;
        let open = after.open_gate().map(|gate| (gate.id.clone(), gate.ask.kind()));
        demand(open == self.open, "a gate opened or closed without right")?;
        demand(matches!(after.state, State::Done(_)) == self.done, "done began or ended without right")?;
        let due = matches!(after.state, State::Verifying(_));
        demand(due == self.verifying.is_some(), "a verification was forgotten or invented")?;
        demand(after.counters.unverified == self.unverified, "failed verifications are miscounted")?;
        demand(after.iteration == self.last_iteration, "the iteration's number changed")?;
        let used: BTreeMap<_, _> = self.used.iter().filter(|(_, used)| **used > 0).collect();
        let counted: BTreeMap<_, _> = after.counters.in_phase.iter().filter(|(_, used)| **used > 0).collect();
        demand(counted == used, "iterations of a phase are miscounted")?;
        demand(after.counters.spent.iterations == self.spent, "iterations are miscounted")?;
        demand(after.counters.idle == self.idle, "iterations without progress are miscounted")?;
        demand(after.counters.moves == self.moves, "limited moves are miscounted")?;
        demand(after.guidance.unread().eq(&self.guidance), "guidance was lost, or told for ever")?;
        demand(after.news.told == self.told, "what an iteration left was lost")?;
        demand(after.news.gate == self.gate_news, "how the gate was passed was lost, or told for ever")?;
        demand(after.taken == self.requests, "a taken request was forgotten")?;
        let answers: BTreeMap<_, _> = after
            .answers
            .iter()
            .map(|(id, answer)| (id.clone(), (answer.title.clone(), answer.text.clone())))
            .collect();
        demand(answers == self.answers, "a person's answer was lost or invented")
    }

    fn rules(&self) -> Result<&PhaseRules, Breach> {
        self.workflow
            .phases()
            .find(|rules| rules.name == self.phase)
            .ok_or_else(|| format!("there is no phase {}", self.phase))
    }

    fn step_to(&self, target: &Phase) -> Option<Move> {
        self.rules().ok()?.to.iter().find(|step| step.phase == *target).cloned()
    }

    /// The questions that no person has answered as they read now.
    fn unanswered(&self, world: &World) -> Vec<String> {
        let answered = |id: &String, title: &String| self.answers.get(id).is_some_and(|(t, _)| t == title);
        world.questions.iter().filter(|q| !answered(&q.id, &q.title)).map(|q| q.id.clone()).collect()
    }

    /// Enters a move into the books.
    fn walk(&mut self, target: &Phase) {
        if *target == self.phase {
            return;
        }
        let step = self.step_to(target);
        let from = std::mem::replace(&mut self.phase, target.clone());
        self.passed.insert(from);
        self.failures = 0;
        self.idle = 0;
        if let Some(count) = step.as_ref().and_then(|step| step.count.clone()) {
            *self.moves.entry(count).or_insert(0) += 1;
        }
        if step.is_some_and(|step| step.redo) {
            self.forget_from(target);
        }
    }

    /// What follows a phase, and the phase itself, has to be passed again.
    fn forget_from(&mut self, phase: &Phase) {
        let order: Vec<&Phase> = self.workflow.phases().map(|rules| &rules.name).collect();
        let at = order.iter().position(|name| *name == phase).unwrap_or(0);
        self.passed.retain(|passed| order[..at].contains(&passed));
    }

    /// The person let it go on.
    fn grant(&mut self) {
        self.spent = 0;
        self.moves.clear();
        self.failures = 0;
        self.lost = 0;
        self.unpark();
        self.idle = 0;
        self.unverified = 0;
    }
}

fn demand(holds: bool, breach: &str) -> Result<(), Breach> {
    if holds { Ok(()) } else { Err(breach.to_owned()) }
}

/// Whether the clock was set back, and what the session waits for comes as much earlier.
fn waits_as_long(before: &Session, after: &Session, now: Timestamp) -> bool {
    let (was, is) = match (&before.state, &after.state) {
        (State::Ready { after: Some(was) }, State::Ready { after: Some(is) }) => (*was, *is),
        (State::Parked(was), State::Parked(is)) if was.reason == is.reason => (was.until, is.until),
        _ => return false,
    };
    now < before.changed_at && is.duration_since(now) == was.duration_since(before.changed_at)
}
