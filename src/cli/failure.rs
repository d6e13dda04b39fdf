//! A failure as a person sees it: what happened, what to do, and the exit code.

use std::path::Path;
use std::process::ExitCode;

use crate::cli::context::shell_word;
use crate::cli::terminal;
use crate::config::ConfigError;
use crate::domain::verdict::{Block, BlockCause};
use crate::engine::EngineError;
use crate::git::GitError;
use crate::store::StoreError;

/// Usage or configuration.
pub(super) const USAGE: u8 = 2;
/// A gate is open and the person wants to be asked from a shell.
pub(super) const WAITING: u8 = 10;
/// A person must decide.
pub(super) const BLOCKED: u8 = 11;
/// Cannot start or go on: login, credit, missing program.
pub(super) const UNABLE: u8 = 12;
/// Stopped by request.
pub(super) const STOPPED: u8 = 13;
/// Ctrl-C.
pub(super) const INTERRUPTED: u8 = 130;

/// What went wrong.
#[derive(Debug)]
pub(super) struct Failure {
    message: String,
    hint: Option<String>,
    code: u8,
}

impl Failure {
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, code: USAGE }
    }

    /// For what cannot start.
    pub(super) fn unable(message: impl Into<String>) -> Self {
        Self { code: UNABLE, ..Self::usage(message) }
    }

    pub(super) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same, with the exit code of who was interrupted.
    pub(super) fn when_interrupted(self) -> Self {
        Self { message: format!("interrupted: {}", self.message), code: INTERRUPTED, ..self }
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn print(&self) -> ExitCode {
        terminal::error(&self.message);
        if let Some(hint) = &self.hint {
            terminal::hint(hint);
        }
        ExitCode::from(self.code)
    }
}

/// The exit code of a blocked session.
pub(super) fn block_code(block: &Block) -> u8 {
    match block.cause {
        BlockCause::Unable => UNABLE,
        BlockCause::Asked
        | BlockCause::Failures
        | BlockCause::NoProgress
        | BlockCause::Unverified
        | BlockCause::Interruptions
        | BlockCause::Tampered
        | BlockCause::Limit => BLOCKED,
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<GitError> for Failure {
    fn from(error: GitError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        EngineError::from(error).into()
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let message = error.to_string();
        let (hint, code) = match &error {
            EngineError::Store(StoreError::Held { holder }) => (
                Some(format!(
                    "`samocode attach NAME` shows what it does, `samocode stop NAME` ends it; it works since {}",
                    holder.since.to_zoned(jiff::tz::TimeZone::system()).strftime("%m-%d %H:%M")
                )),
                UNABLE,
            ),
            EngineError::Store(
                StoreError::Unreadable { .. } | StoreError::Senseless { .. } | StoreError::Tampered { .. },
            ) => (Some("restore the record from a backup, or start a new session".to_owned()), BLOCKED),
            EngineError::Store(StoreError::Io { .. }) | EngineError::Io { .. } => (
                Some("free the disk or mend the permissions, then run it again: nothing is lost".to_owned()),
                BLOCKED,
            ),
            EngineError::NotAdopted { .. } => {
                (Some("`--adopt` takes it over, with the phase that its _overview.md says".to_owned()), USAGE)
            }
            EngineError::BadManifest { .. } => (
                Some(
                    "without that list nothing is known to be samocode's: restore it, or remove it and what it named"
                        .to_owned(),
                ),
                BLOCKED,
            ),
            EngineError::Archived { .. } => {
                (Some("`samocode list --archived` shows what is archived".to_owned()), USAGE)
            }
            EngineError::NoSession { .. } => (Some("`samocode list` shows the sessions".to_owned()), USAGE),
            EngineError::NoSandbox { .. } => (
                Some(
                    "`SAMOCODE_SANDBOX=off` runs the CLI unconfined; a container confines it, too".to_owned(),
                ),
                UNABLE,
            ),
            EngineError::SandboxNotAsked { .. } => (
                Some("run it again when that is over; `SAMOCODE_SANDBOX=off` runs the CLI unconfined".to_owned()),
                UNABLE,
            ),
            EngineError::Provider(_) | EngineError::Process(_) => (None, UNABLE),
            EngineError::Git(GitError::WorktreeForeign { path, repository }) => (
                Some(format!(
                    "set MAIN_REPO to the repository that has this worktree; to give it to the present one, run \
                     `git --git-dir={} worktree repair {}`",
                    repository.display(),
                    path.display()
                )),
                USAGE,
            ),
            EngineError::Git(GitError::BranchClash { .. }) => (
                Some("GIT_BRANCH_PREFIX goes before the session's name; a `/` in a branch is a folder".to_owned()),
                USAGE,
            ),
            EngineError::FolderGone { folder, record, renamed_to } => {
                (Some(bring_back(folder, record, renamed_to.as_deref())), USAGE)
            }
            EngineError::Store(_)
            | EngineError::Git(_)
            | EngineError::Name(_)
            | EngineError::Workflow(_)
            | EngineError::Random(_)
            | EngineError::CannotAdopt { .. }
            | EngineError::NothingKept { .. }
            | EngineError::NoCommitThen { .. }
            | EngineError::ChangedMeanwhile { .. }
            | EngineError::InTheWay { .. }
            | EngineError::NoTask { .. } => (None, USAGE),
        };
        Self { message, hint, code }
    }
}

/// How a session gets its folder back.
fn bring_back(folder: &Path, record: &Path, renamed_to: Option<&Path>) -> String {
    match renamed_to {
        Some(now) => format!(
            "rename it back: `mv {} {}`; the session goes on then, and keeps its name",
            shell_word(now),
            shell_word(folder)
        ),
        None => format!(
            "bring it back, or `mkdir {}` to go on without its documents; `rm -r {}` forgets the session",
            shell_word(folder),
            shell_word(record)
        ),
    }
}
