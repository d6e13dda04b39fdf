//! The journal: append-only, one JSON object a line, synced before anything is done about it.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::domain::event::{Entry, JOURNAL_VERSION};
use crate::store::atomic::sync_dir;
use crate::store::{StoreError, io_error};

/// A journal as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalRead {
    /// Its entries, in order.
    pub entries: Vec<Entry>,
    /// Bytes of the whole lines; what follows is a torn last line.
    pub whole_bytes: u64,
    /// Bytes of a torn last line, dropped.
    pub torn_bytes: u64,
}

/// Reads a journal; none if there is no such file.
///
/// # Errors
/// When a line other than a torn last one does not read, or it is of a newer version. Nothing is changed on disk.
pub fn read_journal(path: &Path) -> Result<Option<JournalRead>, StoreError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(io_error("read", path)(e)),
    };
    let whole = memchr::memrchr(b'\n', &bytes).map_or(0, |at| at + 1);
    let mut entries = Vec::new();
    for (index, line) in bytes[..whole].split(|byte| *byte == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        entries.push(parse_line(line, index, path)?);
    }
    Ok(Some(JournalRead { entries, whole_bytes: whole as u64, torn_bytes: (bytes.len() - whole) as u64 }))
}

fn parse_line(line: &[u8], index: usize, path: &Path) -> Result<Entry, StoreError> {
    #[derive(serde::Deserialize)]
    struct Version {
        v: u32,
    }
    match serde_json::from_slice::<Entry>(line) {
        Ok(entry) if entry.v <= JOURNAL_VERSION => Ok(entry),
        Ok(entry) => Err(StoreError::Newer { path: path.to_owned(), version: entry.v }),
        Err(e) => match serde_json::from_slice::<Version>(line) {
            Ok(Version { v }) if v > JOURNAL_VERSION => {
                Err(StoreError::Newer { path: path.to_owned(), version: v })
            }
            Ok(_) | Err(_) => Err(StoreError::Unreadable {
                path: path.to_owned(),
                copy: aside(path),
                detail: format!("line {}: {e}", index + 1),
            }),
        },
    }
}

/// Puts a copy of an unreadable journal beside it. The journal itself stays, so that the session stays blocked
/// until a person decides.
///
/// # Errors
/// When the copy cannot be made.
pub fn set_aside(path: &Path) -> Result<PathBuf, StoreError> {
    let copy = aside(path);
    if !copy.exists() {
        fs::copy(path, &copy).map_err(io_error("copy", path))?;
    }
    Ok(copy)
}

fn aside(path: &Path) -> PathBuf {
    path.with_extension("jsonl.unreadable")
}

/// The end of a journal that entries are added to.
#[derive(Debug)]
pub(super) struct JournalWriter {
    file: File,
    path: PathBuf,
    /// Where the last whole line ends.
    end: u64,
    /// Set when an append failed half-way: the torn part is cut off before the next one.
    torn: bool,
}

impl JournalWriter {
    /// Opens a journal for appending, after `whole_bytes` of whole lines; a torn last line is cut off.
    pub(super) fn open(path: &Path, whole_bytes: u64) -> Result<Self, StoreError> {
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(io_error("open", path))?;
        if let Some(dir) = path.parent() {
            sync_dir(dir)?;
        }
        let length = file.metadata().map_err(io_error("read", path))?.len();
        let mut writer = Self { file, path: path.to_owned(), end: whole_bytes, torn: length > whole_bytes };
        writer.mend()?;
        Ok(writer)
    }

    fn mend(&mut self) -> Result<(), StoreError> {
        if self.torn {
            self.file.set_len(self.end).map_err(io_error("mend", &self.path))?;
            self.torn = false;
        }
        Ok(())
    }

    /// Adds an entry and makes it durable.
    pub(super) fn append(&mut self, entry: &Entry) -> Result<(), StoreError> {
        self.mend()?;
        let mut line = serde_json::to_vec(entry)
            .map_err(|e| StoreError::Misfit { path: self.path.clone(), detail: e.to_string() })?;
        line.push(b'\n');
        self.torn = true;
        self.file.write_all(&line).map_err(io_error("write", &self.path))?;
        self.file.sync_data().map_err(io_error("sync", &self.path))?;
        self.torn = false;
        self.end += line.len() as u64;
        Ok(())
    }
}
