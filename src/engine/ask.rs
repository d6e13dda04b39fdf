//! A person's request on its way to a session: put into the inbox, and its effect looked for. Every way in takes this one:
//! commands, screens, the phone.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::domain::event::Event;
use crate::domain::request::{Act, Effect, Request, Who};
use crate::engine::{EngineError, random_hex};
use crate::store::{self, Layout, read_journal};

/// How often the journal is looked at for the effect.
const LOOK: Duration = Duration::from_millis(50);

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Nothing works on the session now; the next start takes it.
    Kept,
    /// An orchestrator works on it and has not taken it yet.
    Sent,
    /// It was taken, with this effect.
    Took(Effect),
}

/// Puts an act into the inbox of a session.
///
/// # Errors
/// When it cannot be written there.
pub fn post(layout: &Layout, who: Who, act: Act) -> Result<Request, EngineError> {
    post_as(layout, random_hex()?, who, act)
}

/// As [`post`], under an id of the caller's: who posts it twice asks once.
///
/// # Errors
/// As [`post`].
pub fn post_as(layout: &Layout, id: String, who: Who, act: Act) -> Result<Request, EngineError> {
    let request = Request { id, at: Timestamp::now(), who, act };
    store::post(layout, &request)?;
    Ok(request)
}

/// Posts an act; where an orchestrator works on the session, waits that long at most for what comes of it.
///
/// # Errors
/// As [`post`].
pub fn ask(layout: &Layout, who: Who, act: Act, patience: Duration) -> Result<Asked, EngineError> {
    let request = post(layout, who, act)?;
    Ok(outcome(layout, &request.id, patience))
}

/// What became of a posted request within that time.
#[must_use]
pub fn outcome(layout: &Layout, id: &str, patience: Duration) -> Asked {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(effect) = last_effect(&layout.journal(), id) {
            return Asked::Took(effect);
        }
        if store::holder(layout).is_none() {
            // It may have been the last thing that an orchestrator took.
            return last_effect(&layout.journal(), id).map_or(Asked::Kept, Asked::Took);
        }
        if Instant::now() >= deadline {
            return Asked::Sent;
        }
        thread::sleep(LOOK);
    }
}

fn last_effect(journal: &Path, id: &str) -> Option<Effect> {
    let entries = read_journal(journal).ok()??.entries;
    entries.into_iter().rev().find_map(|entry| match entry.event {
        Event::Received(received) if received.request.id == id => Some(received.effect),
        _ => None,
    })
}

/// An effect, in words for who asked.
#[must_use]
pub fn effect_words(effect: &Effect, name: &str) -> String {
    match effect {
        Effect::Refused(why) => format!("refused: {why}"),
        Effect::Answered { open, .. } if open.is_empty() => format!("answered; {name} goes on"),
        Effect::Answered { open, .. } => format!("answered; still open: {}", open.join(", ")),
        Effect::Approved { plan, to } => format!("{} approved; {name} goes on with {to}", plan.file),
        Effect::Rejected(_) => format!("sent back; {name} revises the plan"),
        Effect::ActionDone | Effect::Resumed => format!("{name} goes on"),
        Effect::Guided(_) => "the next iteration will read it".to_owned(),
        Effect::Stopping => format!("{name} stops"),
        Effect::Reopened { phase, .. } => format!("{name} works again, in {phase}"),
        Effect::Moved(phase) => format!("{name} goes on with {phase}"),
        Effect::Restored { .. } => format!("the worktree of {name} was restored"),
    }
}
