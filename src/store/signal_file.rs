//! The signal's place on disk: read without following a link or waiting on a pipe, deleted before every start.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

use crate::crash;
use crate::domain::signal::{MAX_SIGNAL_BYTES, RawSignal};
use crate::store::atomic::sync_dir;
use crate::store::{Layout, StoreError, io_error};

/// What stands in the signal's place.
#[must_use]
pub fn read_signal(layout: &Layout) -> RawSignal {
    read_signal_at(&layout.signal())
}

/// What stands at a path, looked at as carefully as in the signal's own place.
#[must_use]
pub fn read_signal_at(path: &Path) -> RawSignal {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(e) if e.kind() == ErrorKind::NotFound => return RawSignal::Absent,
        Err(e) => return RawSignal::Unreadable(e.to_string()),
    };
    let kind = found.file_type();
    if kind.is_symlink() {
        return RawSignal::NotAFile("a link");
    } else if kind.is_dir() {
        return RawSignal::NotAFile("a folder");
    } else if !kind.is_file() {
        return RawSignal::NotAFile("a pipe, socket or device");
    } else if found.len() > MAX_SIGNAL_BYTES {
        return RawSignal::Oversized(found.len());
    }
    read_plain(path).unwrap_or_else(|e| RawSignal::Unreadable(e.to_string()))
}

/// Between the look and the open the file may have been swapped: the open itself refuses links and never blocks.
fn read_plain(path: &Path) -> std::io::Result<RawSignal> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Ok(RawSignal::NotAFile("a pipe, socket or device"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_SIGNAL_BYTES + 1).read_to_end(&mut bytes)?;
    let length = bytes.len() as u64;
    Ok(if length > MAX_SIGNAL_BYTES { RawSignal::Oversized(length) } else { RawSignal::Bytes(bytes) })
}

/// Whether anything stands in the signal's place.
#[must_use]
pub fn has_signal(layout: &Layout) -> bool {
    layout.signal().symlink_metadata().is_ok()
}

/// Deletes whatever stands in the signal's place, durably.
///
/// # Errors
/// When it cannot be deleted.
pub fn clear_signal(layout: &Layout) -> Result<(), StoreError> {
    let path = layout.signal();
    crash::point(|| "delete _signal.json, before");
    let removed = match fs::symlink_metadata(&path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        Err(e) => Err(e),
        Ok(found) if found.is_dir() => fs::remove_dir_all(&path),
        Ok(_) => fs::remove_file(&path),
    };
    removed.map_err(io_error("delete", &path))?;
    sync_dir(&layout.session_dir())?;
    crash::point(|| "delete _signal.json, after");
    Ok(())
}
