//! The adapter against streams recorded from Claude Code, which talked to a loopback server: of 2.1.197, and of 2.1.332
//! in the folder of that name.

use super::ClaudeSettings;
use crate::domain::command::Exit;
use crate::domain::outcome::Outcome;
use crate::provider::replay::{self, detail};
use crate::provider::{AgentEvent, Provider, Seen};

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!($name, ".jsonl"))
    };
}

mod judging;
mod shuffled;
mod stream;

fn claude() -> Provider {
    Provider::Claude(ClaudeSettings::default())
}

fn events(stream: &str) -> Vec<AgentEvent> {
    replay::events(&claude(), stream)
}

fn seen(stream: &str) -> Seen {
    replay::seen(&claude(), stream)
}

fn judge(seen: &Seen, exit: Exit, stderr: &str) -> Outcome {
    replay::judge(&claude(), seen, exit, stderr)
}

fn outcome(stream: &str) -> Outcome {
    judge(&seen(stream), Exit::Code(1), "")
}
