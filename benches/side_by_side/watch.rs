//! `watch` over a project of 50 sessions with 100,000 log lines each: from a key to the first byte of what it changes, and
//! what the screen costs while nothing happens.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write as _};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::project::Project;
use crate::{least_and_median, verdict};

const SESSIONS: usize = 50;
const LINES: usize = 100_000;
const PRESSES: usize = 100;
const GOAL_MS: f64 = 50.0;
const IDLE: Duration = Duration::from_secs(20);
const GOAL_PERCENT: f64 = 1.0;

/// Silence that ends what a key brought about.
const QUIET: Duration = Duration::from_millis(60);

/// How often a silent screen is looked at before a key counts as one that changed nothing.
const PATIENCE: Duration = Duration::from_millis(1500);

/// A kind of key presses: what leads to them, and the keys themselves, which are pressed in turn.
struct Kind {
    name: &'static str,
    before: &'static str,
    keys: &'static [&'static str],
}

const KINDS: [Kind; 6] = [
    Kind { name: "up and down the list", before: "", keys: &["j", "j", "j", "k", "k"] },
    Kind { name: "open and leave a session", before: "", keys: &["\r", "q"] },
    Kind { name: "from tab to tab", before: "\r", keys: &["\t"] },
    Kind { name: "through the log", before: "5", keys: &["\u{15}", "g", "\u{4}", "G", "k"] },
    Kind { name: "search the log", before: "", keys: &["/rare word\r", "n", "n", "N", "\u{1b}[6~"] },
    Kind { name: "a word on each line", before: "", keys: &["/parser\r", "n", "N"] },
];

pub(crate) fn measure() {
    let project = Project::new();
    project.run("s00", 5, &[("BENCH_CHANGE", Path::new("1"))]);
    copy_sessions(&project);
    println!("watch, {SESSIONS} sessions with {LINES} log lines each: {PRESSES} presses of each kind");
    let mut screen = Screen::start(&project);
    screen.settle();
    let (mut worst, mut slowest, mut all) = (0.0_f64, 0.0_f64, Vec::new());
    for kind in &KINDS {
        screen.press(kind.before);
        screen.settle();
        let keys = kind.keys.iter().cycle().take(PRESSES);
        let (first, last): (Vec<f64>, Vec<f64>) = keys.filter_map(|keys| screen.timed(keys)).unzip();
        let most = |times: &[f64]| times.iter().copied().fold(0.0, f64::max);
        println!("  {:<25} {} to the first byte, {} to the last", kind.name, told(&first), told(&last));
        (worst, slowest) = (worst.max(most(&first)), slowest.max(most(&last)));
        all.extend(first);
    }
    let (_, median) = least_and_median(&all);
    println!("  all kinds                 median {median:.2} ms");
    println!("  worst to the last byte    {slowest:.2} ms");
    verdict("the slowest key", worst, "ms", worst <= GOAL_MS, &format!("{GOAL_MS} ms"));
    for (name, keys) in [("the list", "\u{1b}q"), ("an open log", "\r5")] {
        screen.press(keys);
        screen.settle();
        let before = screen.cpu_ticks();
        thread::sleep(IDLE);
        let used = screen.cpu_ticks() - before;
        // 100 ticks a second, whatever the kernel's own clock.
        let percent = used / 100.0 / IDLE.as_secs_f64() * 100.0;
        let what = format!("idle at {name}, {} s", IDLE.as_secs());
        verdict(&what, percent, "% of a core", percent < GOAL_PERCENT, &format!("under {GOAL_PERCENT} %"));
    }
    screen.leave();
}

fn told(times: &[f64]) -> String {
    let (least, median) = least_and_median(times);
    let most = times.iter().copied().fold(0.0, f64::max);
    format!("{least:5.2} / {median:5.2} ms, worst {most:5.2}")
}

/// Makes the other sessions from the first one, under their own names, each with a long log.
fn copy_sessions(project: &Project) {
    let (record, folder) = (project.record("s00"), project.session_dir("s00"));
    let journal = fs::read_to_string(record.join("journal.jsonl")).unwrap();
    let log = long_log();
    let date = folder.file_name().unwrap().to_string_lossy().replace("s00", "");
    for number in 0..SESSIONS {
        let name = format!("s{number:02}");
        let to = |of: &Path| of.with_file_name(format!("{date}{name}"));
        for place in [to(&record), to(&folder)] {
            fs::create_dir_all(place).unwrap();
        }
        fs::write(to(&record).join("journal.jsonl"), journal.replace("s00", &name)).unwrap();
        let overview = fs::read_to_string(folder.join("_overview.md")).unwrap();
        fs::write(to(&folder).join("_overview.md"), overview.replace("s00", &name)).unwrap();
        fs::write(to(&folder).join("session.log"), &log).unwrap();
    }
}

fn long_log() -> String {
    let mut log = String::new();
    for number in 0..LINES {
        let rare = if number.is_multiple_of(9973) { " a rare word" } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(
            log,
            "01-08 14:30:{:02}  #{number} the parser and its tests written{rare}; go on",
            number % 60
        );
    }
    log
}

/// `samocode watch` in a terminal of its own.
struct Screen {
    child: Child,
    window: File,
    output: Receiver<Instant>,
}

impl Screen {
    fn start(project: &Project) -> Self {
        let window = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&window).unwrap();
        unlockpt(&window).unwrap();
        let path = ptsname(&window, Vec::new()).unwrap().into_string().unwrap();
        tcsetwinsize(&window, Winsize { ws_col: 120, ws_row: 40, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let inside = OpenOptions::new().read(true).write(true).open(path).unwrap();
        let stream = || Stdio::from(inside.try_clone().unwrap());
        let mut command: Command = project.command("setsid");
        command.args(["--ctty", env!("CARGO_BIN_EXE_samocode"), "watch"]);
        command.env("TERM", "xterm-256color").stdin(stream()).stdout(stream()).stderr(stream());
        let child = command.spawn().unwrap();
        let output = listen(window.try_clone().unwrap());
        Self { child, window: File::from(window), output }
    }

    fn press(&mut self, keys: &str) {
        self.window.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until the screen has been silent for a moment.
    fn settle(&mut self) {
        let quiet = |output: &Receiver<Instant>| output.recv_timeout(QUIET * 3);
        while quiet(&self.output).is_ok() {}
    }

    /// Milliseconds from a key to the first and to the last byte that come of it; none for a key that changes nothing. Words that are
    /// typed before the last key count by that last key.
    fn timed(&mut self, keys: &str) -> Option<(f64, f64)> {
        let (before, last) = match keys.strip_suffix('\r') {
            Some(typed) if !typed.is_empty() => (typed, "\r"),
            _ => ("", keys),
        };
        if !before.is_empty() {
            self.press(before);
            self.settle();
        }
        while self.output.try_recv().is_ok() {}
        let pressed = Instant::now();
        self.press(last);
        let first = self.output.recv_timeout(PATIENCE).ok()?;
        let more = std::iter::from_fn(|| self.output.recv_timeout(QUIET).ok());
        let last = more.last().unwrap_or(first);
        let ms = |came: Instant| came.saturating_duration_since(pressed).as_secs_f64() * 1e3;
        Some((ms(first), ms(last)))
    }

    /// Ticks that the process has worked.
    fn cpu_ticks(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()
    }

    fn leave(mut self) {
        self.press("\u{3}");
        assert!(self.child.wait().unwrap().success());
    }
}

/// When bytes came, as soon as they do.
fn listen(window: OwnedFd) -> Receiver<Instant> {
    let (send, receive) = channel();
    let mut window = File::from(window);
    thread::spawn(move || {
        let mut chunk = [0; 64 * 1024];
        loop {
            let mut ready = [PollFd::new(&window, PollFlags::IN)];
            let came = poll(&mut ready, None).map(|_| Instant::now());
            let (Ok(came), Ok(1..)) = (came, window.read(&mut chunk)) else { return };
            if send.send(came).is_err() {
                return;
            }
        }
    });
    receive
}
