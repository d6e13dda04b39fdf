//! Reads what the screen shows, on a thread of its own: sessions once a second, the open one more often while somebody
//! works on it. A file is read again only when it changed, and all text is clean before it is handed on.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SendError, Sender};
use std::time::{Duration, Instant};

use super::clean::Cleaner;
use super::model::{Data, Entry, Input, Tab};
use crate::engine::{Glance, Glances};

mod diff;
mod shown;

use shown::Shown;

/// How often sessions are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// How often the open one is, while it is worked on.
const CLOSE_LOOK: Duration = Duration::from_millis(250);

/// The screen does not listen any more.
struct Gone;

impl From<SendError<Input>> for Gone {
    fn from(_: SendError<Input>) -> Self {
        Self
    }
}

/// What the screen wants to be read.
#[derive(Debug)]
pub(super) enum Want {
    Show(Option<(String, Tab)>),
    Log { first: usize, count: usize },
    Search(Option<String>),
    Reload,
}

/// Where everything is read from.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) sessions: PathBuf,
    pub(super) main_repo: PathBuf,
    /// How the person starts samocode here.
    pub(super) command: String,
    pub(super) cleaner: Cleaner,
    pub(super) send: Sender<Input>,
}

impl Source {
    fn send(&self, data: Data) -> Result<(), Gone> {
        Ok(self.send.send(Input::Data(data))?)
    }
}

/// Reads until the screen is gone.
pub(super) fn load(source: Source, wants: &Receiver<Want>) {
    let glances = Glances::of(&source.sessions);
    let mut loader = Loader { source, glances, entries: Vec::new(), shown: None, looked: None };
    // An error says that nobody listens.
    let _ = loader.run(wants);
}

struct Loader {
    source: Source,
    glances: Glances,
    /// What was handed on, with the version that it was made from.
    entries: Vec<(u64, Arc<Entry>)>,
    shown: Option<Shown>,
    looked: Option<Instant>,
}

impl Loader {
    fn run(&mut self, wants: &Receiver<Want>) -> Result<(), Gone> {
        loop {
            self.look()?;
            match wants.recv_timeout(self.pause()) {
                Ok(want) => self.want(want)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    /// How long there is nothing to do unless the screen wants something.
    fn pause(&self) -> Duration {
        if self.shown.as_ref().is_some_and(Shown::searches) {
            return Duration::ZERO;
        }
        if self.works_on_shown() { CLOSE_LOOK } else { LOOK }
    }

    fn works_on_shown(&self) -> bool {
        let Some(shown) = &self.shown else { return false };
        let of = |glance: &&Glance| glance.layout() == shown.layout();
        let view = self.glances.all().iter().find(of).map(Glance::view);
        view.is_some_and(|view| view.is_ok_and(|view| view.orchestrator.is_some()))
    }

    fn want(&mut self, want: Want) -> Result<(), Gone> {
        match want {
            Want::Show(None) => self.shown = None,
            Want::Show(Some((folder, tab))) => match &mut self.shown {
                Some(shown) if shown.layout().folder() == folder => shown.turn_to(tab),
                _ => self.shown = Some(Shown::new(&self.source, &folder, tab)),
            },
            Want::Log { first, count } => {
                if let Some(shown) = &self.shown {
                    shown.send_log(&self.source, first, count)?;
                }
            }
            Want::Search(words) => {
                if let Some(shown) = &mut self.shown {
                    shown.search(&self.source, words)?;
                }
            }
            Want::Reload => {
                self.glances = Glances::of(&self.source.sessions);
                self.entries.clear();
                self.looked = None;
                if let Some(shown) = self.shown.take() {
                    self.shown = Some(Shown::new(&self.source, shown.layout().folder(), shown.tab()));
                }
            }
        }
        Ok(())
    }

    fn look(&mut self) -> Result<(), Gone> {
        let all = self.looked.is_none_or(|looked| looked.elapsed() >= LOOK);
        let changed = if all {
            let first = self.looked.is_none();
            self.looked = Some(Instant::now());
            match self.glances.look() {
                Ok(changed) => changed || first,
                Err(error) => {
                    let words = self.source.cleaner.line(&error.to_string());
                    return self.source.send(Data::Trouble(words));
                }
            }
        } else {
            let folder = self.shown.as_ref().map(|shown| shown.layout().folder().to_owned());
            folder.and_then(|folder| self.glances.get_mut(&folder)).is_some_and(Glance::look)
        };
        if changed {
            self.send_sessions()?;
        }
        let Some(shown) = &mut self.shown else { return Ok(()) };
        let of = |glance: &&Glance| glance.layout() == shown.layout();
        let Some(glance) = self.glances.all().iter().find(of) else { return Ok(()) };
        let (version, view) = (glance.version(), glance.view().ok().cloned());
        shown.look(&self.source, version, view.as_ref())
    }

    /// Hands all sessions on; only those that changed are made anew.
    fn send_sessions(&mut self) -> Result<(), Gone> {
        let entries = self.glances.all().iter().map(|glance| {
            let folder = glance.layout().folder();
            let known = |(version, entry): &&(u64, Arc<Entry>)| {
                *version == glance.version() && entry.folder == folder
            };
            if let Some(known) = self.entries.iter().find(known) {
                return known.clone();
            }
            let cleaner = &self.source.cleaner;
            let view = glance.view().map(|view| cleaner.view(view)).map_err(|error| cleaner.line(error));
            (glance.version(), Arc::new(Entry { folder: folder.to_owned(), view }))
        });
        self.entries = entries.collect();
        let entries = self.entries.iter().map(|(_, entry)| Arc::clone(entry)).collect();
        self.source.send(Data::Sessions(entries))
    }
}
