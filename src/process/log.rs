//! A raw log that grows. A full disk stops the log, never the stream.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::crash;

/// Where a stream is copied to.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    state: State,
}

#[derive(Debug)]
enum State {
    Unopened,
    Open(File),
    /// It failed once, was reported, and stays as it is: a gap in the middle would look like the stream's own.
    Failed,
}

impl Log {
    /// A log that exists from now on.
    pub(crate) fn create(path: PathBuf) -> io::Result<Self> {
        let file = open(&path)?;
        Ok(Self { path, state: State::Open(file) })
    }

    /// A log that comes to exist with its first byte.
    pub(crate) fn on_demand(path: PathBuf) -> Self {
        Self { path, state: State::Unopened }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends, and gives the error of the first write that fails; after it, nothing is written any more.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<(), io::Error> {
        if matches!(self.state, State::Unopened) && !bytes.is_empty() {
            self.state = match open(&self.path) {
                Ok(file) => State::Open(file),
                Err(error) => {
                    self.state = State::Failed;
                    return Err(error);
                }
            };
        }
        let State::Open(file) = &mut self.state else {
            return Ok(());
        };
        let written = file.write_all(bytes);
        if written.is_err() {
            self.state = State::Failed;
        }
        written
    }
}

fn open(path: &Path) -> io::Result<File> {
    // Its folder may be writable for the child: a link there would lead the child's words into any file of the person's. On a pipe
    // that nobody reads, it fails at once.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    crash::point(|| "make a log of a stream, before");
    let opened = OpenOptions::new().append(true).create(true).mode(0o600).custom_flags(flags).open(path);
    crash::point(|| "make a log of a stream, after");
    opened
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_log_on_demand_appears_with_its_first_byte_and_only_for_its_owner() {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("err.log");
        let mut log = Log::on_demand(path.clone());
        log.append(b"").unwrap();
        assert!(!path.exists());

        log.append(b"x").unwrap();
        log.append(b"y").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"xy");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_failure_is_told_once() {
        let dir = tempfile::TempDir::new().unwrap();
        let mut log = Log::on_demand(dir.path().join("missing/err.log"));
        assert!(log.append(b"x").is_err());
        assert!(log.append(b"y").is_ok());
    }
}
