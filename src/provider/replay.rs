//! Recorded streams played to an adapter: what the tests of each CLI's adapter share.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{AgentEvent, Message, Provider, Seen, may_be_words};
use crate::domain::command::Exit;
use crate::domain::outcome::Outcome;
use crate::domain::reset::Clock;

/// What every line of `stream` says, each looked at as closely as the newest one.
pub(super) fn events(provider: &Provider, stream: &str) -> Vec<AgentEvent> {
    stream.lines().filter_map(|line| event(provider, line.as_bytes(), true)).collect()
}

/// What one line says.
pub(super) fn event(provider: &Provider, line: &[u8], last_in_chunk: bool) -> Option<AgentEvent> {
    let mut reader = provider.reader(Arc::default());
    reader.feed(line);
    reader.event(last_in_chunk)
}

/// What the lines of `stream` add to the last message.
pub(super) fn messages(provider: &Provider, stream: &str) -> Vec<Message> {
    let mut reader = provider.reader(Arc::default());
    let mut message = |line: &str| {
        reader.feed(line.as_bytes());
        let message = reader.message();
        reader.next_line();
        message
    };
    stream.lines().filter_map(&mut message).collect()
}

/// The sum of a run of the planning agent.
pub(super) fn seen(provider: &Provider, stream: &str) -> Seen {
    let mut seen = Seen::new("planning");
    for line in stream.lines().map(str::as_bytes) {
        match event(provider, line, true) {
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
        | Outcome::CannotStart { detail }
        | Outcome::OutOfResources { detail } => detail,
        Outcome::Completed
        | Outcome::TurnLimit
        | Outcome::ContextExhausted
        | Outcome::TimeLimit { .. }
        | Outcome::Stalled { .. }
        | Outcome::BudgetReached { .. }
        | Outcome::Interrupted { .. } => "",
    }
}
