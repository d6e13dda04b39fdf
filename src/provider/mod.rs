//! Adapters to the AI CLIs: what to run, what its output says, how a run ended.
//!
//! Spawns nothing, reads no configuration but a CLI's own, and writes nothing but folders of texts in samocode's cache. Everything
//! that is peculiar to one CLI sits in that CLI's own module; the rest of samocode sees [`Provider`] only.

pub mod agent;
pub mod bundle;
pub mod claude;
pub mod codex;
pub mod demo;
pub mod event;
mod fields;
mod folder;
mod front;
pub mod gemini;
mod home;
mod last_words;
mod login;
mod message;
mod names;
mod phrases;
mod program;
mod reader;
#[cfg(test)]
mod replay;
mod seen;
pub mod skill;
mod state;
mod version;
mod words;

use std::borrow::Cow;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use crate::domain::command::{CommandSpec, Exit};
use crate::domain::environment::Needs;
use crate::domain::outcome::Outcome;
use crate::domain::redact::Redactor;
use crate::domain::reset::Clock;

pub use claude::ClaudeSettings;
pub use codex::CodexSettings;
pub use demo::DemoSettings;
pub use event::AgentEvent;
use front::AssetError;
pub use gemini::GeminiSettings;
pub use home::Home;
pub use last_words::may_be_words;
pub use login::Login;
pub use message::{LastMessage, Message};
pub use reader::Reader;
pub use seen::Seen;
pub use state::{Added, Place, State};
pub use version::{Needed, Version, VersionLine};

/// An adapter to one AI CLI, with the person's settings for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provider {
    /// Claude Code.
    Claude(ClaudeSettings),
    /// Codex.
    Codex(CodexSettings),
    /// Gemini CLI.
    Gemini(GeminiSettings),
    /// The built-in agent without a model.
    Demo(DemoSettings),
}

/// One run to be made. The prompt is not here: it is a file that becomes stdin.
#[derive(Debug, Clone, Copy)]
pub struct RunSpec<'a> {
    /// The phase's agent, e.g. `planning`.
    pub agent: &'a str,
    /// The workflow rules, the same bytes for every iteration of a phase.
    pub rules: &'a str,
    /// Tools that the agent gets beside its own.
    pub extra_tools: &'a [String],
    /// The model to use; empty leaves the choice to the CLI.
    pub model: &'a str,
    /// Working directory of the child.
    pub worktree: &'a Path,
    /// The session's folder, which the child writes its documents and its signal to.
    pub session_dir: &'a Path,
    /// Environment that the child's is made from; nothing else is inherited.
    pub env: &'a [(OsString, OsString)],
    /// samocode's cache folder.
    pub cache_dir: &'a Path,
    /// US dollars that the run may spend, above zero; none without a limit. A CLI that counts no money ignores it.
    pub cost_left: Option<f64>,
}

/// An outside review to be made: a run without an agent of samocode's. Its prompt is a file that becomes stdin, its
/// report is its last message.
#[derive(Debug, Clone, Copy)]
pub struct ReviewSpec<'a> {
    /// The model to use; empty leaves the choice to the CLI.
    pub model: &'a str,
    /// Working directory of the child.
    pub worktree: &'a Path,
    /// Folders beside it that the reviewer has to read.
    pub readable: &'a [PathBuf],
    /// Whether the sandbox keeps it from writing. Without one the CLI's own means have to, as far as they go.
    pub confined: bool,
    /// Environment that the child's is made from; nothing else is inherited.
    pub env: &'a [(OsString, OsString)],
    /// As [`RunSpec::cost_left`].
    pub cost_left: Option<f64>,
}

/// Something that keeps no run from starting and that a person should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caution {
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub advice: String,
}

/// A run that is put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// What to start.
    pub spec: CommandSpec,
    /// What the CLI has to find in its own folder; see [`State`].
    pub added: Vec<Added>,
}

/// Why a run cannot be put together.
#[derive(Debug, Error)]
pub enum ProviderError {
    /// There is no such program.
    #[error(
        "`{program}` was not found{}; {get}, or set `{key}` to where it is; `samocode demo` runs without it",
        searched(.path.as_ref())
    )]
    NotFound {
        /// The name or path that was looked for.
        program: String,
        /// The PATH that was searched; none for a path.
        path: Option<OsString>,
        /// The setting that names the program.
        key: &'static str,
        /// How to get the program.
        get: &'static str,
    },
    /// The file is there but cannot be run.
    #[error(
        "{} is not an executable file; make it one, or set `{key}` to the program; `samocode demo` runs without it",
        .path.display()
    )]
    NotExecutable {
        /// The file.
        path: PathBuf,
        /// The setting that names the program.
        key: &'static str,
    },
    /// The CLI lacks something that samocode needs.
    #[error(
        "{} {seen} at {} is too old: samocode needs {} or later; update it with `{}`, or set `{}` to a newer one",
        needed.cli, .path.display(), needed.least, needed.update, needed.key
    )]
    TooOld {
        /// What is needed.
        needed: &'static Needed,
        /// The version that it says it is.
        seen: Version,
        /// The program.
        path: PathBuf,
    },
    /// The CLI does not say its version, and its help lacks flags.
    #[error(
        "{} at {} says no version, and its `--help` lacks {}: samocode needs {} or later; update it with `{}`, or set \
         `{}` to a newer one",
        needed.cli, .path.display(), flags.join(", "), needed.least, needed.update, needed.key
    )]
    MissingFlags {
        /// What is needed.
        needed: &'static Needed,
        /// What is missing of it.
        flags: Vec<String>,
        /// The program.
        path: PathBuf,
    },
    /// The workflow names an agent that samocode does not bring along.
    #[error("there is no agent `{agent}`; samocode has {}", known.join(", "))]
    UnknownAgent {
        /// The agent that was asked for.
        agent: String,
        /// The agents that exist.
        known: Vec<String>,
    },
    /// It reviews nothing.
    #[error("{provider} has no model that could review anything")]
    NoReviewer {
        /// The provider.
        provider: &'static str,
    },
    /// An asset is wrong.
    #[error(transparent)]
    Asset(#[from] AssetError),
    /// The CLI has no such tool.
    #[error("{cli} has no tool that `{tool}` means; `<PHASE>_TOOLS` may add {known}")]
    UnknownTool {
        /// The tool that was asked for.
        tool: String,
        /// The CLI's name.
        cli: &'static str,
        /// What there is.
        known: &'static str,
    },
    /// The CLI's own settings cannot be read.
    #[error("cannot read {}, which its runs are to work by: {source}", .path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder of agents does not hold what it should, and cannot be made to.
    #[error("cannot write the agents to {}: {source}", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// ` on PATH (…)`, where PATH was searched.
fn searched(path: Option<&OsString>) -> String {
    path.map_or_else(String::new, |path| format!(" on PATH ({})", path.to_string_lossy()))
}

impl Provider {
    /// The name that the person gives it in `SAMOCODE_PROVIDER`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Claude(_) => "claude",
            Self::Codex(_) => "codex",
            Self::Gemini(_) => "gemini",
            Self::Demo(_) => "demo",
        }
    }

    /// Which variables it needs although they look like credentials; `env` is the person's environment.
    pub fn needs(&self, env: &[(OsString, OsString)]) -> Needs {
        match self {
            Self::Claude(_) => claude::needs(env),
            Self::Codex(_) => codex::needs(env),
            Self::Gemini(_) => gemini::needs(env),
            Self::Demo(_) => Needs::default(),
        }
    }

    /// The prompt as the CLI has to be given it, to reach the model as it stands.
    pub fn prompt<'a>(&self, text: &'a str, worktree: &Path, session_dir: &Path) -> Cow<'a, str> {
        match self {
            Self::Gemini(_) => gemini::prompt(text, worktree, session_dir),
            Self::Claude(_) | Self::Codex(_) | Self::Demo(_) => Cow::Borrowed(text),
        }
    }

    /// What to start for `run`. Writes a folder of texts where the CLI needs one.
    ///
    /// # Errors
    /// Fails when the program is missing, the agent is unknown, or the folder cannot be written.
    pub fn command(&self, run: &RunSpec<'_>) -> Result<Prepared, ProviderError> {
        match self {
            Self::Claude(settings) => claude::command(settings, run),
            Self::Codex(settings) => codex::command(settings, run),
            Self::Gemini(settings) => gemini::command(settings, run),
            Self::Demo(settings) => demo::command(settings, run),
        }
    }

    /// What to start for a review.
    ///
    /// # Errors
    /// Fails when the program is missing, or it is no model's.
    pub fn review(&self, run: &ReviewSpec<'_>) -> Result<Prepared, ProviderError> {
        match self {
            Self::Claude(settings) => claude::review(settings, run),
            Self::Codex(settings) => codex::review(settings, run),
            Self::Gemini(settings) => gemini::review(settings, run),
            Self::Demo(_) => Err(ProviderError::NoReviewer { provider: self.name() }),
        }
    }

    /// The path of the CLI's program, looked for before anything is made for it.
    ///
    /// # Errors
    /// When it is missing or cannot be run.
    pub fn check(&self, env: &[(OsString, OsString)]) -> Result<PathBuf, ProviderError> {
        match self {
            Self::Claude(settings) => claude::check(settings, env),
            Self::Codex(settings) => codex::check(settings, env),
            Self::Gemini(settings) => gemini::check(settings, env),
            Self::Demo(settings) => Ok(settings.program.clone()),
        }
    }

    /// Checks that the CLI has a counterpart for these tools, where its tools are known.
    ///
    /// # Errors
    /// Names the first one that it lacks.
    pub fn check_tools(&self, tools: &[String]) -> Result<(), ProviderError> {
        match self {
            Self::Codex(_) => codex::check_tools(tools),
            Self::Gemini(_) => gemini::check_tools(tools),
            // An agent's list of theirs takes any name.
            Self::Claude(_) | Self::Demo(_) => Ok(()),
        }
    }

    /// What the CLI keeps between its runs, for a person's home folder and a child's environment; none where it keeps
    /// nothing.
    #[must_use]
    pub fn state(&self, home: &Path, env: &[(OsString, OsString)]) -> Option<State> {
        match self {
            Self::Claude(_) => Some(claude::state(home, env)),
            Self::Codex(_) => codex::state(home, env),
            Self::Gemini(_) => Some(gemini::state(home, env)),
            Self::Demo(_) => None,
        }
    }

    /// Whether the person has logged the CLI in, as far as files and variables tell; none where it needs no login.
    #[must_use]
    pub fn login(&self, home: &Path, env: &[(OsString, OsString)]) -> Option<Login> {
        match self {
            Self::Claude(_) => Some(claude::login(home, env)),
            Self::Codex(_) => Some(codex::login(home, env)),
            Self::Gemini(_) => Some(gemini::login(home, env)),
            Self::Demo(_) => None,
        }
    }

    /// What a person should know before runs with these models; an empty name leaves the model to the CLI.
    #[must_use]
    pub fn cautions(&self, models: &[&str], home: &Path, env: &[(OsString, OsString)]) -> Vec<Caution> {
        match self {
            Self::Gemini(settings) => {
                let unset = models.iter().find_map(|model| gemini::unset_model(settings, model, env));
                unset.into_iter().chain(gemini::retired_account(home, env)).collect()
            }
            Self::Claude(_) | Self::Codex(_) | Self::Demo(_) => Vec::new(),
        }
    }

    /// What reads the stdout of one run.
    pub fn reader(&self, redactor: Arc<Redactor>) -> Reader {
        Reader::new(self, redactor)
    }

    /// What one line of the child's stderr says; none where all that counts stands in the stream.
    pub fn parse_stderr(&self, line: &[u8]) -> Option<AgentEvent> {
        match self {
            Self::Gemini(_) => gemini::parse_stderr(line),
            Self::Claude(_) | Self::Codex(_) | Self::Demo(_) => None,
        }
    }

    /// How a run ended, from its result's fields first, from words second, and never from the exit code alone.
    ///
    /// Says nothing of ends that samocode itself brought about: who ended the run knows that.
    /// `clock` is what a reset time in words is read by.
    pub fn judge(&self, seen: &Seen, exit: Exit, stderr_tail: &str, clock: &Clock<'_>) -> Outcome {
        match self {
            Self::Claude(_) => claude::judge(seen, exit, stderr_tail, clock),
            Self::Codex(_) => codex::judge(seen, exit, stderr_tail, clock),
            Self::Gemini(_) => gemini::judge(seen, exit, stderr_tail, clock),
            Self::Demo(_) => demo::judge(seen, exit, stderr_tail),
        }
    }
}

/// The phrases of each provider that has some.
#[cfg(test)]
fn tables() -> [&'static [phrases::Row]; 3] {
    [claude::phrases::BOOK.rows, codex::phrases::BOOK.rows, gemini::phrases::BOOK.rows]
}
