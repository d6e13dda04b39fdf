//! Where decisions meet IO: iterations, gates, the session loop.
//!
//! Decides nothing itself: it gathers facts, asks the domain, journals the answer and carries it out. Never writes to
//! a terminal; a [`Screen`] does.

use std::io;
use std::path::{Path, PathBuf};

mod activity;
mod announce;
mod archive;
mod ask;
mod asked;
mod branch_diff;
mod checkout_watch;
mod child;
mod cli_login;
mod cli_state;
mod confine;
mod confined;
mod courier;
mod evidence;
mod facts;
mod gates;
mod glance;
mod guard_peers;
mod guarded;
mod guarding;
mod hand_edits;
mod happening;
mod history;
mod identity;
mod install;
mod iteration;
mod keep;
mod left_outside;
mod log_lines;
mod notices;
mod open;
mod orchestrator;
mod origins;
mod overview;
mod parks;
mod phone;
mod place;
mod plan_text;
mod refused;
mod remake;
mod renamed;
mod requests;
mod restore;
mod restore_points;
mod review;
mod reviewer;
mod say;
mod settings;
mod shared_repository;
mod shell;
mod shown;
mod stash_watch;
mod stay;
mod stray_signal;
mod streams;
mod verify;
mod versions;
mod view;
mod wall;
mod watching;
mod whereabouts;

pub use activity::{Activity, Moment, overview_text, questions_text};
pub use archive::{Archived, InArchive, WorktreeOutcome, archive, finish_archive, look_up_archived};
pub use ask::{Asked, ask, effect_words, outcome, post, post_as};
pub use asked::questions_at;
pub use branch_diff::{BranchDiff, Changes, branch_diff};
pub use glance::{Glance, Glances};
pub use guarding::put_back_lost;
pub use happening::{Happening, Happenings};
pub use identity::{SET_IDENTITY, missing_identity};
pub use install::{Deed, Step as InstallStep, install, installed, uninstall};
pub use log_lines::{LogLines, LogSearch};
pub use open::{Found, NewSession, adopt, create, find, find_any, list, look_up, take};
pub use orchestrator::{Ending, Orchestrator};
pub use origins::origins;
pub use phone::try_phone;
pub use plan_text::{ChangeKind, PlanText, plan_text};
pub use renamed::{Folderless, folderless};
pub use restore::{BranchMove, Restoration, RestorePlan};
pub use restore_points::{Point, PointKind, list as restore_points};
pub use say::{Live, Progress, Screen, duration_words, usage_words};
pub use settings::{Settings, Wishes, redactor};
pub use streams::streams;
pub use versions::{CliVersion, FoundCli};
pub use view::{GateKindView, GateView, GuidanceView, QuestionView, VerificationView, View, live};

use crate::domain::name::NameError;
use crate::domain::workflow::WorkflowError;
use crate::git::GitError;
use crate::process::ProcessError;
use crate::provider::ProviderError;
use crate::store::StoreError;

/// Why the engine cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The session's files.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A process.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// A provider.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// A session's name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A workflow.
    #[error(transparent)]
    Workflow(#[from] WorkflowError),
    /// An operation on a path did not work.
    #[error("cannot {what} {}: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why it did not work.
        source: io::Error,
    },
    /// The system gives no randomness.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// A folder that is no session of samocode's stands under the name.
    #[error("{} was not made by this samocode: it has no record", path.display())]
    NotAdopted {
        /// The folder.
        path: PathBuf,
    },
    /// A session's folder was renamed or taken away.
    #[error("the folder of a session is gone: {}{}", folder.display(), seems(renamed_to.as_deref()))]
    FolderGone {
        /// Where it was.
        folder: PathBuf,
        /// Its record, which is still there.
        record: PathBuf,
        /// The folder that it seems to be now.
        renamed_to: Option<PathBuf>,
    },
    /// A folder cannot be adopted.
    #[error("{} cannot be adopted: {detail}", path.display())]
    CannotAdopt {
        /// The folder.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// There is no such session.
    #[error("there is no session `{name}` in {}", sessions.display())]
    NoSession {
        /// What was typed.
        name: String,
        /// Where it was looked for.
        sessions: PathBuf,
    },
    /// The session was put away.
    #[error("{name} is archived: {}", path.display())]
    Archived {
        /// What was typed.
        name: String,
        /// Where it is.
        path: PathBuf,
    },
    /// The list of what is installed is not what samocode wrote.
    #[error("the list of installed files {} cannot be read: {detail}; nothing was changed", path.display())]
    BadManifest {
        /// The list.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The sandbox is required, and this system has none.
    #[error("SAMOCODE_SANDBOX requires a sandbox, and there is none here: {why}")]
    NoSandbox {
        /// Why not.
        why: String,
    },
    /// There may be a sandbox; it could not be tried.
    #[error("whether there is a sandbox here could not be tried: {why}")]
    SandboxNotAsked {
        /// What was in the way.
        why: String,
        /// Whether that passes: the machine has run out of something.
        passes: bool,
    },
    /// No such state was kept.
    #[error("nothing is kept under `{wanted}`")]
    NothingKept {
        /// What was asked for.
        wanted: String,
    },
    /// A kept state of a time without a commit.
    #[error("nothing was checked out at `{wanted}` that the branch could go back to")]
    NoCommitThen {
        /// What was asked for.
        wanted: String,
    },
    /// The worktree is not as it was shown.
    #[error("{} changed after it was shown; nothing was restored", path.display())]
    ChangedMeanwhile {
        /// The worktree.
        path: PathBuf,
    },
    /// Something would be lost.
    #[error("{} would be lost, because Git does not know it; move it away, then try again", path.display())]
    InTheWay {
        /// The file.
        path: PathBuf,
    },
    /// A new session without anything to do.
    #[error("session `{name}` is new and needs a task: give it `--task`, `--task-file` or `--dive`")]
    NoTask {
        /// The name.
        name: String,
    },
}

fn seems(renamed_to: Option<&Path>) -> String {
    renamed_to.map_or_else(String::new, |path| format!("; it seems to be {} now", path.display()))
}

/// Why the loop should leave before its work is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// A person asked with `stop`.
    Leave,
    /// Ctrl-C.
    Interrupted,
    /// The person wants to be asked from a shell, not waited for.
    Waiting,
}

/// Sixteen random hexadecimal digits.
pub fn random_hex() -> Result<String, EngineError> {
    let number = getrandom::u64().map_err(EngineError::Random)?;
    Ok(format!("{number:016x}"))
}
