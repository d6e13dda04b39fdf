//! A small repository with a stand-in for the AI CLI, and samocode running in it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use samocode::domain::event::{Entry, Event, Judged};
use samocode::domain::verdict::Decision;
use samocode::store::read_journal;
use tempfile::TempDir;

/// Says what a CLI says at least, leaves a signal, and does what its environment asks for. Only words of the shell
/// itself, so that it starts as fast as a program can.
const STAND_IN: &str = r#"#!/bin/sh
[ "$1" != --version ] || { echo "2.1.197 (Claude Code)"; exit; }
IFS= read -r first
echo '{"type":"system","subtype":"init","agents":["samocode:implementation"]}'
[ -z "$BENCH_STREAM" ] || cat "$BENCH_STREAM"
[ -z "$BENCH_CHANGE" ] || echo $$ > change.txt
echo '{"status":"continue","phase":"implementation","summary":"Parser and its tests written; 14 of 20 items are ticked"}' \
    > "${first#Session path: }/_signal.json"
echo '{"type":"result","subtype":"success","is_error":false,"num_turns":1,"result":"done"}'
"#;

/// One phase that may go on for ever.
const WORKFLOW: &str = concat!("name = \"bench\"\n", include_str!("../../testing/workflows/endless.toml"));

/// A folder on the disk that holds cargo's target folder; the temporary folder may be memory, where syncing is free.
pub(crate) fn scratch() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// The project, with a home of its own.
pub(crate) struct Project {
    root: TempDir,
}

impl Project {
    pub(crate) fn new() -> Self {
        let project = Self { root: scratch() };
        fs::create_dir_all(project.path("home")).unwrap();
        fs::create_dir_all(project.path("project/src")).unwrap();
        for number in 0..20 {
            let file = project.path(&format!("project/src/part_{number}.rs"));
            fs::write(file, format!("pub fn part() -> u32 {{\n    {number}\n}}\n")).unwrap();
        }
        let config = "MAIN_REPO=.\nWORKTREES=../worktrees\nSESSIONS=_sessions\nCLAUDE_PATH=../stand-in\n\
                      SAMOCODE_MAX_IDLE=1000000\n";
        fs::write(project.path("project/.samocode"), config).unwrap();
        fs::write(project.path("workflow.toml"), WORKFLOW).unwrap();
        fs::write(project.stand_in(), STAND_IN).unwrap();
        fs::set_permissions(project.stand_in(), fs::Permissions::from_mode(0o755)).unwrap();
        for arguments in [
            &["init", "-q", "-b", "main"][..],
            &["config", "user.name", "Bench"],
            &["config", "user.email", "bench@example.com"],
            &["add", "."],
            &["commit", "-q", "-m", "Begin"],
        ] {
            assert!(project.command("git").args(arguments).status().unwrap().success(), "git {arguments:?}");
        }
        project
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn stand_in(&self) -> PathBuf {
        self.path("stand-in")
    }

    /// A program in the project, with the project's own home and nothing on stdin and stdout.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path("project")).env("HOME", self.path("home"));
        for name in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "SAMOCODE_TAG", "GIT_DIR", "GIT_WORK_TREE"] {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
        command
    }

    pub(crate) fn samocode(&self) -> Command {
        self.command(env!("CARGO_BIN_EXE_samocode"))
    }

    /// Starts a new session for so many iterations; the environment says what the stand-in does in each.
    pub(crate) fn start(&self, name: &str, iterations: usize, env: &[(&str, &Path)]) -> Child {
        let mut command = self.samocode();
        command.args(["run", name, "--task", "Measure", "--workflow"]).arg(self.path("workflow.toml"));
        command.args(["--max-iterations", &iterations.to_string()]).envs(env.iter().copied());
        command.spawn().unwrap()
    }

    /// Runs a new session for so many iterations.
    pub(crate) fn run(&self, name: &str, iterations: usize, env: &[(&str, &Path)]) -> Ran {
        let peak_kib = watch(&mut self.start(name, iterations, env));
        let entries = self.entries(name);
        let judged = judged(&entries);
        let went_on = judged.iter().filter(|judged| matches!(judged.decision, Decision::Go { .. })).count();
        assert_eq!(went_on, iterations, "every iteration goes on: {:?}", judged.last());
        Ran { entries, peak_kib }
    }

    /// The folder of a session's record.
    pub(crate) fn record(&self, name: &str) -> PathBuf {
        let records = fs::read_dir(self.path("project/_sessions/.samocode")).unwrap();
        let ends = |path: &PathBuf| path.to_string_lossy().ends_with(&format!("-{name}"));
        records.map(|entry| entry.unwrap().path()).find(ends).unwrap()
    }

    pub(crate) fn session_dir(&self, name: &str) -> PathBuf {
        self.path("project/_sessions").join(self.record(name).file_name().unwrap())
    }

    pub(crate) fn entries(&self, name: &str) -> Vec<Entry> {
        read_journal(&self.record(name).join("journal.jsonl")).unwrap().unwrap().entries
    }
}

/// A run, from its journal.
pub(crate) struct Ran {
    pub(crate) entries: Vec<Entry>,
    /// Most memory that the samocode process had resident, in KiB.
    pub(crate) peak_kib: u64,
}

impl Ran {
    /// Milliseconds from the start of one iteration to the start of the next, on average.
    pub(crate) fn period_ms(&self) -> f64 {
        let started = |entry: &&Entry| matches!(entry.event, Event::Started(_));
        let starts: Vec<_> = self.entries.iter().filter(started).map(|entry| entry.at).collect();
        let (first, last) = (starts[0], starts[starts.len() - 1]);
        let periods = u32::try_from(starts.len() - 1).unwrap();
        last.duration_since(first).as_secs_f64() * 1e3 / f64::from(periods)
    }

    /// Seconds from before the stand-in's start to after its end and the last byte of its output.
    pub(crate) fn took(&self) -> Duration {
        Duration::from_millis(judged(&self.entries)[0].took_ms)
    }

    /// Iterations that kept a snapshot.
    pub(crate) fn snapshots(&self) -> usize {
        judged(&self.entries).iter().filter(|judged| judged.snapshot_tree.is_some()).count()
    }
}

fn judged(entries: &[Entry]) -> Vec<&Judged> {
    let of = |entry| match entry {
        &Entry { event: Event::Judged(ref judged), .. } => Some(judged.as_ref()),
        _ => None,
    };
    entries.iter().filter_map(of).collect()
}

/// Waits for the end of a process and gives its high-water mark. The kernel keeps the mark, so a look now and then
/// misses nothing but the last moments.
fn watch(child: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = mark.and_then(|mark| mark.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(kib.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(10));
    }
    peak
}
