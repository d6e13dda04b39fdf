//! What may come of an iteration, and what it may cost.

use jiff::{SignedDuration, Timestamp};
use samocode::domain::event::Judged;
use samocode::domain::outcome::{Interruption, Outcome};
use samocode::domain::session::{Running, Session, State};
use samocode::domain::signal::Ask;
use samocode::domain::verdict::{BlockCause, Decision, Park, Then};

use super::super::world::World;
use super::granted::Granted;
use super::history::{Fact, How, Ran};
use super::{Breach, Law, demand, waits};

/// An iteration that was judged, with what stood before and after that.
struct Case<'a> {
    before: &'a Session,
    running: &'a Running,
    judged: &'a Judged,
    after: &'a Session,
    at: Timestamp,
}

impl Law {
    pub(super) fn judged(
        &mut self,
        before: &Session,
        judged: &Judged,
        after: &Session,
        at: Timestamp,
        world: &World,
    ) -> Result<(), Breach> {
        let State::Running(running) = &before.state else {
            return Err("an iteration was judged that did not run".to_owned());
        };
        demand(judged.iteration == before.iteration, "another iteration was judged")?;
        demand(judged.unchanged == world.unchanged, "what an iteration changed was misread")?;
        let case = Case { before, running, judged, after, at };
        let half_done = matches!(judged.outcome, Outcome::Interrupted { .. } | Outcome::CannotStart { .. });
        let signal = judged.signal.as_ref().ok().filter(|_| !half_done);
        let granted = signal.and_then(|signal| self.grants(&before.phase, signal, world));
        let asks_for_end = granted.is_some() && signal.is_some_and(|signal| signal.ask == Ask::Done);
        self.ends.judged(asks_for_end, world);
        let how = match granted {
            // Nobody can tell it from a limit that outlasts the longest wait, which counts for nothing.
            Some(Granted::UsedUp) if judged.outcome.is_outage() => {
                demand(blocks(judged, BlockCause::Limit), "a move went beyond its limit")?;
                How::Outage
            }
            Some(granted) => self.obeyed(&case, self.held_up(&before.phase, granted, judged, world))?,
            None => self.not_obeyed(&case)?,
        };
        brings_about(&judged.decision, after)?;
        self.costs(&case, how)?;
        if matches!(how, How::Stayed | How::Obeyed) {
            self.words.heard();
        }
        self.words.left(&judged.told);
        self.lasts(&case, how)?;
        self.history.add(Fact::Ran(Ran {
            phase: before.phase.clone(),
            provider: running.provider.clone(),
            how,
            unchanged: judged.unchanged,
        }));
        self.walked(before, after);
        Ok(())
    }

    /// Its signal counts: exactly what was asked for happens.
    fn obeyed(&self, case: &Case<'_>, granted: Granted) -> Result<How, Breach> {
        let phase = &case.before.phase;
        let done = match (&granted, &case.judged.decision) {
            (Granted::Go(target), Decision::Go { phase }) => target == phase,
            (Granted::UsedUp, Decision::Block(block)) => block.cause == BlockCause::Limit,
            (Granted::Idle, Decision::Block(block)) => block.cause == BlockCause::NoProgress,
            (Granted::Open(kind), Decision::Open(gate)) => gate.ask.kind() == *kind && gate.phase == *phase,
            (Granted::Block, Decision::Block(block)) => block.cause == BlockCause::Asked,
            (Granted::Finish, Decision::Finish { .. }) => true,
            (Granted::Verify(wanted), Decision::Verify { then: Then::Enter { phase } }) => {
                wanted.as_ref() == Some(phase)
            }
            (Granted::Verify(wanted), Decision::Verify { then: Then::Finish { .. } }) => wanted.is_none(),
            _ => false,
        };
        if !done {
            return Err(format!("allowed is {granted:?}, done was {:?}", case.judged.decision));
        }
        Ok(match granted {
            Granted::Go(target) if target == *phase => How::Stayed,
            Granted::UsedUp | Granted::Idle | Granted::Block => How::Asked,
            Granted::Go(_) | Granted::Open(_) | Granted::Finish | Granted::Verify(_) => How::Obeyed,
        })
    }

    /// It left no signal that is allowed here: how it ended says what follows.
    fn not_obeyed(&self, case: &Case<'_>) -> Result<How, Breach> {
        let judged = case.judged;
        demand(
            !matches!(
                judged.decision,
                Decision::Go { .. } | Decision::Open(_) | Decision::Finish { .. } | Decision::Verify { .. }
            ),
            "progress without a signal that is allowed here",
        )?;
        match &judged.outcome {
            Outcome::Interrupted { by } => {
                let lost = *by == Interruption::OrchestratorLost;
                if lost && self.history.lost() + 1 >= self.terms.policy.max_interruptions {
                    demand(blocks(judged, BlockCause::Interruptions), "too many interruptions in a row")?;
                } else {
                    demand(judged.decision == Decision::Again, "an interruption counted against something")?;
                }
                Ok(if lost { How::Lost } else { How::Interrupted })
            }
            Outcome::CannotStart { .. } | Outcome::LoginRequired { .. } | Outcome::CreditExhausted { .. } => {
                self.unable(case)
            }
            Outcome::BudgetReached { .. } => {
                demand(blocks(judged, BlockCause::Limit), "a run that was ended at a budget does not ask")?;
                Ok(How::Budget)
            }
            Outcome::UsageLimit { .. } | Outcome::Overloaded { .. } | Outcome::OutOfResources { .. } => {
                self.out(case)?;
                Ok(How::Outage)
            }
            Outcome::Completed
            | Outcome::Crashed { .. }
            | Outcome::TurnLimit
            | Outcome::ContextExhausted
            | Outcome::Refused { .. }
            | Outcome::TimeLimit { .. }
            | Outcome::Stalled { .. } => {
                if self.history.failures() + 1 >= self.terms.policy.max_failures {
                    demand(
                        blocks(judged, BlockCause::Failures),
                        "failures in a row went beyond their limit",
                    )?;
                } else {
                    demand(
                        matches!(judged.decision, Decision::Retry { .. }),
                        "a failure is not tried again",
                    )?;
                }
                Ok(How::Failed)
            }
        }
    }

    /// A CLI that cannot be used blocks, unless it is the fallback and the phase's own provider is waited for.
    fn unable(&self, case: &Case<'_>) -> Result<How, Breach> {
        let own = self.terms.own(&case.before.phase);
        let back = case.before.outages.get(own).map(|outage| outage.until).filter(|until| *until > case.at);
        match &case.judged.decision {
            Decision::Park(park) => {
                let is_fallback = case.running.provider != own;
                demand(is_fallback && Some(park.until) == back, "what cannot be used does not block")?;
                Ok(How::Outage)
            }
            _ => {
                demand(blocks(case.judged, BlockCause::Unable), "what cannot be used does not block")?;
                Ok(How::Unable)
            }
        }
    }

    /// A provider that cannot serve is tried again later and later.
    fn out(&self, case: &Case<'_>) -> Result<(), Breach> {
        let Decision::Park(Park { until, .. }) = &case.judged.decision else {
            return demand(blocks(case.judged, BlockCause::Limit), "a limit counted against something");
        };
        let known = case.after.outages.get(&case.running.provider);
        demand(known.is_some_and(|outage| outage.until == *until), "it is forgotten who is out until when")?;
        let wait = until.duration_since(case.at);
        let edge = *until == Timestamp::MAX;
        demand(wait >= SignedDuration::from_secs(1) || edge, "a park that is no wait")?;
        let in_a_row = if case.judged.unchanged { self.history.outages(&case.running.provider) } else { 0 };
        let longest = SignedDuration::try_from(self.terms.policy.max_wait).unwrap_or(SignedDuration::MAX);
        let waited = if case.judged.unchanged { self.waits.total() } else { SignedDuration::ZERO };
        // They double, up to two hours; a quarter less spreads them, and the last one is what is left.
        let left = longest.saturating_sub(waited).max(SignedDuration::ZERO);
        let least = SignedDuration::from_secs(22 << in_a_row.min(8)).min(left / 4 * 3);
        demand(wait >= least || edge, "waits for a provider do not grow")
    }

    /// Limits, outages and interruptions cost no allowance, no retry and no budget of iterations.
    fn costs(&self, case: &Case<'_>, how: How) -> Result<(), Breach> {
        let (was, is) = (&case.before.counters, &case.after.counters);
        let same = was.in_phase == is.in_phase
            && was.moves == is.moves
            && was.failures == is.failures
            && was.idle == is.idle
            && was.unverified == is.unverified
            && was.spent.iterations == is.spent.iterations;
        let free = matches!(how, How::Interrupted | How::Lost | How::Outage | How::Unable);
        demand(!free || same, "what nobody at work is to blame for counted against something")
    }

    /// The session waits for exactly as long as no provider can go on, and not for too long in all.
    fn lasts(&mut self, case: &Case<'_>, how: How) -> Result<(), Breach> {
        let waits = matches!(case.judged.decision, Decision::Park(_));
        let worked = !case.judged.unchanged || !waits;
        if worked && !matches!(case.judged.decision, Decision::Again) {
            self.waits.forget();
        }
        if !waits {
            return Ok(());
        }
        demand(how == How::Outage, "it waits although a provider serves")?;
        self.waits.begin(case.after, case.at);
        self.waits.are_bounded(&self.terms.policy)?;
        let own = self.terms.own(&case.before.phase);
        let earliest = waits::earliest(case.after, &self.terms.policy, own, case.at);
        let shown = match &case.after.state {
            State::Parked(pause) => pause.until,
            _ => case.at,
        };
        demand(shown == earliest, "what is shown is not when the next iteration can start")
    }
}

/// The state is what was decided.
fn brings_about(decision: &Decision, after: &Session) -> Result<(), Breach> {
    let fits = match (decision, &after.state) {
        (Decision::Go { phase }, State::Ready { after: None }) => after.phase == *phase,
        (Decision::Again, State::Ready { after: None }) => true,
        (Decision::Retry { after: wanted }, State::Ready { after: Some(set) }) => wanted == set,
        (Decision::Open(gate), State::Waiting(open)) => gate == open,
        (Decision::Park(_), State::Parked(_) | State::Ready { after: None }) => true,
        (Decision::Block(wanted), State::Blocked(block)) => wanted == block,
        (Decision::Verify { then }, State::Verifying(wanted)) => then == wanted,
        (Decision::Finish { summary }, State::Done(said)) => summary == said,
        _ => false,
    };
    demand(fits, "the session is not in the state that was decided upon")
}

fn blocks(judged: &Judged, cause: BlockCause) -> bool {
    matches!(&judged.decision, Decision::Block(block) if block.cause == cause)
}
