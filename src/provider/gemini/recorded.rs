//! The adapter against streams recorded from Gemini CLI 0.61.0, which talked to a loopback server.

use jiff::tz::TimeZone;

use super::GeminiSettings;
use crate::domain::command::Exit;
use crate::domain::outcome::Outcome;
use crate::domain::reset::Clock;
use crate::provider::event::AgentEvent;
use crate::provider::{Provider, Seen, replay};

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!($name, ".jsonl"))
    };
}

mod judging;
mod stream;

fn gemini() -> Provider {
    Provider::Gemini(GeminiSettings { program: String::new(), args: Vec::new() })
}

fn parse(line: &[u8]) -> Option<AgentEvent> {
    replay::event(&gemini(), line, true)
}

fn events(stream: &str) -> Vec<AgentEvent> {
    replay::events(&gemini(), stream)
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
