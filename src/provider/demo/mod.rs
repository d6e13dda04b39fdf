//! The built-in agent: no model, no account, no network.
//!
//! This side puts its command together and reads its stream, as for any other CLI; [`agent_main`] is the other side,
//! which runs as a child process of its own.

mod agent;
mod build;
mod dialect;
mod documents;
mod notebook;
mod plan;
mod project;
mod prompt;
mod questions;
mod shell;
mod story;
mod workplace;

use std::path::PathBuf;

use super::words;
use super::{Prepared, ProviderError, RunSpec, Seen};
use crate::domain::command::{CommandSpec, Exit};
use crate::domain::outcome::Outcome;

pub use agent::agent_main;
pub(super) use dialect::{Field, WANTED, event};
pub use project::{DemoFile, TASK, repository_files, write_repository};
pub use story::STORY;

/// The hidden subcommand that is the agent.
pub const SUBCOMMAND: &str = "__demo-agent";

/// The variable that holds the agent's pause between two steps, in milliseconds; `0` is none.
pub const PACE: &str = "SAMOCODE_DEMO_PACE";

/// Settings of the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoSettings {
    /// Absolute path of the `samocode` program, whose [`SUBCOMMAND`] is the agent.
    pub program: PathBuf,
}

/// What to start for `run`.
#[expect(clippy::unnecessary_wraps, reason = "every provider's command can fail but this one's")]
pub(super) fn command(settings: &DemoSettings, run: &RunSpec<'_>) -> Result<Prepared, ProviderError> {
    let spec = CommandSpec {
        program: settings.program.clone(),
        args: vec![SUBCOMMAND.into()],
        env: run.env.to_vec(),
        dir: run.worktree.to_owned(),
        confinement: None,
    };
    Ok(Prepared { spec, added: Vec::new() })
}

/// How a run of the agent ended.
pub(super) fn judge(seen: &Seen, exit: Exit, stderr_tail: &str) -> Outcome {
    match seen.result() {
        Some(result) if result.is_error => Outcome::Crashed { detail: result.words.clone() },
        Some(_) => Outcome::Completed,
        None => Outcome::Crashed {
            detail: words::one_line(
                &format!("the demo agent ended with {exit} and without a result; {stderr_tail}"),
                400,
            ),
        },
    }
}
