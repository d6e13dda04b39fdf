//! Writing a file so that it is either the old one or the new one, whatever happens.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::store::{StoreError, io_error};

/// Replaces a file: temporary file, sync, rename, sync of the folder. An existing file's mode is kept.
///
/// # Errors
/// With the path; the old file stands then.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut temporary =
        tempfile::Builder::new().prefix(".samocode-").tempfile_in(dir).map_err(io_error("write", path))?;
    temporary.write_all(bytes).map_err(io_error("write", path))?;
    if let Ok(old) = fs::metadata(path) {
        temporary.as_file().set_permissions(old.permissions()).map_err(io_error("set the mode of", path))?;
    } else {
        set_default_mode(temporary.as_file(), path)?;
    }
    temporary.as_file().sync_data().map_err(io_error("sync", path))?;
    temporary.persist(path).map_err(|e| StoreError::Io {
        what: "replace",
        path: path.to_owned(),
        source: e.error,
    })?;
    sync_dir(dir)
}

/// Temporary files are made private; what replaces nothing gets the mode of an ordinary file.
fn set_default_mode(file: &File, path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644)).map_err(io_error("set the mode of", path))
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
            fs::copy(path, &backup).map_err(io_error("back up", path))?;
            return Ok(backup);
        }
        number += 1;
    }
}
