//! Builds a repository with a session's worktree, each in a temporary folder of its own.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use samocode::git::{
    BaseBranch, Git, GitError, Prepared, Repository, Snapshot, SnapshotOutcome, SnapshotSpec, Worktree,
    WorktreeSpec, WorktreeState,
};
use tempfile::TempDir;

pub(crate) const MEBIBYTE: u64 = 1024 * 1024;

/// A main repository at `main/`, room for everything else beside it.
pub(crate) struct Project {
    folder: TempDir,
}

impl Project {
    /// With one commit on `main`.
    pub(crate) fn new() -> Self {
        let project = Self::without_commit();
        project.write("main/file.txt", "one\n");
        project.commit("main", "first");
        project
    }

    /// Fresh from `git init`.
    pub(crate) fn without_commit() -> Self {
        let project = Self::empty();
        project.git(".", &["init", "--quiet", "--initial-branch=main", "main"]);
        project
    }

    /// No repository at all.
    pub(crate) fn empty() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        Self { folder }
    }

    /// With a remote `origin` that has the same `main`.
    pub(crate) fn with_remote() -> Self {
        let project = Self::new();
        project.git(".", &["clone", "--quiet", "--bare", "main", "remote.git"]);
        project.git("main", &["remote", "add", "origin", "../remote.git"]);
        project
    }

    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(inside)
    }

    pub(crate) fn environment(&self) -> Vec<(OsString, OsString)> {
        let path = std::env::var_os("PATH").unwrap();
        let home = self.path("home").into_os_string();
        [
            ("PATH", path),
            ("HOME", home),
            ("GIT_CONFIG_GLOBAL", "/dev/null".into()),
            ("GIT_CONFIG_SYSTEM", "/dev/null".into()),
        ]
        .map(|(key, value)| (OsString::from(key), value))
        .to_vec()
    }

    /// The program that is tested.
    pub(crate) fn tested(&self) -> Git {
        Git::with_environment(self.environment())
    }

    /// Runs git as a person or an agent would; returns what it printed.
    pub(crate) fn git(&self, dir: &str, args: &[&str]) -> String {
        let output = self.git_command(dir, args).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "git {args:?} in {dir}: {said}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Runs git where it is expected to stop with an error, e.g. on a conflict.
    pub(crate) fn git_stops(&self, dir: &str, args: &[&str]) {
        let output = self.git_command(dir, args).output().unwrap();
        assert!(!output.status.success(), "git {args:?} in {dir} was expected to stop");
    }

    fn git_command(&self, dir: &str, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.env_clear().envs(self.environment()).current_dir(self.path(dir));
        command.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]);
        command.args(["-c", "protocol.file.allow=always"]).args(args);
        command
    }

    pub(crate) fn write(&self, file: &str, content: &str) {
        let file = self.path(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    pub(crate) fn exists(&self, file: &str) -> bool {
        self.path(file).exists()
    }

    /// A shell script that leaves the file `mark` beside the repositories when it runs.
    pub(crate) fn trap(&self, file: &str, mark: &str) {
        self.write(file, &format!("#!/bin/sh\ntouch '{}'\nexit 1\n", self.path(mark).display()));
        fs::set_permissions(self.path(file), fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(crate) fn commit(&self, dir: &str, message: &str) -> String {
        self.git(dir, &["add", "--all"]);
        self.git(dir, &["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git(dir, &["rev-parse", "HEAD"])
    }

    pub(crate) fn discover(&self) -> Result<Repository, GitError> {
        Repository::discover(&self.tested(), &self.path("main"))
    }

    pub(crate) fn repository(&self) -> Repository {
        self.discover().unwrap()
    }

    pub(crate) fn base(&self) -> Result<BaseBranch, GitError> {
        self.repository().base_branch(Duration::from_secs(20))
    }

    /// Prepares `wt` on the branch `work`, as `how` says.
    pub(crate) fn prepare(&self, how: How) -> Result<Prepared, GitError> {
        self.prepare_at("wt", "work", how)
    }

    pub(crate) fn prepare_at(&self, path: &str, branch: &str, how: How) -> Result<Prepared, GitError> {
        let base = self.base().unwrap();
        let path = self.path(path);
        let (own, attach) = (how == How::Own, how == How::Attach);
        self.repository().prepare(&WorktreeSpec { path: &path, branch, base: &base, own, attach })
    }

    /// The session's worktree at `wt`, made fresh.
    pub(crate) fn session(&self) -> Worktree {
        self.prepare(How::New).unwrap().worktree
    }
}

/// What is known of the branch.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    New,
    Own,
    Attach,
}

/// State and snapshot in one, as an iteration ends.
pub(crate) fn keep(worktree: &Worktree, number: u32, previous_tree: Option<&str>) -> SnapshotOutcome {
    let state = worktree.state().unwrap();
    let reference = format!("refs/samocode/s/{number}");
    let spec = SnapshotSpec {
        reference: &reference,
        message: "iteration",
        previous_tree,
        skip_larger_than: 10 * MEBIBYTE,
    };
    worktree.snapshot(&state, &spec).unwrap()
}

pub(crate) fn kept(worktree: &Worktree) -> Snapshot {
    match keep(worktree, 1, None) {
        SnapshotOutcome::Kept(snapshot) => snapshot,
        SnapshotOutcome::Unchanged { .. } => panic!("nothing was kept"),
    }
}

pub(crate) fn paths(state: &WorktreeState) -> Vec<&str> {
    state.first_paths(usize::MAX).map(|path: &Path| path.to_str().unwrap()).collect()
}
