//! Finished sessions put away: `_archive` is a folder of sessions like the one that it lies in, with records of its own, and
//! nothing in it is found as a live session.
//!
//! The session's folder moves first, then its record. Between the two there is a record without a folder here and a folder
//! without a record there, which nothing else makes: [`half_moved`] finds it and [`finish`] ends it.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::crash;
use crate::store::atomic::sync_dir;
use crate::store::lock::Lock;
use crate::store::{Layout, StoreError, Writable, io_error};

/// The folder of archived sessions.
const ARCHIVE: &str = "_archive";

/// The folder of the archived sessions of `sessions`.
#[must_use]
pub fn archive_dir(sessions: &Path) -> PathBuf {
    sessions.join(ARCHIVE)
}

/// Where a session lies in the archive, or would.
#[must_use]
pub fn archived(layout: &Layout) -> Layout {
    Layout::new(&archive_dir(layout.sessions()), layout.folder())
}

/// Moves a held session with its record into the archive.
///
/// # Errors
/// When something of its name is in the archive already, or a folder cannot be moved.
pub fn archive(record: &Writable) -> Result<Layout, StoreError> {
    let from = record.layout();
    let to = archived(from);
    for taken in [to.session_dir(), to.record_dir()] {
        if fs::symlink_metadata(&taken).is_ok() {
            let source = io::Error::new(ErrorKind::AlreadyExists, "a folder of that name is there");
            return Err(io_error("move the session to", &taken)(source));
        }
    }
    let records = Layout::records(to.sessions());
    fs::create_dir_all(&records).map_err(io_error("make", &records))?;
    crash::point(|| "archive, before the session's folder moves");
    rename(&from.session_dir(), &to.session_dir())?;
    crash::point(|| "archive, before the record moves");
    move_record(from, &to)?;
    Ok(to)
}

/// Sessions whose folder is in the archive and whose record is not yet: samocode was killed in between.
///
/// # Errors
/// When the folder of the records cannot be read; that there is none is no error.
pub fn half_moved(sessions: &Path) -> Result<Vec<Layout>, StoreError> {
    let records = Layout::records(sessions);
    let entries = match fs::read_dir(&records) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io_error("read", &records)(error)),
    };
    let mut found: Vec<Layout> = entries
        .filter_map(|entry| Some(Layout::new(sessions, entry.ok()?.file_name().to_str()?)))
        .filter(|layout| {
            let there = archived(layout);
            layout.journal().exists()
                && !layout.session_dir().exists()
                && there.session_dir().is_dir()
                && !there.record_dir().exists()
        })
        .collect();
    found.sort_by(|a, b| a.folder().cmp(b.folder()));
    Ok(found)
}

/// Moves the record of a half moved session after its folder.
///
/// # Errors
/// When another process holds it, or it cannot be moved.
pub fn finish(layout: &Layout, now: Timestamp) -> Result<Layout, StoreError> {
    let _lock = Lock::take(layout, now)?;
    let to = archived(layout);
    move_record(layout, &to)?;
    Ok(to)
}

fn move_record(from: &Layout, to: &Layout) -> Result<(), StoreError> {
    rename(&from.record_dir(), &to.record_dir())?;
    crash::point(|| "archive, after");
    for dir in
        [from.sessions(), to.sessions(), &Layout::records(from.sessions()), &Layout::records(to.sessions())]
    {
        sync_dir(dir)?;
    }
    Ok(())
}

fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(io_error("move into the archive", from))
}
