//! Sessions that are looked at again and again: each file is read again only when it has changed.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::domain::session::Session;
use crate::engine::view::{GateKindView, View};
use crate::engine::{EngineError, open};
use crate::store::{self, Holder, Layout, StoreError, read_session};

/// By what a file is known to have changed.
type Stamp = Option<(u64, SystemTime)>;

/// What is known of a session.
#[derive(Debug)]
pub struct Glance {
    layout: Layout,
    journal: Stamp,
    session: Option<Session>,
    rest: Option<(Vec<Stamp>, Option<Holder>)>,
    view: Result<View, String>,
    version: u64,
}

impl Glance {
    /// Of a session; nothing is read yet.
    #[must_use]
    pub fn of(layout: Layout) -> Self {
        let view = Err("not read yet".to_owned());
        Self { layout, journal: None, session: None, rest: None, view, version: 0 }
    }

    /// Its paths.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The session as it was at the last look, or why its record cannot be read.
    ///
    /// # Errors
    /// When it cannot, in words.
    pub fn view(&self) -> Result<&View, &str> {
        self.view.as_ref().map_err(String::as_str)
    }

    /// Another number for each change that was seen.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Looks again; whether something changed.
    pub fn look(&mut self) -> bool {
        let journal = stamp(&self.layout.journal());
        let rest = (self.files().iter().map(|path| stamp(path)).collect(), store::holder(&self.layout));
        if self.rest.as_ref() == Some(&rest) && self.journal == journal {
            return false;
        }
        if self.session.is_none() || self.journal != journal {
            self.session = match read_session(&self.layout.journal()) {
                Ok(Some(session)) => Some(session),
                Ok(None) => {
                    self.view = Err(StoreError::NoRecord { path: self.layout.session_dir() }.to_string());
                    None
                }
                Err(error) => {
                    self.view = Err(error.to_string());
                    None
                }
            };
        }
        (self.journal, self.rest) = (journal, Some(rest));
        if let Some(session) = &self.session {
            self.view = Ok(View::of(&self.layout, session));
        }
        self.version += 1;
        true
    }

    /// The files beside the journal that a view is made from.
    fn files(&self) -> Vec<PathBuf> {
        let layout = &self.layout;
        let mut files = vec![layout.overview(), layout.live(), layout.qa(), layout.inbox()];
        if let Ok(view) = &self.view
            && let Some(GateKindView::Approval { file, .. }) = view.gate.as_ref().map(|gate| &gate.kind)
        {
            files.push(file.clone());
        }
        files
    }
}

/// All sessions of a project.
#[derive(Debug)]
pub struct Glances {
    sessions: PathBuf,
    all: Vec<Glance>,
}

impl Glances {
    /// Of the folder of all sessions; nothing is read yet.
    #[must_use]
    pub fn of(sessions: &Path) -> Self {
        Self { sessions: sessions.to_owned(), all: Vec::new() }
    }

    /// Looks again, for sessions that came or went, too; whether something changed.
    ///
    /// # Errors
    /// When the folder of all sessions cannot be read.
    pub fn look(&mut self) -> Result<bool, EngineError> {
        let layouts = open::list(&self.sessions)?;
        let same = layouts.iter().eq(self.all.iter().map(Glance::layout));
        if !same {
            let mut old = std::mem::take(&mut self.all);
            self.all = layouts
                .into_iter()
                .map(|layout| match old.iter().position(|glance| glance.layout == layout) {
                    Some(at) => old.swap_remove(at),
                    None => Glance::of(layout),
                })
                .collect();
        }
        let changed = self.all.iter_mut().filter_map(|glance| glance.look().then_some(())).count();
        Ok(changed > 0 || !same)
    }

    /// The sessions, oldest first.
    #[must_use]
    pub fn all(&self) -> &[Glance] {
        &self.all
    }

    /// The session in that folder.
    pub fn get_mut(&mut self, folder: &str) -> Option<&mut Glance> {
        self.all.iter_mut().find(|glance| glance.layout.folder() == folder)
    }
}

fn stamp(path: &Path) -> Stamp {
    let stat = std::fs::symlink_metadata(path).ok()?;
    Some((stat.len(), stat.modified().ok()?))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use jiff::Timestamp;

    use super::*;
    use crate::domain::event::{Created, Entry, Event, JOURNAL_VERSION};
    use crate::domain::workflow::Workflow;

    fn entry(event: Event) -> String {
        let at: Timestamp = "2026-01-08T14:30:00Z".parse().unwrap();
        serde_json::to_string(&Entry { v: JOURNAL_VERSION, at, event }).unwrap() + "\n"
    }

    fn session(sessions: &Path, folder: &str) -> Layout {
        let layout = Layout::new(sessions, folder);
        fs::create_dir_all(layout.session_dir()).unwrap();
        fs::create_dir_all(layout.record_dir()).unwrap();
        let created = Created {
            name: folder.get(9..).unwrap().to_owned(),
            workflow: Workflow::built_in("quick").unwrap().to_owned(),
            task: Some("Add it".to_owned()),
            dive: None,
            branch: "auth".to_owned(),
            own_branch: true,
        };
        fs::write(layout.journal(), entry(Event::Created(Box::new(created)))).unwrap();
        layout
    }

    #[test]
    fn a_session_is_read_again_only_when_a_file_of_it_changed() {
        let dir = tempfile::tempdir().unwrap();
        let layout = session(dir.path(), "26-01-08-auth");
        let mut all = Glances::of(dir.path());
        assert!(all.look().unwrap());
        assert!(!all.look().unwrap());
        assert_eq!(all.all()[0].view().unwrap().last_action, None);
        fs::write(layout.overview(), "## Status\nLast Action: planted\n").unwrap();
        assert!(all.look().unwrap());
        assert_eq!(all.all()[0].view().unwrap().last_action.as_deref(), Some("planted"));
        let mut journal = fs::OpenOptions::new().append(true).open(layout.journal()).unwrap();
        journal
            .write_all(entry(Event::Began { version: "1".into(), pid: 7, run: String::new() }).as_bytes())
            .unwrap();
        assert!(all.look().unwrap());
        assert!(!all.look().unwrap());
    }

    #[test]
    fn sessions_come_and_go_and_one_that_cannot_be_read_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let mut all = Glances::of(&dir.path().join("none"));
        assert!(!all.look().unwrap() && all.all().is_empty());
        let mut all = Glances::of(dir.path());
        session(dir.path(), "26-01-08-auth");
        let broken = session(dir.path(), "26-01-09-broken");
        fs::write(broken.journal(), "{}\n{}\n").unwrap();
        all.look().unwrap();
        assert!(all.all()[0].view().is_ok());
        assert!(all.all()[1].view().unwrap_err().contains("cannot be read"), "{:?}", all.all()[1].view());
        fs::remove_dir_all(broken.session_dir()).unwrap();
        assert!(all.look().unwrap());
        assert_eq!(all.all().len(), 1);
        assert!(all.get_mut("26-01-08-auth").is_some());
    }
}
