//! Finds the session that a person means, makes a new one, or takes over a folder without a record.

use std::path::Path;

use jiff::civil::Date;
use jiff::{Timestamp, Zoned};

use crate::domain::event::{Adopted, Created};
use crate::domain::name::{FolderName, Resolution, SessionName, resolve};
use crate::domain::phase::Phase;
use crate::domain::qa;
use crate::domain::request::{Act, Answer};
use crate::domain::session::{Session, State};
use crate::domain::status;
use crate::domain::workflow::Workflow;
use crate::engine::{EngineError, Settings, renamed};
use crate::git::Repository;
use crate::store::{self, Layout, Writable, read_session};

/// Numbers go on from an adopted folder's own count, but not from an absurd one: there have to be some left.
const MOST_ADOPTED: u64 = 1_000_000;

/// Phases of the Python samocode whose work another one does here.
const MERGED: [(&str, &str); 1] = [("pr-readiness", "quality")];

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A session with a record.
    Session(Layout),
    /// A folder without a record.
    Folder(Layout),
    /// Nothing yet.
    New(SessionName),
}

/// What a new session is made from.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Its name.
    pub name: SessionName,
    /// The workflow's text.
    pub workflow: String,
    /// The task.
    pub task: Option<String>,
    /// The topic of the investigation.
    pub dive: Option<String>,
}

/// Finds what a typed name means to a run: a finished session is not continued by its bare name.
///
/// # Errors
/// When the folder of all sessions cannot be read, or nothing has that name and nothing may.
pub fn find(sessions: &Path, typed: &str) -> Result<Found, EngineError> {
    let folders = store::folders(sessions)?;
    found(sessions, typed, &folders, |folder| is_finished(&Layout::new(sessions, folder)))
}

/// As [`find`], for who only wants to look: the one session of that name is found, finished or not, and its record is
/// not read for it.
///
/// # Errors
/// As [`find`].
pub fn look_up(sessions: &Path, typed: &str) -> Result<Found, EngineError> {
    let folders = store::folders(sessions)?;
    let named = folders.iter().filter_map(|folder| FolderName::parse(&folder.name));
    let only = named.filter(|folder| folder.name.as_str() == typed.trim()).count() == 1;
    found(sessions, typed, &folders, |folder| !only && is_finished(&Layout::new(sessions, folder)))
}

/// As [`find`], for a run that asks for nothing new: the newest session of that name, finished or not.
///
/// # Errors
/// As [`find`].
pub fn find_any(sessions: &Path, typed: &str) -> Result<Found, EngineError> {
    found(sessions, typed, &store::folders(sessions)?, |_| false)
}

fn found(
    sessions: &Path,
    typed: &str,
    folders: &[store::Folder],
    finished: impl FnMut(&str) -> bool,
) -> Result<Found, EngineError> {
    Ok(match resolve(typed, folders.iter().map(|folder| folder.name.as_str()), finished)? {
        Resolution::Exact(folder) | Resolution::Newest(folder) => {
            let layout = Layout::new(sessions, &folder);
            if layout.journal().exists() {
                Found::Session(layout)
            } else {
                renamed::refuse_renamed(&layout)?;
                Found::Folder(layout)
            }
        }
        Resolution::New(name) => {
            renamed::refuse_lost(sessions, typed)?;
            Found::New(name)
        }
    })
}

/// All sessions with a record, oldest first.
///
/// # Errors
/// When the folder of all sessions cannot be read.
pub fn list(sessions: &Path) -> Result<Vec<Layout>, EngineError> {
    let folders = store::folders(sessions)?;
    Ok(folders
        .into_iter()
        .filter(|folder| folder.recorded)
        .map(|folder| Layout::new(sessions, &folder.name))
        .collect())
}

fn is_finished(layout: &Layout) -> bool {
    let session = read_session(&layout.journal()).ok().flatten();
    session.is_some_and(|session: Session| matches!(session.state, State::Done(_))) && !is_reopened(layout)
}

/// Whether a `reopen` waits for the next start.
fn is_reopened(layout: &Layout) -> bool {
    let waiting = store::waiting_requests(layout).unwrap_or_default();
    waiting.iter().any(|incoming| matches!(incoming.request.act, Act::Reopen { .. }))
}

/// Takes the lock of a session that has a record.
///
/// # Errors
/// When another orchestrator holds it, or its record cannot be read.
pub fn take(layout: &Layout) -> Result<Writable, EngineError> {
    Ok(Writable::take(layout, Timestamp::now())?)
}

/// Makes a new session. Nothing is made when its branch belongs to somebody else.
///
/// # Errors
/// When it has nothing to do, its branch exists and may not be attached, or its files cannot be made.
pub fn create(
    settings: &Settings,
    repository: &Repository,
    new: NewSession,
) -> Result<Writable, EngineError> {
    if new.task.is_none() && new.dive.is_none() {
        return Err(EngineError::NoTask { name: new.name.to_string() });
    }
    let today: Date = Zoned::now().date();
    let archive = store::folders(&store::archive_dir(&settings.config.sessions))?;
    let branch_of = |name: &SessionName| format!("{}{name}", settings.branch_prefix());
    // The branch of an archived session stays, and so do its snapshots, which are kept under its folder's name.
    let put_away = |folder: &str| {
        let wanted = FolderName::parse(folder);
        archive.iter().any(|old| {
            let of_name = FolderName::parse(&old.name).zip(wanted.as_ref());
            let branch =
                of_name.filter(|(old, wanted)| old.name == wanted.name).map(|(old, _)| branch_of(&old.name));
            let stays = |branch: String| repository.commit_of(&format!("refs/heads/{branch}"));
            old.name == folder
                || !settings.wishes.attach_branch
                    && branch.is_some_and(|branch| stays(branch).is_ok_and(|commit| commit.is_some()))
        })
    };
    let taken = |folder: &str| {
        let layout = Layout::new(&settings.config.sessions, folder);
        let stands = layout.session_dir().exists() || layout.record_dir().exists();
        stands && !store::is_unborn(&layout) || put_away(folder)
    };
    let folder = FolderName::first_free(today, &new.name, taken);
    let branch = branch_of(&folder.name);
    let worktree = settings.config.worktrees.join(folder.to_string());
    let exists = repository.check_new(&worktree, &branch, settings.wishes.attach_branch)?;
    let created = Created {
        name: folder.name.to_string(),
        workflow: new.workflow,
        task: new.task,
        dive: new.dive,
        branch,
        own_branch: !exists,
    };
    let layout = Layout::new(&settings.config.sessions, &folder.to_string());
    Ok(Writable::create(&layout, created, Timestamp::now())?)
}

/// Takes over a folder without a record: its phase, its counters, the answers that stand in it, and the branch of its
/// worktree where that stands.
///
/// # Errors
/// When its `_overview.md` says no phase that the workflow has, or its files cannot be written.
pub fn adopt(
    settings: &Settings,
    repository: &Repository,
    layout: &Layout,
    new: NewSession,
) -> Result<Writable, EngineError> {
    let cannot = |detail: String| EngineError::CannotAdopt { path: layout.session_dir(), detail };
    let overview = store::read_text(&layout.overview())
        .map_err(|e| cannot(format!("its _overview.md cannot be read: {e}")))?;
    let lines = status::read(&overview);
    let workflow = Workflow::parse(&new.workflow)?;
    let phase = lines.phase.as_deref().map(Phase::named);
    let phase =
        phase.ok_or_else(|| cannot("its _overview.md has no `Phase:` in a Status section".to_owned()))?;
    let phase = known_as(phase, &workflow);
    let Some(rules) = workflow.rules(&phase) else {
        let known: Vec<&str> = workflow.phases().map(|rules| rules.name.as_str()).collect();
        return Err(cannot(format!(
            "workflow {} has no phase `{phase}`; it has {}",
            workflow.name,
            known.join(", ")
        )));
    };
    let answers = store::read_text(&layout.qa()).map(|text| person_answers(&text)).unwrap_or_default();
    let number = |count: Option<u64>| u32::try_from(count.unwrap_or(0).min(MOST_ADOPTED)).unwrap_or(0);
    let iterations = number(lines.total_iterations);
    let in_phase = number(lines.iteration).min(iterations);
    // The Python samocode let `Iteration:` run on from phase to phase: a number that would leave the phase nothing is no
    // count of what it used.
    let in_phase = if rules.most_iterations.is_some_and(|most| in_phase >= most) { 0 } else { in_phase };
    let worktree = settings.config.worktrees.join(layout.folder());
    // With the project moved, the repository lists it at its old place.
    repository.find_worktree(&worktree, &worktree)?;
    let branch = repository.branch_at(&worktree)?;
    store::keep_backup(&layout.overview())?;
    let created = Created {
        name: new.name.to_string(),
        workflow: new.workflow,
        task: new.task.or_else(|| Some(format!("See the task in {}.", layout.overview().display()))),
        dive: new.dive,
        branch: branch.unwrap_or_else(|| format!("{}{}", settings.branch_prefix(), new.name)),
        // The person who has it adopted vouches for its branch.
        own_branch: true,
    };
    let adopted = Adopted { phase, iterations, in_phase, answers };
    Ok(Writable::adopt(layout, created, adopted, Timestamp::now())?)
}

/// The phase as the workflow has it.
fn known_as(phase: Phase, workflow: &Workflow) -> Phase {
    if workflow.rules(&phase).is_some() {
        return phase;
    }
    let merged = MERGED.iter().find(|(old, _)| *old == phase.as_str());
    merged.map_or(phase, |(_, new)| Phase::named(new))
}

fn person_answers(text: &str) -> Vec<Answer> {
    qa::parse(text)
        .questions
        .into_iter()
        .enumerate()
        .filter_map(|(place, question)| {
            Some(Answer { id: question.id, title: question.title, text: question.answer?, place })
        })
        .collect()
}
