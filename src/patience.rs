//! The machine has no process, no memory or no file to give right now.
//!
//! Such a refusal says nothing about what was to be started: a build next door may have taken the last process for a
//! second. So starting is tried again, with growing pauses, for a minute. Knows nothing of what is started.

use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::io::Errno;

use crate::domain::shortage::Shortage;

/// How long a start is tried, all pauses together.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What an error of the system says has run out; none where it says something else.
#[must_use]
pub(crate) fn shortage(error: &io::Error) -> Option<Shortage> {
    match Errno::from_io_error(error)? {
        Errno::AGAIN => Some(Shortage::Processes),
        Errno::NOMEM => Some(Shortage::Memory),
        Errno::MFILE | Errno::NFILE => Some(Shortage::Files),
        _ => None,
    }
}

/// Starts something, again and again for [`PATIENCE`] while the machine has nothing to start it with.
///
/// # Errors
/// The newest refusal when the time is up; at once, any error that is no shortage.
pub(crate) fn patiently<T>(start: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    try_for(PATIENCE, thread::sleep, start)
}

fn try_for<T>(
    patience: Duration,
    mut pause_for: impl FnMut(Duration),
    mut start: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    let mut waited = Duration::ZERO;
    let mut pause = FIRST_PAUSE;
    loop {
        let error = match start() {
            Ok(started) => return Ok(started),
            Err(error) => error,
        };
        let Some(short) = shortage(&error).filter(|_| waited < patience) else {
            return Err(error);
        };
        if waited.is_zero() {
            tell(short);
        }
        pause_for(pause);
        waited += pause;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Starts a thread, patiently. Its handle gives what the work returned; none cannot happen, but a thread cannot be
/// typed to take its work only once.
///
/// # Errors
/// As [`patiently`].
pub(crate) fn thread<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<Option<T>>> {
    // A start that fails drops what it was given: the work waits where the thread that runs finds it.
    let work = Arc::new(Mutex::new(Some(work)));
    patiently(|| {
        let work = Arc::clone(&work);
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            let work = work.lock().unwrap_or_else(PoisonError::into_inner).take()?;
            Some(work())
        })
    })
}

type Listener = Box<dyn Fn(&str) + Send + Sync>;

static LISTENER: OnceLock<Listener> = OnceLock::new();

/// Has somebody told that a start is being tried again. Only the first caller is heard.
pub(crate) fn on_shortage(listener: impl Fn(&str) + Send + Sync + 'static) {
    // A second listener has nothing to add.
    let _ = LISTENER.set(Box::new(listener));
}

fn tell(shortage: Shortage) {
    if let Some(listener) = LISTENER.get() {
        listener(&format!("{shortage}; trying again for up to {} s", PATIENCE.as_secs()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(errno: Errno) -> io::Error {
        io::Error::from_raw_os_error(errno.raw_os_error())
    }

    /// Tries a start that is refused so often; gives what came of it and the pauses.
    fn tried(refusals: usize, errno: Errno) -> (io::Result<usize>, Vec<Duration>) {
        let mut pauses = Vec::new();
        let mut tries = 0;
        let started = try_for(
            PATIENCE,
            |pause| pauses.push(pause),
            || {
                tries += 1;
                if tries <= refusals { Err(refused(errno)) } else { Ok(tries) }
            },
        );
        (started, pauses)
    }

    #[test]
    fn a_start_is_tried_again_with_growing_pauses_until_there_is_room() {
        for errno in [Errno::AGAIN, Errno::NOMEM, Errno::MFILE, Errno::NFILE] {
            let (started, pauses) = tried(4, errno);
            assert_eq!(started.unwrap(), 5);
            assert!(pauses.is_sorted() && pauses[0] < pauses[3], "{pauses:?}");
        }
    }

    #[test]
    fn after_a_minute_the_shortage_is_the_answer() {
        let (started, pauses) = tried(usize::MAX, Errno::AGAIN);
        assert_eq!(shortage(&started.unwrap_err()), Some(Shortage::Processes));
        let waited: Duration = pauses.iter().sum();
        assert!(waited >= PATIENCE && waited < PATIENCE + LONGEST_PAUSE, "{waited:?}");
        assert!(pauses.iter().all(|pause| *pause <= LONGEST_PAUSE));
    }

    #[test]
    fn another_error_is_the_answer_at_once() {
        let (started, pauses) = tried(1, Errno::NOENT);
        assert!(started.is_err() && pauses.is_empty());
        assert_eq!(shortage(&refused(Errno::ACCESS)), None);
        assert_eq!(shortage(&io::Error::other("words")), None);
    }

    #[test]
    fn a_thread_returns_what_its_work_did() {
        assert_eq!(thread("test", || 7).unwrap().join().unwrap(), Some(7));
    }
}
