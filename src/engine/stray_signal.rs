//! A signal that an agent wrote in the wrong folder. Found only where the right one is missing.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::domain::outcome::Outcome;
use crate::domain::session::State;
use crate::domain::signal::{RawSignal, Signal};
use crate::engine::EngineError;
use crate::engine::orchestrator::Orchestrator;
use crate::store::{has_signal, read_signal_at, write_atomic};

/// The name that agents are told.
const NAME: &str = "_signal.json";
/// What some write instead, in the right folder.
const OTHER_NAMES: [&str; 3] = ["signal.json", "_signal.json.md", "_signal.jsonc"];

impl Orchestrator<'_> {
    /// Where the iteration left no signal in its place but exactly one elsewhere, moves it there: what is meant is
    /// plain. Returns what the next iteration has to know of that.
    ///
    /// Only files that were written since the iteration started count, so the signal of an earlier one, or a file of
    /// the project's, is never taken.
    ///
    /// # Errors
    /// When the signal cannot be written to its place.
    pub(super) fn adopt_stray_signal(
        &mut self,
        iteration: u32,
        outcome: &Outcome,
    ) -> Result<Option<String>, EngineError> {
        let layout = self.record.layout().clone();
        let State::Running(running) = &self.session().state else {
            return Ok(None);
        };
        // The signal of an interrupted run is not looked at, wherever it is.
        if has_signal(&layout) || matches!(outcome, Outcome::Interrupted { .. }) {
            return Ok(None);
        }
        let strays = self.strays(running.since);
        let belongs = layout.signal();
        let [stray] = strays.as_slice() else {
            let places: Vec<String> = strays.iter().map(|path| format!("`{}`", path.display())).collect();
            return Ok((!places.is_empty()).then(|| {
                format!(
                    "Signals were written to {}; write one, to `{}`.",
                    places.join(" and "),
                    belongs.display()
                )
            }));
        };
        let raw = read_signal_at(stray).in_utf8();
        let words = match (Signal::read(&raw, iteration), &raw) {
            (Ok(_), RawSignal::Bytes(bytes)) => {
                write_atomic(&belongs, bytes)?;
                match fs::remove_file(stray) {
                    Ok(()) => "it counted and was moved there.".to_owned(),
                    Err(error) => format!("it counted; remove the file ({error})."),
                }
            }
            (Err(fault), _) => format!("it does not count: {fault}."),
            (Ok(_), _) => return Ok(None),
        };
        let words = format!(
            "The signal was written to `{}`; it belongs in `{}`: {words}",
            stray.display(),
            belongs.display()
        );
        self.say.line(&words);
        Ok(Some(words))
    }

    /// Whether the running iteration has left a signal that will count, in its place or elsewhere.
    pub(super) fn has_left_signal(&self) -> bool {
        let stray = match &self.session().state {
            State::Running(running) => self.strays(running.since).len() == 1,
            _ => false,
        };
        stray || has_signal(self.record.layout())
    }

    fn strays(&self, since: Timestamp) -> Vec<PathBuf> {
        self.places_of_strays().into_iter().filter(|path| written_since(path, since)).collect()
    }

    fn places_of_strays(&self) -> Vec<PathBuf> {
        let folder = self.record.layout().session_dir();
        let mut places: Vec<PathBuf> = OTHER_NAMES.iter().map(|name| folder.join(name)).collect();
        if let Some(worktree) = &self.worktree {
            places.extend(worktree.files_named(NAME).unwrap_or_default());
        }
        places
    }
}

/// Whether a plain file was last written after `since`.
fn written_since(path: &Path, since: Timestamp) -> bool {
    let Ok(found) = fs::symlink_metadata(path) else {
        return false;
    };
    let written = found.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
    found.is_file() && written.is_some_and(|written| written >= since)
}
