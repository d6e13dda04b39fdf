//! The mailbox of one phone: letters to the person, and how far each got. It outlives the sessions that write to it, and is
//! emptied by whichever samocode holds its lock.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::{StoreError, io_error, sha256_hex, write_atomic};

/// Where the mailbox of one phone is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    dir: PathBuf,
}

/// Held by the one process that sends and listens.
#[derive(Debug)]
pub struct MailboxLock {
    _file: File,
}

/// The files of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterFile {
    /// What it says; written once, by the session's orchestrator.
    Letter,
    /// That it asks for nothing any more, and why.
    Closed,
    /// How far it got; written by the holder of the lock.
    Delivery,
}

impl LetterFile {
    fn ending(self) -> &'static str {
        match self {
            Self::Letter => "letter.json",
            Self::Closed => "closed.json",
            Self::Delivery => "delivery.json",
        }
    }
}

impl Mailbox {
    /// The mailbox of the phone that is reached with this secret, in samocode's data folder. It is made, for this user
    /// alone. Its name tells nothing of the secret.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(data: &Path, secret: &str) -> Result<Self, StoreError> {
        let name = sha256_hex(secret.as_bytes());
        let dir = data.join("phone").join(name.get(..16).unwrap_or(&name));
        let mailbox = Self { dir };
        for dir in [mailbox.letters(), mailbox.files(), mailbox.projects()] {
            DirBuilder::new().recursive(true).mode(0o700).create(&dir).map_err(io_error("make", &dir))?;
        }
        Ok(mailbox)
    }

    /// Takes the lock, unless another process has it.
    ///
    /// # Errors
    /// When its file cannot be opened or locked.
    pub fn try_lock(&self) -> Result<Option<MailboxLock>, StoreError> {
        let path = self.dir.join("lock");
        let opened = OpenOptions::new().create(true).write(true).truncate(false).open(&path);
        let file = opened.map_err(io_error("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(MailboxLock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(io_error("lock", &path)(e)),
        }
    }

    fn letters(&self) -> PathBuf {
        self.dir.join("letters")
    }

    fn files(&self) -> PathBuf {
        self.dir.join("files")
    }

    fn projects(&self) -> PathBuf {
        self.dir.join("projects")
    }

    fn of_letter(&self, id: &str, which: LetterFile) -> PathBuf {
        self.letters().join(format!("{id}.{}", which.ending()))
    }

    /// A document that goes with a letter, under the name that the person sees.
    #[must_use]
    pub fn document(&self, id: &str, name: &str) -> PathBuf {
        self.files().join(id).join(name)
    }

    /// Keeps a document for a letter.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_document(&self, id: &str, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let dir = self.files().join(id);
        fs::create_dir_all(&dir).map_err(io_error("make", &dir))?;
        write_atomic(&dir.join(name), bytes)
    }

    /// Ids of all letters.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn ids(&self) -> Result<Vec<String>, StoreError> {
        let dir = self.letters();
        let ending = format!(".{}", LetterFile::Letter.ending());
        let entries = fs::read_dir(&dir).map_err(io_error("read", &dir))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.filter_map(|name| name.strip_suffix(&ending).map(str::to_owned)).collect())
    }

    /// Whether a file of a letter is there.
    #[must_use]
    pub fn has(&self, id: &str, which: LetterFile) -> bool {
        self.of_letter(id, which).exists()
    }

    /// Reads a file of a letter; none when it is not there, or is not what samocode wrote.
    #[must_use]
    pub fn read<T: DeserializeOwned>(&self, id: &str, which: LetterFile) -> Option<T> {
        read(&self.of_letter(id, which))
    }

    /// Writes a file of a letter.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write<T: Serialize>(&self, id: &str, which: LetterFile, value: &T) -> Result<(), StoreError> {
        write(&self.of_letter(id, which), value)
    }

    /// Removes a letter and all that belongs to it. What cannot be removed is found again at the next start.
    pub fn remove(&self, id: &str) {
        let _ = fs::remove_dir_all(self.files().join(id));
        // The letter itself goes last, or the rest would belong to nothing.
        for which in [LetterFile::Delivery, LetterFile::Closed, LetterFile::Letter] {
            let _ = fs::remove_file(self.of_letter(id, which));
        }
    }

    /// The service's number of the next update.
    #[must_use]
    pub fn offset(&self) -> i64 {
        read(&self.dir.join("offset")).unwrap_or(0)
    }

    /// Keeps it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_offset(&self, offset: i64) -> Result<(), StoreError> {
        write(&self.dir.join("offset"), &offset)
    }

    /// The groups that went on under another number, by the one that they had.
    #[must_use]
    pub fn moved(&self) -> BTreeMap<i64, i64> {
        read(&self.dir.join("moved")).unwrap_or_default()
    }

    /// Keeps them.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn keep_moved(&self, moved: &BTreeMap<i64, i64>) -> Result<(), StoreError> {
        write(&self.dir.join("moved"), moved)
    }

    /// Names a project whose sessions the phone may ask for.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add_project<T: Serialize>(&self, sessions: &Path, project: &T) -> Result<(), StoreError> {
        let name = sha256_hex(sessions.as_os_str().as_encoded_bytes());
        let path = self.projects().join(format!("{}.json", name.get(..16).unwrap_or(&name)));
        write(&path, project)
    }

    /// All projects that were named.
    #[must_use]
    pub fn projects_named<T: DeserializeOwned>(&self) -> Vec<T> {
        let Ok(entries) = fs::read_dir(self.projects()) else {
            return Vec::new();
        };
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        paths.iter().filter_map(|path| read(path)).collect()
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), StoreError> {
    let text = serde_json::to_vec(value)
        .map_err(|e| io_error("write", path)(std::io::Error::new(ErrorKind::InvalidData, e)))?;
    write_atomic(path, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_has_one_holder_and_keeps_what_it_was_given() {
        let data = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::open(data.path(), "1:secret").unwrap();
        let lock = mailbox.try_lock().unwrap();
        assert!(lock.is_some() && mailbox.try_lock().unwrap().is_none());
        drop(lock);
        assert!(mailbox.try_lock().unwrap().is_some());
        assert_eq!(mailbox.offset(), 0);
        mailbox.keep_offset(7).unwrap();
        mailbox.keep_moved(&BTreeMap::from([(-5, -1005)])).unwrap();
        mailbox.write("a", LetterFile::Letter, &"words").unwrap();
        mailbox.keep_document("a", "plan.md", b"plan").unwrap();
        let again = Mailbox::open(data.path(), "1:secret").unwrap();
        assert_eq!((again.offset(), again.ids().unwrap()), (7, vec!["a".to_owned()]));
        assert_eq!(again.read::<String>("a", LetterFile::Letter).as_deref(), Some("words"));
        again.remove("a");
        assert!(again.ids().unwrap().is_empty() && !again.document("a", "plan.md").exists());
        assert_eq!(again.moved(), BTreeMap::from([(-5, -1005)]));
        let other = Mailbox::open(data.path(), "2:secret").unwrap();
        assert_eq!(other.offset(), 0);
    }
}
