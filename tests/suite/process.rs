//! The process layer with real programs: what is started, what comes out of it, and that nothing of it stays.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it should be")]

mod bounded;
mod draining;
mod ending;
mod holder;
mod starting;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use samocode::domain::command::CommandSpec;
use samocode::process::{
    Ended, Graces, LONGEST_LINE, Launch, ProcessError, ProcessEvent, Running, Stderr, launch,
};
use tempfile::TempDir;

/// Generous, for a machine that is busy with other tests; a condition is met in milliseconds.
const DEADLINE: Duration = Duration::from_secs(20);

/// Long enough to tell one rung of the ladder from the next, short enough for a test.
const SHORT: Graces = Graces {
    interrupt: Duration::from_millis(200),
    terminate: Duration::from_millis(200),
    leftovers: Duration::from_millis(200),
};

/// Starts processes that leave the program's group, session, environment and parent behind, writes their numbers into
/// `pids`, and prints `ready` when all of them run.
const ESCAPE: &str = r#"
setsid sleep 1000 & echo $! >> pids
env -i setsid sleep 1000 & echo $! >> pids
(setsid sh -c 'echo $$ >> pids; exec sleep 1000' &)
(env -i PATH="$PATH" setsid sh -c 'trap "" TERM INT; echo $$ >> pids; while :; do sleep 1000; done' &)
until [ "$(wc -l < pids)" -ge 4 ]; do sleep 0.01; done
echo ready
"#;

/// A folder, a program in it, and where its output goes.
struct Scene {
    dir: TempDir,
    launch: Launch,
}

impl Scene {
    fn program(program: impl Into<PathBuf>, args: &[&str]) -> Self {
        let dir = TempDir::new().unwrap();
        let path = std::env::var_os("PATH").unwrap();
        let spec = CommandSpec {
            program: program.into(),
            args: args.iter().map(OsString::from).collect(),
            env: vec![(OsString::from("PATH"), path)],
            dir: dir.path().to_owned(),
            confinement: None,
        };
        // The folder's own name makes the tag one of a kind.
        let tag = format!("{}/1", dir.path().file_name().unwrap().to_str().unwrap());
        let launch = Launch {
            spec,
            prompt: None,
            tag,
            graces: SHORT,
            keeper: PathBuf::from(env!("CARGO_BIN_EXE_samocode")),
            stdout_log: dir.path().join("out.log"),
            stderr: Stderr::Log(dir.path().join("err.log")),
            stdout_tail: 0,
            redactor: Arc::default(),
        };
        Self { dir, launch }
    }

    fn script(text: &str) -> Self {
        Self::program("/bin/sh", &["-c", text])
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn session(&self) -> &str {
        self.launch.tag.split('/').next().unwrap()
    }

    fn try_start(&self) -> Result<Started, ProcessError> {
        let (sender, events) = mpsc::channel();
        let lines = Lines::default();
        let seen = Arc::clone(&lines);
        let stderr_lines = Lines::default();
        let stderr_seen = Arc::clone(&stderr_lines);
        let running = launch(
            self.launch.clone(),
            move |event| drop(sender.send(event)),
            move |piece| {
                let mut lines = seen.lock().unwrap();
                if piece.begins {
                    lines.push((Vec::new(), false));
                }
                let (line, is_cut) = lines.last_mut().unwrap();
                let room = piece.bytes.len().min(LONGEST_LINE - line.len());
                line.extend_from_slice(&piece.bytes[..room]);
                *is_cut |= room < piece.bytes.len();
            },
            move |line| stderr_seen.lock().unwrap().push((line.bytes.to_vec(), line.truncated)),
        )?;
        Ok(Started { running, events, lines, stderr_lines })
    }

    fn start(&self) -> Started {
        self.try_start().unwrap()
    }

    fn start_until_ready(&self) -> Started {
        let started = self.start();
        eventually("the program is ready", || started.printed("ready"));
        started
    }

    fn run(&self) -> Ended {
        self.start().running.wait()
    }

    /// Why the program could not be started.
    fn refusal(&self) -> String {
        let Err(error) = self.try_start() else { panic!("it started") };
        error.to_string()
    }

    fn log(&self) -> Vec<u8> {
        fs::read(&self.launch.stdout_log).unwrap()
    }

    fn pids(&self) -> Vec<i32> {
        let text = fs::read_to_string(self.path("pids")).unwrap_or_default();
        text.lines().map(|line| line.parse().unwrap()).collect()
    }

    /// The processes that wrote themselves into `pids` and still live.
    fn alive(&self) -> Vec<i32> {
        let pids = self.pids();
        assert!(!pids.is_empty(), "the scene has no processes to look at");
        pids.into_iter().filter(|pid| is_alive(*pid)).collect()
    }
}

/// Nothing may survive a test that fails.
impl Drop for Scene {
    fn drop(&mut self) {
        for pid in self.pids().into_iter().filter(|pid| is_alive(*pid)) {
            drop(std::process::Command::new("kill").args(["-9", &pid.to_string()]).status());
        }
    }
}

/// Each line, and whether it was cut.
type Lines = Arc<Mutex<Vec<(Vec<u8>, bool)>>>;

struct Started {
    running: Running,
    events: Receiver<ProcessEvent>,
    lines: Lines,
    stderr_lines: Lines,
}

impl Started {
    fn printed(&self, line: &str) -> bool {
        self.lines.lock().unwrap().iter().any(|(bytes, _)| bytes == line.as_bytes())
    }

    /// What happened until the end, and how it ended.
    fn finish(self) -> (Vec<ProcessEvent>, Ended) {
        let ended = self.running.wait();
        (self.events.try_iter().collect(), ended)
    }
}

fn eventually(what: &str, condition: impl Fn() -> bool) {
    let until = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < until, "not in {DEADLINE:?}: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// A zombie is over, whoever has yet to wait for it.
fn is_alive(pid: i32) -> bool {
    let stat = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"));
    stat.is_ok_and(|stat| !stat.rsplit(')').next().unwrap().trim_start().starts_with(['Z', 'X']))
}

/// The parent of a process, from the process table.
fn parent_of(pid: i32) -> i32 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    stat.rsplit(')').next().unwrap().split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_secret_that_comes_in_pieces_is_in_no_log_and_no_tail_and_the_lines_are_as_they_came() {
    let key = format!("ghp_{}", "a1B2c3D4e5".repeat(4));
    let script = r#"for piece in "$@"; do printf %s "$piece"; printf %s "$piece" >&2; sleep 0.05; done"#;
    let pieces = ["sh", "one ", &key[..3], &key[3..20], &key[20..], " two opaq", "ue-value", "\nthree\n"];
    let mut scene = Scene::program("/bin/sh", &[&["-c", script][..], &pieces].concat());
    scene.launch.redactor = Arc::new(samocode::domain::redact::Redactor::new(["opaque-value"]));
    scene.launch.stdout_tail = 1024;
    let started = scene.start();
    eventually("the last line is there", || started.printed("three"));
    let ended = started.running.wait();

    let clean = b"one <redacted> two <redacted>\nthree\n";
    for log in ["out.log", "err.log"] {
        assert_eq!(fs::read(scene.path(log)).unwrap(), clean, "{log}");
    }
    assert_eq!(ended.stdout_tail, clean);
    assert_eq!(ended.stderr_tail, clean);
    let lines = started.lines.lock().unwrap();
    assert_eq!(lines[0].0, format!("one {key} two opaque-value").into_bytes());
}
