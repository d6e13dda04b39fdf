//! The lock of a session: held by the orchestrator for as long as it lives, freed by the kernel.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::crash;
use crate::domain::request::Act;
use crate::store::{Layout, StoreError, io_error};

/// How long a taker waits out somebody who merely looks.
const PATIENCE: Duration = Duration::from_millis(300);

/// The orchestrator that holds a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process id.
    pub pid: u32,
    /// Since when.
    pub since: Timestamp,
    /// The random name of this run, which a `stop` is meant for: in a container every run has the same process id. Empty
    /// for one of an earlier version.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub run: String,
}

impl Holder {
    /// The request to end this run, and no other one.
    #[must_use]
    pub fn stop(&self) -> Act {
        let run = (!self.run.is_empty()).then(|| self.run.clone());
        Act::Stop { orchestrator: Some(self.pid), run }
    }
}

/// A held lock. Dropping it frees the session.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
    run: String,
}

impl Lock {
    /// Takes the lock of a session.
    pub(super) fn take(layout: &Layout, now: Timestamp) -> Result<Self, StoreError> {
        let path = layout.lock();
        let mut file = open(&path)?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => {
                    let holder = read(&path).unwrap_or(Holder { pid: 0, since: now, run: String::new() });
                    return Err(StoreError::Held { holder });
                }
                Err(TryLockError::Error(e)) => return Err(io_error("lock", &path)(e)),
            }
        }
        let run = random_run(&path)?;
        let holder = Holder { pid: std::process::id(), since: now, run: run.clone() };
        let text = serde_json::to_string(&holder).unwrap_or_default();
        crash::point(|| "lock, taken and not signed");
        file.set_len(0).map_err(io_error("write", &path))?;
        file.write_all(text.as_bytes()).map_err(io_error("write", &path))?;
        crash::point(|| "lock, signed");
        Ok(Self { _file: file, run })
    }

    /// The random name of this run.
    pub(super) fn run(&self) -> &str {
        &self.run
    }
}

fn random_run(path: &Path) -> Result<String, StoreError> {
    let number = getrandom::u64().map_err(|error| io_error("sign", path)(std::io::Error::other(error)))?;
    Ok(format!("{number:016x}"))
}

/// Who holds the session now, if anybody does.
#[must_use]
pub fn holder(layout: &Layout) -> Option<Holder> {
    let path = layout.lock();
    let file = File::open(&path).ok()?;
    // A shared lock, let go at once: takers wait that long.
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => read(&path),
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

fn open(path: &Path) -> Result<File, StoreError> {
    OpenOptions::new()
        .create(true)
        .read(true)
        .write(true)
        .truncate(false)
        .open(path)
        .map_err(io_error("open", path))
}

fn read(path: &Path) -> Option<Holder> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}
