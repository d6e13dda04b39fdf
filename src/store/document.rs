//! One file of the session folder, which an agent may have replaced by anything: read without following a link, without
//! waiting on a pipe, and only up to a bound.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::domain::encoding::{decode, decode_any};
use crate::store::{Layout, StoreError, io_error};

/// The longest document that is read, in bytes. A task of a megabyte, quoted in the notebook, fits.
const LONGEST: u64 = 16 * 1024 * 1024;

/// Flags of an open that follows no link and waits for nobody.
fn careful() -> i32 {
    (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed()
}

/// The bytes of a regular file of at most 16 MiB.
///
/// # Errors
/// When it is not there, is no regular file, is longer, or cannot be read.
pub fn read_document(path: &Path) -> io::Result<Vec<u8>> {
    let file = open_document(path)?;
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(io::Error::new(ErrorKind::FileTooLarge, "it is longer than 16 MiB"));
    }
    Ok(bytes)
}

/// A regular file, opened for reading: for what is too long to be read as a whole.
///
/// # Errors
/// When it is not there, is no regular file, or cannot be read.
pub fn open_document(path: &Path) -> io::Result<File> {
    // A link is refused by the open, a folder by the look at it; a pipe opens at once.
    let file = OpenOptions::new().read(true).custom_flags(careful()).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is no regular file"));
    }
    Ok(file)
}

/// As [`read_document`], for text: UTF-8 or UTF-16.
///
/// # Errors
/// As [`read_document`], and [`ErrorKind::InvalidData`] when it is neither.
pub fn read_text(path: &Path) -> io::Result<String> {
    let neither = || io::Error::new(ErrorKind::InvalidData, "it is neither UTF-8 nor UTF-16");
    decode(&read_document(path)?).ok_or_else(neither)
}

/// As [`read_text`], for a file that a person fills in with whatever editor is at hand: other bytes are read as Latin-1.
///
/// # Errors
/// As [`read_document`].
pub fn read_any_text(path: &Path) -> io::Result<String> {
    Ok(decode_any(&read_document(path)?))
}

/// Opens a log that is added to; what stands there and is no regular file is moved aside first.
///
/// # Errors
/// When it cannot be moved or opened.
pub fn append_log(path: &Path) -> Result<File, StoreError> {
    let stands = fs::symlink_metadata(path);
    if stands.is_ok_and(|stands| !stands.is_file()) {
        move_aside(path)?;
    }
    let opened = OpenOptions::new().create(true).append(true).custom_flags(careful()).open(path);
    opened.map_err(io_error("open", path))
}

/// Renames whatever stands at a path to a name beside it that is free, and says which.
///
/// # Errors
/// When it cannot be renamed.
pub fn move_aside(path: &Path) -> Result<PathBuf, StoreError> {
    let mut number = 1;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".backup-{number}"));
        let aside = PathBuf::from(name);
        if fs::symlink_metadata(&aside).is_err() {
            fs::rename(path, &aside).map_err(io_error("move away", path))?;
            return Ok(aside);
        }
        number += 1;
    }
}

/// Sees to it that the session's folder and its folder of logs are there, and are folders; says what was not so.
///
/// # Errors
/// When something in their place cannot be moved away, or a folder cannot be made.
pub fn mend_folders(layout: &Layout) -> Result<Vec<String>, StoreError> {
    let mut said = Vec::new();
    // A person may have put the session's folder elsewhere and left a link; nobody has reason to do so with the logs.
    for (dir, link) in [(layout.session_dir(), true), (layout.logs(), false)] {
        let stands = fs::symlink_metadata(&dir);
        if stands.as_ref().is_ok_and(fs::Metadata::is_dir) || (link && dir.is_dir()) {
            continue;
        }
        said.push(match stands {
            Ok(_) => {
                format!("`{}` was no folder; it is kept as `{}`", dir.display(), move_aside(&dir)?.display())
            }
            Err(_) => format!("`{}` was deleted", dir.display()),
        });
        fs::create_dir_all(&dir).map_err(io_error("make", &dir))?;
    }
    Ok(said)
}

/// What stands in a document's place and is none, in words.
#[must_use]
pub fn odd_document(path: &Path) -> Option<&'static str> {
    let stands = fs::symlink_metadata(path).ok()?;
    let kind = stands.file_type();
    if kind.is_symlink() {
        Some("a link")
    } else if kind.is_dir() {
        Some("a folder")
    } else if !kind.is_file() {
        Some("a pipe, socket or device")
    } else {
        (stands.len() > LONGEST).then_some("longer than 16 MiB")
    }
}
