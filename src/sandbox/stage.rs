//! The confined stage of a child: this same binary, called as `samocode __confine PROGRAM ARGUMENTS…` with a socket as
//! its stdin. It reads its plan from the socket, puts it in force on itself, and becomes the program. Environment and
//! working directory are the program's already. Where anything fails, it says so on the socket and never becomes it.

use std::ffi::{CString, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use signal_hook::consts::SIGPIPE;

use super::system;
use crate::domain::confinement::{StageFailure, StagePlan};
use crate::patience::{patiently, shortage};

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
    // Opened while it still can be: the prompt lies in samocode's own record.
    let stdin = match File::open(plan.prompt.as_deref().unwrap_or(Path::new("/dev/null"))) {
        Ok(stdin) => stdin,
        Err(error) => return unconfined(format!("the prompt cannot be read: {error}")),
    };
    let prepared = Executable::of_this_process().and_then(|program| {
        rustix::stdio::dup2_stdin(&stdin)?;
        Ok(program)
    });
    let program = match prepared {
        Ok(program) => program,
        Err(error) => return unconfined(format!("the program cannot be executed: {error}")),
    };
    if let Err(error) = system::confine(&plan.confinement) {
        return match shortage(&error) {
            Some(shortage) => StageFailure::Short { shortage },
            None => unconfined(error.to_string()),
        };
    }
    let failed = patiently(|| Err::<(), _>(io::Error::from_raw_os_error(program.execute())));
    StageFailure::NotExecuted {
        errno: failed.err().and_then(|error| error.raw_os_error()).unwrap_or_default(),
    }
}

/// What this process is to become: its own arguments after the hidden one, and its own environment.
struct Executable {
    arguments: Vec<CString>,
    environment: Vec<CString>,
}

impl Executable {
    fn of_this_process() -> io::Result<Self> {
        let arguments = std::env::args_os().skip(2).map(|argument| CString::new(argument.into_vec()));
        let pair = |(name, value): (OsString, OsString)| {
            CString::new([name.as_bytes(), b"=", value.as_bytes()].concat())
        };
        let environment = std::env::vars_os().map(pair);
        Ok(Self {
            arguments: arguments.collect::<Result<_, _>>()?,
            environment: environment.collect::<Result<_, _>>()?,
        })
    }

    /// Becomes the program; gives the system's error number when that fails.
    ///
    /// Not by way of the standard library: what it calls hands a file that is no program to `/bin/sh` (glibc's `execvp`).
    fn execute(&self) -> i32 {
        // Rust ignores it, and what is ignored stays so in the program; what has a handler starts with the default.
        drop(signal_hook::flag::register(SIGPIPE, Arc::default()));
        let program = self.arguments.first().map(CString::as_c_str).unwrap_or_default();
        match nix::unistd::execve(program, &self.arguments, &self.environment) {
            Err(error) => error as i32,
        }
    }
}

fn unconfined(words: String) -> StageFailure {
    StageFailure::NotConfined { words }
}
