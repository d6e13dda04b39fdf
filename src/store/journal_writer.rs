//! The end of a journal that entries are added to. Notices what anybody else did to the file meanwhile, and undoes it from
//! a copy without a name that only this process has.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::crash;
use crate::domain::event::Entry;
use crate::store::atomic::sync_dir;
use crate::store::document::move_aside;
use crate::store::{StoreError, io_error, write_atomic};

/// A journal that one process adds to.
#[derive(Debug)]
pub(super) struct JournalWriter {
    file: File,
    path: PathBuf,
    /// Where the last whole line ends.
    end: u64,
    /// Set when an append failed half-way: the torn part is cut off before the next one.
    torn: bool,
    /// The whole lines once more; none where that could not be kept, e.g. on a full disk.
    copy: Option<File>,
    /// The file right after the last append of this process.
    stamp: Option<Stamp>,
    /// What somebody else did to it, in words, until it is asked for.
    tampering: Option<String>,
}

/// What no write passes by: nobody but root sets the time of a file's last change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    length: u64,
    changed: (i64, i64),
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let stands = fs::symlink_metadata(path).ok()?;
        Some(Self {
            device: stands.dev(),
            inode: stands.ino(),
            length: stands.len(),
            changed: (stands.ctime(), stands.ctime_nsec()),
        })
    }
}

impl JournalWriter {
    /// Opens a journal for appending, after `whole_bytes` of whole lines; a torn last line is cut off.
    pub(super) fn open(path: &Path, whole_bytes: u64) -> Result<Self, StoreError> {
        let file = open(path)?;
        if let Some(dir) = path.parent() {
            sync_dir(dir)?;
        }
        let length = file.metadata().map_err(io_error("read", path))?.len();
        let mut writer = Self {
            file,
            path: path.to_owned(),
            end: whole_bytes,
            torn: length > whole_bytes,
            copy: None,
            stamp: None,
            tampering: None,
        };
        writer.mend()?;
        writer.copy = copy_of(path).ok();
        writer.stamp = Stamp::of(path);
        Ok(writer)
    }

    /// Makes a journal that holds these entries, all of them or none, in the place of one without any.
    pub(super) fn begin(path: &Path, entries: &[Entry]) -> Result<Self, StoreError> {
        let mut lines = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut lines, entry)
                .map_err(|e| StoreError::Misfit { path: path.to_owned(), detail: e.to_string() })?;
            lines.push(b'\n');
        }
        write_atomic(path, &lines)?;
        Self::open(path, lines.len() as u64)
    }

    fn mend(&mut self) -> Result<(), StoreError> {
        if self.torn {
            self.file.set_len(self.end).map_err(io_error("mend", &self.path))?;
            self.torn = false;
        }
        Ok(())
    }

    /// Adds an entry and makes it durable.
    pub(super) fn append(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let mut line = serde_json::to_vec(entry)
            .map_err(|e| StoreError::Misfit { path: self.path.clone(), detail: e.to_string() })?;
        line.push(b'\n');
        if self.torn {
            self.mend()?;
        } else {
            self.verify()?;
        }
        crash::point(|| format!("journal {}, before", entry.event.name()));
        self.torn = true;
        self.file.write_all(&line).map_err(io_error("write", &self.path))?;
        crash::point(|| format!("journal {}, written", entry.event.name()));
        self.file.sync_data().map_err(io_error("sync", &self.path))?;
        crash::point(|| format!("journal {}, synced", entry.event.name()));
        self.torn = false;
        self.end += line.len() as u64;
        if self.copy.as_mut().is_some_and(|copy| copy.write_all(&line).is_err()) {
            self.copy = None;
        }
        self.stamp = Stamp::of(&self.path);
        Ok(())
    }

    /// Whether somebody else wrote to the journal, or put something in its place, since this was last asked: in words. It
    /// stands as this process wrote it again, and the other one beside it.
    ///
    /// # Errors
    /// [`StoreError::Tampered`] where it cannot be put back.
    pub(super) fn tampering(&mut self) -> Result<Option<String>, StoreError> {
        if !self.torn {
            self.verify()?;
        }
        Ok(self.tampering.take())
    }

    fn verify(&mut self) -> Result<(), StoreError> {
        let stands = Stamp::of(&self.path);
        if stands.is_some_and(|stands| stands.length == self.end) && stands == self.stamp {
            return Ok(());
        }
        let Some(copy) = &mut self.copy else {
            return Err(StoreError::Tampered { path: self.path.clone() });
        };
        let mut bytes = Vec::new();
        copy.seek(SeekFrom::Start(0)).map_err(io_error("read the copy of", &self.path))?;
        copy.read_to_end(&mut bytes).map_err(io_error("read the copy of", &self.path))?;
        let same = stands.is_some_and(|stands| stands.length == self.end)
            && fs::symlink_metadata(&self.path).is_ok_and(|stands| stands.is_file())
            && fs::read(&self.path).is_ok_and(|found| found == bytes);
        if same && stands.map(|stands| stands.inode) == self.stamp.map(|stamp| stamp.inode) {
            // Its mode or its links were changed, no byte of it.
            self.stamp = stands;
            return Ok(());
        }
        let what = if stands.is_some() {
            let aside = move_aside(&self.path)?;
            format!(
                "was changed by somebody else while samocode worked; what was made of it is {}",
                aside.display()
            )
        } else {
            "was deleted while samocode worked".to_owned()
        };
        if let Some(dir) = self.path.parent() {
            fs::create_dir_all(dir).map_err(io_error("make", dir))?;
        }
        write_atomic(&self.path, &bytes)?;
        self.file = open(&self.path)?;
        self.stamp = Stamp::of(&self.path);
        self.tampering =
            Some(format!("the record {} {what}; it stands as samocode wrote it again", self.path.display()));
        Ok(())
    }
}

fn open(path: &Path) -> Result<File, StoreError> {
    OpenOptions::new().create(true).append(true).open(path).map_err(io_error("open", path))
}

/// A copy of a file, without a name, at its end.
fn copy_of(path: &Path) -> io::Result<File> {
    let mut copy = tempfile::tempfile_in(path.parent().unwrap_or(Path::new(".")))?;
    io::copy(&mut File::open(path)?, &mut copy)?;
    Ok(copy)
}
