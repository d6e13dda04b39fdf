//! The session that is open: its tabs, each with its place.

use jiff::Timestamp;

use super::asking::Asking;
use super::data::{Command, Data, Tab};
use super::dialog::Dialog;
use super::log::LogPane;
use super::pane::{Find, Move, Pane};
use super::sources;
use crate::engine::{PlanText, View};
use crate::tui::theme::Theme;
use crate::tui::words::Need;

/// The tab that a session is opened with: where the person is needed, else where something moves.
pub(super) fn first_tab(view: &View) -> Tab {
    match Need::of(view) {
        Some(Need::Answers(_)) => Tab::Questions,
        Some(Need::Approval) => Tab::Plan,
        Some(Need::Action | Need::Decision | Need::Mending) => Tab::Overview,
        None if view.state == "done" => Tab::Overview,
        None => Tab::Live,
    }
}

/// An open session.
#[derive(Debug)]
pub(in crate::tui) struct Open {
    pub(in crate::tui) folder: String,
    pub(in crate::tui) tab: Tab,
    pub(in crate::tui) live: Pane,
    pub(in crate::tui) overview: Pane,
    pub(in crate::tui) asking: Asking,
    /// The questions' file, where no gate waits for answers.
    pub(in crate::tui) questions: Pane,
    pub(in crate::tui) plan: Pane,
    pub(in crate::tui) log: LogPane,
    pub(in crate::tui) diff: Pane,
    pub(super) plan_text: Option<PlanText>,
    /// The plan's changes are shown in its place.
    pub(super) changes: bool,
    notebook: String,
}

impl Open {
    pub(super) fn new(folder: &str, tab: Tab) -> Self {
        Self {
            folder: folder.to_owned(),
            tab,
            live: Pane::following(),
            overview: Pane::default(),
            asking: Asking::default(),
            questions: Pane::default(),
            plan: Pane::default(),
            log: LogPane::new(),
            diff: Pane::default(),
            plan_text: None,
            changes: false,
            notebook: String::new(),
        }
    }

    /// The session as it is now.
    pub(super) fn see(&mut self, view: &View, now: Timestamp, theme: Theme) {
        self.asking.see(view);
        self.overview.set(sources::overview(view, &self.notebook, now, theme));
    }

    /// Whether the tab shows questions to answer.
    pub(in crate::tui) fn asks(&self) -> bool {
        self.tab == Tab::Questions && self.asking.is_open()
    }

    /// Takes in what was read for it. Says so when the dialog that is open does not hold any more.
    pub(super) fn take(&mut self, data: Data, dialog: Option<&Dialog>, theme: Theme) -> Option<String> {
        match data {
            Data::Activity { folder, iteration, moments } if folder == self.folder => {
                self.live.set(sources::activity(iteration, &moments, theme));
            }
            Data::Overview { folder, text } if folder == self.folder => self.notebook = text,
            Data::Questions { folder, text } if folder == self.folder => {
                self.questions.set(sources::document(&text, theme));
            }
            Data::Plan { folder, plan } if folder == self.folder => {
                return self.take_plan(plan.map(|plan| *plan), dialog, theme);
            }
            Data::LogGrown { folder, count } if folder == self.folder => self.log.grown(count),
            Data::LogLines { folder, first, lines } if folder == self.folder => self.log.came(first, lines),
            Data::LogFound { folder, words, more, done } if folder == self.folder => {
                self.log.found(&words, more, done);
            }
            Data::Diff { folder, diff } if folder == self.folder => {
                self.diff.set(sources::diff(&diff, theme));
            }
            // Of a session that was open before.
            _ => {}
        }
        None
    }

    fn take_plan(&mut self, plan: Option<PlanText>, dialog: Option<&Dialog>, theme: Theme) -> Option<String> {
        let sha256 = plan.as_ref().map(|plan| plan.sha256.as_str());
        let stale = dialog.and_then(Dialog::approves).is_some_and(|approved| Some(approved) != sha256);
        self.changes &= plan.as_ref().is_some_and(|plan| !plan.changes.is_empty());
        self.plan_text = plan;
        self.show_plan(theme);
        stale.then(|| "the plan changed just now; look at it again".to_owned())
    }

    pub(super) fn show_plan(&mut self, theme: Theme) {
        let blocks = self.plan_text.as_ref().map(|plan| sources::plan(plan, self.changes, theme));
        self.plan.set(blocks.unwrap_or_default());
    }

    pub(super) fn lay_out(&mut self, width: usize, height: usize, theme: Theme) -> Option<Command> {
        match self.tab {
            Tab::Questions if self.asking.is_open() => self.asking.lay_out(width, height, theme),
            Tab::Log => {
                let asked = self.log.lay_out(width, height);
                return asked.map(|(first, count)| Command::Log { first, count });
            }
            _ => {
                if let Some(pane) = self.pane() {
                    pane.lay_out(width, height);
                }
            }
        }
        None
    }

    /// The tab's document; none where it is no document.
    fn pane(&mut self) -> Option<&mut Pane> {
        match self.tab {
            Tab::Live => Some(&mut self.live),
            Tab::Overview => Some(&mut self.overview),
            Tab::Questions if self.asking.is_open() => None,
            Tab::Questions => Some(&mut self.questions),
            Tab::Plan => Some(&mut self.plan),
            Tab::Log => None,
            Tab::Diff => Some(&mut self.diff),
        }
    }

    pub(super) fn scroll(&mut self, way: Move) {
        match self.tab {
            Tab::Log => self.log.scroll(way),
            _ => match self.pane() {
                Some(pane) => pane.scroll(way),
                None => self.asking.scroll(way),
            },
        }
    }

    /// Looks for words in the tab; for none, ends the search.
    pub(super) fn search(&mut self, words: &str) -> Option<Command> {
        if words.is_empty() {
            return self.end_search().1;
        }
        if self.tab == Tab::Log {
            self.log.search(words);
            return Some(Command::Search(Some(words.to_owned())));
        }
        if let Some(pane) = self.pane() {
            pane.search(words, true);
        }
        None
    }

    /// Ends the tab's search; whether there was one.
    pub(super) fn end_search(&mut self) -> (bool, Option<Command>) {
        if self.tab == Tab::Log {
            let was = self.log.end_search();
            return (was, was.then_some(Command::Search(None)));
        }
        (self.pane().is_some_and(Pane::end_search), None)
    }

    pub(super) fn step(&mut self, forward: bool) {
        match self.tab {
            Tab::Log => self.log.step(forward),
            _ => {
                if let Some(pane) = self.pane() {
                    pane.step(forward);
                }
            }
        }
    }

    /// The tab's search.
    pub(in crate::tui) fn find(&self) -> Option<&Find> {
        match self.tab {
            Tab::Live => self.live.find(),
            Tab::Overview => self.overview.find(),
            Tab::Questions => self.questions.find(),
            Tab::Plan => self.plan.find(),
            Tab::Log => self.log.find(),
            Tab::Diff => self.diff.find(),
        }
    }
}
