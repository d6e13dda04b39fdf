//! The open session as far as it was read: what its tab shows.

use std::time::{Duration, Instant};

use super::diff::DiffJob;
use super::{Gone, LOOK, Source};
use crate::engine::{
    self, Activity, LogLines, LogSearch, PlanText, View, overview_text, plan_text, questions_text,
};
use crate::store::Layout;
use crate::tui::model::{Data, Tab};

/// How long one turn may search before the screen's wishes are looked at.
const SLICE: Duration = Duration::from_millis(15);

/// An open session.
pub(super) struct Shown {
    layout: Layout,
    tab: Tab,
    activity: Option<Activity>,
    /// When it was last looked whether another iteration has begun.
    streams: Option<Instant>,
    log: LogLines,
    log_told: Option<usize>,
    search: Option<(String, LogSearch, bool)>,
    /// The text or plan that was handed on for the tab.
    text: Option<String>,
    plan: Option<Option<PlanText>>,
    diff: DiffJob,
}

impl Shown {
    pub(super) fn new(source: &Source, folder: &str, tab: Tab) -> Self {
        let layout = Layout::new(&source.sessions, folder);
        Self {
            log: LogLines::of(&layout),
            layout,
            tab,
            activity: None,
            streams: None,
            log_told: None,
            search: None,
            text: None,
            plan: None,
            diff: DiffJob::default(),
        }
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(super) fn tab(&self) -> Tab {
        self.tab
    }

    pub(super) fn turn_to(&mut self, tab: Tab) {
        self.tab = tab;
        self.text = None;
    }

    /// Whether a search has more to do right now.
    pub(super) fn searches(&self) -> bool {
        self.tab == Tab::Log && self.search.as_ref().is_some_and(|(_, _, done)| !done)
    }

    /// Looks at what the tab shows.
    pub(super) fn look(&mut self, source: &Source, version: u64, view: Option<&View>) -> Result<(), Gone> {
        match (self.tab, view) {
            (Tab::Live, _) => self.look_at_stream(source),
            (Tab::Overview, _) => {
                let text = overview_text(&self.layout);
                self.send_text(source, text, |folder, text| Data::Overview { folder, text })
            }
            (Tab::Questions, _) => {
                let text = questions_text(&self.layout);
                self.send_text(source, text, |folder, text| Data::Questions { folder, text })
            }
            (Tab::Plan, Some(view)) => self.look_at_plan(source, view),
            (Tab::Log, _) => self.look_at_log(source),
            (Tab::Diff, Some(view)) => {
                self.diff.look(source, self.layout.folder(), version, view);
                Ok(())
            }
            (Tab::Plan | Tab::Diff, None) => Ok(()),
        }
    }

    fn folder(&self) -> String {
        self.layout.folder().to_owned()
    }

    fn send_text(
        &mut self,
        source: &Source,
        text: String,
        data: impl FnOnce(String, String) -> Data,
    ) -> Result<(), Gone> {
        if self.text.as_ref() == Some(&text) {
            return Ok(());
        }
        let clean = source.cleaner.text(&text);
        self.text = Some(text);
        source.send(data(self.folder(), clean))
    }

    fn look_at_stream(&mut self, source: &Source) -> Result<(), Gone> {
        let mut fresh = false;
        if self.streams.is_none_or(|looked| looked.elapsed() >= LOOK) {
            fresh = self.streams.replace(Instant::now()).is_none();
            let newest = engine::streams(&self.layout).ok().and_then(|mut all| all.pop());
            let known = self.activity.as_ref().map(Activity::path);
            if newest.as_ref().map(|(_, path)| path.as_path()) != known {
                // A stream whose provider is not known yet is looked at again in a moment.
                self.activity = Activity::newest(&self.layout).ok().flatten();
                fresh = true;
            }
        }
        let grew = self.activity.as_mut().is_some_and(Activity::look);
        if !grew && !fresh {
            return Ok(());
        }
        let (iteration, moments) = match &self.activity {
            Some(activity) => {
                let clean = activity.moments().iter().map(|moment| source.cleaner.moment(moment));
                (activity.iteration(), clean.collect())
            }
            None => (0, Vec::new()),
        };
        source.send(Data::Activity { folder: self.folder(), iteration, moments })
    }

    fn look_at_plan(&mut self, source: &Source, view: &View) -> Result<(), Gone> {
        let plan = plan_text(&self.layout, view);
        if self.plan.as_ref() == Some(&plan) {
            return Ok(());
        }
        self.plan = Some(plan.clone());
        let plan = plan.map(|plan| Box::new(source.cleaner.plan(plan)));
        source.send(Data::Plan { folder: self.folder(), plan })
    }

    fn look_at_log(&mut self, source: &Source) -> Result<(), Gone> {
        // A log that cannot be read shows what was read of it before.
        let _ = self.log.look();
        let count = self.log.count();
        if self.log_told != Some(count) {
            self.log_told = Some(count);
            source.send(Data::LogGrown { folder: self.folder(), count })?;
            if let Some((_, _, done)) = &mut self.search {
                *done = false;
            }
        }
        self.search_on(source)
    }

    /// Hands lines of the log on.
    pub(super) fn send_log(&self, source: &Source, first: usize, count: usize) -> Result<(), Gone> {
        let lines = self.log.lines(first, count).unwrap_or_default();
        let clean = lines.iter().map(|line| source.cleaner.line(line)).collect();
        source.send(Data::LogLines { folder: self.folder(), first, lines: clean })
    }

    pub(super) fn search(&mut self, source: &Source, words: Option<String>) -> Result<(), Gone> {
        self.search = words.and_then(|words| {
            let search = LogSearch::new(&words)?;
            Some((words, search, false))
        });
        self.search_on(source)
    }

    /// Searches for a moment; what was found is handed on at once.
    fn search_on(&mut self, source: &Source) -> Result<(), Gone> {
        let folder = self.folder();
        let Some((words, search, done)) = self.search.as_mut().filter(|(_, _, done)| !done) else {
            return Ok(());
        };
        let until = Instant::now() + SLICE;
        let mut more = true;
        while more && Instant::now() < until {
            more = self.log.search(search).unwrap_or(false);
        }
        *done = !more;
        let (words, found) = (words.clone(), std::mem::take(&mut search.found));
        source.send(Data::LogFound { folder, words, more: found, done: !more })
    }
}
