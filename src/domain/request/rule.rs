//! Judges a request against the session: the one place where a gate is passed.

use crate::domain::gate::{Gate, GateAsk, GateId};
use crate::domain::phase::Phase;
use crate::domain::request::{Act, Answer, Effect, Request};
use crate::domain::session::{Session, State};

/// What has to be looked up in the session's folder before a request can be judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scene {
    /// The questions of `_qa.md` as they stand.
    pub questions: Vec<SceneQuestion>,
    /// The hash of the plan at the open gate as it stands; none when it cannot be read.
    pub plan_sha256: Option<String>,
}

/// A question as it stands in `_qa.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SceneQuestion {
    /// Its id, e.g. `Q1`.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// What comes of a request. Changes nothing by itself.
#[must_use]
pub fn rule(session: &Session, request: &Request, scene: &Scene) -> Effect {
    match &request.act {
        Act::Answer { gate, answers } => open_gate(session, gate)
            .map_or_else(Effect::Refused, |open| answer(session, open, answers, scene)),
        Act::Approve { gate, sha256 } => open_gate(session, gate)
            .map_or_else(Effect::Refused, |open| approve(session, open, sha256, scene)),
        Act::Reject { gate, message } => {
            open_gate(session, gate).map_or_else(Effect::Refused, |open| match open.ask {
                GateAsk::Approval(_) => Effect::Rejected(message.clone()),
                GateAsk::Answers | GateAsk::HumanAction { .. } => refuse_kind(open, "reject"),
            })
        }
        Act::Tell(_) if matches!(session.state, State::Done(_)) => {
            Effect::Refused("it is done; `reopen` takes it back to work".to_owned())
        }
        Act::Tell(message) => Effect::Guided(message.clone()),
        Act::Stop { orchestrator, run } => stop(session, *orchestrator, run.as_deref()),
        Act::Resume(gate) => resume(session, gate.as_ref()),
        Act::Reopen { phase, message } => reopen(session, phase.as_ref(), message),
        Act::SetPhase(phase) => set_phase(session, phase, scene),
        // The command does it itself, holding the session, and journals it. In an inbox it is somebody's forgery.
        Act::Restore(_) => Effect::Refused("only the command `restore` restores".to_owned()),
    }
}

fn open_gate<'a>(session: &'a Session, named: &GateId) -> Result<&'a Gate, String> {
    match &session.state {
        State::Waiting(gate) if gate.id == *named => Ok(gate),
        State::Waiting(_) => Err("it was meant for an earlier gate, which is closed".to_owned()),
        _ => Err("nothing waits for a person".to_owned()),
    }
}

fn answer(
    session: &Session,
    gate: &Gate,
    given: &std::collections::BTreeMap<String, String>,
    scene: &Scene,
) -> Effect {
    if gate.ask != GateAsk::Answers {
        return refuse_kind(gate, "answer");
    }
    if given.is_empty() {
        return Effect::Refused("it holds no answer".to_owned());
    }
    let known = |id: &str| scene.questions.iter().enumerate().find(|(_, question)| question.id == id);
    let mut answers = Vec::new();
    for (id, text) in given {
        match known(id) {
            Some((place, question)) if !text.trim().is_empty() => answers.push(Answer {
                id: id.clone(),
                title: question.title.clone(),
                text: text.trim().to_owned(),
                place,
            }),
            Some(_) => return Effect::Refused(format!("the answer to {id} is empty")),
            None => return Effect::Refused(format!("there is no question {id}")),
        }
    }
    answers.sort_by_key(|answer| answer.place);
    let open = scene
        .questions
        .iter()
        .filter(|question| !answers.iter().any(|answer| answer.id == question.id))
        .filter(|question| !session.has_answer(&question.id, &question.title))
        .map(|question| question.id.clone())
        .collect();
    Effect::Answered { answers, open }
}

fn approve(session: &Session, gate: &Gate, shown: &str, scene: &Scene) -> Effect {
    let GateAsk::Approval(plan) = &gate.ask else {
        return refuse_kind(gate, "approve");
    };
    let Some(to) = only_successor(session, &gate.phase) else {
        return Effect::Refused(format!("phase {} leads nowhere", gate.phase));
    };
    match &scene.plan_sha256 {
        Some(now) if now == shown => {
            let plan = crate::domain::gate::PlanFile { sha256: now.clone(), ..plan.clone() };
            Effect::Approved { plan, to }
        }
        Some(_) => Effect::Refused(format!("{} changed after it was shown; look at it again", plan.file)),
        None => Effect::Refused(format!("{} cannot be read", plan.file)),
    }
}

/// What was to be done at a gate is done only by an act that was made there: a `resume` for an earlier block or park
/// passes nothing.
fn resume(session: &Session, named: Option<&GateId>) -> Effect {
    match &session.state {
        State::Waiting(Gate { id, ask: GateAsk::HumanAction { .. }, .. }) if named == Some(id) => {
            Effect::ActionDone
        }
        State::Waiting(Gate { ask: GateAsk::HumanAction { .. }, .. }) => {
            Effect::Refused("it was made before this gate opened".to_owned())
        }
        State::Waiting(gate) => refuse_kind(gate, "resume"),
        State::Blocked(_) | State::Parked(_) => Effect::Resumed,
        State::Done(_) => Effect::Refused("it is done; `reopen` takes it back to work".to_owned()),
        State::Preparing | State::Ready { .. } | State::Running(_) | State::Verifying(_) => {
            Effect::Refused("nothing holds it up".to_owned())
        }
    }
}

/// A stop ends the run that it was meant for, or any run where it names none.
fn stop(session: &Session, process: Option<u32>, run: Option<&str>) -> Effect {
    let is_meant = match run {
        Some(run) => session.run == run,
        // Of an earlier version, which knew its run by the process id only.
        None => process.is_none_or(|process| session.orchestrator == Some(process)),
    };
    if is_meant {
        Effect::Stopping
    } else {
        Effect::Refused("it was meant for a run that had ended already".to_owned())
    }
}

fn reopen(session: &Session, phase: Option<&Phase>, message: &str) -> Effect {
    if !matches!(session.state, State::Done(_)) {
        return Effect::Refused(
            "only a finished session can be reopened; `tell` reaches a running one".to_owned(),
        );
    }
    let choices = session.workflow.reopened_in();
    let chosen = match phase {
        Some(phase) => choices.into_iter().find(|choice| *choice == phase),
        None => choices.into_iter().next(),
    };
    match chosen {
        Some(phase) => Effect::Reopened { phase: phase.clone(), message: message.to_owned() },
        None => {
            let names: Vec<&str> =
                session.workflow.reopened_in().iter().map(|phase| phase.as_str()).collect();
            Effect::Refused(format!(
                "workflow {} can be reopened in {} only",
                session.workflow.name,
                names.join(" or ")
            ))
        }
    }
}

/// `Phase:` edited by hand counts as passing the open gate if it names a legal successor.
fn set_phase(session: &Session, phase: &Phase, scene: &Scene) -> Effect {
    let State::Waiting(gate) = &session.state else {
        return Effect::Refused("`Phase:` counts only while a gate is open".to_owned());
    };
    let legal = session.workflow.rules(&gate.phase).and_then(|rules| rules.move_to(phase));
    match (&gate.ask, legal) {
        (_, None) => Effect::Refused(format!("phase {} does not lead to {phase}", gate.phase)),
        (GateAsk::Approval(plan), Some(_)) => match &scene.plan_sha256 {
            Some(sha256) => Effect::Approved {
                plan: crate::domain::gate::PlanFile { sha256: sha256.clone(), ..plan.clone() },
                to: phase.clone(),
            },
            None => Effect::Refused(format!("{} cannot be read", plan.file)),
        },
        (GateAsk::Answers | GateAsk::HumanAction { .. }, Some(_)) => Effect::Moved(phase.clone()),
    }
}

fn only_successor(session: &Session, phase: &Phase) -> Option<Phase> {
    Some(session.workflow.rules(phase)?.to.first()?.phase.clone())
}

fn refuse_kind(gate: &Gate, command: &str) -> Effect {
    Effect::Refused(format!("`{command}` does not help: it waits for {}", gate.ask.words()))
}

#[cfg(test)]
mod tests;
