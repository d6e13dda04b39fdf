//! The confined stage of a child: this same binary, called as `samocode __confine PROGRAM ARGUMENTS…` with a socket as
//! its stdin. It reads its plan from the socket, puts it in force on itself, and becomes the program. Environment and
//! working directory are the program's already. Where anything fails, it says so on the socket and never becomes it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};

use super::system;
use crate::domain::confinement::{StageFailure, StagePlan};

/// Runs this process as a stage. Returns only when it did not become the program; exit code 2 says that it was called
/// by anyone but a keeper.
pub fn main() -> ExitCode {
    let Ok(mut socket) = socket() else {
        return ExitCode::from(2);
    };
    let failure = become_program(&mut socket);
    if let Ok(answer) = serde_json::to_vec(&failure) {
        // A keeper that is gone needs no answer: nothing runs.
        drop(socket.write_all(&answer));
    }
    ExitCode::from(2)
}

fn socket() -> io::Result<UnixStream> {
    let socket = UnixStream::from(rustix::stdio::stdin().try_clone_to_owned()?);
    // Fails for everything but a socket, so a person who types the hidden command gets an end, not a hanging read.
    socket.local_addr()?;
    Ok(socket)
}

fn become_program(socket: &mut UnixStream) -> StageFailure {
    let mut message = Vec::new();
    let plan: StagePlan = match socket.read_to_end(&mut message).map(|_| serde_json::from_slice(&message)) {
        Ok(Ok(plan)) => plan,
        Ok(Err(error)) => return unconfined(error.to_string()),
        Err(error) => return unconfined(error.to_string()),
    };
    let mut arguments = std::env::args_os().skip(2);
    let program: OsString = arguments.next().unwrap_or_default();
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    // Opened while it still can be: the prompt lies in samocode's own record.
    match plan.prompt.map(File::open).transpose() {
        Ok(Some(prompt)) => drop(command.stdin(prompt)),
        Ok(None) => {}
        Err(error) => return unconfined(format!("the prompt cannot be read: {error}")),
    }
    if let Err(words) = system::confine(&plan.confinement) {
        return unconfined(words);
    }
    not_executed(&command.exec())
}

fn unconfined(words: String) -> StageFailure {
    StageFailure::NotConfined { words }
}

fn not_executed(error: &io::Error) -> StageFailure {
    error.raw_os_error().map_or_else(
        || unconfined(format!("the program cannot be executed: {error}")),
        |errno| StageFailure::NotExecuted { errno },
    )
}
