//! The adapter against streams recorded from Claude Code 2.1.197, which talked to a loopback server.

use jiff::tz::TimeZone;

use super::super::event::AgentEvent;
use super::parse;
use crate::domain::command::Exit;
use crate::domain::outcome::Outcome;
use crate::domain::reset::Clock;
use crate::provider::Seen;

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!($name, ".jsonl"))
    };
}

mod judging;
mod stream;

fn events(stream: &str) -> Vec<AgentEvent> {
    stream.lines().filter_map(|line| parse(line.as_bytes(), false, true)).collect()
}

fn seen(stream: &str) -> Seen {
    let mut seen = Seen::new("planning");
    for event in events(stream) {
        seen.note(&event);
    }
    seen
}

/// As judged at midnight of 2026-04-15, UTC.
fn judge(seen: &Seen, exit: Exit, stderr: &str) -> Outcome {
    let now = "2026-04-15T00:00:00Z".parse().unwrap();
    let zone = |name: &str| (name == "Asia/Riyadh").then(|| TimeZone::posix("<+03>-3").unwrap());
    super::judge(seen, exit, stderr, &Clock { now, local: &TimeZone::UTC, zone: &zone })
}

fn outcome(stream: &str) -> Outcome {
    judge(&seen(stream), Exit::Code(1), "")
}

fn detail(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Crashed { detail }
        | Outcome::Refused { detail }
        | Outcome::UsageLimit { detail, .. }
        | Outcome::Overloaded { detail }
        | Outcome::LoginRequired { detail }
        | Outcome::CreditExhausted { detail }
        | Outcome::CannotStart { detail } => detail,
        Outcome::Completed
        | Outcome::TurnLimit
        | Outcome::ContextExhausted
        | Outcome::TimeLimit { .. }
        | Outcome::Stalled { .. }
        | Outcome::BudgetReached { .. }
        | Outcome::Interrupted { .. } => "",
    }
}
