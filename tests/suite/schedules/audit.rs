//! What must hold of every journal: each gate is passed by a person, each move is legal, the counts add up. Looks at
//! entries alone, and never asks the code under test.

use samocode::domain::event::{Entry, Event, Judged, Received};
use samocode::domain::gate::GateId;
use samocode::domain::phase::Phase;
use samocode::domain::request::{Act, Effect, Who};
use samocode::domain::session::Session;
use samocode::domain::verdict::Decision;
use samocode::domain::workflow::GateKind;

/// The books.
#[derive(Default)]
pub(super) struct Audit {
    open: Option<GateId>,
    running: Option<u32>,
    started: u32,
    worked_ms: u64,
    tokens: u64,
    /// Gates that opened.
    pub(super) opened: u32,
    /// Approvals of plans.
    pub(super) approvals: u32,
    /// Gates that answers passed.
    pub(super) answers: u32,
    /// Other acts at gates.
    pub(super) others: u32,
}

impl Audit {
    /// Looks at one entry: what stood before it, and what stands after it.
    pub(super) fn see(&mut self, before: &Session, entry: &Entry, after: &Session) -> Result<(), String> {
        let mut to = None;
        match &entry.event {
            Event::Created(_) | Event::Adopted(_) => return Err("the session was made again".to_owned()),
            Event::Prepared(_) => to = Some(&after.phase),
            Event::Started(started) => {
                demand(self.open.is_none(), "an iteration started over an open gate")?;
                demand(self.running.is_none(), "an iteration started before the last one was judged")?;
                demand(started.iteration == self.started + 1, "a number was left out or used again")?;
                demand(started.phase == before.phase, "an iteration ran another phase")?;
                self.started = started.iteration;
                self.running = Some(started.iteration);
            }
            Event::Judged(judged) => {
                demand(self.running.take() == Some(judged.iteration), "an iteration was judged twice")?;
                to = self.judged(before, judged)?;
            }
            Event::Received(received) => to = self.received(before, received)?,
            Event::Reviewing { .. } | Event::Reviewed(_) | Event::ReviewsEnded { .. } => {
                return Err("a review ran that nobody asked for".to_owned());
            }
            Event::Verified(_) => return Err("a verification ran that nobody asked for".to_owned()),
            Event::Began { .. }
            | Event::Moved(_)
            | Event::Posted { .. }
            | Event::Notified { .. }
            | Event::Held(_)
            | Event::Parked(_) => {}
        }
        let stays = before.phase == after.phase;
        demand(stays || to == Some(&after.phase), "the session moved to a phase that nothing led to")?;
        demand(
            after.open_gate().map(|gate| &gate.id) == self.open.as_ref(),
            "a gate opened or closed by itself",
        )?;
        demand(after.iteration == self.started, "iterations are miscounted")?;
        demand(after.worked_ms == self.worked_ms, "the time is miscounted")?;
        let usage = after.usage;
        demand(usage.input_tokens + usage.output_tokens == self.tokens, "tokens are miscounted")
    }

    /// The phase that a judged iteration leads to.
    fn judged<'a>(&mut self, before: &Session, judged: &'a Judged) -> Result<Option<&'a Phase>, String> {
        self.worked_ms += judged.took_ms;
        self.tokens += judged.usage.input_tokens + judged.usage.output_tokens;
        match &judged.decision {
            Decision::Go { phase } if *phase == before.phase => Ok(Some(phase)),
            Decision::Go { phase } => {
                let rules = before.workflow.rules(&before.phase).ok_or("there is no such phase")?;
                let step = rules.move_to(phase).ok_or("an illegal move")?;
                demand(rules.gate != Some(GateKind::Approval), "an approval was passed by")?;
                let after = step.after.as_ref();
                demand(after.is_none_or(|after| before.passed.contains(after)), "a move came too early")?;
                Ok(Some(phase))
            }
            Decision::Open(gate) => {
                self.open = Some(gate.id.clone());
                self.opened += 1;
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// The phase that a person's act leads to.
    fn received<'a>(
        &mut self,
        before: &Session,
        received: &'a Received,
    ) -> Result<Option<&'a Phase>, String> {
        let request = &received.request;
        let forged = request.id.starts_with("forged");
        let refused = matches!(received.effect, Effect::Refused(_));
        demand(!forged || refused, "an agent's own request had an effect")?;
        let named = match &request.act {
            Act::Answer { gate, .. } | Act::Approve { gate, .. } | Act::Reject { gate, .. } => Some(gate),
            Act::Resume(gate) => gate.as_ref(),
            // Edited into a file while the gate was open.
            Act::SetPhase(_) => self.open.as_ref(),
            Act::Tell(_) | Act::Stop { .. } | Act::Reopen { .. } | Act::Restore(_) => None,
        };
        let passes = match &received.effect {
            Effect::Answered { answers, open } => {
                let invented = answers.iter().any(|answer| answer.text.contains("forged"));
                demand(!invented, "an agent's own answer was taken")?;
                self.answers += u32::from(open.is_empty());
                open.is_empty()
            }
            Effect::Approved { .. } => {
                self.approvals += 1;
                true
            }
            Effect::Rejected(_) | Effect::ActionDone | Effect::Moved(_) => {
                self.others += 1;
                true
            }
            Effect::Refused(_)
            | Effect::Guided(_)
            | Effect::Stopping
            | Effect::Resumed
            | Effect::Reopened { .. }
            | Effect::Restored { .. } => false,
        };
        if passes {
            demand(self.open.is_some() && named == self.open.as_ref(), "an act passed another gate")?;
            demand(!matches!(request.who, Who::Flag(_)), "no flag was given")?;
            self.open = None;
        }
        Ok(match &received.effect {
            Effect::Approved { to, .. } | Effect::Moved(to) => {
                let rules = before.workflow.rules(&before.phase).ok_or("there is no such phase")?;
                demand(rules.move_to(to).is_some(), "an act led where the phase does not lead")?;
                Some(to)
            }
            Effect::Reopened { phase, .. } => Some(phase),
            _ => None,
        })
    }
}

fn demand(holds: bool, broken: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(broken.to_owned()) }
}
