//! What the person does where the session needs one: mostly the right thing, sooner or later.

use samocode::domain::gate::GateAsk;
use samocode::domain::session::{Session, State};

use crate::properties::dice::Dice;

/// One act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deed {
    /// A command of samocode's, without its session.
    Command(&'static str, &'static [&'static str]),
    /// Every question of `_qa.md` answered in an editor.
    AnswersByHand,
    /// `Phase:` changed in an editor.
    PhaseByHand(String),
}

impl Deed {
    /// Whether a plan may be approved by it.
    pub(super) fn approves(&self) -> bool {
        matches!(self, Self::Command("approve", _) | Self::PhaseByHand(_))
    }
}

/// What to do about the state that the session is in; nothing where it needs nobody.
pub(super) fn deed(dice: &mut Dice, session: &Session) -> Option<Deed> {
    let wrong = [
        Deed::Command("approve", &[]),
        Deed::Command("answer", &["--suggestions"]),
        Deed::Command("resume", &[]),
        Deed::Command("reject", &["-m", "no"]),
        Deed::Command("tell", &["mind the dates"]),
    ];
    let right = match &session.state {
        State::Waiting(_) if dice.chance(10) => dice.pick(&wrong),
        State::Waiting(gate) => match &gate.ask {
            GateAsk::Answers if dice.chance(4) => Deed::AnswersByHand,
            GateAsk::Answers => Deed::Command("answer", &["--suggestions"]),
            GateAsk::Approval(_) if dice.chance(25) => Deed::Command("reject", &["-m", "smaller"]),
            GateAsk::Approval(_) if dice.chance(4) => Deed::PhaseByHand("implementation".to_owned()),
            GateAsk::Approval(_) => Deed::Command("approve", &[]),
            GateAsk::HumanAction { .. } => Deed::Command("resume", &[]),
        },
        State::Parked(_) | State::Blocked(_) => Deed::Command("resume", &[]),
        State::Done(_) if dice.chance(30) => {
            Deed::Command("reopen", &["--phase", "planning", "-m", "otherwise"])
        }
        State::Done(_) => Deed::Command("reopen", &["-m", "once more"]),
        State::Preparing | State::Ready { .. } | State::Running(_) | State::Verifying(_) => return None,
    };
    Some(right)
}

/// What the person may say while the session works.
pub(super) fn whim(dice: &mut Dice) -> Option<Deed> {
    match dice.below(100) {
        0..=3 => Some(Deed::Command("tell", &["mind the dates"])),
        4..=5 => Some(Deed::Command("stop", &[])),
        6 => Some(Deed::Command("approve", &[])),
        _ => None,
    }
}
