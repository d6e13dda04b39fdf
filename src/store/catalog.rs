//! The session folders that there are.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::store::{Layout, StoreError, archived, io_error};

/// A session folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its name.
    pub name: String,
    /// Whether samocode has a record of it.
    pub recorded: bool,
}

/// All session folders, by name. Folders that begin with `.` or `_` are none.
///
/// # Errors
/// When the folder of all sessions cannot be read; that there is none is no error.
pub fn folders(sessions: &Path) -> Result<Vec<Folder>, StoreError> {
    let entries = match fs::read_dir(sessions) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(io_error("read", sessions)(e)),
    };
    let mut found: Vec<Folder> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            let is_session = entry.path().is_dir() && !name.starts_with(['.', '_']);
            let layout = Layout::new(sessions, &name);
            (is_session && !is_unborn(&layout)).then(|| Folder { recorded: layout.journal().exists(), name })
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Sessions with a record whose folder is not there, by name; not those that are on their way into the archive.
///
/// # Errors
/// When the folder of the records cannot be read; that there is none is no error.
pub fn folderless(sessions: &Path) -> Result<Vec<Layout>, StoreError> {
    let records = Layout::records(sessions);
    let entries = match fs::read_dir(&records) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(io_error("read", &records)(e)),
    };
    let mut found: Vec<Layout> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .map(|name| Layout::new(sessions, &name))
        .filter(|layout| layout.journal().is_file() && layout.session_dir().symlink_metadata().is_err())
        .filter(|layout| !archived(layout).session_dir().exists())
        .collect();
    found.sort_by(|a, b| a.folder().cmp(b.folder()));
    Ok(found)
}

/// Whether a session was about to be made here and nothing of it was: samocode was killed before its first entry.
#[must_use]
pub fn is_unborn(layout: &Layout) -> bool {
    let no_entry = || match fs::read(layout.journal()) {
        Ok(bytes) => !bytes.contains(&b'\n'),
        // The record's folder is the first that is made; a folder of somebody else's has none.
        Err(e) => e.kind() == ErrorKind::NotFound && layout.record_dir().is_dir(),
    };
    !layout.overview().exists() && no_entry()
}
