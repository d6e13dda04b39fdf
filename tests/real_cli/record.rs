//! What a session left: its record, its folder and what the model was asked, as a test looks at them.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use samocode::domain::event::{Entry, Event};
use samocode::domain::session::{Session, fold};
use samocode::store::{Layout, read_journal};
use samocode_testing_model::Recorded;

use crate::claude::until;
use crate::stage::{NAME, Stage};

impl Stage {
    /// The paths of the only session; none before it is made.
    fn find_layout(&self) -> Option<Layout> {
        let folders = fs::read_dir(self.sessions()).ok()?;
        let mut names = folders.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let name = names.find(|name| name.ends_with(&format!("-{NAME}")))?;
        Some(Layout::new(&self.sessions(), &name))
    }

    pub(crate) fn layout(&self) -> Layout {
        self.find_layout().unwrap()
    }

    pub(crate) fn journal(&self) -> Vec<Entry> {
        let layout = self.find_layout();
        let read = layout.and_then(|layout| read_journal(&layout.journal()).unwrap());
        read.map(|read| read.entries).unwrap_or_default()
    }

    /// The session as its journal tells it.
    pub(crate) fn session(&self) -> Session {
        fold(&self.journal()).unwrap()
    }

    /// Number, phase and time of the iterations that started.
    pub(crate) fn iterations(&self) -> Vec<(u32, String, Timestamp)> {
        let entries = self.journal();
        entries
            .into_iter()
            .filter_map(|entry| match entry.event {
                Event::Started(started) => Some((started.iteration, started.phase.to_string(), entry.at)),
                _ => None,
            })
            .collect()
    }

    /// The phases of the iterations that started, in order.
    pub(crate) fn phases(&self) -> Vec<String> {
        self.iterations().into_iter().map(|(_, phase, _)| phase).collect()
    }

    /// Waits for an iteration to start.
    pub(crate) fn sees_iteration(&self, number: u32) -> Timestamp {
        until(&format!("iteration {number} starts"), || {
            self.iterations().into_iter().find_map(|(started, _, at)| (started == number).then_some(at))
        })
    }

    /// Checks that an iteration starts soon after a person's act, and by itself.
    pub(crate) fn goes_on(&self, iteration: u32, act: Timestamp, within: Duration) {
        let took = self.sees_iteration(iteration).duration_since(act).unsigned_abs();
        assert!(took <= within, "iteration {iteration} came {took:?} after the act, not within {within:?}");
    }

    /// The first request of an iteration, which carries its whole prompt.
    pub(crate) fn request(&self, iteration: u32) -> Recorded {
        let number = iteration.to_string();
        let mut requests = self.model.requests().into_iter();
        requests
            .find(|request| request.turn.label("Iteration") == Some(&number))
            .unwrap_or_else(|| panic!("the model was asked nothing in iteration {iteration}"))
    }

    /// What an iteration was told after its labels.
    pub(crate) fn message(&self, iteration: u32) -> String {
        self.request(iteration).turn.message
    }

    /// Checks that an iteration was told these words.
    pub(crate) fn was_told(&self, iteration: u32, words: &str) {
        let message = self.message(iteration);
        assert!(message.contains(words), "no {words:?} in the prompt of iteration {iteration}:\n{message}");
    }

    /// The one document of a kind in the session folder.
    pub(crate) fn document(&self, part: &str) -> (PathBuf, String) {
        let found: Vec<PathBuf> = fs::read_dir(self.layout().session_dir())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.display().to_string().contains(part))
            .collect();
        assert_eq!(found.len(), 1, "`*{part}*` in the session folder: {found:?}");
        (found[0].clone(), fs::read_to_string(&found[0]).unwrap())
    }
}
