//! Reads a journal as it grows, and replays it entry by entry.

use std::fs;
use std::path::PathBuf;

use samocode::domain::event::Entry;
use samocode::domain::session::Session;

use super::audit::Audit;

/// A journal that another process writes. It is killed at times, so a last line may be torn, and cut off later.
pub(super) struct Follower {
    path: PathBuf,
    read: usize,
    pub(super) session: Option<Session>,
    pub(super) audit: Audit,
    pub(super) last: String,
}

impl Follower {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, read: 0, session: None, audit: Audit::default(), last: String::new() }
    }

    /// Number of the last iteration that started.
    pub(super) fn iteration(&self) -> u32 {
        self.session.as_ref().map_or(0, |session| session.iteration)
    }

    /// Reads what is new. Gives whether anything was.
    pub(super) fn poll(&mut self) -> Result<bool, String> {
        let bytes = fs::read(&self.path).unwrap_or_default();
        let new = bytes.get(self.read..).ok_or("the journal became shorter than its whole lines")?;
        let Some(end) = memchr::memrchr(b'\n', new) else {
            return Ok(false);
        };
        for line in new[..end].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            self.take(line).map_err(|broken| format!("{broken}; at {}", String::from_utf8_lossy(line)))?;
        }
        self.read += end + 1;
        Ok(true)
    }

    fn take(&mut self, line: &[u8]) -> Result<(), String> {
        let entry: Entry = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        let Some(session) = &mut self.session else {
            self.session = Some(Session::begin(&entry).map_err(|error| error.to_string())?);
            return Ok(());
        };
        let before = session.clone();
        session.apply(&entry)?;
        self.audit.see(&before, &entry, session)?;
        self.last = String::from_utf8_lossy(line).into_owned();
        Ok(())
    }
}
