//! Puts a session away that nothing works on: its folder and its record move into the archive, its worktree is removed where
//! nothing would be lost with it. The branch and the kept snapshots stay. Called again after a kill, it ends the same.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use crate::config::Config;
use crate::domain::name::FolderName;
use crate::domain::session::Session;
use crate::engine::left_outside::{ignored_work, listed};
use crate::engine::{EngineError, guarding, whereabouts};
use crate::git::{Git, GitError, Repository, Worktree, WorktreeState};
use crate::store::{self, Layout, read_session, write_atomic};

/// What became of a session that was put away.
#[derive(Debug, Clone, Serialize)]
pub struct Archived {
    /// The session's folder name.
    pub folder: String,
    /// Where its documents are now.
    pub session_dir: PathBuf,
    /// Where its record is now.
    pub record_dir: PathBuf,
    /// The branch, which stays.
    pub branch: String,
    /// Where its worktree is or was; none where it never had one.
    pub worktree: Option<PathBuf>,
    /// What became of the worktree.
    pub outcome: WorktreeOutcome,
}

/// What became of the worktree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WorktreeOutcome {
    /// It was removed.
    Removed,
    /// It was not there.
    Gone,
    /// It stays, for this reason.
    Kept(String),
}

/// A session that is in the archive, or half of it is.
#[derive(Debug)]
pub enum InArchive {
    /// All of it.
    Whole(Layout),
    /// Its folder; its record is still where the live ones are. The paths are those that it had.
    Half(Layout),
}

impl InArchive {
    /// Where its documents are.
    #[must_use]
    pub fn session_dir(&self) -> PathBuf {
        match self {
            Self::Whole(layout) => layout.session_dir(),
            Self::Half(layout) => store::archived(layout).session_dir(),
        }
    }
}

/// The archived session of a name that was typed, the newest of them; one that is archived by half comes first.
///
/// # Errors
/// When a folder cannot be read.
pub fn look_up_archived(sessions: &Path, typed: &str) -> Result<Option<InArchive>, EngineError> {
    let typed = typed.trim();
    let means = |layout: &Layout| {
        layout.folder() == typed
            || FolderName::parse(layout.folder()).is_some_and(|folder| folder.name.as_str() == typed)
    };
    if let Some(half) = store::half_moved(sessions)?.into_iter().rfind(means) {
        return Ok(Some(InArchive::Half(half)));
    }
    Ok(super::list(&store::archive_dir(sessions))?.into_iter().rfind(means).map(InArchive::Whole))
}

/// Puts a session away.
///
/// # Errors
/// When an orchestrator holds it, its record cannot be read, or a folder cannot be moved.
pub fn archive(config: &Config, layout: &Layout) -> Result<Archived, EngineError> {
    let mut record = super::take(layout)?;
    guarding::put_back_lost(&config.sessions, Some(&record))?;
    if let Ok(repository) = Repository::discover(&Git::new(), &config.main_repo) {
        whereabouts::follow(config, &repository, &mut record)?;
    }
    let outcome = clear_worktree(config, layout, record.session())?;
    let session = record.session().clone();
    let to = store::archive(&record)?;
    conclude(&to);
    Ok(told(&session, &to, outcome))
}

/// Ends an archiving that was begun: the worktree was seen to then, and the session's folder is there already.
///
/// # Errors
/// When the record cannot be read or moved.
pub fn finish_archive(half: &Layout) -> Result<Archived, EngineError> {
    let to = store::finish_archive(half, Timestamp::now())?;
    let session =
        read_session(&to.journal())?.ok_or_else(|| store::StoreError::NoRecord { path: to.session_dir() })?;
    let outcome = if session.worktree().is_some_and(|path| path.exists()) {
        WorktreeOutcome::Kept("it was kept when archiving began".to_owned())
    } else if to.archiving().exists() {
        WorktreeOutcome::Removed
    } else {
        WorktreeOutcome::Gone
    };
    conclude(&to);
    Ok(told(&session, &to, outcome))
}

/// The mark is of use only while a worktree is being removed.
fn conclude(to: &Layout) {
    // That it stays changes nothing: nothing reads it in the archive.
    let _ = fs::remove_file(to.archiving());
}

fn told(session: &Session, to: &Layout, outcome: WorktreeOutcome) -> Archived {
    Archived {
        folder: to.folder().to_owned(),
        session_dir: to.session_dir(),
        record_dir: to.record_dir(),
        branch: session.branch.clone(),
        worktree: session.worktree().cloned(),
        outcome,
    }
}

fn clear_worktree(
    config: &Config,
    layout: &Layout,
    session: &Session,
) -> Result<WorktreeOutcome, EngineError> {
    let Some(path) = session.worktree() else {
        return Ok(WorktreeOutcome::Gone);
    };
    let kept = |error: GitError| WorktreeOutcome::Kept(error.to_string());
    let repository = match Repository::discover(&Git::new(), &config.main_repo) {
        Ok(repository) => repository,
        Err(error) if path.exists() => return Ok(kept(error)),
        Err(_) => return Ok(WorktreeOutcome::Gone),
    };
    // That they stay kept does no harm.
    let _ = repository.release_stash(&format!("refs/samocode/{}/kept/stash", layout.folder()));
    let begun = layout.archiving().exists();
    if begun {
        // A killed removal may have left files without `.git`, or nothing but the entry in the repository.
        repository.relink(path)?;
    }
    let worktree = match Worktree::open(&repository, path) {
        Ok(worktree) => worktree,
        Err(GitError::WorktreeGone { .. }) if !path.exists() => {
            let ended = begun && repository.remove_worktree(path, true).is_ok();
            return Ok(if ended { WorktreeOutcome::Removed } else { WorktreeOutcome::Gone });
        }
        Err(error) => return Ok(kept(error)),
    };
    worktree.heal_index_lock()?;
    let mut state = worktree.state()?;
    let half_removed = is_half_removed(layout, &worktree, &state);
    if half_removed {
        state.changes.clear();
    }
    if let Some(why) = repository.would_lose(&worktree, &state, &session.branch)? {
        return Ok(WorktreeOutcome::Kept(why));
    }
    let mut force = half_removed;
    if !half_removed {
        match outside_loss(layout, session, &repository, &worktree, &state) {
            Ok(Outside::Nothing { submodules }) => force = submodules,
            Ok(Outside::Lost(why)) => return Ok(WorktreeOutcome::Kept(why)),
            Err(error) => return Ok(kept(error)),
        }
    }
    write_atomic(&layout.archiving(), state.head.clone().unwrap_or_default().as_bytes())?;
    Ok(repository.remove_worktree(path, force).map_or_else(kept, |()| WorktreeOutcome::Removed))
}

/// What a worktree holds beside the files that Git tracks.
enum Outside {
    /// Nothing that would be lost.
    Nothing {
        /// Whether it has submodules, with which git removes no worktree unless it is forced.
        submodules: bool,
    },
    /// What would be lost, in words.
    Lost(String),
}

fn outside_loss(
    layout: &Layout,
    session: &Session,
    repository: &Repository,
    worktree: &Worktree,
    state: &WorktreeState,
) -> Result<Outside, GitError> {
    let base = session.place.as_ref().map(|place| place.base_commit.as_str());
    let (Some(base), Some(head)) = (base, state.head.as_deref()) else {
        return Ok(Outside::Nothing { submodules: false });
    };
    if let Some(nested) = repository.nested_since(base, head)?.first() {
        return Ok(Outside::Lost(format!(
            "{}/ is a Git repository inside it, of which the branch has a bare link and no files",
            nested.path.display()
        )));
    }
    let submodules = repository.submodules(worktree, base)?;
    if let Some(loss) = submodules.loss {
        return Ok(Outside::Lost(loss));
    }
    let ignored = ignored_work(layout, worktree, repository.top())?;
    if !ignored.is_empty() {
        return Ok(Outside::Lost(format!(
            "files that Git ignores are nowhere else: {}; take what you need, then `git worktree remove --force {}`",
            listed(&ignored),
            worktree.path().display()
        )));
    }
    Ok(Outside::Nothing { submodules: submodules.any })
}

/// Whether a removal was killed in the middle: nothing was to be lost then, the same commit is checked out, and all that
/// differs from it is that files are missing.
fn is_half_removed(layout: &Layout, worktree: &Worktree, state: &WorktreeState) -> bool {
    let Ok(head) = fs::read_to_string(layout.archiving()) else {
        return false;
    };
    let missing = |path: &PathBuf| fs::symlink_metadata(worktree.path().join(path)).is_err();
    state.head.as_deref() == Some(head.as_str()) && state.changes.iter().all(|change| missing(&change.path))
}
