//! A samocode process: under way, or ended with what it said.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::{Scenario, Terminal};

/// Nothing here takes that long; what does has hung.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
pub(super) const POLL: Duration = Duration::from_millis(10);

/// Waits until a condition holds.
pub(crate) fn until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        thread::sleep(POLL);
    }
}

/// Whether a process lives; a zombie does not.
pub(crate) fn lives(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z')))
}

/// A samocode process that is under way. Killed when dropped; its keepers end the rest.
pub(crate) struct Running<'a> {
    scenario: &'a Scenario,
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

/// A samocode process that ended.
pub(crate) struct Ended<'a> {
    scenario: &'a Scenario,
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl<'a> Running<'a> {
    pub(super) fn start(scenario: &'a Scenario, mut command: Command, output: &Path) -> Self {
        let (out, err) = (output.with_extension("out"), output.with_extension("err"));
        // A group of its own, as a shell gives to each job.
        command.process_group(0);
        command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap());
        Self { scenario, child: command.spawn().unwrap(), out, err }
    }

    /// In a terminal's window, where what it says is not kept.
    pub(super) fn start_on(scenario: &'a Scenario, mut command: Command, terminal: &Terminal) -> Self {
        command.stdin(terminal.stream()).stdout(terminal.stream()).stderr(terminal.stream());
        let nothing = PathBuf::from("/dev/null");
        Self { scenario, child: command.spawn().unwrap(), out: nothing.clone(), err: nothing }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it printed so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.out).unwrap()
    }

    /// Waits until it printed these words.
    pub(crate) fn until_said(&self, words: &str) {
        until(&format!("`{words}` in its output"), || self.said().contains(words).then_some(()));
    }

    /// Waits until the session is in a state while this process works on it.
    pub(crate) fn until_state(&mut self, state: &str) {
        let (ended, err) = (&mut self.child, &self.err);
        until(&format!("the state {state}"), || {
            let code = ended.try_wait().unwrap();
            assert!(code.is_none(), "it ended with {code:?}: {}", fs::read_to_string(err).unwrap());
            self.scenario.look().filter(|view| view.state == state && view.orchestrator.is_some())
        });
        self.scenario.until_state(state);
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Sends INT to its whole group, as Ctrl-C in a terminal does.
    pub(crate) fn ctrl_c(&self) {
        kill_process_group(Pid::from_child(&self.child), Signal::INT).unwrap();
    }

    /// Kills it at once, as a crash would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Whether it has ended.
    pub(crate) fn is_over(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ended<'a> {
        let status = until("the end of samocode", || self.child.try_wait().unwrap());
        let text = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        Ended { scenario: self.scenario, code: status.code(), out: text(&self.out), err: text(&self.err) }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

impl Ended<'_> {
    /// Its exit code is this one.
    #[track_caller]
    pub(crate) fn expect_exit(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "it said:\n{}\nand on stderr:\n{}", self.out, self.err);
        self
    }

    /// Its standard output holds each of these.
    #[track_caller]
    pub(crate) fn expect_out(self, words: &[&str]) -> Self {
        expect_words(&self.out, words);
        self
    }

    /// Its standard error holds each of these.
    #[track_caller]
    pub(crate) fn expect_err(self, words: &[&str]) -> Self {
        expect_words(&self.err, words);
        self
    }

    /// The session stands in this phase.
    #[track_caller]
    pub(crate) fn expect_phase(self, phase: &str) -> Self {
        assert_eq!(self.scenario.view().phase, phase);
        self
    }

    /// The session is in this state.
    #[track_caller]
    pub(crate) fn expect_state(self, state: &str) -> Self {
        assert_eq!(self.scenario.view().state, state);
        self
    }
}

/// A text holds each of these words.
#[track_caller]
pub(crate) fn expect_words(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` is not in:\n{text}");
    }
}
