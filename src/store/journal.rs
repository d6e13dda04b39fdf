//! The journal: append-only, one JSON object a line, synced before anything is done about it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};

use crate::domain::event::{Entry, JOURNAL_VERSION};
use crate::domain::session::{Session, fold_stream};
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
    let Some(mut lines) = Lines::open(path)? else {
        return Ok(None);
    };
    let entries = lines.by_ref().collect::<Result<_, _>>()?;
    Ok(Some(JournalRead { entries, whole_bytes: lines.whole_bytes, torn_bytes: lines.torn_bytes }))
}

/// Replays a journal entry by entry, without ever holding all of them; none if there is no such file.
///
/// # Errors
/// As [`read_journal`], and when the entries make no session.
pub fn read_session(path: &Path) -> Result<Option<Session>, StoreError> {
    let Some(lines) = Lines::open(path)? else {
        return Ok(None);
    };
    let mut broken = None;
    let entries = lines.map_while(|entry| entry.map_err(|error| broken = Some(error)).ok());
    let session = fold_stream(entries);
    match broken {
        Some(error) => Err(error),
        None => session.map(Some).map_err(|source| StoreError::Senseless { path: path.to_owned(), source }),
    }
}

/// The entries of a journal, read as they are asked for.
struct Lines<'a> {
    path: &'a Path,
    file: BufReader<File>,
    line: Vec<u8>,
    number: usize,
    whole_bytes: u64,
    torn_bytes: u64,
}

impl<'a> Lines<'a> {
    fn open(path: &'a Path) -> Result<Option<Self>, StoreError> {
        match File::open(path) {
            Ok(file) => {
                let file = BufReader::with_capacity(64 * 1024, file);
                Ok(Some(Self { path, file, line: Vec::new(), number: 0, whole_bytes: 0, torn_bytes: 0 }))
            }
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(io_error("read", path)(e)),
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = Result<Entry, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.line.clear();
            let read = self.file.read_until(b'\n', &mut self.line);
            if let Err(e) = read {
                return Some(Err(io_error("read", self.path)(e)));
            }
            self.number += 1;
            let length = self.line.len() as u64;
            let Some(line) = self.line.strip_suffix(b"\n") else {
                self.torn_bytes = length;
                return None;
            };
            self.whole_bytes += length;
            if !line.is_empty() {
                return Some(parse_line(line, self.number, self.path));
            }
        }
    }
}

fn parse_line(line: &[u8], number: usize, path: &Path) -> Result<Entry, StoreError> {
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
                detail: format!("line {number}: {e}"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Created, Event};
    use crate::domain::session::fold;
    use crate::domain::workflow::Workflow;

    /// A journal with two entries, and whatever stands after them.
    fn journal(after: &str) -> (tempfile::TempDir, PathBuf) {
        let created = Created {
            name: "auth".to_owned(),
            workflow: Workflow::built_in("quick").unwrap().to_owned(),
            task: Some("Add it".to_owned()),
            dive: None,
            branch: "auth".to_owned(),
            own_branch: true,
        };
        let began = Event::Began { version: "1".to_owned(), pid: 7, run: String::new() };
        let text: String = [Event::Created(Box::new(created)), began]
            .into_iter()
            .map(|event| {
                let at = "2026-01-08T14:30:00Z".parse().unwrap();
                serde_json::to_string(&Entry { v: JOURNAL_VERSION, at, event }).unwrap() + "\n"
            })
            .collect();
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("journal.jsonl");
        fs::write(&path, text + after).unwrap();
        (dir, path)
    }

    #[test]
    fn a_session_read_as_a_stream_is_the_one_that_all_entries_fold_to() {
        for after in ["", "\n", "{\"v\":1,\"at\":\"20"] {
            let (_dir, path) = journal(after);
            let read = read_journal(&path).unwrap().unwrap();
            assert_eq!(read_session(&path).unwrap(), Some(fold(&read.entries).unwrap()), "{after:?}");
            assert_eq!(read.entries.len(), 2);
            assert_eq!(read.whole_bytes + read.torn_bytes, path.metadata().unwrap().len());
        }
    }

    #[test]
    fn a_stream_that_breaks_gives_the_line_and_never_half_a_session() {
        let (_dir, path) = journal("{\"v\":1,\n");
        let error = read_session(&path).unwrap_err().to_string();
        assert!(error.contains("line 3"), "{error}");
        let (_dir, path) = journal("{\"v\":99}\n");
        assert!(matches!(read_session(&path), Err(StoreError::Newer { version: 99, .. })));
        assert_eq!(read_session(&path.with_extension("none")).unwrap(), None);
    }
}
