//! Where a random history is kept: in memory, or in a real store on disk.

use std::collections::VecDeque;
use std::fs::OpenOptions;
use std::io::Write;

use jiff::Timestamp;
use samocode::domain::event::{Created, Entry, Event, JOURNAL_VERSION};
use samocode::domain::request::Request;
use samocode::domain::session::{Session, fold};
use samocode::store::{Layout, Writable, post, read_journal, take_in, waiting_requests};
use tempfile::TempDir;

use super::plot::Rules;

/// A session with its journal and its inbox.
pub(super) enum Record {
    Memory(Box<Memory>),
    Store(Box<Stored>),
}

pub(super) struct Memory {
    session: Session,
    entries: Vec<Entry>,
    /// What the first `folded` entries give when they are replayed.
    replayed: Session,
    folded: usize,
    /// Whether a replay reads entries back from JSON lines.
    as_json: bool,
    inbox: VecDeque<Request>,
}

pub(super) struct Stored {
    layout: Layout,
    writable: Option<Writable>,
    _dir: TempDir,
}

impl Record {
    /// `begun` is what the first entry gives; parsing its workflow is most of the work.
    pub(super) fn memory(first: Entry, begun: Session, as_json: bool) -> Self {
        Self::Memory(Box::new(Memory {
            session: begun.clone(),
            entries: vec![first],
            replayed: begun,
            folded: 1,
            as_json,
            inbox: VecDeque::new(),
        }))
    }

    pub(super) fn store(created: Created, now: Timestamp) -> Self {
        let memory = std::path::Path::new("/dev/shm");
        let dir = TempDir::new_in(memory).or_else(|_| TempDir::new()).unwrap();
        let layout = Layout::new(&dir.path().join("_sessions"), "26-01-08-a");
        let writable = Some(Writable::create(&layout, created, now).unwrap());
        Self::Store(Box::new(Stored { layout, writable, _dir: dir }))
    }

    pub(super) fn session(&self) -> &Session {
        match self {
            Self::Memory(memory) => &memory.session,
            Self::Store(stored) => stored.writable.as_ref().unwrap().session(),
        }
    }

    /// Journals an event. One that does not fit ends the history.
    pub(super) fn append(&mut self, rules: &Rules, entry: &Entry) -> Result<(), String> {
        match self {
            Self::Memory(memory) => {
                rules.apply(&mut memory.session, entry)?;
                memory.entries.push(entry.clone());
                Ok(())
            }
            Self::Store(stored) => {
                let writable = stored.writable.as_mut().unwrap();
                writable.append(entry.event.clone(), entry.at).map_err(|e| e.to_string())
            }
        }
    }

    /// The process dies and another one takes the session up from the journal alone.
    pub(super) fn restart(
        &mut self,
        rules: &Rules,
        now: Timestamp,
        torn: &[u8],
        whole: bool,
    ) -> Result<(), String> {
        let live = self.session().clone();
        let again = match self {
            Self::Memory(memory) => memory.replay(rules, whole)?,
            Self::Store(stored) => {
                stored.writable = None;
                let journal = stored.layout.journal();
                OpenOptions::new().append(true).open(&journal).unwrap().write_all(torn).unwrap();
                let writable = Writable::take(&stored.layout, now).map_err(|e| e.to_string())?;
                let again = writable.session().clone();
                stored.writable = Some(writable);
                let read = read_journal(&journal).map_err(|e| e.to_string())?.unwrap();
                if read.torn_bytes > 0 {
                    return Err("a torn last line stayed in the journal".to_owned());
                }
                again
            }
        };
        if again != live {
            return Err(format!("the replayed session is another one:\n{again:?}\ninstead of\n{live:?}"));
        }
        if let Self::Memory(memory) = self {
            memory.session = again;
        }
        Ok(())
    }

    /// Another process sends a request.
    pub(super) fn send(&mut self, request: Request) {
        match self {
            Self::Memory(memory) => memory.inbox.push_back(request),
            Self::Store(stored) => post(&stored.layout, &request).unwrap(),
        }
    }

    /// The requests that wait.
    pub(super) fn waiting(&self) -> Vec<Request> {
        match self {
            Self::Memory(memory) => memory.inbox.iter().cloned().collect(),
            Self::Store(stored) => waiting_requests(&stored.layout)
                .unwrap()
                .into_iter()
                .map(|incoming| incoming.request)
                .collect(),
        }
    }

    /// A request that was journaled leaves the inbox.
    pub(super) fn remove(&mut self, id: &str) {
        match self {
            Self::Memory(memory) => memory.inbox.retain(|request| request.id != id),
            Self::Store(stored) => {
                for incoming in waiting_requests(&stored.layout).unwrap() {
                    if incoming.request.id == id {
                        take_in(&incoming).unwrap();
                    }
                }
            }
        }
    }
}

impl Memory {
    /// Replays the journal: all of it with its workflow's text, or only what came since the last replay.
    fn replay(&mut self, rules: &Rules, whole: bool) -> Result<Session, String> {
        if whole && rules.apply.is_none() {
            let entries: Vec<Entry> = self.entries.iter().map(through_json).collect::<Result<_, _>>()?;
            return fold(&entries).map_err(|e| e.to_string());
        }
        for entry in &self.entries[self.folded..] {
            if self.as_json {
                rules.apply(&mut self.replayed, &through_json(entry)?)?;
            } else {
                rules.apply(&mut self.replayed, entry)?;
            }
        }
        self.folded = self.entries.len();
        Ok(self.replayed.clone())
    }
}

/// An entry as it reads back from its line of the journal.
fn through_json(entry: &Entry) -> Result<Entry, String> {
    let line = serde_json::to_string(entry).map_err(|e| format!("{e}: {entry:?}"))?;
    let read = serde_json::from_str(&line).map_err(|e| format!("{e}: {line}"))?;
    if read == *entry {
        Ok(read)
    } else {
        Err(format!("an entry reads back as another one:\n{read:?}\ninstead of\n{entry:?}"))
    }
}

/// An entry of this version.
pub(super) fn entry(event: Event, at: Timestamp) -> Entry {
    Entry { v: JOURNAL_VERSION, at, event }
}
