//! Sees to it that nothing a child planted in the repository's git folder runs as samocode or as the person. What it
//! changed there is put back before git is called again, kept aside, and told.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::engine::guarded::Guarded;
use crate::engine::orchestrator::Orchestrator;
use crate::engine::{EngineError, guard_peers};
use crate::git::{Difference, Guard};
use crate::process::{Tagged, end_tagged};
use crate::store::{Layout, Writable, write_atomic};

/// The list of what was put back, beside the copies.
const LIST: &str = "what.txt";
/// How many changes are told.
const MOST_TOLD: usize = 10;

impl Orchestrator<'_> {
    /// Copies what a child could change, right before it starts. Written only where it differs from the last copy.
    pub(super) fn guard(&mut self, what: Guarded) -> Result<(), EngineError> {
        let Some(worktree) = &self.worktree else {
            return Ok(());
        };
        let layout = self.record.layout().clone();
        let turn = guard_peers::take_turn(layout.sessions())?;
        let peers = guard_peers::settle(layout.sessions(), Some(&layout), &turn)?;
        let before = self.guard.take();
        let mut copy = match &before {
            Some(guard) => guard.again(&self.repository, worktree)?,
            None => Guard::copy(&self.repository, worktree)?,
        };
        // Planted by another session's agent in this very moment, it is not the person's either.
        peers.iter().for_each(|peer| copy.take_shared(peer));
        if before.as_ref() != Some(&copy) {
            for path in copy.unguarded() {
                self.say.line(&format!("{} has too many entries to be guarded", path.display()));
            }
            let path = layout.guard_copy();
            let text = serde_json::to_vec(&copy).map_err(|error| unreadable("write", &path, error.into()))?;
            write_atomic(&path, &text)?;
            // A remote's address may hold a password. Later copies keep the mode.
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))
                .map_err(|error| unreadable("set the mode of", &path, error))?;
        }
        self.guard = Some(copy);
        guard_peers::mark(&layout, what)
    }

    /// Puts back what was changed meanwhile, before the first call of git after it. Returns what to tell.
    pub(super) fn put_back(&mut self, what: Guarded) -> Result<Vec<String>, EngineError> {
        let layout = self.record.layout();
        let folder = what.planted(layout);
        let turn = guard_peers::take_turn(layout.sessions())?;
        let loaded = if self.guard.is_some() { None } else { load(layout)? };
        let left = match self.guard.as_ref().or(loaded.as_ref()) {
            Some(guard) => put_back(&folder, guard)?,
            None => Vec::new(),
        };
        guard_peers::unmark(layout)?;
        drop(turn);
        for left in left {
            self.say.line(&format!("{left} meanwhile; that is left as it is"));
        }
        Ok(self.say_put_back(what))
    }

    /// Says what was put back after it ran, by this process or by an earlier one. Returns what to tell.
    pub(super) fn say_put_back(&mut self, what: Guarded) -> Vec<String> {
        let folder = what.planted(self.record.layout());
        let Ok(list) = fs::read_to_string(folder.join(LIST)) else {
            return Vec::new();
        };
        let lines: Vec<&str> = list.lines().collect();
        let more = lines.len().saturating_sub(MOST_TOLD);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        let shown: Vec<&str> = lines.into_iter().take(MOST_TOLD).collect();
        let told = format!(
            "While {what} ran, what Git reads and runs was changed: {}{more}. samocode put them back, \
             because they would run as the person. What was there is kept in {}. Work without such changes, or signal \
             `blocked` and say what is needed.",
            shown.join("; "),
            folder.display()
        );
        self.say.line(&told);
        vec![told]
    }
}

/// Puts back what iterations changed whose orchestrator did not live to do it, and what agents of other sessions changed
/// that are at work. To be called before git is; `record` is the session that is held, if one is. Returns how many
/// processes of its lost iteration had to be ended first.
///
/// # Errors
/// When a copy cannot be read, or something cannot be put back.
pub fn put_back_lost(sessions: &Path, record: Option<&Writable>) -> Result<u32, EngineError> {
    if !Layout::records(sessions).is_dir() {
        return Ok(0);
    }
    let swept = record.map(|record| end_tagged(Tagged::Of(&record.layout().process_mark())));
    let turn = guard_peers::take_turn(sessions)?;
    guard_peers::settle(sessions, record.map(Writable::layout), &turn)?;
    let Some(record) = record else {
        return Ok(0);
    };
    // That the process table cannot be read stops nothing.
    let swept = swept.and_then(Result::ok);
    let nothing_lives = swept.as_ref().is_some_and(|swept| swept.left.is_empty());
    close_guard(record, nothing_lives)?;
    Ok(swept.map_or(0, |swept| swept.ended))
}

/// Puts back what the lost iteration of a held session changed. Once nothing of it lives, its guard ends: whatever changes
/// later is the person's, and neither this session nor another one may undo it.
fn close_guard(record: &Writable, nothing_lives: bool) -> Result<(), EngineError> {
    let layout = record.layout();
    if let Some(what) = Guarded::under_way(record.session())
        && let Some(guard) = load(layout)?
    {
        put_back(&what.planted(layout), &guard)?;
        if nothing_lives {
            guard_peers::remove(&layout.guard_copy())?;
        }
    }
    if nothing_lives { guard_peers::unmark(layout) } else { Ok(()) }
}

/// Puts back what differs, and keeps and lists it in a folder of the record; returns what differs and is harmless.
pub(super) fn put_back(folder: &Path, guard: &Guard) -> Result<Vec<Difference>, EngineError> {
    let differences = guard.compare()?;
    let (left, planted): (Vec<_>, Vec<_>) = differences.into_iter().partition(Difference::is_left);
    if planted.is_empty() {
        return Ok(left);
    }
    let file = folder.join(LIST);
    fs::create_dir_all(folder).map_err(|error| unreadable("make", folder, error))?;
    // An earlier start may have been killed in the middle of this.
    let mut list = fs::read_to_string(&file).unwrap_or_default();
    for difference in &planted {
        let lost =
            if difference.known { "" } else { ", and could not be put back: it was too long to be copied" };
        // A name may hold a line break, and the list is told to an agent.
        let words = format!("{difference}{lost}").replace(char::is_control, "?");
        if !list.lines().any(|line| line == words) {
            list.push_str(&words);
            list.push('\n');
        }
    }
    write_atomic(&file, list.as_bytes())?;
    guard.put_back(&planted, folder)?;
    Ok(left)
}

pub(super) fn load(layout: &Layout) -> Result<Option<Guard>, EngineError> {
    let path = layout.guard_copy();
    match fs::read(&path) {
        Ok(text) => {
            serde_json::from_slice(&text).map(Some).map_err(|error| unreadable("read", &path, error.into()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable("read", &path, error)),
    }
}

pub(super) fn unreadable(what: &'static str, path: &Path, source: io::Error) -> EngineError {
    EngineError::Io { what, path: path.to_owned(), source }
}
