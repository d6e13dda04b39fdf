//! Writing a file so that it is either the old one or the new one, whatever happens.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, PersistError};

use crate::crash;
use crate::store::{StoreError, io_error};

/// What the name of a temporary file begins with, and how many letters follow.
const TEMPORARY: &str = ".samocode-";
const TEMPORARY_LETTERS: usize = 6;

/// Replaces a file: temporary file, sync, rename, sync of the folder. An existing file's mode is kept.
///
/// # Errors
/// With the path; the old file stands then.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    crash::point(|| format!("write {}, before", crash::file(path)));
    let temporary = temporary(path, bytes)?;
    crash::point(|| format!("write {}, before the rename", crash::file(path)));
    settle("replace", path, temporary.persist(path))?;
    crash::point(|| format!("write {}, after", crash::file(path)));
    Ok(())
}

/// Makes a file that is whole or is not there, and replaces none.
///
/// # Errors
/// With the path, when something stands there, too.
pub fn create_atomic(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    crash::point(|| "create a file, before");
    let temporary = temporary(path, bytes)?;
    crash::point(|| "create a file, before the rename");
    settle("create", path, temporary.persist_noclobber(path))?;
    crash::point(|| "create a file, after");
    Ok(())
}

/// A synced file beside `path`, with the mode that the one there has.
fn temporary(path: &Path, bytes: &[u8]) -> Result<NamedTempFile, StoreError> {
    let mut temporary = tempfile::Builder::new()
        .prefix(TEMPORARY)
        .rand_bytes(TEMPORARY_LETTERS)
        .tempfile_in(folder(path))
        .map_err(io_error("write", path))?;
    temporary.write_all(bytes).map_err(io_error("write", path))?;
    if let Ok(old) = fs::metadata(path) {
        temporary.as_file().set_permissions(old.permissions()).map_err(io_error("set the mode of", path))?;
    } else {
        set_default_mode(temporary.as_file(), path)?;
    }
    temporary.as_file().sync_data().map_err(io_error("sync", path))?;
    Ok(temporary)
}

fn settle(what: &'static str, path: &Path, persisted: Result<File, PersistError>) -> Result<(), StoreError> {
    persisted.map_err(|e| StoreError::Io { what, path: path.to_owned(), source: e.error })?;
    sync_dir(folder(path))
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// Temporary files are made private; what replaces nothing gets the mode of an ordinary file.
fn set_default_mode(file: &File, path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644)).map_err(io_error("set the mode of", path))
}

/// Removes temporary files of writes that were killed. Only for a folder that nobody else writes to atomically now.
///
/// # Errors
/// When the folder cannot be read, or one of them cannot be removed.
pub fn remove_leftovers(dir: &Path) -> Result<(), StoreError> {
    leftovers(dir)?.iter().try_for_each(|path| fs::remove_file(path).map_err(io_error("remove", path)))
}

/// The temporary files in a folder, of writes that were killed or are under way.
///
/// # Errors
/// When the folder cannot be read.
pub fn leftovers(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(io_error("read", dir))? {
        let entry = entry.map_err(io_error("read", dir))?;
        let name = entry.file_name();
        let letters = name.to_str().and_then(|name| name.strip_prefix(TEMPORARY));
        if letters.is_some_and(|letters| letters.len() == TEMPORARY_LETTERS)
            && entry.file_type().is_ok_and(|kind| kind.is_file())
        {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Makes a folder's entries durable.
pub(super) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(io_error("sync", dir))
}

/// Keeps a copy of a file beside it, under a name that is free, and says where.
///
/// # Errors
/// With the path, when the copy cannot be made.
pub fn keep_backup(path: &Path) -> Result<PathBuf, StoreError> {
    let mut number = 1;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".backup-{number}"));
        let backup = PathBuf::from(name);
        if backup.symlink_metadata().is_err() {
            crash::point(|| format!("back up {}, before", crash::file(path)));
            fs::copy(path, &backup).map_err(io_error("back up", path))?;
            crash::point(|| format!("back up {}, after", crash::file(path)));
            return Ok(backup);
        }
        number += 1;
    }
}
