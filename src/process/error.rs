//! What can go wrong before a program runs, in words that name the path.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::domain::shortage::Shortage;
use crate::patience::shortage;

/// Why [`launch`](super::launch) gave no running process. Nothing it started is left.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The program itself could not be started.
    #[error(transparent)]
    Start(#[from] StartFailure),
    /// The log could not be opened, so the program was not started.
    #[error("cannot open the log `{path}` for writing: {source}")]
    Log {
        /// The log.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No pipe, socket or thread could be made.
    #[error(
        "cannot make the pipes to a child process: {0}; check the limits on open files and processes (`ulimit -a`)"
    )]
    Pipes(#[source] io::Error),
    /// samocode's own binary could not be run as a keeper.
    #[error("cannot start the keeper `{keeper}`: {source}")]
    Keeper {
        /// The binary.
        keeper: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The keeper was ended, or gave no answer in time, before it said whether the program runs.
    #[error("the keeper of `{program}` did not say whether it started: {source}")]
    KeeperLost {
        /// The program that should have been started.
        program: PathBuf,
        /// What is known.
        source: io::Error,
    },
}

impl ProcessError {
    /// What the machine has run out of, where that is why.
    #[must_use]
    pub fn shortage(&self) -> Option<Shortage> {
        match self {
            Self::Start(StartFailure::Short { shortage, .. }) => Some(*shortage),
            Self::Start(_) => None,
            Self::Pipes(source)
            | Self::Keeper { source, .. }
            | Self::Log { source, .. }
            | Self::KeeperLost { source, .. } => shortage(source),
        }
    }

    /// Whether the sandbox itself was refused, and not something on the way to it.
    #[must_use]
    pub fn is_unconfined(&self) -> bool {
        matches!(self, Self::Start(StartFailure::NotConfined { .. }))
    }
}

/// Why the keeper could not start the program. Paths are kept as they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum StartFailure {
    /// No file there.
    #[error("the program `{program}` does not exist")]
    ProgramMissing {
        /// Its path.
        program: String,
    },
    /// A file without the permission to execute it, or a folder.
    #[error("`{program}` is not an executable file")]
    NotExecutable {
        /// Its path.
        program: String,
    },
    /// Executable, but in no format that this system runs.
    #[error(
        "`{program}` is not a program that this system can run (another platform's, damaged, or a script without `#!`)"
    )]
    NotAProgram {
        /// Its path.
        program: String,
    },
    /// A script whose `#!` line, or a binary whose loader, names a file that is not there.
    #[error("`{program}` exists, but the interpreter or loader that it names does not")]
    InterpreterMissing {
        /// Its path.
        program: String,
    },
    /// The working directory is not there, or is no directory.
    #[error("the working directory `{dir}` does not exist or is no directory")]
    DirectoryMissing {
        /// Its path.
        dir: String,
    },
    /// Permission denied on the way to the program or the directory.
    #[error("permission denied running `{program}` in `{dir}`")]
    Denied {
        /// Its path.
        program: String,
        /// Its working directory.
        dir: String,
    },
    /// The prompt file could not be opened.
    #[error("cannot read the prompt `{path}`: {words}")]
    PromptUnreadable {
        /// The file.
        path: String,
        /// What the system said.
        words: String,
    },
    /// Linux refuses one argument over 128 KiB and all of them over a quarter of the stack limit.
    #[error("the arguments and environment of `{program}` are too long for this system ({bytes} bytes)")]
    TooLong {
        /// Its path.
        program: String,
        /// All of them together.
        bytes: usize,
    },
    /// The machine had nothing to start it with, for a whole minute.
    #[error("cannot start `{program}`: {shortage}")]
    Short {
        /// Its path.
        program: String,
        /// What has run out.
        shortage: Shortage,
    },
    /// The kernel refused the sandbox, so the program was not started.
    #[error("the sandbox of `{program}` could not be put in force: {words}")]
    NotConfined {
        /// Its path.
        program: String,
        /// What the system said.
        words: String,
    },
    /// Anything else.
    #[error("cannot start `{program}` in `{dir}`: {words}")]
    Other {
        /// Its path.
        program: String,
        /// Its working directory.
        dir: String,
        /// What the system said.
        words: String,
    },
}
