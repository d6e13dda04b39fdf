//! A project and a home of its own for the program that is tested.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A repository at `repo/` with one commit, and an empty home at `home/`.
pub(crate) struct Stage {
    folder: TempDir,
}

/// What a command printed, and its exit code.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let stage = Self { folder };
        for made in ["home", "repo"] {
            fs::create_dir(stage.path(made)).unwrap();
        }
        stage.git(&["init", "--quiet", "--initial-branch=main"]);
        stage.git(&["config", "user.name", "Ada"]);
        stage.git(&["config", "user.email", "ada@example.invalid"]);
        fs::write(stage.path("repo/file.txt"), "one\n").unwrap();
        stage.git(&["add", "--all"]);
        stage.git(&["commit", "--quiet", "-m", "first"]);
        stage
    }

    /// With settings for the demo provider.
    pub(crate) fn with_settings() -> Self {
        let stage = Self::new();
        stage.settings("SAMOCODE_PROVIDER=demo\n");
        stage
    }

    pub(crate) fn settings(&self, more: &str) {
        let text = format!("MAIN_REPO=.\nWORKTREES=../worktrees\nSESSIONS=../sessions\n{more}");
        fs::write(self.path("repo/.samocode"), text).unwrap();
    }

    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(inside)
    }

    /// samocode in the repository, with nothing of this machine but PATH.
    pub(crate) fn samocode(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_samocode"));
        self.prepare(&mut command);
        command.args(args);
        command
    }

    /// A line for a shell, in the repository.
    pub(crate) fn shell(&self, line: &str) -> Command {
        let mut command = Command::new("sh");
        self.prepare(&mut command);
        command.args(["-c", line]);
        command
    }

    pub(crate) fn prepare(&self, command: &mut Command) {
        command
            .current_dir(self.path("repo"))
            .stdin(Stdio::null())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.folder.path())
            .env("TZ", "UTC")
            .env("USER", "ada")
            .env("SAMOCODE_DEMO_PACE", "0");
    }

    pub(crate) fn say(&self, args: &[&str]) -> Said {
        heard(self.samocode(args))
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        let mut command = Command::new("git");
        self.prepare(&mut command);
        command.args(args);
        let said = heard(command);
        assert_eq!(said.code, 0, "git {args:?}: {}", said.err);
        said.out
    }

    /// What `status --json` says of a session; null while there is none.
    pub(crate) fn status(&self, session: &str) -> serde_json::Value {
        let said = self.say(&["status", session, "--json"]);
        serde_json::from_str(&said.out).unwrap_or(serde_json::Value::Null)
    }

    /// Waits until a session waits for a person.
    pub(crate) fn wait_for_gate(&self, session: &str, waits_for: &str) {
        eventually(&format!("{session} waits for {waits_for}"), || {
            self.status(session)["gate"]["waits_for"] == waits_for
        });
    }

    /// The text with what differs between two runs replaced.
    pub(crate) fn stable(&self, text: &str) -> String {
        text.replace(&*self.path("").join("").to_string_lossy(), "/stage/")
            .replace(self.path("").to_str().unwrap(), "/stage")
    }
}

pub(crate) fn heard(mut command: Command) -> Said {
    said(command.output().unwrap())
}

pub(crate) fn said(output: Output) -> Said {
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Polls until it holds.
pub(crate) fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// Names of what is in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
