//! Reads a journal as it grows, and replays it entry by entry.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use samocode::domain::event::Entry;
use samocode::domain::session::Session;

use super::audit::Audit;

/// A journal that another process writes. It is killed at times, so a last line may be torn, and cut off later.
pub(super) struct Follower {
    path: PathBuf,
    /// How many bytes of whole lines were read.
    read: u64,
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
        let Ok(mut file) = File::open(&self.path) else {
            return Ok(false);
        };
        let length = file.metadata().map_err(|error| error.to_string())?.len();
        if length < self.read {
            return Err("the journal became shorter than its whole lines".to_owned());
        }
        let mut new = Vec::new();
        file.seek(SeekFrom::Start(self.read))
            .and_then(|_| file.read_to_end(&mut new))
            .map_err(|error| error.to_string())?;
        let Some(end) = memchr::memrchr(b'\n', &new) else {
            return Ok(false);
        };
        for line in new[..end].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            self.take(line).map_err(|broken| format!("{broken}; at {}", String::from_utf8_lossy(line)))?;
        }
        self.read += end as u64 + 1;
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
