//! What can go wrong with git, in words that say what to do next. Decides nothing.

use std::io;
use std::path::{Path, PathBuf};

use crate::domain::command::Exit;

/// A git call, or a step around it, that did not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GitError {
    /// There is no `git` to run.
    #[error("`git` was not found on PATH; install git, then try again")]
    GitNotFound,
    /// The operating system refused to start git.
    #[error("cannot start `{command}` in `{dir}`: {source}")]
    Start {
        /// The command line.
        command: String,
        /// Where it was to run.
        dir: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Git took longer than it was given and was ended, with all that it had started in its group.
    #[error("`{command}` in `{dir}` took longer than {seconds} s and was ended")]
    TimedOut {
        /// The command line.
        command: String,
        /// Where it ran.
        dir: PathBuf,
        /// The limit that was reached.
        seconds: u64,
    },
    /// Git ran and said no.
    #[error("`{command}` in `{dir}` ended with {exit}{}", said(stderr))]
    Failed {
        /// The command line.
        command: String,
        /// Where it ran.
        dir: PathBuf,
        /// How it ended.
        exit: Exit,
        /// What it said; credentials in addresses are cut out.
        stderr: String,
    },
    /// Git ended well but printed something that this version of samocode does not understand.
    #[error("`{command}` in `{dir}` printed something unexpected: `{output}`")]
    Unexpected {
        /// The command line.
        command: String,
        /// Where it ran.
        dir: PathBuf,
        /// The part that was not understood.
        output: String,
    },
    /// A file beside git's own could not be read or written.
    #[error("cannot {action} `{path}`: {source}")]
    Io {
        /// A verb, e.g. `read`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// The folder of a call is not there.
    #[error("there is no folder `{path}`")]
    NoSuchFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The folder belongs to no repository.
    #[error("{}", no_repository(path, work_tree.as_deref()))]
    NotARepository {
        /// The folder.
        path: PathBuf,
        /// The work tree of the repository whose git folder it is, or lies in.
        work_tree: Option<PathBuf>,
    },
    /// A repository was to be made where one is.
    #[error("`{path}` is a git repository already")]
    ARepository {
        /// The folder.
        path: PathBuf,
    },
    /// The repository has no work tree to copy settings from or to compare with.
    #[error("`{path}` is a bare repository; name a clone with a work tree (`git clone {path}`)")]
    BareRepository {
        /// The folder.
        path: PathBuf,
    },
    /// `core.worktree` puts the work tree where Git does not find the repository.
    #[error(
        "the work tree of `{path}` is `{top}` (core.worktree), from where git does not find the repository; \
         `git -C {path} config --unset core.worktree` undoes it, or name a plain clone"
    )]
    WorkTreeElsewhere {
        /// The folder.
        path: PathBuf,
        /// The work tree.
        top: PathBuf,
    },
    /// The repository has no commit that a branch could start from.
    #[error(
        "the repository `{path}` has no commit yet; make a first commit there \
         (`git commit --allow-empty -m \"first commit\"`), then try again"
    )]
    NoCommit {
        /// The repository's top folder.
        path: PathBuf,
    },
    /// Nothing says which branch new work starts from.
    #[error(
        "cannot tell which branch of `{path}` new work should start from: HEAD is detached, and there is \
         no default branch of a remote and no single `main` or `master`; check a branch out \
         (`git switch <branch>`), or run `git remote set-head origin <branch>`"
    )]
    NoBaseBranch {
        /// The repository's top folder.
        path: PathBuf,
    },

    /// Git does not take this as a branch name.
    #[error("`{name}` cannot be a branch name")]
    BranchName {
        /// The name.
        name: String,
    },
    /// Someone else made a branch of this name.
    #[error(
        "the branch `{branch}` exists already and is not this session's; choose another session name, or add \
         `--attach-branch` to work on it"
    )]
    BranchTaken {
        /// The branch.
        branch: String,
    },
    /// Git keeps a branch as a file or a folder, never both.
    #[error(
        "the branch `{branch}` cannot be made, because the branch `{existing}` exists; rename that branch, \
         or choose another name"
    )]
    BranchClash {
        /// The branch that was wanted.
        branch: String,
        /// The branch that is in its way.
        existing: String,
    },
    /// Another worktree has the branch checked out.
    #[error(
        "the branch `{branch}` is checked out at `{at}`; switch that one to another branch first, \
         or choose another session name"
    )]
    BranchBusy {
        /// The branch.
        branch: String,
        /// The other work tree.
        at: PathBuf,
    },
    /// Git still has the branch in a worktree whose folder is gone.
    #[error(
        "the branch `{branch}` belongs to a worktree at `{at}`, whose folder is gone; \
         if it will not come back, run `git worktree prune`"
    )]
    BranchLost {
        /// The branch.
        branch: String,
        /// Where the folder was.
        at: PathBuf,
    },
    /// Something stands where the worktree should be made.
    #[error(
        "`{path}` exists and is not this session's worktree; move it away, or choose another session name"
    )]
    PathTaken {
        /// The path.
        path: PathBuf,
    },
    /// The worktree's path is registered with git for another branch.
    #[error(
        "`{path}` is a worktree of another branch (`{branch}`); move it away with `git worktree move`, \
         or choose another session name"
    )]
    WorktreeOfOther {
        /// The worktree.
        path: PathBuf,
        /// What is checked out there.
        branch: String,
    },
    /// A person locked the entry, and its folder is not there.
    #[error(
        "the worktree `{path}` is locked ({reason}) and its folder is gone; bring the folder back, \
         or run `git worktree unlock {path}`"
    )]
    WorktreeLocked {
        /// The worktree.
        path: PathBuf,
        /// Why it was locked.
        reason: String,
    },
    /// Another samocode is making a worktree in this repository.
    #[error(
        "another git or samocode process is still making a worktree in `{path}`; try again when it is done"
    )]
    RepositoryBusy {
        /// The repository's git folder.
        path: PathBuf,
    },
    /// The worktree, or its entry in the repository, is not there any more.
    #[error("the worktree `{path}` is gone; its branch and its snapshots are still in the repository")]
    WorktreeGone {
        /// The worktree.
        path: PathBuf,
    },
    /// The git folder that all worktrees share is not where it was, or is a link now.
    #[error("the git folder `{path}` is gone or was replaced; put it back where it was, then go on")]
    GuardedGone {
        /// The git folder.
        path: PathBuf,
    },
    /// The worktree's `.git` does not lead to this repository.
    #[error("`{path}` is not a worktree of the repository `{repository}`: its `.git` leads elsewhere")]
    WorktreeForeign {
        /// The worktree.
        path: PathBuf,
        /// The repository's git folder.
        repository: PathBuf,
    },
}

fn no_repository(path: &Path, work_tree: Option<&Path>) -> String {
    let path = path.display();
    match work_tree {
        Some(top) => format!(
            "`{path}` is inside the git folder of a repository; name its work tree, `{}`",
            top.display()
        ),
        None => {
            format!("`{path}` is not inside a git repository; run `git init` there, or name another folder")
        }
    }
}

/// What Git said, where it said something: killed by a signal, it says nothing.
fn said(stderr: &str) -> String {
    if stderr.is_empty() { String::new() } else { format!(": {stderr}") }
}

impl GitError {
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }

    /// What git said, or the whole message where git said nothing: short enough for a warning.
    #[must_use]
    pub fn short(&self) -> String {
        match self {
            Self::Failed { stderr, .. } if !stderr.is_empty() => {
                let line = stderr.lines().find(|line| !line.trim().is_empty()).unwrap_or(stderr);
                line.trim_start_matches("fatal: ").trim_start_matches("error: ").to_owned()
            }
            other => other.to_string(),
        }
    }
}
