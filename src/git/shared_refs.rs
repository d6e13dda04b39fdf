//! What all worktrees of a repository share beside its objects: branches, tags, other references, the stash and the list of
//! worktrees. Read from git's files without git, and again only where one of those was touched. A repository that keeps
//! its references in another way than as files has none here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::repository::Repository;
use super::stamp::Stamps;
use super::stash::{self, StashEntry};

/// The most loose references that are read. What is beyond is not compared.
const MOST: usize = 5000;
/// References are a line.
const LONGEST: u64 = 1024;
/// References that git or samocode keeps for itself; the stash has a list of its own here.
const NOT_SHARED: [&str; 5] =
    ["refs/bisect", "refs/rewritten", "refs/samocode", "refs/stash", "refs/worktree"];

/// The shared parts at one moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SharedRefs {
    refs: BTreeMap<String, String>,
    /// The entries of the stash, newest first.
    pub stash: Vec<StashEntry>,
    /// Whether `refs/stash` is there, which names the newest entry beside the list.
    pub has_stash: bool,
    /// By the name of their folder in the repository.
    linked: BTreeMap<String, Linked>,
    #[serde(skip)]
    stamps: Option<Stamps>,
}

/// What is shared, not when it was looked at.
impl PartialEq for SharedRefs {
    fn eq(&self, other: &Self) -> bool {
        let Self { refs, stash, has_stash, linked, stamps: _ } = self;
        *refs == other.refs
            && *stash == other.stash
            && *has_stash == other.has_stash
            && *linked == other.linked
    }
}

/// A linked worktree, as the repository knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// Its folder in the repository's `worktrees`.
    pub id: String,
    /// The folder with the files.
    pub top: PathBuf,
    /// What its HEAD file says: `ref: refs/heads/main`, or a commit.
    pub head: String,
}

impl Linked {
    /// The branch that is checked out in it.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        self.head.strip_prefix("ref: refs/heads/")
    }
}

/// A reference that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefChange {
    /// Its full name.
    pub name: String,
    /// The object that it named; none where it is new.
    pub was: Option<String>,
    /// The object that it names now; none where it is gone.
    pub now: Option<String>,
}

impl SharedRefs {
    /// Reads them; `own` is the beginning of the references of samocode's that are read, too. About 20 microseconds a loose
    /// reference.
    #[must_use]
    pub fn read(repository: &Repository, own: &str) -> Self {
        let common_dir = repository.common_dir();
        let mut stamps = Stamps::new();
        for name in ["logs/refs/stash", "worktrees"] {
            stamps.note(Path::new(name), fs::symlink_metadata(common_dir.join(name)).ok().as_ref());
        }
        let mut refs = packed(common_dir, &mut stamps);
        visit(common_dir, Path::new("refs"), own, &mut refs, &mut stamps);
        let has_stash = common_dir.join("refs/stash").is_file() || refs.contains_key("refs/stash");
        refs.retain(|name, _| !is_private(name, own));
        Self {
            refs,
            stash: stash::entries(common_dir),
            has_stash,
            linked: linked(common_dir),
            stamps: Some(stamps),
        }
    }

    /// As they are now.
    #[must_use]
    pub fn again(&self, repository: &Repository, own: &str) -> Self {
        let common_dir = repository.common_dir();
        let untouched = self.stamps.as_ref().is_some_and(|stamps| stamps.hold(common_dir));
        if untouched {
            Self { linked: linked(common_dir), ..self.clone() }
        } else {
            Self::read(repository, own)
        }
    }

    /// The references that are not the same in `now`, by name.
    #[must_use]
    pub fn changes(&self, now: &Self) -> Vec<RefChange> {
        let names: BTreeSet<&String> = self.refs.keys().chain(now.refs.keys()).collect();
        let change = |name: &String| RefChange {
            name: name.clone(),
            was: self.refs.get(name).cloned(),
            now: now.refs.get(name).cloned(),
        };
        names.into_iter().map(change).filter(|change| change.was != change.now).collect()
    }

    /// The linked worktrees.
    pub fn linked(&self) -> impl Iterator<Item = &Linked> {
        self.linked.values()
    }

    /// Linked worktrees that the repository does not know any more.
    #[must_use]
    pub fn unlinked(&self, now: &Self) -> Vec<&Linked> {
        self.linked().filter(|linked| !now.linked.contains_key(&linked.id)).collect()
    }
}

/// All references of a git folder that name an object, by name.
pub(super) fn references(git_dir: &Path) -> BTreeMap<String, String> {
    let mut stamps = Stamps::new();
    let mut refs = packed(git_dir, &mut stamps);
    visit(git_dir, Path::new("refs"), "refs/", &mut refs, &mut stamps);
    refs
}

fn is_private(name: &str, own: &str) -> bool {
    let is_below = |name: &str, folder: &str| {
        name.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let is_own = name.starts_with(own) || is_below(own, name);
    !is_own && NOT_SHARED.iter().any(|private| is_below(name, private))
}

fn packed(common_dir: &Path, stamps: &mut Stamps) -> BTreeMap<String, String> {
    let name = Path::new("packed-refs");
    let path = common_dir.join(name);
    let metadata = fs::symlink_metadata(&path).ok();
    stamps.note(name, metadata.as_ref());
    let text = if metadata.is_some_and(|found| found.is_file()) { fs::read(&path).ok() } else { None };
    let text = String::from_utf8_lossy(&text.unwrap_or_default()).into_owned();
    let reference = |line: &str| {
        let (object, name) = line.split_once(' ')?;
        name.starts_with("refs/").then(|| (name.to_owned(), object.to_owned()))
    };
    text.lines().filter_map(reference).collect()
}

fn visit(
    common_dir: &Path,
    path: &Path,
    own: &str,
    refs: &mut BTreeMap<String, String>,
    stamps: &mut Stamps,
) {
    let name = path.to_str();
    if name.is_some_and(|name| is_private(name, own) && name != "refs/stash") {
        return;
    }
    let full = common_dir.join(path);
    let metadata = fs::symlink_metadata(&full).ok();
    stamps.note(path, metadata.as_ref());
    let Some(metadata) = metadata else { return };
    if metadata.is_dir() {
        for entry in fs::read_dir(&full).into_iter().flatten().flatten() {
            if stamps.len() < MOST {
                visit(common_dir, &path.join(entry.file_name()), own, refs, stamps);
            }
        }
        return;
    }
    if let Some(name) = name
        && metadata.is_file()
        && metadata.len() <= LONGEST
        && path.extension().is_none_or(|ending| ending != "lock")
        && let Ok(text) = fs::read_to_string(&full)
        // A reference that leads to another one moves with it.
        && !text.starts_with("ref:")
    {
        refs.insert(name.to_owned(), text.trim().to_owned());
    }
}

fn linked(common_dir: &Path) -> BTreeMap<String, Linked> {
    let entries = fs::read_dir(common_dir.join("worktrees")).into_iter().flatten().flatten();
    let read = |dir: PathBuf| {
        let line = |name: &str| {
            let file = dir.join(name);
            let plain =
                fs::symlink_metadata(&file).is_ok_and(|found| found.is_file() && found.len() <= 4 * LONGEST);
            let text = if plain { fs::read_to_string(file).ok()? } else { return None };
            Some(text.trim_end().to_owned())
        };
        let id = dir.file_name()?.to_str()?.to_owned();
        let top = PathBuf::from(line("gitdir")?).parent()?.to_owned();
        Some((id.clone(), Linked { id, top, head: line("HEAD")? }))
    };
    entries.filter_map(|entry| read(entry.path())).collect()
}
