//! What a signal gets, by the workflow's text and by what is there in the folder and the worktree.

use samocode::domain::event::Judged;
use samocode::domain::phase::Phase;
use samocode::domain::signal::{Ask, Signal, WaitFor};
use samocode::domain::workflow::GateKind;

use super::super::world::World;
use super::Law;

/// What a signal gets that is allowed.
#[derive(Debug)]
pub(super) enum Granted {
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
    /// What a signal gets in this phase; none where it is not allowed.
    pub(super) fn grants(&self, from: &Phase, signal: &Signal, world: &World) -> Option<Granted> {
        let rules = self.workflow.rules(from)?;
        match &signal.ask {
            Ask::Handoff(_) => Some(Granted::Go(from.clone())),
            Ask::Blocked { .. } => Some(Granted::Block),
            Ask::Done => (rules.terminal && !world.branch_trouble).then_some(Granted::Finish),
            Ask::Continue(_) if rules.terminal => None,
            Ask::Continue(None) => Some(Granted::Go(from.clone())),
            Ask::Continue(Some(target)) => self.grants_move(from, &Phase::named(target), world),
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

    fn grants_move(&self, from: &Phase, target: &Phase, world: &World) -> Option<Granted> {
        if target == from {
            return Some(Granted::Go(target.clone()));
        }
        let step = self.step_to(from, target)?;
        let rules = self.workflow.rules(from)?;
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
        let in_order = step.after.as_ref().is_none_or(|after| self.history.has_passed(after, &self.workflow));
        if !may_leave || !in_order || (self.is_last(target) && world.branch_trouble) {
            return None;
        }
        let used = step.count.as_ref().map_or(0, |count| self.history.uses(count));
        let left = step.most.is_none_or(|most| used < most as usize);
        Some(if left { Granted::Go(target.clone()) } else { Granted::UsedUp })
    }

    /// What stands in the way of it, beside the workflow: nothing was done for too long, somebody has to be heard first,
    /// or the files have to be verified.
    pub(super) fn held_up(&self, from: &Phase, granted: Granted, judged: &Judged, world: &World) -> Granted {
        match granted {
            Granted::Go(target) if target == *from && judged.unchanged && !self.is_last(from) => {
                let idle = self.history.idle() + 1 >= self.terms.policy.max_idle;
                if idle { Granted::Idle } else { Granted::Go(target) }
            }
            Granted::Finish if self.words.is_guidance_unheard() => Granted::Go(from.clone()),
            Granted::Finish if self.ends.needs_verification(&self.terms.policy, world) => {
                Granted::Verify(None)
            }
            Granted::Go(target)
                if target != *from
                    && self.is_last(&target)
                    && self.ends.needs_verification(&self.terms.policy, world) =>
            {
                Granted::Verify(Some(target))
            }
            other => other,
        }
    }
}

fn kind_of(what: WaitFor) -> GateKind {
    match what {
        WaitFor::QaAnswers => GateKind::Answers,
        WaitFor::PlanApproval => GateKind::Approval,
        WaitFor::HumanAction | WaitFor::FileUpdate => GateKind::HumanAction,
    }
}
