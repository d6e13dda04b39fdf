//! Other sessions' iterations in the same repository. What their agents planted must not be taken for the person's when a
//! guard is copied meanwhile, so an open iteration leaves a mark, and marks are made and looked at one process at a time.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::engine::EngineError;
use crate::engine::guarded::Guarded;
use crate::engine::guarding::{load, put_back, unreadable};
use crate::git::Guard;
use crate::store::{self, Layout};

/// Held while marks and guards are looked at and changed. Freed when dropped.
pub(super) struct Turn {
    _file: File,
}

/// Takes the turn; others have it for a moment at most.
pub(super) fn take_turn(sessions: &Path) -> Result<Turn, EngineError> {
    let path = Layout::guard_turn(sessions);
    let file = File::options().create(true).append(true).open(&path);
    let file = file.map_err(|error| unreadable("open", &path, error))?;
    file.lock().map_err(|error| unreadable("lock", &path, error))?;
    Ok(Turn { _file: file })
}

/// Marks an iteration or a verification as open, before it starts. Not synced: after a power cut its own session still
/// knows.
pub(super) fn mark(layout: &Layout, what: Guarded) -> Result<(), EngineError> {
    let path = layout.guard_mark();
    fs::write(&path, what.mark()).map_err(|error| unreadable("write", &path, error))
}

/// Takes the mark away once everything is put back.
pub(super) fn unmark(layout: &Layout) -> Result<(), EngineError> {
    remove(&layout.guard_mark())
}

/// Removes a file that need not be there.
pub(super) fn remove(path: &Path) -> Result<(), EngineError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unreadable("remove", path, error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Puts back what the agents of open iterations planted, but for `own`. Those of a samocode that was killed are closed; the
/// guards of those that are at work are returned.
pub(super) fn settle(sessions: &Path, own: Option<&Layout>, _turn: &Turn) -> Result<Vec<Guard>, EngineError> {
    let mut open = Vec::new();
    for layout in recorded(sessions)? {
        if own == Some(&layout) {
            continue;
        }
        let Ok(mark) = fs::read_to_string(layout.guard_mark()) else {
            continue;
        };
        let Some(guard) = load(&layout)? else {
            continue;
        };
        let Some(what) = Guarded::from_mark(&mark) else {
            continue;
        };
        // Git is called next, and not by that session: its own comparison would come too late.
        if store::holder(&layout).is_some() {
            put_back(&what.planted(&layout), &guard)?;
            open.push(guard);
            continue;
        }
        let left = store::read_session(&layout.journal()).ok().flatten();
        // It may have been killed before its child was started: all that changed since is the person's.
        if left.is_some_and(|left| Guarded::under_way(&left) == Some(what)) {
            put_back(&what.planted(&layout), &guard)?;
            remove(&layout.guard_copy())?;
        }
        unmark(&layout)?;
    }
    Ok(open)
}

/// Whether anything is under way in a session of the folder, or was when its samocode was killed, whose changes of Git's
/// settings are not put back. A session without its mark is asked itself: a power cut may have taken the mark.
pub(super) fn is_any_open(sessions: &Path, _turn: &Turn) -> Result<bool, EngineError> {
    let layouts = recorded(sessions)?;
    if layouts.iter().any(|layout| layout.guard_mark().exists()) {
        return Ok(true);
    }
    for layout in layouts.iter().filter(|layout| layout.guard_copy().exists()) {
        let session = store::read_session(&layout.journal())?;
        if session.is_some_and(|session| Guarded::under_way(&session).is_some()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The sessions of a folder that have a record.
fn recorded(sessions: &Path) -> Result<Vec<Layout>, EngineError> {
    let records = Layout::records(sessions);
    let entries = fs::read_dir(&records).map_err(|error| unreadable("read", &records, error))?;
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    Ok(names.map(|folder| Layout::new(sessions, &folder)).collect())
}
