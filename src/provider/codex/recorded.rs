//! The adapter against streams recorded from codex-cli 0.169.0, which talked to a loopback server.

use super::CodexSettings;
use crate::domain::command::Exit;
use crate::domain::outcome::Outcome;
use crate::provider::replay;
use crate::provider::{Provider, Seen};

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!($name, ".jsonl"))
    };
}

mod judging;
mod stream;

fn codex() -> Provider {
    Provider::Codex(CodexSettings { program: "codex".into(), args: Vec::new() })
}

fn seen(stream: &str) -> Seen {
    replay::seen(&codex(), stream)
}

fn judge(seen: &Seen, exit: Exit, stderr: &str) -> Outcome {
    replay::judge(&codex(), seen, exit, stderr)
}

fn outcome(stream: &str) -> Outcome {
    judge(&seen(stream), Exit::Code(1), "")
}
