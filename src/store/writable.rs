//! A session that may be written: only the holder of the lock has one.

use std::fs;

use jiff::Timestamp;

use crate::crash;
use crate::domain::event::{Adopted, Created, Entry, Event, JOURNAL_VERSION};
use crate::domain::session::{Session, fold};
use crate::store::atomic::{remove_leftovers, sync_dir};
use crate::store::journal_writer::JournalWriter;
use crate::store::lock::Lock;
use crate::store::{Layout, StoreError, io_error, read_journal, set_aside};

/// The locked session with its journal; every change goes through [`Writable::append`].
#[derive(Debug)]
pub struct Writable {
    layout: Layout,
    session: Session,
    journal: JournalWriter,
    lock: Lock,
}

impl Writable {
    /// Makes a new session with its folders and its first entry, and holds it.
    ///
    /// # Errors
    /// When a folder cannot be made, another process holds it, or a record is there already.
    pub fn create(layout: &Layout, created: Created, now: Timestamp) -> Result<Self, StoreError> {
        Self::begin(layout, created, None, now)
    }

    /// Makes the record of a folder that is taken over. Both its entries come to stand at once: a session that was made
    /// and not taken over would begin from the beginning.
    ///
    /// # Errors
    /// As [`Writable::create`], and when it cannot stand where it is said to.
    pub fn adopt(
        layout: &Layout,
        created: Created,
        adopted: Adopted,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        Self::begin(layout, created, Some(adopted), now)
    }

    fn begin(
        layout: &Layout,
        created: Created,
        adopted: Option<Adopted>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        make_folders(layout)?;
        let lock = Lock::take(layout, now)?;
        if let Some(read) = read_journal(&layout.journal())?
            && !read.entries.is_empty()
        {
            return Err(StoreError::Misfit {
                path: layout.journal(),
                detail: "a session stands here already".to_owned(),
            });
        }
        let entries: Vec<Entry> = [Event::Created(Box::new(created))]
            .into_iter()
            .chain(adopted.map(Event::Adopted))
            .map(|event| Entry { v: JOURNAL_VERSION, at: now, event })
            .collect();
        let session =
            fold(&entries).map_err(|source| StoreError::Senseless { path: layout.journal(), source })?;
        let journal = JournalWriter::begin(&layout.journal(), &entries)?;
        Ok(Self { layout: layout.clone(), session, journal, lock })
    }

    /// Takes a session that has a record.
    ///
    /// # Errors
    /// When it has none, it is unreadable (a copy is put aside), or another process holds it.
    pub fn take(layout: &Layout, now: Timestamp) -> Result<Self, StoreError> {
        if !layout.journal().exists() {
            return Err(StoreError::NoRecord { path: layout.session_dir() });
        }
        make_folders(layout)?;
        let lock = Lock::take(layout, now)?;
        for dir in [layout.session_dir(), layout.record_dir()] {
            remove_leftovers(&dir)?;
        }
        let read = read_journal(&layout.journal())
            .inspect_err(|e| {
                if let StoreError::Unreadable { path, .. } = e {
                    // The error that is returned names the copy; that it could not be made changes nothing here.
                    let _ = set_aside(path);
                }
            })?
            .ok_or_else(|| StoreError::NoRecord { path: layout.session_dir() })?;
        let session =
            fold(&read.entries).map_err(|source| StoreError::Senseless { path: layout.journal(), source })?;
        let journal = JournalWriter::open(&layout.journal(), read.whole_bytes)?;
        Ok(Self { layout: layout.clone(), session, journal, lock })
    }

    /// Where the session stands.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Its paths.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The random name of this run, as the lock tells it to others.
    #[must_use]
    pub fn run(&self) -> &str {
        self.lock.run()
    }

    /// Journals an event, synced, and moves the session on. An event that does not fit is not written.
    ///
    /// # Errors
    /// When it does not fit, or the journal cannot be written; the session is unchanged then.
    pub fn append(&mut self, event: Event, now: Timestamp) -> Result<(), StoreError> {
        let entry = Entry { v: JOURNAL_VERSION, at: now, event };
        let mut next = self.session.clone();
        next.apply(&entry).map_err(|detail| StoreError::Misfit { path: self.layout.journal(), detail })?;
        self.journal.append(&entry)?;
        self.session = next;
        Ok(())
    }
}

impl Writable {
    /// What somebody else did to the journal since this was last asked, in words; it is put back.
    ///
    /// # Errors
    /// When it cannot be put back.
    pub fn tampering(&mut self) -> Result<Option<String>, StoreError> {
        self.journal.tampering()
    }
}

/// The record's comes first: it tells a session that was about to be made from somebody else's folder.
fn make_folders(layout: &Layout) -> Result<(), StoreError> {
    for dir in [layout.record_dir(), layout.inbox(), layout.session_dir(), layout.logs()] {
        crash::point(|| "make a folder, before");
        fs::create_dir_all(&dir).map_err(io_error("make", &dir))?;
        crash::point(|| "make a folder, after");
    }
    sync_dir(&layout.record_dir())?;
    sync_dir(layout.sessions())
}
