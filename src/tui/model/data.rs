//! What comes to the model, and what it asks for: plain data.

use std::sync::Arc;

use crossterm::event::KeyEvent;
use jiff::Timestamp;

use crate::domain::request::Act;
use crate::engine::{Moment, PlanText, View};

/// A session, or why it cannot be shown.
#[derive(Debug)]
pub(in crate::tui) struct Entry {
    pub(in crate::tui) folder: String,
    pub(in crate::tui) view: Result<View, String>,
}

impl Entry {
    /// Its name, without the date where it has one.
    pub(in crate::tui) fn name(&self) -> &str {
        self.view.as_ref().map_or(&self.folder, |view| &view.name)
    }
}

/// Something that happened.
#[derive(Debug)]
pub(in crate::tui) enum Input {
    Key(KeyEvent),
    Paste(String),
    Resize(u16, u16),
    Tick(Timestamp),
    Data(Data),
    /// The screen has to go: a signal, or the terminal is gone.
    Leave,
    /// The thread that reads is gone, which it never should be.
    Lost,
}

/// What was read.
#[derive(Debug)]
pub(in crate::tui) enum Data {
    /// All sessions.
    Sessions(Vec<Arc<Entry>>),
    /// The sessions cannot be read.
    Trouble(String),
    /// What the newest iteration did.
    Activity { folder: String, iteration: u32, moments: Vec<Moment> },
    /// The notebook.
    Overview { folder: String, text: String },
    /// The questions' file.
    Questions { folder: String, text: String },
    /// The plan; none where there is none.
    Plan { folder: String, plan: Option<Box<PlanText>> },
    /// So many lines has the log.
    LogGrown { folder: String, count: usize },
    /// Lines of the log.
    LogLines { folder: String, first: usize, lines: Vec<String> },
    /// Lines of the log that hold the words.
    LogFound { folder: String, words: String, more: Vec<usize>, done: bool },
    /// The branch's difference.
    Diff { folder: String, diff: DiffText },
    /// What came of a request.
    Asked { words: String, bad: bool },
}

/// A branch's difference as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::tui) struct DiffText {
    /// What stands above it, the first line the title.
    pub(in crate::tui) head: Vec<String>,
    /// Lines of the patch.
    pub(in crate::tui) patch: Vec<String>,
    /// What is to be known beside it.
    pub(in crate::tui) notes: Vec<String>,
}

/// What the model wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum Command {
    /// Read this for the screen, of that session; nothing but the list when none.
    Show(Option<(String, Tab)>),
    /// Read lines of the log.
    Log { first: usize, count: usize },
    /// Search the log; no longer, when none.
    Search(Option<String>),
    /// Read all that is shown again.
    Reload,
    /// Send these, one after the other.
    Ask { folder: String, name: String, acts: Vec<Act> },
    /// Draw all of the screen anew.
    Redraw,
}

/// What of a session is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Tab {
    Live,
    Overview,
    Questions,
    Plan,
    Log,
    Diff,
}

impl Tab {
    pub(in crate::tui) const ALL: [Self; 6] =
        [Self::Live, Self::Overview, Self::Questions, Self::Plan, Self::Log, Self::Diff];

    /// Its name, and the one where there is little room.
    pub(in crate::tui) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Live => ("Live", "Live"),
            Self::Overview => ("Overview", "Info"),
            Self::Questions => ("Questions", "Q&A"),
            Self::Plan => ("Plan", "Plan"),
            Self::Log => ("Log", "Log"),
            Self::Diff => ("Diff", "Diff"),
        }
    }

    /// The tab so many places on.
    pub(super) fn by(self, places: usize) -> Self {
        let at = Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0);
        Self::ALL[(at + places) % Self::ALL.len()]
    }
}
