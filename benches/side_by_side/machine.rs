//! The machine and its mood: what every figure depends on.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::least_and_median;
use crate::project::scratch;

/// A few lines to print above the figures.
pub(crate) fn facts() -> String {
    let file = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or("unknown", |(_, value)| value).trim().to_owned()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let folder = scratch();
    let sync = sync_ms(folder.path());
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:<12}{value}");
    };
    line("processor", &format!("{cores} cores, {}", field(&file("/proc/cpuinfo"), "model name")));
    line("memory", &field(&file("/proc/meminfo"), "MemTotal"));
    line("kernel", file("/proc/sys/kernel/osrelease").trim());
    line(
        "disk",
        &format!(
            "{}; appending and syncing 600 bytes takes {sync:.2} ms",
            said("stat", &["-f", "-c", "%T", &folder.path().display().to_string()])
        ),
    );
    line("programs", &format!("{}, samocode {}", said("git", &["--version"]), env!("CARGO_PKG_VERSION")));
    line("load", file("/proc/loadavg").trim());
    text.push_str("figures     least / median over the rounds");
    text
}

/// What the journal's promise costs here: an append that is on disk when it returns.
fn sync_ms(folder: &Path) -> f64 {
    let mut log = fs::File::create(folder.join("log")).unwrap();
    let times: Vec<f64> = (0..50)
        .map(|_| {
            let started = Instant::now();
            log.write_all(&[b'x'; 600]).unwrap();
            log.sync_data().unwrap();
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    least_and_median(&times).1
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
