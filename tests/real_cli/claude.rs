//! Starts the pinned Claude Code with a cleared environment and collects what it says.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use samocode_testing_model::Model;
use serde_json::Value;

use crate::clis::Cli;
use crate::scratch::Scratch;

/// Longer than any run here takes; a run that is still there then has hung.
const PATIENCE: Duration = Duration::from_secs(240);

/// A run that is being set up.
pub(crate) struct Claude<'a> {
    command: Command,
    scratch: &'a Scratch,
    prompt: String,
}

/// What a run left.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) events: Vec<Value>,
    pub(crate) stderr: String,
}

/// A run that is under way.
pub(crate) struct Running {
    child: Child,
    stdout: Option<JoinHandle<String>>,
    stderr: Option<JoinHandle<String>>,
}

impl<'a> Claude<'a> {
    /// With an API key, no telemetry, no update, one retry.
    pub(crate) fn new(model: &Model, scratch: &'a Scratch) -> Self {
        let mut command = Command::new(Cli::Claude.program());
        command
            .args(["-p", "--output-format", "stream-json", "--verbose", "--dangerously-skip-permissions"])
            .args(["--model", "opus"])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin")))
            .env("HOME", scratch.home())
            .env("ANTHROPIC_BASE_URL", model.base_url())
            .env("ANTHROPIC_API_KEY", "any")
            .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
            .env("DISABLE_AUTOUPDATER", "1")
            .env("IS_SANDBOX", "1")
            .env("CLAUDE_CODE_MAX_RETRIES", "1")
            .current_dir(scratch.work())
            .process_group(0);
        Self { command, scratch, prompt: "go\n".to_owned() }
    }

    pub(crate) fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.command.arg(arg.into());
        self
    }

    pub(crate) fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn prompt(mut self, prompt: &str) -> Self {
        prompt.clone_into(&mut self.prompt);
        self
    }

    /// Starts it. The prompt comes from a regular file as standard input, as samocode hands it over.
    pub(crate) fn start(mut self) -> Running {
        let prompt = self.scratch.write("prompt.txt", &self.prompt);
        let mut child = self
            .command
            .stdin(File::open(prompt).unwrap())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().map(collect);
        let stderr = child.stderr.take().map(collect);
        Running { child, stdout, stderr }
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Outcome {
        self.start().wait()
    }
}

fn collect(mut from: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

impl Running {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not come.
    pub(crate) fn wait(mut self) -> Outcome {
        let status = until("the CLI ends", || self.child.try_wait().unwrap());
        let text = |reader: Option<JoinHandle<String>>| reader.unwrap().join().unwrap();
        let stdout = text(self.stdout.take());
        Outcome {
            code: status.code(),
            events: stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
            stderr: text(self.stderr.take()),
        }
    }

    /// Ends it the hard way, as a crash would.
    pub(crate) fn kill(mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Outcome {
    /// The last event of this type, and of this subtype when one is given.
    pub(crate) fn last(&self, kind: &str, subtype: Option<&str>) -> Option<&Value> {
        self.events
            .iter()
            .rev()
            .find(|event| event["type"] == kind && subtype.is_none_or(|subtype| event["subtype"] == subtype))
    }

    /// The result event.
    ///
    /// # Panics
    /// When there is none.
    pub(crate) fn result(&self) -> &Value {
        self.last("result", None)
            .unwrap_or_else(|| panic!("no result event; stderr: {}; events: {:?}", self.stderr, self.events))
    }

    /// The result's text.
    pub(crate) fn text(&self) -> &str {
        self.result()["result"].as_str().unwrap_or_default()
    }
}

/// Asks again until there is an answer.
///
/// # Panics
/// When none comes in time.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {PATIENCE:?} in vain: {what}");
        thread::park_timeout(Duration::from_millis(10));
    }
}
