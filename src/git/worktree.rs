//! One linked worktree of a repository, found by reading files only. Trusts nothing that a child could
//! have written there: the `.git` file must lead into the repository's own git folder, and back.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::error::GitError;
use super::program::{self, Call, Git};
use super::repository::Repository;

/// A worktree whose place in its repository was checked.
#[derive(Debug, Clone)]
pub struct Worktree {
    git: Git,
    path: PathBuf,
    git_dir: PathBuf,
}

impl Worktree {
    /// The linked worktree at `path`. Runs no git.
    ///
    /// # Errors
    /// [`GitError::WorktreeGone`] when its folder or its entry in the repository is not there,
    /// [`GitError::WorktreeForeign`] when its `.git` leads elsewhere.
    pub fn open(repository: &Repository, path: &Path) -> Result<Self, GitError> {
        let gone = || GitError::WorktreeGone {
            path: path.to_owned(),
        };
        let foreign = || GitError::WorktreeForeign {
            path: path.to_owned(),
            repository: repository.common_dir().to_owned(),
        };
        let link = path.join(".git");
        let is_file = fs::symlink_metadata(&link).map_err(|_| gone())?.is_file();
        if !is_file {
            return Err(foreign());
        }
        let pointer = read_pointer(&link)?;
        let target = pointer.strip_prefix(b"gitdir: ").ok_or_else(foreign)?;
        let git_dir = path
            .join(program::path(target))
            .canonicalize()
            .map_err(|_| gone())?;
        if git_dir.parent() != Some(&repository.common_dir().join("worktrees")) {
            return Err(foreign());
        }
        let back = read_pointer(&git_dir.join("gitdir")).map_err(|_| gone())?;
        let back = git_dir.join(program::path(&back));
        if back.canonicalize().ok() != link.canonicalize().ok() {
            return Err(foreign());
        }
        Ok(Self {
            git: repository.git().clone(),
            path: path.to_owned(),
            git_dir,
        })
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

    /// A call that names git folder and work tree: `core.bare`, `core.worktree` and a `.git` that changes
    /// meanwhile mean nothing to it, and it never ends up in a repository further up.
    pub(super) fn call(&self) -> Call {
        self.git
            .call(&self.path)
            .env("GIT_DIR", &self.git_dir)
            .env("GIT_WORK_TREE", &self.path)
    }
}

/// A pointer file is one line; a child could have made it large.
const POINTER_LIMIT: u64 = 64 * 1024;

fn read_pointer(file: &Path) -> Result<Vec<u8>, GitError> {
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(GitError::io("open", file))?;
    opened
        .take(POINTER_LIMIT)
        .read_to_end(&mut bytes)
        .map_err(GitError::io("read", file))?;
    Ok(bytes.trim_ascii_end().to_vec())
}
