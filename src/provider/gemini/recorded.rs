//! The adapter against streams recorded from Gemini CLI 0.61.0, which talked to a loopback server.

use jiff::tz::TimeZone;

use super::parse;
use crate::domain::command::Exit;
use crate::domain::outcome::Outcome;
use crate::domain::reset::Clock;
use crate::provider::Seen;
use crate::provider::event::AgentEvent;

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
    super::judge(seen, exit, stderr, &Clock { now, local: &TimeZone::UTC, zone: &|_| None })
}
