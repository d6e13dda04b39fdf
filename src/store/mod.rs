//! The session's files: where they are, how they are written, who may write them.
//!
//! Never decides anything and never talks to a person.

use std::io;
use std::path::{Path, PathBuf};

mod archive;
mod atomic;
mod catalog;
mod document;
mod documents;
mod inbox;
mod journal;
mod journal_writer;
mod layout;
mod lock;
mod mailbox;
mod signal_file;
mod writable;

pub use archive::{archive, archive_dir, archived, finish as finish_archive, half_moved};
pub use atomic::{create_atomic, keep_backup, leftovers, remove_leftovers, write_atomic};
pub use catalog::{Folder, folderless, folders, is_unborn};
pub use document::{
    append_log, mend_folders, move_aside, odd_document, open_document, read_any_text, read_document,
    read_text,
};
pub use documents::{Documents, sha256_hex};
pub use inbox::{Incoming, post, take_in, waiting_requests};
pub use journal::{JournalRead, read_journal, read_session, set_aside};
pub use layout::Layout;
pub use lock::{Holder, holder};
pub use mailbox::{LetterFile, Mailbox, MailboxLock};
pub use signal_file::{clear_signal, has_signal, read_signal, read_signal_at};
pub use writable::Writable;

use crate::domain::session::FoldError;

/// What can go wrong with a session's files.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An operation on a path did not work.
    #[error("cannot {what} {}: {source}", path.display())]
    Io {
        /// What was tried, e.g. "write".
        what: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why it did not work.
        source: io::Error,
    },
    /// Another orchestrator has the session.
    #[error("the session is held by another samocode, process {}", holder.pid)]
    Held {
        /// Who.
        holder: Holder,
    },
    /// The journal cannot be read; a copy was put beside it.
    #[error("the record {} cannot be read: {detail}; a copy is kept at {}", path.display(), copy.display())]
    Unreadable {
        /// The journal.
        path: PathBuf,
        /// The copy.
        copy: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The journal was written by a newer samocode.
    #[error("the record {} was written by a newer samocode (version {version})", path.display())]
    Newer {
        /// The journal.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
    /// The journal reads, and makes no session.
    #[error("the record {} makes no sense: {source}", path.display())]
    Senseless {
        /// The journal.
        path: PathBuf,
        /// Why.
        source: FoldError,
    },
    /// An entry that does not fit was about to be written.
    #[error("refusing to journal an entry that does not fit in {}: {detail}", path.display())]
    Misfit {
        /// The journal.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// Somebody else changed the journal while it was held.
    #[error("the record {} was changed by somebody else while samocode worked, and cannot be put back", path.display())]
    Tampered {
        /// The journal.
        path: PathBuf,
    },
    /// There is no record.
    #[error("{} has no record", path.display())]
    NoRecord {
        /// The session's folder.
        path: PathBuf,
    },
}

/// Adds the path and what was tried to an IO error.
fn io_error(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    move |source| StoreError::Io { what, path: path.to_owned(), source }
}
