//! Keeps samocode's own lines of `_overview.md` true, and nothing else in it.

use std::io::ErrorKind;
use std::path::Path;

use crate::domain::prompt::log_stamp;
use crate::domain::session::{Session, State};
use crate::domain::status::{self, Blocked, NewOverview, OwnLines};
use crate::engine::EngineError;
use crate::store::{Layout, StoreError, move_aside, odd_document, read_text, write_atomic};

/// The four lines as they should stand.
pub(super) fn own_lines(session: &Session) -> OwnLines {
    OwnLines {
        phase: session.phase.to_string(),
        iteration: u64::from(session.used_in_phase()),
        total_iterations: u64::from(session.iteration),
        blocked: match session.state {
            State::Waiting(_) => Blocked::WaitingHuman,
            State::Blocked(_) => Blocked::Yes,
            State::Preparing
            | State::Ready { .. }
            | State::Running(_)
            | State::Verifying(_)
            | State::Parked(_)
            | State::Done(_) => Blocked::No,
        },
    }
}

/// Writes the first `_overview.md`; one that stands is left alone.
pub(super) fn create(layout: &Layout, session: &Session) -> Result<(), EngineError> {
    if layout.overview().exists() {
        return Ok(());
    }
    let place = session.place.as_ref();
    let worktree = place.map(|place| place.worktree.display().to_string()).unwrap_or_default();
    let text = NewOverview {
        name: &session.name,
        task: session.task.as_deref(),
        dive: session.dive.as_deref(),
        workflow: &session.workflow.name,
        branch: &session.branch,
        base_branch: place.map_or("", |place| place.base_branch.as_str()),
        worktree: &worktree,
        created: &log_stamp(&session.created_at.to_zoned(jiff::tz::TimeZone::system())),
        own: own_lines(session),
    }
    .text();
    Ok(write_atomic(&layout.overview(), text.as_bytes())?)
}

/// Brings the four lines up to date. Writes only when one of them changes. A file that an agent deleted or made
/// unreadable is made anew; what stood there is kept beside it.
pub(super) fn update(layout: &Layout, session: &Session) -> Result<(), EngineError> {
    let path = layout.overview();
    let text = match read_text(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => return create(layout, session),
        Err(_) if odd_document(&path).is_some() => return anew(layout, session),
        Err(e) if e.kind() == ErrorKind::InvalidData => return anew(layout, session),
        Err(source) => return Err(StoreError::Io { what: "read", path, source }.into()),
    };
    let updated = status::update(&text, &own_lines(session));
    if updated == text { Ok(()) } else { Ok(write_atomic(&path, updated.as_bytes())?) }
}

/// Corrects the line that names the worktree, where it still says `old`. The rest may hold a person's edits.
pub(super) fn name_worktree(layout: &Layout, old: &Path, new: &Path) -> Result<(), EngineError> {
    let path = layout.overview();
    let Ok(text) = read_text(&path) else {
        return Ok(());
    };
    let updated = status::with_worktree(&text, &old.display().to_string(), &new.display().to_string());
    if updated == text { Ok(()) } else { Ok(write_atomic(&path, updated.as_bytes())?) }
}

/// Keeps what stands there aside, whatever it is, and writes the first one again.
fn anew(layout: &Layout, session: &Session) -> Result<(), EngineError> {
    move_aside(&layout.overview())?;
    create(layout, session)
}

/// The phase in the file, if it differs from the session's while samocode's other lines are up to date: then a person
/// changed it, and the file is not merely older than the record.
pub(super) fn phase_edited_alone(layout: &Layout, session: &Session) -> Option<String> {
    let lines = status::read(&read_text(&layout.overview()).ok()?);
    let own = own_lines(session);
    let current = lines.iteration == Some(own.iteration)
        && lines.total_iterations == Some(own.total_iterations)
        && lines.blocked == Some(own.blocked);
    lines.phase.filter(|phase| current && *phase != own.phase)
}

/// The phase that stands in the file, if it differs from the session's.
pub(super) fn edited_phase(layout: &Layout, session: &Session) -> Option<String> {
    let text = read_text(&layout.overview()).ok()?;
    let phase = status::read(&text).phase?;
    (phase != session.phase.as_str()).then_some(phase)
}
