//! The main checkout, which no agent has business in: what changed there since it was last looked at, told from the times of
//! its files. Git is asked only where one of those was touched. Changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::GitError;
use super::program;
use super::repository::Repository;
use super::stamp::Stamps;
use super::status::{self, ChangeKind};

/// The most tracked files whose times are compared; in a larger repository only index, HEAD and branches are.
const MOST_FILES: usize = 50_000;
/// How long git may take to tell what changed.
const LIMIT: Duration = Duration::from_secs(20);

/// The main checkout at one moment.
#[derive(Debug, Clone)]
pub struct Checkout {
    top: PathBuf,
    git_dir: PathBuf,
    head: String,
    index: Stamps,
    /// Tracked files, and the folders that hold them.
    files: Stamps,
    changes: BTreeMap<PathBuf, ChangeKind>,
}

/// Which files were touched since a [`Checkout`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    files: BTreeSet<PathBuf>,
    index: bool,
}

impl Checkout {
    /// Looks at it for the first time. Two git processes.
    ///
    /// # Errors
    /// When git cannot tell.
    pub fn look(repository: &Repository) -> Result<Self, GitError> {
        let top = repository.top().to_owned();
        let git_dir = git_dir(&top).unwrap_or_else(|| repository.common_dir().to_owned());
        let index = index(&git_dir);
        let files = files(repository)?;
        Ok(Self { head: head(&git_dir), index, files, changes: changes(repository)?, top, git_dir })
    }

    /// Which files were touched since. About a microsecond a file, without git: to be called beside something else.
    #[must_use]
    pub fn touched(&self) -> Touched {
        let files = self.files.touched(&self.top).into_iter().map(Path::to_owned).collect();
        Touched { files, index: !self.index.touched(&self.git_dir).is_empty() }
    }

    /// The checkout as it is now, and what changed, a few words each. Two git processes where something was touched.
    ///
    /// # Errors
    /// When git cannot tell.
    pub fn again(&self, repository: &Repository, touched: &Touched) -> Result<(Self, Vec<String>), GitError> {
        let mut now = Self { head: head(&self.git_dir), ..self.clone() };
        let mut words = Vec::new();
        if now.head != self.head {
            words.push(format!("HEAD was at {} and is at {}", place(&self.head), place(&now.head)));
        }
        if !touched.files.is_empty() || touched.index {
            now.index = index(&self.git_dir);
            now.files = files(repository)?;
            now.changes = changes(repository)?;
            words.extend(self.differences(&now, touched));
        }
        Ok((now, words))
    }

    fn differences(&self, now: &Self, touched: &Touched) -> Vec<String> {
        let paths: BTreeSet<&PathBuf> = self.changes.keys().chain(now.changes.keys()).collect();
        let words = |path: &&PathBuf| {
            let (then, is) = (self.changes.get(*path), now.changes.get(*path));
            let what = match is {
                Some(kind) if then != is => kind_words(*kind),
                Some(ChangeKind::Modified) if touched.files.contains(*path) => "changed again",
                None if then.is_some() => "not changed any more",
                Some(_) | None => return None,
            };
            Some(format!("{} ({what})", path.display()))
        };
        paths.iter().filter_map(words).collect()
    }
}

fn kind_words(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Staged => "staged",
        ChangeKind::Modified => "changed",
        ChangeKind::Unmerged => "half merged",
        ChangeKind::Untracked | ChangeKind::NestedRepository => "new",
    }
}

/// The git folder of the checkout itself, which may be a linked worktree.
fn git_dir(top: &Path) -> Option<PathBuf> {
    let link = top.join(".git");
    if link.is_dir() {
        return link.canonicalize().ok();
    }
    let text = fs::read_to_string(&link).ok()?;
    top.join(text.trim_end().strip_prefix("gitdir: ")?).canonicalize().ok()
}

fn head(git_dir: &Path) -> String {
    let path = git_dir.join("HEAD");
    let plain = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file() && found.len() < 4096);
    let text = if plain { fs::read_to_string(path).unwrap_or_default() } else { String::new() };
    text.trim().to_owned()
}

fn place(head: &str) -> &str {
    head.strip_prefix("ref: refs/heads/").or_else(|| head.get(..10)).unwrap_or(head)
}

fn index(git_dir: &Path) -> Stamps {
    let mut stamps = Stamps::new();
    stamps.note(Path::new("index"), fs::symlink_metadata(git_dir.join("index")).ok().as_ref());
    stamps
}

fn files(repository: &Repository) -> Result<Stamps, GitError> {
    let output = repository.call().args(["ls-files", "-z"]).limit(LIMIT).run()?;
    let names: Vec<&[u8]> = output.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty()).collect();
    let mut stamps = Stamps::new();
    if names.len() > MOST_FILES {
        return Ok(stamps);
    }
    let mut folders = BTreeSet::from([PathBuf::new()]);
    for name in names {
        let path = program::path(name);
        folders.extend(path.ancestors().skip(1).map(Path::to_owned));
        stamps.note(&path, fs::symlink_metadata(repository.top().join(&path)).ok().as_ref());
    }
    for folder in folders {
        stamps.note(&folder, fs::symlink_metadata(repository.top().join(&folder)).ok().as_ref());
    }
    Ok(stamps)
}

fn changes(repository: &Repository) -> Result<BTreeMap<PathBuf, ChangeKind>, GitError> {
    let output = repository
        .call()
        .args(["status", "--porcelain=v2", "-z", "--untracked-files=normal", "--no-renames"])
        .arg("--ignore-submodules=dirty")
        .limit(LIMIT)
        .run()?;
    let status = status::parse(&output.stdout).map_err(|record| output.unexpected(record))?;
    Ok(status.changes.into_iter().map(|change| (change.path, change.kind)).collect())
}
