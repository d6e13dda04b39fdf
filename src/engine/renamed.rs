//! Finds sessions whose folder a person renamed or took away while their record stayed. Changes nothing.

use std::path::{Path, PathBuf};

use crate::domain::name::FolderName;
use crate::domain::session::{Session, State};
use crate::engine::EngineError;
use crate::store::{self, Layout, read_session, read_text};

/// A record whose session folder is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folderless {
    /// Where the session's folder was.
    pub layout: Layout,
    /// The folder that it seems to be now.
    pub renamed_to: Option<PathBuf>,
}

/// All records of unfinished sessions whose folder is gone, by name.
///
/// # Errors
/// When the folder of all sessions or that of the records cannot be read.
pub fn folderless(sessions: &Path) -> Result<Vec<Folderless>, EngineError> {
    let mut found = Vec::new();
    for layout in store::folderless(sessions)? {
        // One that cannot be read is no reason to keep a person from anything else.
        let Some(session) = read_session(&layout.journal()).ok().flatten() else {
            continue;
        };
        if matches!(session.state, State::Done(_)) {
            continue;
        }
        let others = store::folders(sessions)?.into_iter().filter(|folder| !folder.recorded);
        let renamed_to = others
            .map(|folder| Layout::new(sessions, &folder.name))
            .find(|other| is_of(other, &session))
            .map(|other| other.session_dir());
        found.push(Folderless { layout, renamed_to });
    }
    Ok(found)
}

/// Refuses a name whose session has lost its folder: a new session would do the same work a second time.
pub(super) fn refuse_lost(sessions: &Path, typed: &str) -> Result<(), EngineError> {
    let means = |layout: &Layout| {
        let named =
            FolderName::parse(layout.folder()).is_some_and(|folder| folder.name.as_str() == typed.trim());
        named || layout.folder() == typed.trim()
    };
    refuse(folderless(sessions)?.into_iter().find(|lost| means(&lost.layout)))
}

/// Refuses a folder without a record that belongs to a session under another name.
pub(super) fn refuse_renamed(layout: &Layout) -> Result<(), EngineError> {
    let folder = Some(layout.session_dir());
    refuse(folderless(layout.sessions())?.into_iter().find(|lost| lost.renamed_to == folder))
}

fn refuse(lost: Option<Folderless>) -> Result<(), EngineError> {
    lost.map_or(Ok(()), |lost| Err(lost.into()))
}

impl From<Folderless> for EngineError {
    fn from(lost: Folderless) -> Self {
        Self::FolderGone {
            folder: lost.layout.session_dir(),
            record: lost.layout.record_dir(),
            renamed_to: lost.renamed_to,
        }
    }
}

/// Whether a notebook names the session's worktree, or its branch as samocode wrote it at the beginning.
fn is_of(folder: &Layout, session: &Session) -> bool {
    let (Ok(notebook), Some(place)) = (read_text(&folder.overview()), &session.place) else {
        return false;
    };
    let branch = format!("branch `{}` from `{}`", session.branch, place.base_branch);
    notebook.contains(&*place.worktree.to_string_lossy()) || notebook.contains(&branch)
}
