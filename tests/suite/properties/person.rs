//! What a person may ask for: the right act more often than not, and old, wrong and senseless ones.

use std::collections::BTreeMap;

use samocode::domain::gate::{GateAsk, GateId};
use samocode::domain::phase::Phase;
use samocode::domain::request::Act;
use samocode::domain::session::{Session, State};

use super::dice::Dice;
use super::world::{World, sha256};

/// An act that fits where the session stands, most of the time. `gates` are all that ever opened.
pub(super) fn act(dice: &mut Dice, session: &Session, world: &World, gates: &[GateId]) -> Act {
    if dice.chance(30) {
        return any(dice, session, world, gates);
    }
    match &session.state {
        State::Waiting(gate) => match &gate.ask {
            GateAsk::Answers => Act::Answer { gate: gate.id.clone(), answers: answers(dice, world, 80) },
            GateAsk::Approval(_) if dice.chance(25) => {
                Act::Reject { gate: gate.id.clone(), message: "smaller".to_owned() }
            }
            GateAsk::Approval(_) => {
                Act::Approve { gate: gate.id.clone(), sha256: world.plan_sha256().unwrap_or_default() }
            }
            GateAsk::HumanAction { .. } => Act::Resume(Some(gate.id.clone())),
        },
        State::Blocked(_) | State::Parked(_) => Act::Resume(None),
        State::Done(_) => {
            let phase = dice.pick(&[None, Some("planning"), Some("implementation")]);
            Act::Reopen { phase: phase.map(Phase::named), message: "once more".to_owned() }
        }
        State::Preparing | State::Ready { .. } | State::Running(_) | State::Verifying(_) => tell(dice),
    }
}

fn any(dice: &mut Dice, session: &Session, world: &World, gates: &[GateId]) -> Act {
    let gate = match session.open_gate() {
        Some(open) if dice.chance(50) => open.id.clone(),
        _ if gates.is_empty() => GateId::from_random("nonsense".to_owned()),
        _ => dice.pick(gates),
    };
    match dice.below(8) {
        0 => tell(dice),
        1 => Act::Answer { gate, answers: answers(dice, world, 40) },
        2 => Act::Approve { gate, sha256: sha256(dice.below(6)) },
        3 => Act::Reject { gate, message: "no".to_owned() },
        4 => Act::Stop { orchestrator: dice.pick(&[None, Some(1), Some(2)]), run: None },
        5 => Act::Resume(dice.chance(50).then_some(gate)),
        6 => {
            let phase = dice.pick(&["done", "planning", "init", "implementation", "nowhere"]);
            Act::Reopen { phase: Some(Phase::named(phase)), message: "again".to_owned() }
        }
        _ => tell(dice),
    }
}

fn tell(dice: &mut Dice) -> Act {
    Act::Tell(format!("mind {}", dice.below(1000)))
}

/// Answers to about so many of 100 questions; few of them to no question, or empty.
fn answers(dice: &mut Dice, world: &World, percent: usize) -> BTreeMap<String, String> {
    let mut answers: BTreeMap<String, String> = world
        .questions
        .iter()
        .filter(|_| dice.chance(percent))
        .map(|question| (question.id.clone(), format!(" option {} ", question.id)))
        .collect();
    if dice.chance(5) {
        answers.insert(dice.pick(&["Q9", "", "Q1"]).to_owned(), dice.pick(&["", "yes"]).to_owned());
    }
    answers
}

/// What a person may write behind `Phase:`.
pub(super) fn edited_phase(dice: &mut Dice, session: &Session) -> Phase {
    let phases: Vec<_> = session.workflow.phases().map(|rules| rules.name.clone()).collect();
    if dice.chance(10) { Phase::named("Somewhere ") } else { dice.pick(&phases) }
}
