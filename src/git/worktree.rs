//! One linked worktree of a repository, found by reading files only. Trusts nothing that a child could
//! have written there: the `.git` file must lead into the repository's own git folder, and back.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::entries::resolved;
use super::error::GitError;
use super::program::{self, Call, Git};
use super::repository::Repository;
use crate::crash;

/// More than the second in which git does not tell two times apart.
const SETTLED_AFTER: Duration = Duration::from_secs(2);

/// A worktree whose place in its repository was checked.
#[derive(Debug, Clone)]
pub struct Worktree {
    git: Git,
    path: PathBuf,
    git_dir: PathBuf,
    common_dir: PathBuf,
}

impl Worktree {
    /// The linked worktree at `path`. Runs no git.
    ///
    /// # Errors
    /// [`GitError::WorktreeGone`] when its folder or its entry in the repository is not there,
    /// [`GitError::WorktreeForeign`] when its `.git` leads elsewhere.
    pub fn open(repository: &Repository, path: &Path) -> Result<Self, GitError> {
        let common_dir = repository.common_dir().to_owned();
        let git_dir = follow(path, &common_dir)?;
        Ok(Self { git: repository.git().clone(), path: path.to_owned(), git_dir, common_dir })
    }

    /// Checks again what [`Worktree::open`] checked, for a child may have run since. Runs no git.
    ///
    /// # Errors
    /// As [`Worktree::open`].
    pub fn verify(&self) -> Result<(), GitError> {
        if follow(&self.path, &self.common_dir)? == self.git_dir {
            Ok(())
        } else {
            Err(foreign(&self.path, &self.common_dir))
        }
    }

    /// The folder with the files.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The worktree's own git folder, inside the repository's.
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Removes an `index.lock` that a killed git left in this worktree's own git folder; true when there was one.
    /// Only for a moment when nothing else can run git here.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn heal_index_lock(&self) -> Result<bool, GitError> {
        let lock = self.git_dir.join("index.lock");
        match fs::remove_file(&lock) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(GitError::io("remove", &lock)(error)),
        }
    }

    /// Notes that git has just made the index: see [`Worktree::index_may_settle`].
    pub(super) fn mark_fresh(&self) -> Result<(), GitError> {
        let mark = self.fresh_mark();
        fs::write(&mark, "").map_err(GitError::io("write", &mark))?;
        crash::point(|| "mark of a fresh worktree, after");
        Ok(())
    }

    /// True once, some seconds after a checkout. Git cannot tell a file of the same second as the index from one
    /// that changed since, and reads all of them again in each status until an index of a later second is written.
    pub(super) fn index_may_settle(&self) -> bool {
        let mark = self.fresh_mark();
        let age = fs::metadata(self.git_dir.join("index")).and_then(|index| index.modified());
        let old = |time: SystemTime| time.elapsed().is_ok_and(|age| age > SETTLED_AFTER);
        mark.exists() && age.is_ok_and(old) && fs::remove_file(&mark).is_ok()
    }

    fn fresh_mark(&self) -> PathBuf {
        self.git_dir.join("samocode-fresh")
    }

    /// A call that names git folder and work tree: `core.bare`, `core.worktree` and a `.git` that changes
    /// meanwhile mean nothing to it, and it never ends up in a repository further up.
    pub(super) fn call(&self) -> Call {
        self.git.call(&self.path).env("GIT_DIR", &self.git_dir).env("GIT_WORK_TREE", &self.path)
    }
}

/// The git folder of the worktree at `path`: `.git` leads to it, it leads back, and it shares `common_dir`.
pub(super) fn follow(path: &Path, common_dir: &Path) -> Result<PathBuf, GitError> {
    let gone = || GitError::WorktreeGone { path: path.to_owned() };
    let foreign = || foreign(path, common_dir);
    let link = path.join(".git");
    if !fs::symlink_metadata(&link).map_err(|_| gone())?.is_file() {
        return Err(foreign());
    }
    let pointer = read_pointer(&link)?;
    let target = pointer.strip_prefix(b"gitdir: ").ok_or_else(foreign)?;
    let git_dir = path.join(program::path(target));
    let git_dir = git_dir.canonicalize().map_err(|_| gone())?;
    if git_dir.parent() != Some(&common_dir.join("worktrees")) {
        return Err(foreign());
    }
    let leads_to = |name: &str, wanted: &Path| {
        let pointer = read_pointer(&git_dir.join(name)).map_err(|_| gone())?;
        let found = git_dir.join(program::path(&pointer)).canonicalize();
        Ok(matches!((found, wanted.canonicalize()), (Ok(found), Ok(wanted)) if found == wanted))
    };
    if leads_to("gitdir", &link)? && leads_to("commondir", common_dir)? {
        Ok(git_dir)
    } else {
        Err(foreign())
    }
}

fn foreign(path: &Path, common_dir: &Path) -> GitError {
    GitError::WorktreeForeign { path: path.to_owned(), repository: common_dir.to_owned() }
}

/// Writes the `.git` file of a worktree that has lost it; false when the repository has no entry for `path`.
pub(super) fn restore_link(repository: &Repository, path: &Path) -> Result<bool, GitError> {
    let link = path.join(".git");
    let entries = repository.common_dir().join("worktrees");
    for entry in fs::read_dir(&entries).map_err(GitError::io("read", &entries))? {
        let git_dir = entry.map_err(GitError::io("read", &entries))?.path();
        let Ok(pointer) = read_pointer(&git_dir.join("gitdir")) else {
            continue;
        };
        if resolved(&git_dir.join(program::path(&pointer))) == resolved(&link) {
            let mut content = b"gitdir: ".to_vec();
            content.extend_from_slice(git_dir.as_os_str().as_bytes());
            content.push(b'\n');
            fs::write(&link, content).map_err(GitError::io("write", &link))?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// A pointer file is one line; a child could have made it large.
const POINTER_LIMIT: u64 = 64 * 1024;

pub(super) fn read_pointer(file: &Path) -> Result<Vec<u8>, GitError> {
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(GitError::io("open", file))?;
    opened.take(POINTER_LIMIT).read_to_end(&mut bytes).map_err(GitError::io("read", file))?;
    Ok(bytes.trim_ascii_end().to_vec())
}
