//! What a child may leave behind: an outcome and a signal of every kind, sensible more often than not.

use jiff::{SignedDuration, Timestamp};
use samocode::domain::outcome::{Interruption, Outcome, Silence, Usage};
use samocode::domain::session::Session;
use samocode::domain::signal::{Ask, Needs, RawSignal, Signal, SignalFault, WaitFor};
use samocode::domain::workflow::GateKind;

use super::dice::Dice;
use super::world::{World, later};

/// How a run ends; so many of 100 otherwise than by themselves.
pub(super) fn outcome(dice: &mut Dice, trouble: usize, now: Timestamp) -> Outcome {
    let detail = "said so".to_owned();
    if !dice.chance(trouble) {
        return Outcome::Completed;
    }
    let resets =
        [-100_000, -60, 0, 1, 3600, 100_000].map(|seconds| later(now, SignedDuration::from_secs(seconds)));
    match dice.below(17) {
        0 => Outcome::TurnLimit,
        1 => Outcome::ContextExhausted,
        2 => Outcome::Refused { detail },
        3 => Outcome::TimeLimit { seconds: 1800 },
        4 => Outcome::Stalled {
            seconds: 600,
            at: dice.pick(&[Silence::Start, Silence::Stream, Silence::Tool]),
        },
        5 | 6 => Outcome::UsageLimit { until: Some(dice.pick(&resets)), detail },
        7 => Outcome::UsageLimit { until: Some(dice.pick(&[Timestamp::MIN, Timestamp::MAX])), detail },
        8 => Outcome::UsageLimit { until: None, detail },
        9 => Outcome::Overloaded { detail },
        10 => Outcome::LoginRequired { detail },
        11 => Outcome::CreditExhausted { detail },
        12 => Outcome::CannotStart { detail },
        14 => Outcome::BudgetReached { figures: detail },
        13 => Outcome::Interrupted { by: Interruption::Signal },
        _ => Outcome::Crashed { detail },
    }
}

/// A signal, or what stands in its place.
pub(super) fn signal(dice: &mut Dice, session: &Session, iteration: u32) -> Result<Signal, SignalFault> {
    if dice.chance(8) {
        return Signal::read(&worthless(dice), iteration);
    }
    let ask = ask(dice, session);
    if dice.chance(10) {
        let text = written(&ask, dice);
        return Signal::read(&RawSignal::Bytes(text.into_bytes()), iteration);
    }
    Ok(Signal {
        ask,
        summary: dice.chance(50).then(|| "went well".to_owned()),
        extra: serde_json::Map::new(),
    })
}

fn worthless(dice: &mut Dice) -> RawSignal {
    match dice.below(8) {
        0 => RawSignal::Absent,
        1 => RawSignal::NotAFile("a link"),
        2 => RawSignal::Oversized(2_000_000),
        3 => RawSignal::Unreadable("permission denied".to_owned()),
        4 => RawSignal::Bytes(vec![b'{', 0xff, b'}']),
        5 => RawSignal::Bytes(b"{\"status\":\"done\",\"iteration\":4000000}".to_vec()),
        6 => RawSignal::Bytes(vec![b'['; 60_000]),
        _ => RawSignal::Bytes(b"{\"status\":\"contin".to_vec()),
    }
}

fn ask(dice: &mut Dice, session: &Session) -> Ask {
    let rules = session.workflow.rules(&session.phase).expect("a session stands in a phase of its workflow");
    let phases: Vec<_> = session.workflow.phases().map(|rules| rules.name.to_string()).collect();
    let waiting = |what| Ask::Waiting { what, file: None, reason: None };
    match dice.below(100) {
        0..50 if rules.terminal => Ask::Done,
        0..28 if rules.gate.is_some() => waiting(rules.gate.map(wait_for)),
        0..58 if !rules.to.is_empty() => Ask::Continue(Some(dice.pick(&rules.to).phase.to_string())),
        58..66 => Ask::Continue(dice.chance(50).then(|| rules.name.to_string())),
        66..76 => Ask::Handoff(dice.chance(60).then(|| "go on here".to_owned())),
        76..79 => Ask::Done,
        79..83 => Ask::Blocked { reason: None, needs: Needs::Clarification },
        83..88 => waiting(dice.pick(&[
            None,
            Some(WaitFor::QaAnswers),
            Some(WaitFor::PlanApproval),
            Some(WaitFor::HumanAction),
            Some(WaitFor::FileUpdate),
        ])),
        88..92 => Ask::Continue(Some(dice.pick(&["", "nowhere", "INIT"]).to_owned())),
        _ => Ask::Continue(Some(dice.pick(&phases))),
    }
}

fn wait_for(kind: GateKind) -> WaitFor {
    match kind {
        GateKind::Answers => WaitFor::QaAnswers,
        GateKind::Approval => WaitFor::PlanApproval,
        GateKind::HumanAction => WaitFor::HumanAction,
    }
}

/// The same as the child would write it into a file.
fn written(ask: &Ask, dice: &mut Dice) -> String {
    let mut object = match ask {
        Ask::Continue(phase) => serde_json::json!({ "status": "continue", "phase": phase }),
        Ask::Waiting { what, file, reason } => {
            serde_json::json!({ "status": "waiting", "for": what, "file": file, "reason": reason })
        }
        Ask::Blocked { reason, needs } => {
            serde_json::json!({ "status": "blocked", "reason": reason, "needs": needs })
        }
        Ask::Done => serde_json::json!({ "status": "done", "summary": "all" }),
        Ask::Handoff(notes) => serde_json::json!({ "status": "handoff", "notes": notes }),
    };
    if dice.chance(30) {
        object["mood"] = serde_json::json!({ "deep": [1, 0.1, -1e300, "\u{0}ü\u{2028}"] });
    }
    object.to_string()
}

/// What a run used; a broken CLI may print any number.
pub(super) fn usage(dice: &mut Dice) -> Usage {
    let tokens = if dice.chance(1) { u64::MAX } else { dice.below(5000) as u64 };
    let cost = f64::from(u32::try_from(dice.below(1_000_000)).unwrap()) / 777_777.7;
    Usage {
        input_tokens: tokens,
        cached_tokens: tokens,
        output_tokens: tokens,
        cost_usd: dice.chance(50).then_some(cost),
        turns: tokens,
    }
}

/// A child makes what its phase needs, most of the time.
pub(super) fn work(dice: &mut Dice, session: &Session, world: &mut World) {
    match session.workflow.rules(&session.phase).and_then(|rules| rules.gate) {
        Some(GateKind::Answers) if dice.chance(50) => world.ask(dice),
        Some(GateKind::Answers) => {
            world.documents.insert("requirements".to_owned());
        }
        Some(GateKind::Approval) if dice.chance(70) => world.plan = Some(dice.below(4)),
        _ => world.branch_trouble &= dice.chance(40),
    }
}
