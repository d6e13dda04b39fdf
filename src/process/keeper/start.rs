//! Starts the program: own process group, only the given environment, the prompt as stdin. Says why it cannot.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use rustix::io::Errno;

use super::stage;
use crate::patience::{patiently, shortage};
use crate::process::error::StartFailure;
use crate::process::pid::Pid;
use crate::process::wire::Order;

pub(super) fn start(order: &Order) -> Result<Pid, StartFailure> {
    let spec = &order.spec;
    // A file is closed at its end by nature, holds a prompt of any length, and needs nobody to feed it.
    let stdin = match &order.prompt {
        None => Stdio::null(),
        Some(path) => File::open(path).map(Stdio::from).map_err(|error| StartFailure::PromptUnreadable {
            path: path.display().to_string(),
            words: error.to_string(),
        })?,
    };
    let child = match &spec.confinement {
        None => spawn(Command::new(&spec.program), stdin, order)?,
        Some(confinement) => stage::start(confinement, order)?,
    };
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    pid.ok_or_else(|| other(order, "the system gave it no usable process number".to_owned()))
}

/// Starts a command with what the order says of arguments, environment and place.
pub(super) fn spawn(mut command: Command, stdin: Stdio, order: &Order) -> Result<Child, StartFailure> {
    command
        .args(&order.spec.args)
        .env_clear()
        .envs(order.spec.env.iter().map(|(name, value)| (name, value)))
        .current_dir(&order.spec.dir)
        .process_group(0)
        .stdin(stdin);
    patiently(|| command.spawn()).map_err(|error| explain(&error, order))
}

/// The system's error says neither which of the paths it means nor which of the reasons.
pub(super) fn explain(error: &io::Error, order: &Order) -> StartFailure {
    let spec = &order.spec;
    let program = spec.program.display().to_string();
    let dir = spec.dir.display().to_string();
    if fs::metadata(&spec.dir).is_ok_and(|status| !status.is_dir())
        || fs::metadata(&spec.dir).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    {
        return StartFailure::DirectoryMissing { dir };
    }
    if let Some(shortage) = shortage(error) {
        return StartFailure::Short { program, shortage };
    }
    let status = fs::metadata(&spec.program);
    match Errno::from_io_error(error) {
        Some(Errno::NOENT | Errno::NOTDIR) if status.is_ok() => StartFailure::InterpreterMissing { program },
        Some(Errno::NOENT | Errno::NOTDIR) => StartFailure::ProgramMissing { program },
        Some(Errno::ACCESS | Errno::PERM) => {
            let executable =
                status.map_or(true, |status| status.is_file() && status.permissions().mode() & 0o111 != 0);
            if executable {
                StartFailure::Denied { program, dir }
            } else {
                StartFailure::NotExecutable { program }
            }
        }
        Some(Errno::NOEXEC) => StartFailure::NotAProgram { program },
        Some(Errno::TOOBIG) => StartFailure::TooLong { program, bytes: order.argument_bytes() },
        _ => other(order, error.to_string()),
    }
}

pub(super) fn other(order: &Order, words: String) -> StartFailure {
    let program = order.spec.program.display().to_string();
    StartFailure::Other { program, dir: order.spec.dir.display().to_string(), words }
}
