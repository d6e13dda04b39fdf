//! A person's machine for one test: a project with its settings, a home, and a model that plays a script.
//!
//! What samocode does here it does as the person would see it: as processes of the real binary.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use samocode_testing_model::{Model, Script};

use crate::clis::Cli;
use crate::live::{Ended, Live};
use crate::scratch::{Scratch, files_below};

/// The session's name.
pub(crate) const NAME: &str = "greet";
/// The session's task, with what a shell or a format string would stumble over.
pub(crate) const TASK: &str = "add a greeting: it's \"short\", costs $(nothing) and is 100% plain";

/// Everything that a person has before samocode is started for the first time.
pub(crate) struct Stage {
    pub(crate) model: Model,
    pub(crate) scratch: Scratch,
    environment: Vec<(String, OsString)>,
    /// The session's.
    pub(crate) cli: Cli,
    /// What the person had at home before.
    pub(crate) had: Vec<String>,
}

impl Stage {
    /// With Claude Code.
    pub(crate) fn new(script: impl Script + 'static) -> Self {
        Self::with(&[Cli::Claude], script)
    }

    /// With these CLIs installed and logged in; the first one is the session's.
    pub(crate) fn with(clis: &[Cli], script: impl Script + 'static) -> Self {
        let scratch = Scratch::new();
        let model = Model::start(script);
        let path = std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin"));
        let mut environment: Vec<(&str, OsString)> =
            vec![("PATH", path), ("HOME", scratch.home().into()), ("USER", "ada".into())];
        for cli in clis {
            environment.extend(cli.log_in(&scratch, &model));
        }
        let environment = environment.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let had = files_below(&scratch.home());
        let stage = Self { model, scratch, environment, cli: clis[0], had };
        stage.make_project();
        let stage = stage
            .setting("MAIN_REPO=.")
            .setting("WORKTREES=../worktrees")
            .setting("SESSIONS=../sessions")
            .setting(&format!("SAMOCODE_PROVIDER={}", clis[0].name()))
            .setting("SAMOCODE_RETRY_DELAY=1");
        clis.iter().fold(stage, |stage, cli| stage.setting(&cli.setting()))
    }

    fn make_project(&self) {
        self.scratch.write("project/README.md", "# A project\n");
        self.scratch.write("project/.gitignore", ".samocode\n");
        let main = self.main();
        git(&main, &["init", "-q", "-b", "main"]);
        git(&main, &["config", "user.name", "Ada"]);
        git(&main, &["config", "user.email", "ada@example.com"]);
        git(&main, &["add", "."]);
        git(&main, &["commit", "-q", "-m", "Begin"]);
    }

    /// One more line in `.samocode`.
    pub(crate) fn setting(self, line: &str) -> Self {
        let mut file = OpenOptions::new().create(true).append(true).open(self.config()).unwrap();
        writeln!(file, "{line}").unwrap();
        self
    }

    /// One more variable in the person's environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self
    }

    /// The main checkout.
    pub(crate) fn main(&self) -> PathBuf {
        self.scratch.work()
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.main().join(".samocode")
    }

    pub(crate) fn sessions(&self) -> PathBuf {
        self.scratch.path("sessions")
    }

    /// The program under test.
    pub(crate) fn program() -> &'static Path {
        Path::new(env!("CARGO_BIN_EXE_samocode"))
    }

    /// Starts the session by the short form, from a folder that is none of the project's.
    pub(crate) fn begin(&self, more: &[&str]) -> Live {
        let config = self.config().display().to_string();
        let short = ["--config", &config, "--session", NAME, "--task", TASK];
        self.start(&self.scratch.home(), &[&short, more].concat())
    }

    /// `samocode run` of the session, with more words behind it.
    pub(crate) fn go_on(&self, more: &[&str]) -> Live {
        self.start(&self.main(), &[&["run", NAME], more].concat())
    }

    /// A command of the person about the session, in a process beside the one that runs it.
    pub(crate) fn act(&self, command: &str, more: &[&str]) -> Ended {
        self.start(&self.main(), &[&[command, NAME], more].concat()).wait()
    }

    /// A command of the person about no session.
    pub(crate) fn say(&self, arguments: &[&str]) -> Ended {
        self.start(&self.main(), arguments).wait()
    }

    fn start(&self, folder: &Path, arguments: &[&str]) -> Live {
        let mut command = Command::new(Self::program());
        command.args(arguments).current_dir(folder).env_clear();
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        Live::start(command)
    }
}

/// Runs git; its output.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}
