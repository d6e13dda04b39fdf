//! Requests of other processes: one file each, renamed into the inbox, taken by the orchestrator.

use std::fs;
use std::path::PathBuf;

use crate::crash;
use crate::domain::request::Request;
use crate::store::atomic::sync_dir;
use crate::store::{Layout, StoreError, io_error, read_document, write_atomic};

/// A request with the file that it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// The request.
    pub request: Request,
    file: PathBuf,
}

/// Puts a request into a session's inbox.
///
/// # Errors
/// With the path, when it cannot be written.
pub fn post(layout: &Layout, request: &Request) -> Result<(), StoreError> {
    let dir = layout.inbox();
    fs::create_dir_all(&dir).map_err(io_error("make", &dir))?;
    // Names sort by the time of the request, so that they are taken in the order in which they were made.
    let name = format!("{:020}-{}.json", request.at.as_microsecond(), request.id);
    let path = dir.join(name);
    let text = serde_json::to_vec(request)
        .map_err(|e| StoreError::Misfit { path: path.clone(), detail: e.to_string() })?;
    write_atomic(&path, &text)
}

/// The requests that wait, oldest first. A file that is no request is renamed aside, never deleted.
///
/// # Errors
/// When the inbox cannot be read.
pub fn waiting_requests(layout: &Layout) -> Result<Vec<Incoming>, StoreError> {
    let dir = layout.inbox();
    let entries = match fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(io_error("read", &dir)(e)),
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    files.sort();
    let mut requests = Vec::new();
    for file in files {
        let parsed = read_document(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        match parsed {
            Some(request) => requests.push(Incoming { request, file }),
            None => {
                let aside = file.with_extension("unreadable");
                fs::rename(&file, &aside).map_err(io_error("set aside", &file))?;
            }
        }
    }
    Ok(requests)
}

/// Removes a request that has been journaled.
///
/// # Errors
/// When the file cannot be removed.
pub fn take_in(incoming: &Incoming) -> Result<(), StoreError> {
    crash::point(|| "request taken from the inbox, before");
    match fs::remove_file(&incoming.file) {
        Ok(()) => {}
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        Err(e) => return Err(io_error("remove", &incoming.file)(e)),
    }
    incoming.file.parent().map_or(Ok(()), sync_dir)?;
    crash::point(|| "request taken from the inbox, after");
    Ok(())
}
