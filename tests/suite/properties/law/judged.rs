//! What may come of an iteration.

use jiff::{SignedDuration, Timestamp};
use samocode::domain::event::Judged;
use samocode::domain::outcome::{Interruption, Outcome};
use samocode::domain::phase::Phase;
use samocode::domain::session::{Session, State};
use samocode::domain::signal::{Ask, Signal, WaitFor};
use samocode::domain::verdict::{BlockCause, Decision, Then};
use samocode::domain::workflow::GateKind;

use super::super::world::World;
use super::{Breach, Law, demand};

/// What a signal gets that is allowed.
#[derive(Debug)]
enum Granted {
    Go(Phase),
    UsedUp,
    /// It would go on with its phase once more, and has changed nothing for too long.
    Idle,
    Open(GateKind),
    Block,
    Finish,
    /// First a verification, then this phase or the end.
    Verify(Option<Phase>),
}

impl Law {
    pub(super) fn judged(
        &mut self,
        before: &Session,
        judged: &Judged,
        at: Timestamp,
        world: &World,
    ) -> Result<(), Breach> {
        demand(matches!(before.state, State::Running(_)), "an iteration was judged that did not run")?;
        demand(judged.iteration == self.last_iteration, "another iteration was judged")?;
        let ran = !matches!(judged.outcome, Outcome::Interrupted { .. } | Outcome::CannotStart { .. });
        let interrupted = matches!(judged.outcome, Outcome::Interrupted { .. });
        if !(judged.outcome.is_outage() && judged.unchanged || interrupted) {
            // The provider has worked since it was parked.
            self.unpark();
        }
        demand(judged.unchanged == world.unchanged, "what an iteration changed was misread")?;
        let granted = judged.signal.as_ref().ok().filter(|_| ran).and_then(|s| self.grants(s, world));
        match granted {
            // Nobody can tell it from a limit that outlasts the longest wait, which counts for nothing.
            Some(Granted::UsedUp) if judged.outcome.is_outage() => {
                demand(blocks(judged, BlockCause::Limit), "a move went beyond its limit")?;
            }
            Some(granted) => {
                self.unpark();
                let granted = self.verified_first(self.minded(granted, judged), world);
                return self.heard(judged, &granted);
            }
            None => {}
        }
        demand(
            !matches!(
                judged.decision,
                Decision::Go { .. } | Decision::Open(_) | Decision::Finish { .. } | Decision::Verify { .. }
            ),
            "progress without a signal that is allowed here",
        )?;
        // Nothing was heard: whatever there was to tell is told again, with what this iteration left.
        self.told.extend(judged.told.iter().cloned());
        match &judged.outcome {
            Outcome::Interrupted { by } => self.interrupted(judged, *by),
            Outcome::CannotStart { .. } | Outcome::LoginRequired { .. } | Outcome::CreditExhausted { .. } => {
                self.lost = 0;
                demand(blocks(judged, BlockCause::Unable), "what cannot be used does not block")
            }
            Outcome::BudgetReached { .. } => {
                self.lost = 0;
                self.count();
                if !judged.unchanged {
                    self.idle = 0;
                }
                demand(blocks(judged, BlockCause::Limit), "a run that was ended at a budget does not ask")
            }
            Outcome::UsageLimit { .. } | Outcome::Overloaded { .. } | Outcome::OutOfResources { .. } => {
                self.lost = 0;
                self.parked(judged, at)
            }
            Outcome::Completed
            | Outcome::Crashed { .. }
            | Outcome::TurnLimit
            | Outcome::ContextExhausted
            | Outcome::Refused { .. }
            | Outcome::TimeLimit { .. }
            | Outcome::Stalled { .. } => self.failed(judged),
        }
    }

    /// Its signal counts: exactly what was asked for happens, and its news were told.
    fn heard(&mut self, judged: &Judged, granted: &Granted) -> Result<(), Breach> {
        let done = match (granted, &judged.decision) {
            (Granted::Go(target), Decision::Go { phase }) => target == phase,
            (Granted::UsedUp, Decision::Block(block)) => block.cause == BlockCause::Limit,
            (Granted::Idle, Decision::Block(block)) => block.cause == BlockCause::NoProgress,
            (Granted::Open(kind), Decision::Open(gate)) => {
                self.open = Some((gate.id.clone(), gate.ask.kind()));
                gate.ask.kind() == *kind && gate.phase == self.phase
            }
            (Granted::Block, Decision::Block(block)) => block.cause == BlockCause::Asked,
            (Granted::Finish, Decision::Finish { .. }) => {
                self.done = true;
                true
            }
            (Granted::Verify(wanted), Decision::Verify { then }) => {
                self.verifying = Some(wanted.clone());
                match then {
                    Then::Enter { phase } => wanted.as_ref() == Some(phase),
                    Then::Finish { .. } => wanted.is_none(),
                }
            }
            _ => false,
        };
        if !done {
            return Err(format!("allowed is {granted:?}, done was {:?}", judged.decision));
        }
        self.count();
        self.lost = 0;
        self.moved_on(granted, judged);
        if matches!(granted, Granted::UsedUp | Granted::Idle | Granted::Block) {
            // A person is asked first; the next iteration starts without knowing what this one read.
            self.told.extend(judged.told.iter().cloned());
            return Ok(());
        }
        self.failures = 0;
        self.told.clone_from(&judged.told);
        self.gate_news = None;
        self.guidance.drain(..self.in_prompt);
        if let Granted::Go(target) = granted {
            self.walk(target);
        }
        Ok(())
    }

    /// An iteration that changed nothing may be followed by few others of the same kind.
    fn minded(&self, granted: Granted, judged: &Judged) -> Granted {
        let terminal = self.rules().is_ok_and(|rules| rules.terminal);
        match granted {
            Granted::Go(target) if target == self.phase && judged.unchanged && !terminal => {
                if self.idle + 1 >= self.policy.max_idle { Granted::Idle } else { Granted::Go(target) }
            }
            other => other,
        }
    }

    /// The last phase is entered and ended only over a passed verification of the files that are there.
    fn verified_first(&self, granted: Granted, world: &World) -> Granted {
        let last = |phase: &Phase| self.workflow.phases().any(|rules| rules.name == *phase && rules.terminal);
        let wanted = match &granted {
            Granted::Go(target) if *target != self.phase && last(target) => Some(target.clone()),
            Granted::Finish => None,
            _ => return granted,
        };
        if self.needs_verification(world) { Granted::Verify(wanted) } else { granted }
    }

    fn moved_on(&mut self, granted: &Granted, judged: &Judged) {
        match granted {
            Granted::Go(target) if *target == self.phase && judged.unchanged => self.idle += 1,
            Granted::Go(_) | Granted::Open(_) | Granted::Finish | Granted::Verify(_) => self.idle = 0,
            Granted::UsedUp | Granted::Idle | Granted::Block if judged.unchanged => {}
            Granted::UsedUp | Granted::Idle | Granted::Block => self.idle = 0,
        }
    }

    fn interrupted(&mut self, judged: &Judged, by: Interruption) -> Result<(), Breach> {
        self.lost = if by == Interruption::OrchestratorLost { self.lost + 1 } else { 0 };
        if by == Interruption::OrchestratorLost && self.lost >= self.policy.max_interruptions {
            demand(blocks(judged, BlockCause::Interruptions), "too many interruptions in a row")
        } else {
            demand(judged.decision == Decision::Again, "an interruption counted against something")
        }
    }

    fn parked(&mut self, judged: &Judged, at: Timestamp) -> Result<(), Breach> {
        let longest = SignedDuration::try_from(self.policy.max_wait).unwrap_or(SignedDuration::MAX);
        match &judged.decision {
            Decision::Park(park) => {
                let wait = park.until.duration_since(at);
                demand(wait <= longest, "a park is longer than the longest wait")?;
                let edge = park.until == Timestamp::MAX;
                demand(wait >= SignedDuration::from_secs(1) || edge, "a park that is no wait")?;
                // Waits in a row double, up to two hours; a quarter less spreads them.
                let left = longest.saturating_sub(self.waited).max(SignedDuration::ZERO);
                let least = SignedDuration::from_secs(22 << self.parks.min(8)).min(left / 4 * 3);
                self.parks += 1;
                self.waited = self.waited.checked_add(wait).unwrap_or(SignedDuration::MAX);
                demand(self.waited <= longest, "parks in a row are longer than the longest wait")?;
                demand(wait >= least || edge, "waits for a provider do not grow")
            }
            _ => {
                self.unpark();
                demand(blocks(judged, BlockCause::Limit), "a limit counted against something")
            }
        }
    }

    pub(super) fn unpark(&mut self) {
        self.parks = 0;
        self.waited = SignedDuration::ZERO;
    }

    fn failed(&mut self, judged: &Judged) -> Result<(), Breach> {
        self.count();
        self.lost = 0;
        if !judged.unchanged {
            self.idle = 0;
        }
        self.failures += 1;
        if self.failures >= self.policy.max_failures {
            demand(blocks(judged, BlockCause::Failures), "failures in a row went beyond their limit")
        } else {
            demand(matches!(judged.decision, Decision::Retry { .. }), "a failure is not tried again")
        }
    }

    fn count(&mut self) {
        *self.used.entry(self.phase.clone()).or_insert(0) += 1;
        self.spent += 1;
    }

    /// What a signal gets in this phase; none where it is not allowed.
    fn grants(&self, signal: &Signal, world: &World) -> Option<Granted> {
        let rules = self.rules().ok()?;
        match &signal.ask {
            Ask::Handoff(_) => Some(Granted::Go(self.phase.clone())),
            Ask::Blocked { .. } => Some(Granted::Block),
            Ask::Done => (rules.terminal && !world.branch_trouble).then_some(Granted::Finish),
            Ask::Continue(_) if rules.terminal => None,
            Ask::Continue(None) => Some(Granted::Go(self.phase.clone())),
            Ask::Continue(Some(target)) => self.grants_move(&Phase::named(target), world),
            Ask::Waiting { what, .. } => {
                let kind = rules.gate?;
                let fits = what.is_none_or(|what| kind_of(what) == kind);
                let ready = match kind {
                    GateKind::Answers => !world.repeated && !self.unanswered(world).is_empty(),
                    GateKind::Approval => world.plan.is_some(),
                    GateKind::HumanAction => true,
                };
                (fits && ready).then_some(Granted::Open(kind))
            }
        }
    }

    fn grants_move(&self, target: &Phase, world: &World) -> Option<Granted> {
        if *target == self.phase {
            return Some(Granted::Go(target.clone()));
        }
        let step = self.step_to(target)?;
        let rules = self.rules().ok()?;
        let written = rules.document.as_ref().is_some_and(|document| world.documents.contains(document));
        let may_leave = match rules.gate {
            Some(GateKind::Approval) => false,
            Some(GateKind::Answers) => {
                !world.repeated
                    && self.unanswered(world).is_empty()
                    && (!world.questions.is_empty() || written)
            }
            Some(GateKind::HumanAction) | None => true,
        };
        let ends = self.workflow.phases().any(|rules| rules.name == *target && rules.terminal);
        let in_order = step.after.as_ref().is_none_or(|after| self.passed.contains(after));
        if !may_leave || !in_order || (ends && world.branch_trouble) {
            return None;
        }
        let used = step.count.as_ref().and_then(|count| self.moves.get(count)).copied().unwrap_or(0);
        let left = step.most.is_none_or(|most| used < most);
        Some(if left { Granted::Go(target.clone()) } else { Granted::UsedUp })
    }
}

fn kind_of(what: WaitFor) -> GateKind {
    match what {
        WaitFor::QaAnswers => GateKind::Answers,
        WaitFor::PlanApproval => GateKind::Approval,
        WaitFor::HumanAction | WaitFor::FileUpdate => GateKind::HumanAction,
    }
}

fn blocks(judged: &Judged, cause: BlockCause) -> bool {
    matches!(&judged.decision, Decision::Block(block) if block.cause == cause)
}
