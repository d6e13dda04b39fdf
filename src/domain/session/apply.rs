//! How one journal entry changes a session. Mechanical: every judgement was made before the entry was written.

use crate::domain::event::{Entry, Event, Judged, Received, Started};
use crate::domain::outcome::{Interruption, Outcome};
use crate::domain::phase::Phase;
use crate::domain::request::Effect;
use crate::domain::session::{Counters, Running, Session, Spent, State};
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
            Event::Began { pid, .. } => {
                self.orchestrator = Some(*pid);
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
            Event::Started(started) => self.start(started, entry)?,
            Event::Judged(judged) => self.judge(judged)?,
            Event::Posted { gate } => {
                self.posted = self.open_gate().is_some_and(|open| open.id == *gate);
            }
            Event::Received(received) => self.receive(received)?,
            Event::Held(block) => match self.state {
                State::Preparing | State::Ready { .. } | State::Parked(_) | State::Blocked(_) => {
                    self.state = State::Blocked(block.clone());
                }
                State::Running(_) | State::Waiting(_) | State::Done(_) => {
                    return Err("it was held where it could not go on anyway".to_owned());
                }
            },
        }
        self.changed_at = entry.at;
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
    fn workable(&self) -> State {
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
        self.state =
            State::Running(Running { since: entry.at, tag: started.tag.clone(), guidance: started.guidance });
        Ok(())
    }

    fn judge(&mut self, judged: &Judged) -> Result<(), String> {
        let State::Running(running) = &self.state else {
            return Err(format!("iteration {} was judged and did not run", judged.iteration));
        };
        if judged.iteration != self.iteration {
            return Err(format!("iteration {} was judged, {} ran", judged.iteration, self.iteration));
        }
        let guidance = running.guidance;
        self.add_up(judged);
        if judged.came_to_something() {
            self.news.told.clone_from(&judged.told);
            self.news.gate = None;
            self.news.guidance.drain(..guidance.min(self.news.guidance.len()));
        } else {
            // A run that came to nothing may not have read what it was told, or did nothing about it.
            self.news.told.extend(judged.told.iter().cloned());
            let oldest = self.news.told.len().saturating_sub(MOST_TOLD);
            self.news.told.drain(..oldest);
        }
        self.count(judged);
        self.decide_state(judged)
    }

    fn add_up(&mut self, judged: &Judged) {
        let usage = &judged.usage;
        // The numbers are a CLI's word: an absurd one may be wrong, and stops nothing.
        let add = |sum: &mut u64, more: u64| *sum = sum.saturating_add(more);
        add(&mut self.usage.input_tokens, usage.input_tokens);
        add(&mut self.usage.cached_tokens, usage.cached_tokens);
        add(&mut self.usage.output_tokens, usage.output_tokens);
        add(&mut self.usage.turns, usage.turns);
        if let Some(cost) = usage.cost_usd {
            *self.usage.cost_usd.get_or_insert(0.0) += cost;
        }
        add(&mut self.worked_ms, judged.took_ms);
        let spent = &mut self.counters.spent;
        add(&mut spent.tokens, usage.input_tokens.saturating_add(usage.output_tokens));
        spent.cost_usd += usage.cost_usd.unwrap_or(0.0);
        add(&mut spent.worked_ms, judged.took_ms);
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
        self.counters.parks =
            if matches!(judged.decision, Decision::Park(_)) { self.counters.parks + 1 } else { 0 };
        if judged.counts() && !judged.unchanged {
            self.counters.idle = 0;
        }
        match &judged.decision {
            Decision::Go { phase } if judged.unchanged && *phase == self.phase => self.counters.idle += 1,
            // Failures have a limit of their own.
            Decision::Retry { .. } | Decision::Again | Decision::Park(_) | Decision::Block(_) => {}
            Decision::Go { .. } | Decision::Open(_) | Decision::Finish { .. } => self.counters.idle = 0,
        }
        match &judged.decision {
            Decision::Retry { .. } => self.counters.failures += 1,
            Decision::Go { .. } | Decision::Open(_) | Decision::Finish { .. } => {
                self.counters.failures = 0;
            }
            Decision::Again | Decision::Park(_) | Decision::Block(_) => {}
        }
    }

    fn decide_state(&mut self, judged: &Judged) -> Result<(), String> {
        self.state = match &judged.decision {
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
            Decision::Park(park) => State::Parked(park.clone()),
            Decision::Block(block) => State::Blocked(block.clone()),
            Decision::Finish { summary } => State::Done(summary.clone()),
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

    fn receive(&mut self, received: &Received) -> Result<(), String> {
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
            Effect::Guided(message) => self.news.guidance.push(message.clone()),
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
                self.news.guidance.push(message.clone());
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
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::event::{Created, JOURNAL_VERSION, Prepared};
    use crate::domain::outcome::Usage;
    use crate::domain::signal::SignalFault;
    use crate::domain::verdict::Block;
    use crate::domain::workflow::Workflow;

    fn entry(event: Event) -> Entry {
        Entry { v: JOURNAL_VERSION, at: Timestamp::UNIX_EPOCH, event }
    }

    /// A session whose first iteration was told one piece of guidance and came to this.
    fn judged(decision: Decision) -> Session {
        let mut session = Session::begin(&entry(Event::Created(Box::new(Created {
            name: "auth".to_owned(),
            workflow: Workflow::built_in("full").unwrap().to_owned(),
            task: None,
            dive: None,
            branch: "auth".to_owned(),
            own_branch: true,
        }))))
        .unwrap();
        session.news.guidance = vec!["keep it small".to_owned()];
        let prepared = Prepared {
            worktree: "/w".into(),
            branch: "auth".to_owned(),
            base_branch: "main".to_owned(),
            base_commit: "abc".to_owned(),
        };
        session.apply(&entry(Event::Prepared(prepared))).unwrap();
        let started = Started {
            iteration: 1,
            phase: session.phase.clone(),
            provider: "demo".to_owned(),
            tag: "t".to_owned(),
            guidance: 1,
        };
        session.apply(&entry(Event::Started(started))).unwrap();
        let judged = Judged {
            iteration: 1,
            outcome: Outcome::Completed,
            signal: Err(SignalFault::Missing),
            decision,
            told: vec!["what it left".to_owned()],
            usage: Usage::default(),
            took_ms: 0,
            ended: 0,
            unchanged: false,
            head: None,
            snapshot_tree: None,
        };
        session.apply(&entry(Event::Judged(Box::new(judged)))).unwrap();
        session
    }

    #[test]
    fn the_persons_words_are_told_until_an_iteration_comes_to_something() {
        let phase = judged(Decision::Again).phase;
        let block = Block { cause: BlockCause::Failures, reason: "three".to_owned() };
        let kept = |decision| judged(decision).news.guidance.len();
        assert_eq!(kept(Decision::Again), 1);
        assert_eq!(kept(Decision::Retry { after: Timestamp::UNIX_EPOCH }), 1);
        assert_eq!(kept(Decision::Block(block)), 1);
        assert_eq!(kept(Decision::Go { phase }), 0);
        assert_eq!(judged(Decision::Retry { after: Timestamp::UNIX_EPOCH }).news.told, ["what it left"]);
    }
}
