//! Starts a program through a keeper.

use std::io::{self, BufRead, BufReader, PipeReader};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

use super::attend::{Kept, Pipes, attend};
use super::error::{ProcessError, StartFailure};
use super::ladder::Graces;
use super::lines::{Line, Piece};
use super::log::Log;
use super::pid::Pid;
use super::running::{ProcessEvent, Running};
use super::tagged::{KEEPER_VARIABLE, TAG_VARIABLE};
use super::wire::{self, Order, Report};
use super::{lost, system};
use crate::domain::command::CommandSpec;
use crate::domain::redact::Redactor;
use crate::patience::{PATIENCE, patiently};

/// The hidden first argument that makes the `samocode` program a keeper.
pub const KEEPER_ARGUMENT: &str = "__keeper";

/// A keeper answers in milliseconds; a machine that swaps may need seconds, and one that is out of something makes
/// keeper and stage wait.
const ANSWER_LIMIT: Duration = Duration::from_secs(30).saturating_add(PATIENCE).saturating_add(PATIENCE);

/// What to start and where its output goes.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The program. Its environment is exactly what stands there, and the tag.
    pub spec: CommandSpec,
    /// The file that the program reads as its stdin; without one it reads nothing.
    pub prompt: Option<PathBuf>,
    /// `<session>/<what>`; in the environment of the program as `SAMOCODE_TAG`, so that what outlives its keeper is found.
    pub tag: String,
    /// How politely it is ended.
    pub graces: Graces,
    /// The `samocode` binary; [`this_program`](super::this_program) where samocode itself is what runs.
    pub keeper: PathBuf,
    /// Where stdout is copied to, appended; created for its owner only.
    pub stdout_log: PathBuf,
    /// Where stderr goes.
    pub stderr: Stderr,
    /// How much of the end of stdout is kept for [`Running::stdout_tail`], in bytes.
    pub stdout_tail: usize,
    /// Takes secrets out of logs and tails; the lines that are handed on are as they came.
    pub redactor: Arc<Redactor>,
}

/// Where a program's stderr goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stderr {
    /// To a log of its own, made when something is written.
    Log(PathBuf),
    /// In between stdout, in the order in which it is written.
    WithStdout,
}

/// Starts the program and returns when it runs.
///
/// `events` is called from threads of this layer, `lines` and `stderr_lines` from the ones that empty stdout and stderr,
/// `lines` with pieces of stdout's lines in constant memory:
/// they should be quick, for the program waits while they are busy. Without a stderr of its own, `stderr_lines` gets none.
///
/// # Errors
/// Nothing is left running on an error; see [`ProcessError`].
pub fn launch(
    launch: Launch,
    events: impl Fn(ProcessEvent) + Send + Sync + 'static,
    lines: impl FnMut(Piece<'_>) + Send + 'static,
    stderr_lines: impl FnMut(Line<'_>) + Send + 'static,
) -> Result<Running, ProcessError> {
    let log = Log::create(launch.stdout_log.clone())
        .map_err(|source| ProcessError::Log { path: launch.stdout_log.clone(), source })?;
    let (control, far_end) = patiently(UnixStream::pair).map_err(ProcessError::Pipes)?;
    let mut reports = BufReader::new(control.try_clone().map_err(ProcessError::Pipes)?);
    let (mut keeper, stdout, stderr) = start_keeper(&launch, far_end)?;
    let pid = match order(&control, &mut reports, &launch) {
        Ok(Answer::Started(pid)) => pid,
        Ok(Answer::CouldNotStart(failure)) => {
            drop(keeper.wait());
            return Err(failure.into());
        }
        Err(source) => {
            lost::end_abandoned(&mut keeper, &launch.tag);
            return Err(ProcessError::KeeperLost { program: launch.spec.program, source });
        }
    };
    let stderr = stderr.map(|(pipe, path)| (pipe, Log::on_demand(path)));
    let pipes =
        Pipes { stdout: (stdout, log), stderr, stdout_tail: launch.stdout_tail, redactor: launch.redactor };
    let keeper = Kept { program: pid, keeper, control, reports, tag: launch.tag };
    attend(keeper, pipes, Arc::new(events), lines, stderr_lines)
}

type KeeperAndPipes = (Child, PipeReader, Option<(PipeReader, PathBuf)>);

fn start_keeper(launch: &Launch, socket: UnixStream) -> Result<KeeperAndPipes, ProcessError> {
    let (stdout, stdout_end) = patiently(io::pipe).map_err(ProcessError::Pipes)?;
    system::widen(&stdout);
    let (stderr, stderr_end) = match &launch.stderr {
        Stderr::WithStdout => (None, stdout_end.try_clone().map_err(ProcessError::Pipes)?),
        Stderr::Log(path) => {
            let (stderr, end) = patiently(io::pipe).map_err(ProcessError::Pipes)?;
            (Some((stderr, path.clone())), end)
        }
    };
    // The keeper needs nothing of the environment, and its tag is how a later samocode finds it.
    let mut command = Command::new(&launch.keeper);
    command
        .arg(KEEPER_ARGUMENT)
        .env_clear()
        .env(KEEPER_VARIABLE, &launch.tag)
        .stdin(OwnedFd::from(socket))
        .stdout(stdout_end)
        .stderr(stderr_end);
    let keeper = patiently(|| command.spawn())
        .map_err(|source| ProcessError::Keeper { keeper: launch.keeper.clone(), source })?;
    Ok((keeper, stdout, stderr))
}

enum Answer {
    Started(Pid),
    CouldNotStart(StartFailure),
}

fn order(control: &UnixStream, reports: &mut impl BufRead, launch: &Launch) -> io::Result<Answer> {
    control.set_read_timeout(Some(ANSWER_LIMIT))?;
    control.set_write_timeout(Some(ANSWER_LIMIT))?;
    let mut spec = launch.spec.clone();
    spec.env.push((TAG_VARIABLE.into(), launch.tag.clone().into()));
    Order { spec, prompt: launch.prompt.clone(), graces: launch.graces }.send(control)?;
    let mut line = Vec::new();
    reports.read_until(b'\n', &mut line)?;
    control.set_read_timeout(None)?;
    control.set_write_timeout(None)?;
    if line.is_empty() {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ended"));
    }
    match wire::hear(&line)? {
        Report::Started { pid } => Pid::from_raw(pid).map(Answer::Started),
        Report::CouldNotStart { failure } => Some(Answer::CouldNotStart(failure)),
        Report::Returned { .. } | Report::Signalled { .. } | Report::Gone { .. } => None,
    }
    .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it answered out of turn"))
}
