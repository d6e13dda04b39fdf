//! What a person's request may do.

use samocode::domain::event::Received;
use samocode::domain::phase::Phase;
use samocode::domain::request::{Act, Answer, Effect, Who};
use samocode::domain::session::{Session, State};
use samocode::domain::workflow::GateKind;

use super::super::world::World;
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
        let again = !self.requests.insert(id.clone());
        if again || matches!(received.effect, Effect::Refused(_)) {
            let mut untouched = before.clone();
            untouched.taken.insert(id.clone());
            untouched.changed_at = after.changed_at;
            demand(untouched == *after, "a refused or repeated request changed something")?;
            let refused = matches!(received.effect, Effect::Refused(_));
            return demand(!refused || !self.must_pass(received, world), "a person's right act was refused");
        }
        if received.effect != Effect::Stopping {
            self.idle = 0;
        }
        let who = &received.request.who;
        match (&received.effect, &received.request.act) {
            (Effect::Guided(words), Act::Tell(said)) => {
                demand(words == said && !self.done, "guidance that nobody will read was taken")?;
                self.guidance.push(words.clone());
                Ok(())
            }
            (Effect::Stopping, Act::Stop { .. }) => demand(after.stopped, "a stop was not kept"),
            (Effect::Resumed, Act::Resume(_)) => {
                demand(
                    matches!(before.state, State::Blocked(_) | State::Parked(_)),
                    "what nothing held up was resumed",
                )?;
                self.grant();
                self.used.remove(&self.phase);
                goes_on(after)
            }
            (Effect::Reopened { phase, message }, Act::Reopen { message: said, .. }) => {
                demand(self.done, "an unfinished session was reopened")?;
                demand(["planning", "implementation"].contains(&phase.as_str()), "reopened elsewhere")?;
                demand(message == said, "the words of a reopening were changed")?;
                self.done = false;
                self.grant();
                self.used.clear();
                self.guidance.push(message.clone());
                self.phase = phase.clone();
                self.forget_from(phase);
                goes_on(after)
            }
            _ => self.acted_at_gate(received, who, after, world),
        }
    }

    /// A gate passes by an act that names it, of its kind, with the hash of the bytes that stand there.
    fn acted_at_gate(
        &mut self,
        received: &Received,
        who: &Who,
        after: &Session,
        world: &World,
    ) -> Result<(), Breach> {
        let Some((id, kind)) = self.open.clone() else {
            return Err("an act at a gate that is not open".to_owned());
        };
        match (&received.effect, &received.request.act) {
            (Effect::Answered { answers, open }, Act::Answer { gate, answers: given }) => {
                demand(*gate == id && kind == GateKind::Answers, "answers at another gate")?;
                for answer in answers {
                    let said = given.get(&answer.id).is_some_and(|said| said.trim() == answer.text);
                    demand(said && asked(world, answer), "an answer that nobody gave")?;
                    let kept = (answer.title.clone(), answer.text.clone());
                    self.answers.insert(answer.id.clone(), kept);
                }
                demand(*open == self.unanswered(world), "questions that are open are miscounted")?;
                if !open.is_empty() {
                    return Ok(());
                }
                demand(!answers.is_empty(), "a gate passed without an answer")?;
            }
            (Effect::Approved { plan, to }, Act::Approve { gate, sha256 }) => {
                demand(*gate == id && kind == GateKind::Approval, "an approval at another gate")?;
                let stands = world.plan_sha256();
                demand(
                    plan.sha256 == *sha256 && stands.as_ref() == Some(sha256),
                    "an approval of bytes that were not shown",
                )?;
                self.approved(to, after, world)?;
            }
            (Effect::Approved { to, .. }, Act::SetPhase(phase)) => {
                demand(to == phase && kind == GateKind::Approval, "a hand edit went elsewhere")?;
                self.approved(to, after, world)?;
            }
            (Effect::Moved(to), Act::SetPhase(phase)) => {
                let legal = self.step_to(to).is_some();
                demand(to == phase && legal && kind != GateKind::Approval, "an illegal hand edit")?;
                self.walk(to);
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
        self.open = None;
        self.gate_news = Some((who.clone(), received.effect.clone()));
        goes_on(after)
    }

    fn approved(&mut self, to: &Phase, after: &Session, world: &World) -> Result<(), Breach> {
        demand(self.step_to(to).is_some(), "an approval led astray")?;
        let kept = after.approved.as_ref().map(|plan| plan.sha256.clone());
        demand(kept.is_some() && kept == world.plan_sha256(), "the approved bytes were not kept")?;
        self.walk(to);
        Ok(())
    }

    /// Acts that must not be refused: the right one at an open gate, and what lets a held session go on.
    fn must_pass(&self, received: &Received, world: &World) -> bool {
        let at = |gate, kind| self.open == Some((gate, kind));
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
            Act::Tell(_) => !self.done,
            Act::Stop { orchestrator, .. } => orchestrator.is_none() || *orchestrator == self.began,
            Act::Resume(None) | Act::Reopen { .. } | Act::SetPhase(_) | Act::Restore(_) => false,
        }
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
