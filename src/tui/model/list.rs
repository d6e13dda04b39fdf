//! The list of sessions: in which order they stand, and which one is meant.

use std::sync::Arc;

use super::data::Entry;
use super::pane::{Move, moved};
use crate::tui::words::Need;

/// Sessions, those that wait for the person first.
#[derive(Debug, Default)]
pub(in crate::tui) struct List {
    entries: Option<Vec<Arc<Entry>>>,
    filter: String,
    /// Folder of the chosen session: it stays chosen wherever it moves.
    chosen: Option<String>,
    top: usize,
    pub(super) height: usize,
}

impl List {
    pub(super) fn set(&mut self, mut entries: Vec<Arc<Entry>>) {
        entries.sort_by_key(|entry| {
            let (rank, at) = match &entry.view {
                Ok(view) if Need::of(view).is_some() => (0, view.changed_at),
                Err(_) => (1, jiff::Timestamp::MIN),
                Ok(view) if view.orchestrator.is_some() => (2, view.created_at),
                Ok(view) if view.state != "done" => (3, view.changed_at),
                Ok(view) => (4, view.changed_at),
            };
            (rank, std::cmp::Reverse(at), entry.folder.clone())
        });
        self.entries = Some(entries);
    }

    /// All sessions; none before they were read.
    pub(in crate::tui) fn all(&self) -> Option<&[Arc<Entry>]> {
        self.entries.as_deref()
    }

    pub(in crate::tui) fn filter(&self) -> &str {
        &self.filter
    }

    pub(super) fn set_filter(&mut self, words: &str) {
        words.clone_into(&mut self.filter);
    }

    /// The sessions that pass the filter.
    pub(in crate::tui) fn shown(&self) -> Vec<&Arc<Entry>> {
        let wanted = self.filter.to_lowercase();
        let all = self.entries.iter().flatten();
        all.filter(|entry| entry.folder.to_lowercase().contains(&wanted)).collect()
    }

    /// The place of the chosen session among the shown ones.
    pub(in crate::tui) fn at(&self) -> usize {
        let shown = self.shown();
        let chosen = self.chosen.as_deref();
        shown.iter().position(|entry| Some(entry.folder.as_str()) == chosen).unwrap_or(0)
    }

    /// The chosen session.
    pub(in crate::tui) fn chosen(&self) -> Option<&Arc<Entry>> {
        self.shown().get(self.at()).copied()
    }

    pub(super) fn get(&self, folder: &str) -> Option<&Arc<Entry>> {
        self.entries.iter().flatten().find(|entry| entry.folder == folder)
    }

    pub(super) fn choose(&mut self, folder: &str) {
        self.chosen = Some(folder.to_owned());
    }

    pub(super) fn scroll(&mut self, way: Move) {
        let shown = self.shown();
        let to = moved(self.at(), shown.len().saturating_sub(1), self.height, way);
        self.chosen = shown.get(to).map(|entry| entry.folder.clone());
    }

    pub(super) fn lay_out(&mut self, height: usize) {
        self.height = height.max(1);
        let (at, count) = (self.at(), self.shown().len());
        self.top = self.top.min(at).max((at + 1).saturating_sub(self.height));
        self.top = self.top.min(count.saturating_sub(self.height));
    }

    /// The place of the first session that is seen.
    pub(in crate::tui) fn top(&self) -> usize {
        self.top
    }
}
