//! Where the list of installed files lies: made and removed in one move with the folders that it needs, so that a kill never
//! leaves a folder that no list knows.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::manifest::{Manifest, VERSION};
use crate::config::Dirs;
use crate::crash;
use crate::engine::EngineError;
use crate::store::{remove_leftovers, write_atomic};

/// The list's file.
const FILE: &str = "installed.json";
/// What the outermost of its folders is called before it is there, and when it is not any more.
const STAGE: &str = ".samocode-installing";
/// Another samocode needs less than a second.
const PATIENCE: Duration = Duration::from_secs(10);

/// The list's place.
pub(super) struct Ledger {
    home: PathBuf,
    dir: PathBuf,
}

/// Held while a home is changed. Freed when dropped.
pub(super) struct Turn {
    _home: File,
}

impl Ledger {
    pub(super) fn of(dirs: &Dirs) -> Self {
        Self { home: dirs.home.clone(), dir: dirs.data.clone() }
    }

    fn file(&self) -> PathBuf {
        self.dir.join(FILE)
    }

    /// Waits for its turn, then clears away what a kill left. The home folder itself is locked: a file for it would have
    /// to be removed again, and that cannot be done while it is held.
    pub(super) fn take_turn(&self) -> Result<Turn, EngineError> {
        let home = File::open(&self.home).map_err(failed("open", &self.home))?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match home.try_lock() {
                // Not every file system locks folders (NFS does not). One at a time is the rule there anyway.
                Ok(()) | Err(TryLockError::Error(_)) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => {
                    let source =
                        io::Error::new(ErrorKind::WouldBlock, "another samocode installs or uninstalls");
                    return Err(failed("lock", &self.home)(source));
                }
            }
        }
        for ancestor in self.dir.ancestors() {
            let stage = ancestor.join(STAGE);
            if fs::symlink_metadata(&stage).is_ok_and(|found| found.is_dir()) {
                fs::remove_dir_all(&stage).map_err(failed("remove", &stage))?;
            }
        }
        if self.dir.is_dir() {
            remove_leftovers(&self.dir)?;
        }
        Ok(Turn { _home: home })
    }

    /// The list; an empty one where there is none.
    pub(super) fn load(&self) -> Result<Manifest, EngineError> {
        let path = self.file();
        let bad = |detail: String| EngineError::BadManifest { path: path.clone(), detail };
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(Manifest::default());
            }
            Err(error) => return Err(failed("read", &path)(error)),
        };
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
        if manifest.v == VERSION {
            Ok(manifest)
        } else {
            Err(bad(format!("it was written by a newer samocode (version {})", manifest.v)))
        }
    }

    /// Writes the list. The folders that it lacks are made with it, and noted in it.
    pub(super) fn save(&self, manifest: &mut Manifest) -> Result<(), EngineError> {
        if self.dir.is_dir() {
            return Ok(write_atomic(&self.file(), &self.text(manifest)?)?);
        }
        let missing: Vec<&Path> = self.dir.ancestors().take_while(|folder| !folder.is_dir()).collect();
        let Some((outermost, stands)) = missing.last().and_then(|path| Some((*path, path.parent()?))) else {
            return Err(failed("make", &self.dir)(ErrorKind::NotFound.into()));
        };
        missing.iter().rev().for_each(|folder| manifest.intend_folder(folder));
        let stage = stands.join(STAGE);
        let inner = self.dir.strip_prefix(outermost).map_or_else(|_| stage.clone(), |rest| stage.join(rest));
        // The person knows the folder that was to be there, not what it is called meanwhile.
        fs::create_dir_all(&inner).map_err(failed("make", &self.dir))?;
        write_atomic(&inner.join(FILE), &self.text(manifest)?)?;
        crash::point(|| "make the list's folders, before the rename");
        fs::rename(&stage, outermost).map_err(failed("make", outermost))?;
        crash::point(|| "make the list's folders, after");
        Ok(())
    }

    fn text(&self, manifest: &Manifest) -> Result<Vec<u8>, EngineError> {
        serde_json::to_vec_pretty(manifest).map_err(|error| failed("write", &self.file())(error.into()))
    }

    /// Whether a folder holds the list, by way of others or itself.
    pub(super) fn lies_in(&self, folder: &Path) -> bool {
        self.dir.starts_with(folder)
    }

    /// Removes the list, with those of its folders that are in `made` and hold nothing else.
    pub(super) fn remove(&self, made: &[PathBuf]) -> Result<(), EngineError> {
        let file = self.file();
        if fs::symlink_metadata(&file).is_err() {
            return Ok(());
        }
        let mut outermost = None;
        let mut only = FILE.to_owned().into();
        for folder in self.dir.ancestors() {
            let Some(name) = folder.file_name() else { break };
            if !made.iter().any(|known| known == folder) || !holds_only(folder, only)? {
                break;
            }
            outermost = Some(folder);
            only = name.to_owned();
        }
        crash::point(|| "remove the list, before");
        match outermost.and_then(|folder| Some((folder, folder.parent()?))) {
            None => fs::remove_file(&file).map_err(failed("remove", &file))?,
            Some((outermost, stands)) => {
                let stage = stands.join(STAGE);
                fs::rename(outermost, &stage).map_err(failed("remove", outermost))?;
                crash::point(|| "remove the list's folders, before they are gone");
                fs::remove_dir_all(&stage).map_err(failed("remove", &stage))?;
            }
        }
        crash::point(|| "remove the list, after");
        Ok(())
    }
}

/// Whether a folder, itself no link, holds one thing only.
fn holds_only(folder: &Path, name: std::ffi::OsString) -> Result<bool, EngineError> {
    if !fs::symlink_metadata(folder).map_err(failed("look at", folder))?.is_dir() {
        return Ok(false);
    }
    let entries = fs::read_dir(folder).map_err(failed("read", folder))?;
    let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    Ok(names == [name])
}

/// Adds what was tried and the path.
pub(super) fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> EngineError {
    move |source| EngineError::Io { what, path: path.to_owned(), source }
}
