//! What a person's request may do.

use samocode::domain::event::Received;
use samocode::domain::phase::Phase;
use samocode::domain::request::{Act, Answer, Effect, SceneQuestion};
use samocode::domain::session::{Session, State};
use samocode::domain::workflow::GateKind;

use super::super::world::World;
use super::history::Fact;
use super::{Breach, Law, demand};

impl Law {
    pub(super) fn received(
        &mut self,
        before: &Session,
        received: &Received,
        after: &Session,
        world: &World,
    ) -> Result<(), Breach> {
        let id = &received.request.id;
        let again = before.taken.contains(id);
        let refused = matches!(received.effect, Effect::Refused(_));
        let mut untouched = before.clone();
        untouched.taken.insert(id.clone());
        untouched.changed_at = after.changed_at;
        if again || refused {
            demand(untouched == *after, "a refused or repeated request changed something")?;
            return demand(
                !refused || again || !self.must_pass(before, received, world),
                "a person's right act was refused",
            );
        }
        let is_done = matches!(before.state, State::Done(_));
        if received.effect != Effect::Stopping {
            self.history.add(Fact::Acted);
        }
        self.words.received(&received.effect);
        match (&received.effect, &received.request.act) {
            (Effect::Guided(words), Act::Tell(said)) => {
                demand(words == said && !is_done, "guidance that nobody will read was taken")?;
                demand(before.state == after.state, "guidance changed what the session does")
            }
            (Effect::Stopping, Act::Stop { .. }) => {
                untouched.stopped = true;
                demand(untouched == *after, "a stop lost something, or was not kept")
            }
            (Effect::Resumed, Act::Resume(_)) => {
                demand(
                    matches!(before.state, State::Blocked(_) | State::Parked(_)),
                    "what nothing held up was resumed",
                )?;
                self.history.add(Fact::Granted(Some(before.phase.clone())));
                self.waits.forget();
                goes_on(after)
            }
            (Effect::Reopened { phase, message }, Act::Reopen { message: said, .. }) => {
                demand(is_done, "an unfinished session was reopened")?;
                demand(self.may_reopen(phase) && after.phase == *phase, "reopened elsewhere")?;
                demand(message == said, "the words of a reopening were changed")?;
                self.history.add(Fact::Granted(None));
                self.history.add(Fact::SentBack(phase.clone()));
                self.waits.forget();
                goes_on(after)
            }
            (Effect::Restored { tree, .. }, Act::Restore(_)) => {
                self.ends.restored();
                demand(after.snapshot_tree.as_ref() == Some(tree), "a restore is forgotten")?;
                // A verification may be off; whether what was restored can end the session is seen at its end.
                let same = before.state == after.state || matches!(before.state, State::Verifying(_));
                demand(same && before.phase == after.phase, "a restore changed what the session does")?;
                let (was, is) = (&before.counters, &after.counters);
                let free =
                    was.in_phase == is.in_phase && was.moves == is.moves && was.failures == is.failures;
                demand(free && was.spent == is.spent, "a restore cost something")
            }
            _ => self.acted_at_gate(before, received, after, world),
        }
    }

    /// A phase of an agent; where the workflow says which, one of those.
    fn may_reopen(&self, phase: &Phase) -> bool {
        let marked = self.workflow.phases().any(|rules| rules.reopen);
        self.workflow.rules(phase).is_some_and(|rules| rules.agent.is_some() && (rules.reopen || !marked))
    }

    /// A gate passes by an act that names it, of its kind, with the hash of the bytes that stand there.
    fn acted_at_gate(
        &mut self,
        before: &Session,
        received: &Received,
        after: &Session,
        world: &World,
    ) -> Result<(), Breach> {
        let Some((id, kind)) = before.open_gate().map(|gate| (gate.id.clone(), gate.ask.kind())) else {
            return Err("an act at a gate that is not open".to_owned());
        };
        match (&received.effect, &received.request.act) {
            (Effect::Answered { answers, open }, Act::Answer { gate, answers: given }) => {
                demand(*gate == id && kind == GateKind::Answers, "answers at another gate")?;
                for answer in answers {
                    let said = given.get(&answer.id).is_some_and(|said| said.trim() == answer.text);
                    demand(said && asked(world, answer), "an answer that nobody gave")?;
                    self.answers.insert(answer.id.clone(), answer.clone());
                }
                demand(*open == self.unanswered(world), "questions that are open are miscounted")?;
                if !open.is_empty() {
                    return demand(before.state == after.state, "a gate passed with half of the answers");
                }
                demand(!answers.is_empty(), "a gate passed without an answer")?;
                let of = |question: &SceneQuestion| self.answers.get(&question.id).cloned();
                let in_order: Vec<Answer> = world.questions.iter().filter_map(of).collect();
                self.words.answered(in_order.iter().map(|answer| answer.text.as_str()));
            }
            (Effect::Approved { plan, to }, Act::Approve { gate, sha256 }) => {
                demand(*gate == id && kind == GateKind::Approval, "an approval at another gate")?;
                let stands = world.plan_sha256();
                demand(
                    plan.sha256 == *sha256 && stands.as_ref() == Some(sha256),
                    "an approval of bytes that were not shown",
                )?;
                self.approved(before, to, after, world)?;
            }
            (Effect::Approved { to, .. }, Act::SetPhase(phase)) => {
                demand(to == phase && kind == GateKind::Approval, "a hand edit went elsewhere")?;
                self.approved(before, to, after, world)?;
            }
            (Effect::Moved(to), Act::SetPhase(phase)) => {
                let legal = self.step_to(&before.phase, to).is_some() && after.phase == *to;
                demand(to == phase && legal && kind != GateKind::Approval, "an illegal hand edit")?;
            }
            (Effect::Rejected(words), Act::Reject { gate, message }) => {
                demand(*gate == id && kind == GateKind::Approval, "a rejection at another gate")?;
                demand(words == message, "the words of a rejection were changed")?;
            }
            (Effect::ActionDone, Act::Resume(gate)) => {
                let named = gate.as_ref() == Some(&id);
                demand(named && kind == GateKind::HumanAction, "a gate passed by an act meant for another")?;
            }
            (effect, act) => return Err(format!("{act:?} came to {effect:?}")),
        }
        self.walked(before, after);
        goes_on(after)
    }

    fn approved(&self, before: &Session, to: &Phase, after: &Session, world: &World) -> Result<(), Breach> {
        let legal = self.step_to(&before.phase, to).is_some() && after.phase == *to;
        demand(legal, "an approval led astray")?;
        let kept = after.approved.as_ref().map(|plan| plan.sha256.clone());
        demand(kept.is_some() && kept == world.plan_sha256(), "the approved bytes were not kept")
    }

    /// Acts that must not be refused: the right one at an open gate, and what lets a held session go on.
    fn must_pass(&self, before: &Session, received: &Received, world: &World) -> bool {
        let open = before.open_gate().map(|gate| (gate.id.clone(), gate.ask.kind()));
        let is_done = matches!(before.state, State::Done(_));
        let at = |gate, kind| open == Some((gate, kind));
        match &received.request.act {
            Act::Approve { gate, sha256 } => {
                at(gate.clone(), GateKind::Approval) && world.plan_sha256().as_ref() == Some(sha256)
            }
            Act::Reject { gate, .. } => at(gate.clone(), GateKind::Approval),
            Act::Resume(Some(gate)) => at(gate.clone(), GateKind::HumanAction),
            Act::Answer { gate, answers } => {
                let known = |id: &String| world.questions.iter().any(|question| question.id == *id);
                at(gate.clone(), GateKind::Answers)
                    && !answers.is_empty()
                    && answers.iter().all(|(id, text)| known(id) && !text.trim().is_empty())
            }
            Act::Tell(_) => !is_done,
            Act::Reopen { phase, .. } => is_done && phase.as_ref().is_none_or(|phase| self.is_marked(phase)),
            Act::Stop { orchestrator, .. } => orchestrator.is_none() || *orchestrator == self.began,
            Act::Resume(None) | Act::SetPhase(_) | Act::Restore(_) => false,
        }
    }
}

impl Law {
    fn is_marked(&self, phase: &Phase) -> bool {
        self.workflow.rules(phase).is_some_and(|rules| rules.reopen)
    }
}

fn asked(world: &World, answer: &Answer) -> bool {
    world.questions.iter().any(|question| question.id == answer.id && question.title == answer.title)
}

fn goes_on(after: &Session) -> Result<(), Breach> {
    demand(
        matches!(after.state, State::Ready { .. } | State::Preparing),
        "a person's act and nothing goes on",
    )
}
