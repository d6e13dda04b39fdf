//! Reads guarded files into memory, within bounds, and follows no link.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::bytes::Bytes;
use super::mode;
use crate::git::error::GitError;
use crate::git::stamp::Stamps;

/// The longest file whose content is kept, in bytes. A longer one is known by its length and times.
const LONGEST: u64 = 1024 * 1024;
/// The most bytes that are kept of one guarded name.
const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// The most entries under one guarded name.
const MOST_ENTRIES: usize = 1000;

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Item {
    File {
        mode: u32,
        content: Bytes,
    },
    /// A file that is too long to be kept. Nobody but root sets the time of its last change.
    Long {
        mode: u32,
        inode: u64,
        length: u64,
        changed: (i64, i64),
    },
    Link(Bytes),
    Folder {
        mode: u32,
    },
    /// A folder with too many entries; what is in it is not known.
    Crowded,
    /// A file or a folder that may not be read.
    Unreadable {
        mode: u32,
    },
    /// A pipe, a socket, a device.
    Special {
        mode: u32,
    },
}

struct Budget {
    bytes: u64,
    entries: usize,
}

/// What was found, with what tells later that it was not touched.
pub(super) struct Scan {
    pub(super) items: Vec<(Bytes, Item)>,
    /// None where not all of it was looked at.
    pub(super) stamps: Option<Stamps>,
}

/// What stands under these names of a folder, sorted; names that are not there are left out.
pub(super) fn scan(dir: &Path, names: &[String]) -> Result<Scan, GitError> {
    let mut found = Vec::new();
    let mut stamps = Stamps::new();
    let mut whole = true;
    for name in names {
        let first = found.len();
        let mut budget = Budget { bytes: MOST_BYTES, entries: MOST_ENTRIES };
        if !visit(dir, Path::new(name), &mut budget, &mut found, &mut stamps)? {
            found.truncate(first);
            found.push((Bytes::from(name.as_bytes()), Item::Crowded));
            whole = false;
        }
    }
    found.sort_by(|one, other| one.0.as_slice().cmp(other.0.as_slice()));
    Ok(Scan { items: found, stamps: whole.then_some(stamps) })
}

/// Adds a path and what is under it; false when there are too many entries.
fn visit(
    dir: &Path,
    path: &Path,
    budget: &mut Budget,
    found: &mut Vec<(Bytes, Item)>,
    stamps: &mut Stamps,
) -> Result<bool, GitError> {
    let full = dir.join(path);
    let metadata = match fs::symlink_metadata(&full) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            stamps.note(path, None);
            return Ok(true);
        }
        Err(error) => return Err(GitError::io("look at", &full)(error)),
    };
    stamps.note(path, Some(&metadata));
    let Some(left) = budget.entries.checked_sub(1) else {
        return Ok(false);
    };
    budget.entries = left;
    let (kind, mode) = (metadata.file_type(), mode(&metadata));
    let name = Bytes::from(path.as_os_str().as_bytes());
    if kind.is_dir() {
        let mut names = match fs::read_dir(&full).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries.into_iter().map(|entry| entry.file_name()).collect::<Vec<_>>(),
            Err(error) => {
                found.push((name, unreadable(&full, mode, error)?));
                return Ok(true);
            }
        };
        if names.len() > budget.entries {
            return Ok(false);
        }
        names.sort();
        found.push((name, Item::Folder { mode }));
        for child in names {
            if !visit(dir, &path.join(child), budget, found, stamps)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    let item = if kind.is_symlink() {
        let target = fs::read_link(&full).map_err(GitError::io("read the link", &full))?;
        Item::Link(Bytes::from(target.as_os_str().as_bytes()))
    } else if kind.is_file() && !kind.is_fifo() {
        file(&full, &metadata, budget)?
    } else {
        Item::Special { mode }
    };
    found.push((name, item));
    Ok(true)
}

fn file(path: &Path, metadata: &fs::Metadata, budget: &mut Budget) -> Result<Item, GitError> {
    let mode = mode(metadata);
    let limit = LONGEST.min(budget.bytes);
    let long = || Item::Long {
        mode,
        inode: metadata.ino(),
        length: metadata.len(),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
    };
    if metadata.len() > limit {
        return Ok(long());
    }
    let mut content = Vec::new();
    match File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut content)) {
        Ok(read) if read as u64 > limit => Ok(long()),
        Ok(read) => {
            budget.bytes -= read as u64;
            Ok(Item::File { mode, content: Bytes::from(content) })
        }
        Err(error) => unreadable(path, mode, error),
    }
}

fn unreadable(path: &Path, mode: u32, error: io::Error) -> Result<Item, GitError> {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Ok(Item::Unreadable { mode }),
        _ => Err(GitError::io("read", path)(error)),
    }
}
