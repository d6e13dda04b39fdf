//! Ten thousand iterations in one process, each with a snapshot: memory, open files and overhead from its start to its end.
//!
//! samocode is halted now and then, and a shell loop is measured in the pause: what the machine's mood does to one, it
//! does to the other. `SAMOCODE_ENDURANCE` gives another number of iterations.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread::sleep;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use samocode::domain::event::{Entry, Event};

use crate::iteration::loop_ms;
use crate::project::Project;
use crate::{least_and_median, verdict};

const ITERATIONS: usize = 10_000;
const WINDOWS: usize = 20;
/// Pauses a window.
const PAUSES: usize = 5;
/// Starts of the shell loop in a pause.
const STARTS: usize = 40;
/// How far apart start and end may be.
const MOST_GROWTH: f64 = 1.1;
/// Memory that counts as none: what an allocator takes at once.
const SLACK_KIB: u64 = 1024;

/// What was seen in a part of the run.
#[derive(Default)]
struct Window {
    /// Most resident memory, in KiB.
    memory_kib: u64,
    /// Most open files.
    files: usize,
    /// Milliseconds a start of the shell loop.
    shell_ms: Vec<f64>,
}

pub(crate) fn measure() {
    let iterations = std::env::var("SAMOCODE_ENDURANCE").map_or(ITERATIONS, |text| text.parse().unwrap());
    println!("endurance: {iterations} iterations in one process, each with a snapshot");
    let project = Project::new();
    let env: [(&str, &Path); 1] = [("BENCH_CHANGE", Path::new("1"))];
    let mut child = project.start("long", iterations, &env);
    let windows = watch(&project, &mut child, iterations, &env);
    assert_eq!(child.wait().unwrap().code(), Some(11), "it stops at its budget");

    let periods = periods_ms(&project.entries("long"));
    assert_eq!(periods.len(), iterations - 1);
    println!("  iterations      memory   files     samocode   shell loop     overhead");
    let mut overheads = Vec::new();
    let length = iterations / WINDOWS;
    for (number, window) in windows.iter().enumerate() {
        let to = ((number + 1) * length).min(periods.len());
        let period = quick(&periods[number * length..to]);
        let shell = quick(&window.shell_ms);
        println!(
            "  {:>10} {:>7} KiB {:>7} {period:>9.2} ms {shell:>9.2} ms {:>9.2} ms",
            to,
            window.memory_kib,
            window.files,
            period - shell
        );
        overheads.push((period - shell, (period - shell) / shell));
    }
    judge(&windows, &overheads);
}

/// The value that a tenth is below: what else the machine does makes some slower and none quicker.
fn quick(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 10]
}

/// Compares the last quarter with the first; the first window warms up.
fn judge(windows: &[Window], overheads: &[(f64, f64)]) {
    let quarter = WINDOWS / 4;
    let (first, last) = (1..=quarter, WINDOWS - quarter..WINDOWS);
    let most_kib =
        |range: &mut dyn Iterator<Item = usize>| range.map(|at| windows[at].memory_kib).max().unwrap();
    let most_files =
        |range: &mut dyn Iterator<Item = usize>| range.map(|at| windows[at].files).max().unwrap();
    let grown = most_kib(&mut last.clone()).saturating_sub(most_kib(&mut first.clone()));
    let grown_kib = f64::from(u32::try_from(grown).unwrap());
    verdict("memory grew by", grown_kib, "KiB", grown <= SLACK_KIB, "1 MiB at most");
    let (begin, end) = (most_files(&mut first.clone()), most_files(&mut last.clone()));
    // Where in an iteration a look falls makes a difference of a few.
    let met = if end <= begin + 2 { "met" } else { "MISSED" };
    println!("  => open files: {begin} at the start, {end} at the end (goal at most 2 more: {met})");
    let median = |range: &mut dyn Iterator<Item = usize>, pick: fn(&(f64, f64)) -> f64| {
        least_and_median(&range.map(|at| pick(&overheads[at])).collect::<Vec<_>>()).1
    };
    for (what, pick) in [
        ("overhead, end to start", (|pair| pair.0) as fn(&(f64, f64)) -> f64),
        ("the same in starts of the shell loop", |pair| pair.1),
    ] {
        let growth = median(&mut last.clone(), pick) / median(&mut first.clone(), pick);
        verdict(what, growth, "x", growth <= MOST_GROWTH, "1.10 x at most");
    }
}

/// Looks at the process until it has done all iterations, and halts it for the shell loop.
fn watch(project: &Project, child: &mut Child, iterations: usize, env: &[(&str, &Path)]) -> Vec<Window> {
    let mut windows: Vec<Window> = (0..WINDOWS).map(|_| Window::default()).collect();
    let mut counter = None;
    let (mut done, mut pause) = (0, 1);
    while child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(50));
        let Some(counter) = counter.as_mut() else {
            counter = Counter::open(project);
            continue;
        };
        done = counter.started(done);
        let window = &mut windows[(done * WINDOWS / iterations).min(WINDOWS - 1)];
        window.memory_kib = window.memory_kib.max(memory_kib(child.id()));
        window.files = window.files.max(open_files(child.id()));
        if done >= pause * iterations / (WINDOWS * PAUSES) {
            pause += 1;
            window.shell_ms.push(halted(child, || loop_ms(project, "long", env, STARTS)));
        }
    }
    windows
}

/// What a measurement gives while the process stands still.
fn halted(child: &Child, measure: impl FnOnce() -> f64) -> f64 {
    kill_process(Pid::from_child(child), Signal::STOP).unwrap();
    // Its stand-in may be at work, and ends by itself.
    sleep(Duration::from_millis(50));
    let measured = measure();
    kill_process(Pid::from_child(child), Signal::CONT).unwrap();
    measured
}

/// Counts iterations in a journal that grows.
struct Counter {
    file: File,
}

impl Counter {
    fn open(project: &Project) -> Option<Self> {
        let records: PathBuf = project.path("project/_sessions/.samocode");
        let record = fs::read_dir(records).ok()?.next()?.ok()?.path();
        File::open(record.join("journal.jsonl")).ok().map(|file| Self { file })
    }

    /// How many have started, given how many had at the last look.
    fn started(&mut self, before: usize) -> usize {
        let mut text = String::new();
        self.file.read_to_string(&mut text).unwrap();
        before + text.matches(r#"{"started":"#).count()
    }
}

/// Milliseconds from each start to the next; the few that hold a pause are among the slow ones.
fn periods_ms(entries: &[Entry]) -> Vec<f64> {
    let started = |entry: &&Entry| matches!(entry.event, Event::Started(_));
    let starts: Vec<_> = entries.iter().filter(started).map(|entry| entry.at).collect();
    starts.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_secs_f64() * 1e3).collect()
}

fn memory_kib(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let resident = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    resident.and_then(|value| value.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

fn open_files(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}
