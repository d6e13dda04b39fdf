//! Guards what git would run as the person: configuration, hooks and `info/` of a repository are copied before a child
//! starts, compared byte for byte after it ended, and put back. Reads and writes files only; never starts git.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

mod bytes;
mod difference;
mod mend;
mod scan;
mod statements;

pub use difference::{Difference, How};

use super::error::GitError;
use super::repository::Repository;
use super::stamp::Stamps;
use super::worktree::Worktree;
use bytes::Bytes;
use scan::{Item, Scan};

/// Guarded in the git folder that all worktrees share. `commondir` there would lead git to another configuration.
const SHARED: &[&str] = &["commondir", "config", "config.worktree", "hooks", "info"];
const SHARED_LABEL: &str = "shared";
/// Guarded in the git folder of one worktree.
const OWN: &[&str] = &["commondir", "config", "config.worktree", "gitdir", "hooks", "info"];
/// Guarded in the session's worktree, and in the main checkout where it is no folder there.
const POINTER: &[&str] = &[".git"];
const POINTER_LABEL: &str = "pointer";

/// The guarded files as they were at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    places: Vec<Place>,
}

/// One folder with guarded names in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Place {
    /// What it is called where copies are kept aside.
    label: String,
    dir: Bytes,
    names: Vec<String>,
    items: Vec<(Bytes, Item)>,
    #[serde(skip)]
    stamps: Option<Stamps>,
}

/// What stands, not when it was looked at.
impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        let Self { label, dir, names, items, stamps: _ } = self;
        *label == other.label && *dir == other.dir && *names == other.names && *items == other.items
    }
}

impl Eq for Place {}

impl Guard {
    /// Copies what is guarded for a session that works in `worktree`. About 20 small files in an ordinary repository.
    ///
    /// # Errors
    /// When a folder or a file that is there cannot be read.
    pub fn copy(repository: &Repository, worktree: &Worktree) -> Result<Self, GitError> {
        Self::renewed(&[], repository, worktree)
    }

    /// As [`Guard::copy`], where this copy was made before: what was not touched since is not read again.
    ///
    /// # Errors
    /// As [`Guard::copy`].
    pub fn again(&self, repository: &Repository, worktree: &Worktree) -> Result<Self, GitError> {
        Self::renewed(&self.places, repository, worktree)
    }

    fn renewed(earlier: &[Place], repository: &Repository, worktree: &Worktree) -> Result<Self, GitError> {
        let mut places = vec![
            Place::copy(SHARED_LABEL, repository.common_dir(), SHARED, earlier)?,
            Place::copy("worktree", worktree.git_dir(), OWN, earlier)?,
            Place::copy(POINTER_LABEL, worktree.path(), POINTER, earlier)?,
        ];
        if !repository.top().join(".git").is_dir() {
            places.push(Place::copy("checkout", repository.top(), POINTER, earlier)?);
        }
        Ok(Self { places })
    }

    /// Takes over what another guard of the same repository knows of the folder that both share: it was copied when no
    /// agent had yet been at work.
    pub fn take_shared(&mut self, other: &Self) {
        for place in self.places.iter_mut().filter(|place| place.label == SHARED_LABEL) {
            let theirs =
                other.places.iter().find(|known| known.label == SHARED_LABEL && known.dir == place.dir);
            if let Some(theirs) = theirs.filter(|theirs| theirs.items != place.items) {
                place.items.clone_from(&theirs.items);
                place.stamps = None;
            }
        }
    }

    /// What is too large to be guarded: folders of more than 1,000 entries.
    #[must_use]
    pub fn unguarded(&self) -> Vec<PathBuf> {
        let all = self.places.iter().flat_map(|place| {
            let crowded = place.items.iter().filter(|(_, item)| matches!(item, Item::Crowded));
            crowded.map(|(path, _)| place.dir().join(path.path()))
        });
        all.collect()
    }

    /// What differs now. Changes nothing.
    ///
    /// # Errors
    /// [`GitError::GuardedGone`] when the repository's git folder is not where it was, else when a file cannot be read.
    pub fn compare(&self) -> Result<Vec<Difference>, GitError> {
        let mut all = Vec::new();
        for (number, place) in self.places.iter().enumerate() {
            let dir = place.dir();
            let stands = dir.canonicalize().is_ok_and(|found| found == dir) && !place.is_emptied();
            if stands {
                place.compare(number, &mut all)?;
            } else if place.label == SHARED_LABEL {
                return Err(GitError::GuardedGone { path: dir.to_owned() });
            }
            // The worktree may be gone, and its entry with it. It is made again then, by git.
        }
        Ok(all)
    }

    /// Puts back what differs, and keeps what stood there in the folder `aside`, not executable.
    ///
    /// # Errors
    /// When something cannot be kept or written. What was done stays done; called again it goes on.
    pub fn put_back(&self, differences: &[Difference], aside: &Path) -> Result<(), GitError> {
        for (number, place) in self.places.iter().enumerate() {
            let here: Vec<&Difference> = differences
                .iter()
                .filter(|difference| difference.place == number && !difference.is_left())
                .collect();
            if !here.is_empty() {
                mend::put_back(place.dir(), &place.items, &here, &aside.join(&place.label))?;
            }
        }
        Ok(())
    }
}

impl Place {
    fn copy(label: &str, dir: &Path, names: &[&str], earlier: &[Self]) -> Result<Self, GitError> {
        let dir = dir.canonicalize().map_err(GitError::io("resolve", dir))?;
        let known = earlier.iter().find(|known| known.label == label && known.dir() == dir);
        if let Some(known) = known.filter(|known| known.untouched()) {
            return Ok(known.clone());
        }
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let Scan { items, stamps } = scan::scan(&dir, &names)?;
        let dir = Bytes::from(dir.as_os_str().as_bytes());
        Ok(Self { label: label.to_owned(), dir, names, items, stamps })
    }

    /// A worktree without any file, its `.git` included, was deleted by somebody who may not delete the folder itself.
    fn is_emptied(&self) -> bool {
        let empty = || fs::read_dir(self.dir()).is_ok_and(|mut inside| inside.next().is_none());
        self.label == POINTER_LABEL && empty()
    }

    /// Whether all of it is as it was copied, beyond doubt; no means that it has to be read.
    fn untouched(&self) -> bool {
        self.stamps.as_ref().is_some_and(|stamps| stamps.hold(self.dir()))
    }

    fn dir(&self) -> &Path {
        self.dir.path()
    }

    fn compare(&self, number: usize, all: &mut Vec<Difference>) -> Result<(), GitError> {
        if self.untouched() {
            return Ok(());
        }
        let now = scan::scan(self.dir(), &self.names)?.items;
        if now == self.items {
            return Ok(());
        }
        let index = |items: &[(Bytes, Item)]| -> BTreeMap<PathBuf, Item> {
            items.iter().map(|(path, item)| (path.path().to_owned(), item.clone())).collect()
        };
        let (old, new) = (index(&self.items), index(&now));
        let crowded: Vec<&PathBuf> =
            old.iter().filter(|(_, item)| **item == Item::Crowded).map(|(path, _)| path).collect();
        let paths: BTreeSet<&PathBuf> = old.keys().chain(new.keys()).collect();
        for path in paths {
            let (was, is) = (old.get(path), new.get(path));
            if was != is && !crowded.iter().any(|folder| path.starts_with(folder)) {
                all.push(Difference::new(number, self.dir(), path, was, is));
            }
        }
        Ok(())
    }
}

/// The mode bits that count.
fn mode(metadata: &fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o7777
}
