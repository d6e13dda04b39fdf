//! A program that runs under its keeper: what happens to it, what it can be asked, how it ended.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::pid::Pid;
use super::sweep::Swept;
use super::tail::Tail;
use super::wire::{self, Request};
use crate::domain::command::Exit;

/// How much of the end of stderr is kept, in bytes.
pub const STDERR_TAIL: usize = 8 * 1024;

/// What happens to a running program. `Exited` comes before `Gone`, each once; `Drained` comes once, at any time.
#[derive(Debug)]
pub enum ProcessEvent {
    /// The program itself is over; what it started may live on and is being ended.
    Exited(Exit),
    /// Nothing that the program started is alive, but what `left` names.
    Gone {
        /// How many processes it had left behind that had to be ended.
        ended: u32,
        /// Those that could not be ended: held by the kernel, or another user's.
        left: Vec<Pid>,
    },
    /// All of its output was read, and logged and handed on as lines.
    Drained {
        /// Length of its stdout.
        stdout_bytes: u64,
    },
    /// A log could not be written, a full disk for example, and stays as it is while reading goes on; or, which no system
    /// was seen to do, the stream could not be read to its end.
    LogFailed {
        /// The log.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// How it all ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The program's own end.
    pub exit: Exit,
    /// What it left behind.
    pub swept: Swept,
    /// Length of its stdout.
    pub stdout_bytes: u64,
    /// The end of its stdout, as much as [`Launch::stdout_tail`](super::Launch::stdout_tail) asked for.
    pub stdout_tail: Vec<u8>,
    /// The last [`STDERR_TAIL`] bytes of its stderr.
    pub stderr_tail: Vec<u8>,
}

/// A program that was started. Dropped before it is over, it and all that it started are killed, and waited for.
#[derive(Debug)]
pub struct Running {
    pub(super) pid: Pid,
    pub(super) control: UnixStream,
    pub(super) tails: Arc<Tails>,
    pub(super) follower: Option<JoinHandle<Option<(Exit, Swept)>>>,
    pub(super) drainer: Option<JoinHandle<Option<u64>>>,
}

/// The newest output, shared with the threads that read it.
#[derive(Debug)]
pub(super) struct Tails {
    pub(super) stdout: Mutex<Tail>,
    pub(super) stderr: Mutex<Tail>,
}

impl Running {
    /// The program.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Asks the program to end, politely first; see [`Graces`](super::Graces). Returns at once; asked twice is asked once.
    pub fn stop(&self) {
        self.request(Request::Stop);
    }

    /// Ends the program and all that it started, at once. Returns before it is done.
    pub fn kill(&self) {
        self.request(Request::Kill);
    }

    /// The last [`STDERR_TAIL`] bytes that came on stderr until now.
    pub fn stderr_tail(&self) -> Vec<u8> {
        lock(&self.tails.stderr).bytes().to_vec()
    }

    /// The end of stdout until now, as much as [`Launch::stdout_tail`](super::Launch::stdout_tail) asked for.
    pub fn stdout_tail(&self) -> Vec<u8> {
        lock(&self.tails.stdout).bytes().to_vec()
    }

    /// Waits until nothing is left of it and all its output was read. It asks for nothing: without
    /// [`stop`](Self::stop) it waits for as long as the program runs.
    pub fn wait(mut self) -> Ended {
        let (exit, swept) = join(self.follower.take()).unwrap_or((Exit::Unknown, Swept::default()));
        let stdout_bytes = join(self.drainer.take()).unwrap_or(0);
        Ended { exit, swept, stdout_bytes, stdout_tail: self.stdout_tail(), stderr_tail: self.stderr_tail() }
    }

    fn request(&self, request: Request) {
        // A keeper that does not listen any more has ended everything, or is lost and seen to by the follower.
        drop(wire::tell(&request, &self.control));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.follower.is_some() {
            self.kill();
            join(self.follower.take());
            join(self.drainer.take());
        }
    }
}

pub(super) fn join<T>(thread: Option<JoinHandle<Option<T>>>) -> Option<T> {
    thread?.join().ok().flatten()
}

pub(super) fn lock(tail: &Mutex<Tail>) -> MutexGuard<'_, Tail> {
    tail.lock().unwrap_or_else(PoisonError::into_inner)
}
