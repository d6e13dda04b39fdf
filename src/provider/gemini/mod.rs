//! Gemini CLI: its command line, environment, stream and failures.

mod home;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::program::{self, Wanted};
use super::{AgentEvent, Prepared, ProviderError, RunSpec, Seen, State};
use crate::domain::command::Exit;
use crate::domain::environment::Needs;
use crate::domain::outcome::Outcome;
use crate::domain::reset::Clock;

pub(super) use home::home;

/// The person's settings for Gemini CLI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeminiSettings {
    /// `GEMINI_PATH`: a name on PATH or a path.
    pub program: String,
    /// `GEMINI_ARGS`, split into words; they come last and so win.
    pub args: Vec<String>,
}

fn wanted(settings: &GeminiSettings) -> Wanted<'_> {
    Wanted {
        program: &settings.program,
        key: "GEMINI_PATH",
        get: "install Gemini CLI with `npm install -g @google/gemini-cli`",
    }
}

/// Where the program is.
pub(super) fn check(
    settings: &GeminiSettings,
    env: &[(OsString, OsString)],
) -> Result<PathBuf, ProviderError> {
    program::find(&wanted(settings), env, Path::new("/"))
}

/// Which variables it needs although they look like credentials.
pub(super) fn needs(_env: &[(OsString, OsString)]) -> Needs {
    Needs::default()
}

/// What to start for `run`.
pub(super) fn command(settings: &GeminiSettings, run: &RunSpec<'_>) -> Result<Prepared, ProviderError> {
    check(settings, run.env)?;
    Err(ProviderError::UnknownAgent { agent: run.agent.to_owned(), known: Vec::new() })
}

/// Its state for a person's home folder and a child's environment.
pub(super) fn state(_home: &Path, _env: &[(OsString, OsString)]) -> Option<State> {
    None
}

/// What one line of its stdout says.
pub(super) fn parse(_line: &[u8], _truncated: bool, _last_in_chunk: bool) -> Option<AgentEvent> {
    None
}

/// How a run ended.
pub(super) fn judge(_seen: &Seen, _exit: Exit, stderr_tail: &str, _clock: &Clock<'_>) -> Outcome {
    Outcome::Crashed { detail: stderr_tail.to_owned() }
}
