//! Recorded streams played to an adapter: what the tests of each CLI's adapter share.

use jiff::tz::TimeZone;

use super::{AgentEvent, Provider, Seen, may_be_words};
use crate::domain::command::Exit;
use crate::domain::outcome::Outcome;
use crate::domain::reset::Clock;

/// What every line of `stream` says.
pub(super) fn events(provider: &Provider, stream: &str) -> Vec<AgentEvent> {
    stream.lines().filter_map(|line| provider.parse(line.as_bytes(), false, true)).collect()
}

/// The sum of a run of the planning agent.
pub(super) fn seen(provider: &Provider, stream: &str) -> Seen {
    let mut seen = Seen::new("planning");
    for line in stream.lines().map(str::as_bytes) {
        match provider.parse(line, false, true) {
            Some(event) => seen.note(&event),
            None if may_be_words(line, false) => seen.note_plain(line),
            None => {}
        }
    }
    seen
}

/// As judged at midnight of 2026-04-15, UTC.
pub(super) fn judge(provider: &Provider, seen: &Seen, exit: Exit, stderr: &str) -> Outcome {
    let now = "2026-04-15T00:00:00Z".parse().unwrap();
    let zone = |name: &str| (name == "Asia/Riyadh").then(|| TimeZone::posix("<+03>-3").unwrap());
    provider.judge(seen, exit, stderr, &Clock { now, local: &TimeZone::UTC, zone: &zone })
}

/// The words of an outcome; none where it has none.
pub(super) fn detail(outcome: &Outcome) -> &str {
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
