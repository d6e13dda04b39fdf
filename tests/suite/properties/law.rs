//! What a person may rely on, whatever happens to a session: outcomes, checked after each entry of the journal. The law
//! reads the entries, the sessions before and after them, and the world that the history runs in. It never calls the code
//! under test, and has no copy of its transitions.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use samocode::domain::event::{Entry, Event, Started};
use samocode::domain::phase::Phase;
use samocode::domain::request::Answer;
use samocode::domain::session::{Session, State};
use samocode::domain::verdict::{BlockCause, Pause};
use samocode::domain::workflow::{Move, PhaseRules, Workflow};

use super::plot::Terms;
use super::world::World;
use ends::Ends;
use history::{Fact, History};
use waits::Waits;
use words::Words;

mod ends;
mod granted;
mod history;
mod judged;
mod noticed;
mod received;
mod verified;
mod waits;
mod words;

/// What the law demands, broken.
pub(super) type Breach = String;

#[derive(Debug, Clone)]
pub(super) struct Law {
    workflow: Arc<Workflow>,
    terms: Terms,
    history: History,
    words: Words,
    waits: Waits,
    ends: Ends,
    noticed: noticed::Noticed,
    /// The person's answers, by question.
    answers: BTreeMap<String, Answer>,
    /// Process id of the orchestrator that is at work.
    began: Option<u32>,
}

impl Law {
    pub(super) fn new(session: &Session, terms: &Terms, reads_prompts: bool) -> Self {
        Self {
            workflow: Arc::clone(&session.workflow),
            terms: terms.clone(),
            history: History::default(),
            words: Words::new(reads_prompts),
            waits: Waits::default(),
            ends: Ends::default(),
            noticed: noticed::Noticed::default(),
            answers: BTreeMap::new(),
            began: None,
        }
    }

    /// The person's settings are others from now on.
    pub(super) fn set(&mut self, terms: &Terms) {
        self.terms = terms.clone();
    }

    /// The session is about to wait for a provider.
    pub(super) fn sees_wait(&self, session: &Session, pause: &Pause, now: Timestamp) -> Result<(), Breach> {
        waits::shown(session, pause)?;
        let earliest = waits::earliest(session, &self.terms.policy, self.terms.own(&session.phase), now);
        demand(pause.until == earliest, "it waits although the next iteration could start earlier, or later")
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
                for answer in &adopted.answers {
                    self.answers.insert(answer.id.clone(), answer.clone());
                }
            }
            Event::Prepared(_) => {}
            Event::Started(started) => self.started(before, started, entry.at)?,
            Event::Judged(judged) => self.judged(before, judged, after, entry.at, world)?,
            Event::Verified(verified) => self.verified(before, verified, after)?,
            Event::Received(received) => self.received(before, received, after, world)?,
            Event::Began { pid, .. } => self.began(*pid, before, after, entry.at)?,
            Event::ReviewsEnded { told, .. } => self.words.left(told),
            Event::Moved(moved) => self.words.left(&moved.told),
            Event::Reviewing { .. } | Event::Reviewed(_) | Event::Posted { .. } => {}
            Event::Notified { notice, .. } => self.noticed.take(before, notice)?,
            Event::Held(_) => {
                demand(
                    matches!(
                        before.state,
                        State::Preparing | State::Ready { .. } | State::Parked(_) | State::Blocked(_)
                    ),
                    "something was held that could not go on anyway",
                )?;
            }
            Event::Parked(pause) => {
                self.waits.begin(after, entry.at);
                self.waits.are_bounded(&self.terms.policy)?;
                self.sees_wait(after, pause, entry.at)?;
            }
        }
        self.keeps_still(before, entry, after)?;
        if let (State::Done(_), false) = (&after.state, matches!(before.state, State::Done(_))) {
            self.ends.done(&self.terms.policy, world, &self.words)?;
        }
        self.noticed.agrees(before, after)?;
        self.agrees(after)
    }

    /// Another orchestrator, and nothing else: a clock that was set back makes no wait longer.
    fn began(&mut self, pid: u32, before: &Session, after: &Session, at: Timestamp) -> Result<(), Breach> {
        self.began = Some(pid);
        let back = before.changed_at.duration_since(at);
        if back.is_positive() {
            self.waits.set_back(back);
        }
        let unable = matches!(&before.state, State::Blocked(block) if block.cause == BlockCause::Unable);
        demand(
            unable || before.state == after.state || waits_as_long(before, after, at),
            "a new start changed what the session does",
        )
    }

    /// No iteration starts over a gate, after the end, beyond a limit, under a used number, or without being told what
    /// is owed.
    fn started(&mut self, before: &Session, started: &Started, at: Timestamp) -> Result<(), Breach> {
        demand(
            matches!(before.state, State::Ready { .. } | State::Parked(_)),
            "an iteration started where none may",
        )?;
        demand(started.phase == before.phase, "an iteration started in another phase")?;
        demand(started.iteration > before.iteration, "an iteration's number was used again")?;
        let most = self.rules(&before.phase)?.most_iterations.map_or(usize::MAX, |most| most as usize);
        demand(self.history.used(&before.phase) < most, "a phase's iterations went beyond their limit")?;
        let budget = self.terms.policy.max_iterations.map_or(usize::MAX, |most| most as usize);
        demand(self.history.spent() < budget, "the budget of iterations was overdrawn")?;
        waits::started(before, &self.terms.policy, self.terms.own(&before.phase), started, at)?;
        self.waits.end(at);
        self.words.started(before, started.guidance)
    }

    /// What an entry is not about stays as it is.
    fn keeps_still(&self, before: &Session, entry: &Entry, after: &Session) -> Result<(), Breach> {
        let moves = match &entry.event {
            Event::Adopted(_)
            | Event::Prepared(_)
            | Event::Judged(_)
            | Event::Verified(_)
            | Event::Received(_) => true,
            Event::Created(_)
            | Event::Began { .. }
            | Event::Started(_)
            | Event::Reviewing { .. }
            | Event::Reviewed(_)
            | Event::ReviewsEnded { .. }
            | Event::Moved(_)
            | Event::Posted { .. }
            | Event::Notified { .. }
            | Event::Held(_)
            | Event::Parked(_) => false,
        };
        demand(moves || before.phase == after.phase, "the session moved although nothing called for it")?;
        let still = matches!(
            entry.event,
            Event::Reviewing { .. }
                | Event::Reviewed(_)
                | Event::ReviewsEnded { .. }
                | Event::Moved(_)
                | Event::Posted { .. }
                | Event::Notified { .. }
        );
        demand(
            !still || before.state == after.state,
            "a review, a moved folder, a gate's files or a message changed what it does",
        )?;
        let of_person = matches!(entry.event, Event::Received(_) | Event::Adopted(_));
        demand(of_person || before.answers == after.answers, "answers changed without a person")?;
        let gate = before.open_gate();
        demand(
            of_person || gate.is_none() || after.open_gate() == gate,
            "a gate closed without a person's act",
        )
    }

    /// What the session shows of itself is so.
    fn agrees(&self, after: &Session) -> Result<(), Breach> {
        let used = u32::try_from(self.history.used(&after.phase)).unwrap_or(u32::MAX);
        demand(after.used_in_phase() == used, "the iterations of a phase are shown wrongly")?;
        self.words.agree(after)?;
        demand(after.answers == self.answers, "a person's answer was lost or invented")
    }

    fn rules(&self, phase: &Phase) -> Result<&PhaseRules, Breach> {
        self.workflow.rules(phase).ok_or_else(|| format!("there is no phase {phase}"))
    }

    fn is_last(&self, phase: &Phase) -> bool {
        self.workflow.rules(phase).is_some_and(|rules| rules.terminal)
    }

    fn step_to(&self, from: &Phase, to: &Phase) -> Option<Move> {
        self.workflow.rules(from)?.to.iter().find(|step| step.phase == *to).cloned()
    }

    /// Notes that the session went from one phase to another, or did not.
    fn walked(&mut self, before: &Session, after: &Session) {
        let (from, to) = (before.phase.clone(), after.phase.clone());
        if from != to {
            let rules = self.step_to(&from, &to);
            self.history.add(Fact::Moved { from, to, rules });
        }
    }

    /// The questions that no person has answered as they read now.
    fn unanswered(&self, world: &World) -> Vec<String> {
        let answered = |id: &String, title: &String| self.answers.get(id).is_some_and(|a| a.title == *title);
        world.questions.iter().filter(|q| !answered(&q.id, &q.title)).map(|q| q.id.clone()).collect()
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
