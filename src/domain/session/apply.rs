//! How one journal entry changes a session. Mechanical: every judgement was made before the entry was written.

use jiff::Timestamp;

use crate::domain::budget::Spent;
use crate::domain::event::{Entry, Event, Judged, Received, Started};
use crate::domain::outcome::{Interruption, Outcome, Usage};
use crate::domain::phase::Phase;
use crate::domain::request::Effect;
use crate::domain::session::{Counters, Running, Session, State};
use crate::domain::verdict::{BlockCause, Decision};
use crate::domain::workflow::GateKind;

/// Words of runs that came to nothing, kept for the next one; older ones say nothing new.
const MOST_TOLD: usize = 20;

impl Session {
    /// Applies the next entry of the journal.
    ///
    /// # Errors
    /// In words, when the entry does not fit where the session stands.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), String> {
        let before = self.standing();
        match &entry.event {
            Event::Created(_) => return Err("a second creation".to_owned()),
            Event::Adopted(adopted) => {
                if self.iteration > 0 || self.place.is_some() {
                    return Err("it was adopted after its work had begun".to_owned());
                }
                self.require_phase(&adopted.phase)?;
                self.phase = adopted.phase.clone();
                self.iteration = adopted.iterations;
                self.counters.in_phase.insert(self.phase.clone(), adopted.in_phase);
                self.answers = adopted.answers.iter().map(|a| (a.id.clone(), a.clone())).collect();
            }
            Event::Began { pid, run, .. } => {
                self.orchestrator = Some(*pid);
                self.run.clone_from(run);
                self.set_back(entry.at);
                self.begin_again();
            }
            Event::Prepared(place) => {
                self.place = Some(place.clone());
                self.head.get_or_insert_with(|| place.base_commit.clone());
                if self.state == State::Preparing {
                    if self.phase == self.workflow.first().name {
                        self.phase = self.workflow.first_agent_phase().clone();
                    }
                    self.state = State::Ready { after: None };
                }
            }
            Event::Moved(moved) => {
                let place = self.place.as_mut().ok_or("a worktree moved that was never made")?;
                place.worktree.clone_from(&moved.worktree);
                self.news.told.extend(moved.told.iter().cloned());
            }
            Event::Started(started) => self.start(started, entry)?,
            Event::Judged(judged) => self.judge(judged, entry.at)?,
            Event::Verified(verified) => self.verified(verified, entry.at)?,
            Event::Reviewing { head } => self.begin_reviews(head),
            Event::Reviewed(review) => self.reviewed(review)?,
            Event::ReviewsEnded { told, usage, took_ms } => self.end_reviews(told, usage, *took_ms),
            Event::Posted { gate } => {
                self.posted = self.open_gate().is_some_and(|open| open.id == *gate);
            }
            Event::Received(received) => self.receive(received, entry.at)?,
            Event::Notified { notice, channel, .. } => self.notified(notice, channel),
            Event::Held(block) => match self.state {
                State::Preparing | State::Ready { .. } | State::Parked(_) | State::Blocked(_) => {
                    self.state = State::Blocked(block.clone());
                }
                State::Running(_) | State::Verifying(_) | State::Waiting(_) | State::Done(_) => {
                    return Err("it was held where it could not go on anyway".to_owned());
                }
            },
            Event::Parked(pause) => match self.state {
                State::Ready { .. } | State::Parked(_) => self.wait_for_provider(pause.clone(), entry.at),
                State::Preparing
                | State::Running(_)
                | State::Verifying(_)
                | State::Waiting(_)
                | State::Blocked(_)
                | State::Done(_) => {
                    return Err("it was parked where no iteration was to start".to_owned());
                }
            },
        }
        self.changed_at = entry.at;
        self.keep_notices(before.as_ref(), entry);
        Ok(())
    }

    /// Starting samocode is a person's act, too: what could not be used before is tried again.
    fn begin_again(&mut self) {
        self.stopped = false;
        if matches!(&self.state, State::Blocked(block) if block.cause == BlockCause::Unable) {
            self.state = self.workable();
        }
    }

    /// Free to work: with a worktree the next iteration, without one first of all that.
    pub(super) fn workable(&self) -> State {
        match self.place {
            Some(_) => State::Ready { after: None },
            None => State::Preparing,
        }
    }

    fn require_phase(&self, phase: &Phase) -> Result<(), String> {
        match self.workflow.rules(phase) {
            Some(_) => Ok(()),
            None => Err(format!("workflow {} has no phase {phase}", self.workflow.name)),
        }
    }

    fn start(&mut self, started: &Started, entry: &Entry) -> Result<(), String> {
        if started.iteration <= self.iteration {
            return Err(format!("iteration {} is used already", started.iteration));
        }
        if started.phase != self.phase {
            return Err(format!("iteration {} ran {} in {}", started.iteration, started.phase, self.phase));
        }
        if !matches!(self.state, State::Ready { .. } | State::Parked(_)) {
            return Err(format!("iteration {} started where none may", started.iteration));
        }
        self.iteration = started.iteration;
        self.close_reviews();
        self.end_wait(entry.at);
        self.verification_cut = false;
        self.state = State::Running(Running {
            since: entry.at,
            provider: started.provider.clone(),
            own: started.own.clone(),
            tag: started.tag.clone(),
            guidance: started.guidance,
        });
        Ok(())
    }

    fn judge(&mut self, judged: &Judged, at: Timestamp) -> Result<(), String> {
        let State::Running(running) = &self.state else {
            return Err(format!("iteration {} was judged and did not run", judged.iteration));
        };
        if judged.iteration != self.iteration {
            return Err(format!("iteration {} was judged, {} ran", judged.iteration, self.iteration));
        }
        let guidance = running.guidance;
        let provider = running.provider.clone();
        self.add_up(judged);
        if judged.came_to_something() {
            self.news.told.clone_from(&judged.told);
            self.news.gate = None;
            self.guidance.read(guidance, judged.iteration);
        } else {
            // A run that came to nothing may not have read what it was told, or did nothing about it.
            self.news.told.extend(judged.told.iter().cloned());
            let oldest = self.news.told.len().saturating_sub(MOST_TOLD);
            self.news.told.drain(..oldest);
        }
        self.count(judged);
        self.keep_outages(&provider, judged, at);
        self.enter_state(&judged.decision, at)
    }

    /// What a child used, in tokens, money and time.
    pub(super) fn add_usage(&mut self, usage: &Usage, took_ms: u64) {
        // The numbers are a CLI's word: an absurd one may be wrong, and stops nothing.
        let add = |sum: &mut u64, more: u64| *sum = sum.saturating_add(more);
        add(&mut self.usage.input_tokens, usage.input_tokens);
        add(&mut self.usage.cached_tokens, usage.cached_tokens);
        add(&mut self.usage.output_tokens, usage.output_tokens);
        add(&mut self.usage.turns, usage.turns);
        if let Some(cost) = usage.cost_usd {
            *self.usage.cost_usd.get_or_insert(0.0) += cost;
        }
        add(&mut self.worked_ms, took_ms);
        self.counters.spent = self.counters.spent.with(usage, took_ms);
    }

    fn add_up(&mut self, judged: &Judged) {
        self.add_usage(&judged.usage, judged.took_ms);
        if judged.head.is_some() {
            self.head.clone_from(&judged.head);
        }
        if judged.snapshot_tree.is_some() {
            self.snapshot_tree.clone_from(&judged.snapshot_tree);
        }
    }

    /// Limits, outages and interruptions count against nothing.
    fn count(&mut self, judged: &Judged) {
        if judged.counts() {
            *self.counters.in_phase.entry(self.phase.clone()).or_insert(0) += 1;
            let spent = &mut self.counters.spent.iterations;
            *spent = spent.saturating_add(1);
        }
        let lost = Outcome::Interrupted { by: Interruption::OrchestratorLost };
        self.counters.interruptions =
            if judged.outcome == lost { self.counters.interruptions + 1 } else { 0 };
        if judged.counts() && !judged.unchanged {
            self.counters.idle = 0;
        }
        match &judged.decision {
            Decision::Go { phase } if judged.unchanged && *phase == self.phase => self.counters.idle += 1,
            // Failures have a limit of their own.
            Decision::Retry { .. } | Decision::Again | Decision::Park(_) | Decision::Block(_) => {}
            Decision::Go { .. } | Decision::Open(_) | Decision::Finish { .. } | Decision::Verify { .. } => {
                self.counters.idle = 0;
            }
        }
        match &judged.decision {
            Decision::Retry { .. } => self.counters.failures += 1,
            Decision::Go { .. } | Decision::Open(_) | Decision::Finish { .. } | Decision::Verify { .. } => {
                self.counters.failures = 0;
            }
            Decision::Again | Decision::Park(_) | Decision::Block(_) => {}
        }
    }

    /// Brings about what was decided.
    pub(super) fn enter_state(&mut self, decision: &Decision, at: Timestamp) -> Result<(), String> {
        self.state = match decision {
            Decision::Go { phase } => {
                self.require_phase(phase)?;
                self.go(phase);
                State::Ready { after: None }
            }
            Decision::Retry { after } => State::Ready { after: Some(*after) },
            Decision::Again => State::Ready { after: None },
            Decision::Open(gate) => {
                self.posted = false;
                State::Waiting(gate.clone())
            }
            Decision::Park(park) => {
                self.wait_for_provider(park.pause(), at);
                return Ok(());
            }
            Decision::Block(block) => State::Blocked(block.clone()),
            Decision::Finish { summary } => State::Done(summary.clone()),
            Decision::Verify { then } => State::Verifying(then.clone()),
        };
        Ok(())
    }

    /// Moves to a phase and keeps the books of passed phases and limited moves.
    fn go(&mut self, phase: &Phase) {
        if *phase == self.phase {
            return;
        }
        let from = std::mem::replace(&mut self.phase, phase.clone());
        let step = self.workflow.rules(&from).and_then(|rules| rules.move_to(phase)).cloned();
        self.passed.insert(from);
        if let Some(step) = step {
            if let Some(name) = step.count {
                *self.counters.moves.entry(name).or_insert(0) += 1;
            }
            self.skipped.extend(step.skips);
            if step.redo {
                let workflow = &self.workflow;
                self.passed.retain(|passed| workflow.follows(phase, passed));
            }
        }
        self.skipped.remove(phase);
        self.counters.failures = 0;
        self.counters.idle = 0;
    }

    fn receive(&mut self, received: &Received, at: Timestamp) -> Result<(), String> {
        let request = &received.request;
        if !self.taken.insert(request.id.clone()) {
            return Ok(());
        }
        let ready = self.workable();
        let mut passes = false;
        if !matches!(received.effect, Effect::Refused(_) | Effect::Stopping) {
            // The next iteration has something new to go by.
            self.counters.idle = 0;
        }
        match &received.effect {
            Effect::Refused(_) => {}
            Effect::Answered { answers, open } => {
                for answer in answers {
                    self.answers.insert(answer.id.clone(), answer.clone());
                }
                passes = open.is_empty();
            }
            Effect::Approved { plan, to } => {
                self.require_phase(to)?;
                self.approved = Some(plan.clone());
                self.go(to);
                passes = true;
            }
            Effect::Rejected(_) | Effect::ActionDone => passes = true,
            Effect::Guided(message) => self.guidance.add(message, &request.who, at),
            Effect::Stopping => self.stopped = true,
            Effect::Resumed => {
                self.grant();
                self.state = ready.clone();
            }
            Effect::Reopened { phase, message } => {
                self.require_phase(phase)?;
                self.grant();
                // Every phase from here on works anew.
                self.counters.in_phase.clear();
                self.phase = phase.clone();
                self.passed.retain(|passed| self.workflow.follows(phase, passed));
                if self.workflow.rules(phase).is_some_and(|rules| rules.gate == Some(GateKind::Approval)) {
                    self.approved = None;
                }
                self.guidance.add(message, &request.who, at);
                self.state = ready.clone();
            }
            Effect::Moved(phase) => {
                self.require_phase(phase)?;
                self.go(phase);
                passes = true;
            }
            Effect::Restored { head, tree, told } => {
                // What the next iteration is measured against.
                self.head = head.clone().or_else(|| self.head.take());
                self.snapshot_tree = Some(tree.clone());
                self.news.told.push(told.clone());
                // What was to be verified is not there any more: an iteration has to look at what is.
                if matches!(self.state, State::Verifying(_)) {
                    self.state = ready;
                    self.verification_cut = true;
                    return Ok(());
                }
            }
        }
        if passes {
            self.state = ready;
            self.posted = false;
            self.news.gate = Some((request.who.clone(), received.effect.clone()));
        }
        Ok(())
    }

    /// A fresh allowance for the phase, by a person's word.
    fn grant(&mut self) {
        let in_phase = std::mem::take(&mut self.counters.in_phase);
        self.counters = Counters { in_phase, spent: Spent::default(), ..Counters::default() };
        self.counters.in_phase.remove(&self.phase);
        self.outages.clear();
        self.waits = None;
    }
}
