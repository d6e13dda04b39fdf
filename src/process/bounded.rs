//! Runs a command of the person's to its end, within a time limit: set-up and verification. Nothing of it stays behind.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::error::ProcessError;
use super::launch::{Launch, launch};
use super::running::{Ended, ProcessEvent};

/// How often the caller is asked whether to go on.
const LOOK: Duration = Duration::from_millis(50);

/// Why a command was ended before its own end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The time was up.
    TimeLimit,
    /// The caller asked.
    Stopped,
}

/// How a command ended.
#[derive(Debug)]
pub struct Finished {
    /// Its end; `stdout_tail` is the end of its output.
    pub ended: Ended,
    /// Set if it was ended early.
    pub cut: Option<Cut>,
    /// Set if its log is not complete.
    pub log_error: Option<io::Error>,
}

/// Starts the command and waits until it is over. It is ended when `limit` has passed, or within 50 ms of `stop` being
/// true.
///
/// # Errors
/// When it could not be started; see [`ProcessError`]. A command that fails is no error here.
pub fn run_bounded(
    command: Launch,
    limit: Duration,
    mut stop: impl FnMut() -> bool,
) -> Result<Finished, ProcessError> {
    let until = Instant::now() + limit;
    let (sender, events) = mpsc::channel();
    // The receiver lives until the command is over; after it, nobody needs to know.
    let running = launch(command, move |event| drop(sender.send(event)), |_| {}, |_| {})?;
    let mut cut = None;
    let mut log_error = None;
    loop {
        match events.recv_timeout(LOOK) {
            Ok(ProcessEvent::LogFailed { error, .. }) => log_error = Some(error),
            Ok(ProcessEvent::Gone { .. }) | Err(RecvTimeoutError::Disconnected) => break,
            Ok(ProcessEvent::Exited(_) | ProcessEvent::Drained { .. }) | Err(RecvTimeoutError::Timeout) => {}
        }
        if cut.is_none() {
            cut =
                if stop() { Some(Cut::Stopped) } else { (Instant::now() >= until).then_some(Cut::TimeLimit) };
            if cut.is_some() {
                running.stop();
            }
        }
    }
    let ended = running.wait();
    for event in events.try_iter() {
        if let ProcessEvent::LogFailed { error, .. } = event {
            log_error.get_or_insert(error);
        }
    }
    Ok(Finished { ended, cut, log_error })
}
