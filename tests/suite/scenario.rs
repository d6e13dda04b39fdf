//! A scenario: a real repository, a home of its own, the samocode program, and a scripted agent in the CLI's place.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use samocode::domain::event::{Entry, Event};
use samocode::engine::View;
use samocode::store::{Layout, read_journal};
use samocode_testing_agent::{Invocation, SCRIPT_VARIABLE, Script, TROUBLE};
use tempfile::TempDir;

mod running;
pub(crate) mod standin;
mod terminal;

pub(crate) use running::{Ended, Running, expect_words, lives, until};
pub(crate) use terminal::{Look, Terminal};

/// The program under test.
pub(crate) const SAMOCODE: &str = env!("CARGO_BIN_EXE_samocode");

/// One project with its sessions.
pub(crate) struct Scenario {
    root: TempDir,
    script: RefCell<Script>,
    config: Vec<String>,
    env: Vec<(OsString, OsString)>,
    outputs: RefCell<usize>,
}

/// Nothing that an agent left may outlive a test that fails because of it.
impl Drop for Scenario {
    fn drop(&mut self) {
        if thread::panicking() {
            let daemons = fs::read_to_string(self.records().join("daemons")).unwrap_or_default();
            let pids = daemons.lines().filter_map(|line| Pid::from_raw(line.parse().ok()?));
            for pid in pids {
                // It may be over by now.
                let _ = kill_process(pid, Signal::KILL);
            }
        }
    }
}

impl Scenario {
    /// A repository with one commit on `main`, and settings that name the stand-in.
    pub(crate) fn new() -> Self {
        let scenario = Self::without_repository();
        scenario.git(&["init", "--quiet", "-b", "main"]);
        fs::write(scenario.repo().join("README.md"), "a project\n").unwrap();
        scenario.git(&["add", "--all"]);
        scenario.git(&["commit", "--quiet", "-m", "first"]);
        scenario
    }

    /// An empty folder in the repository's place.
    pub(crate) fn without_repository() -> Self {
        let scenario = Self {
            root: TempDir::new().unwrap(),
            script: RefCell::new(Script::new()),
            config: Vec::new(),
            env: Vec::new(),
            outputs: RefCell::new(0),
        };
        fs::create_dir(scenario.path("home")).unwrap();
        fs::write(scenario.path("home/.gitconfig"), "[user]\n\tname = Ada\n\temail = ada@localhost\n")
            .unwrap();
        fs::create_dir(scenario.repo()).unwrap();
        let scenario = scenario
            .config("MAIN_REPO=repo")
            .config("WORKTREES=worktrees")
            .config("SESSIONS=sessions")
            .config(&format!("CLAUDE_PATH={}", standin::program().display()))
            .config("SAMOCODE_RETRY_DELAY=0");
        scenario.agent(Script::quick())
    }

    /// What the agent does.
    pub(crate) fn agent(self, script: Script) -> Self {
        self.set_agent(script);
        self
    }

    /// What the agent does from now on.
    pub(crate) fn set_agent(&self, mut script: Script) {
        script.records = self.records();
        script.write(&self.path("script.json")).unwrap();
        *self.script.borrow_mut() = script;
    }

    /// A line of `.samocode`, in place of an earlier one with its key.
    pub(crate) fn config(mut self, line: &str) -> Self {
        let (key, _) = line.split_once('=').unwrap();
        self.config.retain(|other| other.split_once('=').unwrap().0 != key);
        self.config.push(line.to_owned());
        fs::write(self.path(".samocode"), self.config.join("\n") + "\n").unwrap();
        self
    }

    /// The value of a key.
    pub(crate) fn config_value(&self, key: &str) -> String {
        let mut pairs = self.config.iter().filter_map(|line| line.split_once('='));
        pairs.find(|(other, _)| *other == key).unwrap().1.to_owned()
    }

    /// A variable in samocode's environment.
    pub(crate) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// A workflow file of one's own.
    pub(crate) fn workflow(self, name: &str, phases: &str) -> Self {
        let text = format!("name = \"{}\"\n{phases}", name.trim_end_matches(".toml"));
        fs::write(self.path(name), text).unwrap();
        self
    }

    /// Runs samocode to its end.
    pub(crate) fn run<S: AsRef<str>>(&self, arguments: impl IntoIterator<Item = S>) -> Ended<'_> {
        self.start(arguments).end()
    }

    /// Runs samocode to its end, with something on its standard input.
    pub(crate) fn run_with_input<S: AsRef<str>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        input: &str,
    ) -> Ended<'_> {
        let file = self.path("input");
        fs::write(&file, input).unwrap();
        self.spawn(arguments, Stdio::from(fs::File::open(file).unwrap())).end()
    }

    /// Starts samocode in the background.
    pub(crate) fn start<S: AsRef<str>>(&self, arguments: impl IntoIterator<Item = S>) -> Running<'_> {
        self.spawn(arguments, Stdio::null())
    }

    /// Starts samocode in a terminal's window, which it gets for its own.
    pub(crate) fn start_on<S: AsRef<str>>(
        &self,
        terminal: &Terminal,
        arguments: impl IntoIterator<Item = S>,
    ) -> Running<'_> {
        let mut command = Command::new("setsid");
        command.args(["--ctty", SAMOCODE]);
        command.args(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        command.env_clear().envs(self.environment()).current_dir(self.root());
        Running::start_on(self, command, terminal)
    }

    fn spawn<S: AsRef<str>>(&self, arguments: impl IntoIterator<Item = S>, input: Stdio) -> Running<'_> {
        let mut command = self.command(arguments);
        command.stdin(input);
        self.start_command(command)
    }

    /// The samocode program with arguments, in the scenario's environment.
    pub(crate) fn command<S: AsRef<str>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(SAMOCODE);
        command.args(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        command.env_clear().envs(self.environment()).current_dir(self.root()).stdin(Stdio::null());
        command
    }

    /// Starts a command in the background.
    pub(crate) fn start_command(&self, command: Command) -> Running<'_> {
        let number = self.outputs.replace_with(|number| *number + 1);
        Running::start(self, command, &self.path(&format!("output-{number}")))
    }

    fn environment(&self) -> Vec<(OsString, OsString)> {
        let mut env: Vec<(OsString, OsString)> = vec![
            ("PATH".into(), std::env::var_os("PATH").unwrap()),
            ("HOME".into(), self.path("home").into()),
            ("USER".into(), "ada".into()),
            ("GIT_CONFIG_NOSYSTEM".into(), "1".into()),
            (SCRIPT_VARIABLE.into(), self.path("script.json").into()),
        ];
        env.extend(self.env.iter().cloned());
        env
    }

    /// The scenario's folder, links resolved.
    pub(crate) fn root(&self) -> PathBuf {
        self.root.path().canonicalize().unwrap()
    }

    /// Leaves the folder where it is when the scenario is over, and says where.
    pub(crate) fn keep(mut self) -> PathBuf {
        self.root.disable_cleanup(true);
        self.root()
    }

    /// A path in the scenario's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// The main repository.
    pub(crate) fn repo(&self) -> PathBuf {
        self.path("repo")
    }

    /// Where the agent's invocations are recorded: among the home's caches, which a confined child may write.
    pub(crate) fn records(&self) -> PathBuf {
        self.path("home/.cache/agent")
    }

    /// Lets an agent go on that awaits this file in its folder of records.
    pub(crate) fn release(&self, name: &str) {
        fs::write(self.records().join(name), "").unwrap();
    }

    /// Runs git in the main repository; it must work.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.repo(), arguments)
    }

    /// Runs git in a folder; it must work.
    pub(crate) fn git_in(&self, folder: &Path, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@localhost", "-c", "gc.auto=0"])
            .args(arguments)
            .env_clear()
            .envs(self.environment())
            .current_dir(folder)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// The newest session; none where none was made.
    pub(crate) fn session(&self) -> Option<Layout> {
        self.session_in(&self.path("sessions"))
    }

    /// The newest session of a folder of sessions.
    pub(crate) fn session_in(&self, sessions: &Path) -> Option<Layout> {
        samocode::engine::list(sessions).unwrap().pop()
    }

    /// The paths of the one session.
    pub(crate) fn layout(&self) -> Layout {
        self.session().expect("there is no session")
    }

    /// The session as a person sees it; none where it cannot be read.
    pub(crate) fn look(&self) -> Option<View> {
        View::read(&self.session()?).ok()
    }

    /// The session as a person sees it.
    pub(crate) fn view(&self) -> View {
        View::read(&self.layout()).unwrap()
    }

    /// The session's journal.
    pub(crate) fn journal(&self) -> Vec<Entry> {
        read_journal(&self.layout().journal()).unwrap().unwrap().entries
    }

    /// How many entries of the journal are of a kind.
    pub(crate) fn count(&self, is: impl Fn(&Event) -> bool) -> usize {
        self.journal().iter().filter(|entry| is(&entry.event)).count()
    }

    /// How the agent was called, oldest first.
    pub(crate) fn invocations(&self) -> Vec<Invocation> {
        let trouble = fs::read_to_string(self.records().join(TROUBLE)).unwrap_or_default();
        assert!(trouble.is_empty(), "the stand-in was in trouble: {trouble}");
        Invocation::all(&self.records()).unwrap()
    }

    /// The processes that agents left behind.
    pub(crate) fn daemons(&self) -> Vec<u32> {
        let text = fs::read_to_string(self.records().join("daemons")).unwrap();
        text.lines().map(|line| line.parse().unwrap()).collect()
    }

    /// The prompt of the n-th invocation.
    pub(crate) fn prompt(&self, number: usize) -> String {
        let invocations = self.invocations();
        let found = invocations.get(number - 1);
        found.unwrap_or_else(|| panic!("there were {} invocations", invocations.len())).stdin.clone()
    }

    /// Waits until the agent was called so often.
    pub(crate) fn until_called(&self, times: usize) {
        until(&format!("{times} invocations"), || (self.invocations().len() >= times).then_some(()));
    }

    /// Waits until the session is in a state, and its gate's files are as the person shall find them.
    pub(crate) fn until_state(&self, state: &str) -> View {
        until(&format!("the state {state}"), || {
            let view = self.look().filter(|view| view.state == state)?;
            let posted = |event: &Event| match (event, &view.gate) {
                (Event::Posted { gate }, Some(open)) => gate.as_str() == open.id,
                _ => false,
            };
            (view.gate.is_none() || self.count(posted) > 0).then_some(view)
        })
    }

    /// A file of the session folder.
    pub(crate) fn session_file(&self, name: &str) -> String {
        fs::read_to_string(self.layout().session_dir().join(name)).unwrap()
    }

    /// Changes a file of the session folder as a person's editor would.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.session_file(name);
        assert!(text.contains(from), "`{from}` is not in {name}:\n{text}");
        fs::write(self.layout().session_dir().join(name), text.replacen(from, to, 1)).unwrap();
    }
}
