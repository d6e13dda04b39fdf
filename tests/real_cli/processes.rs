//! This machine's processes, found by what they were started with: each test finds its own and no other's.

use std::fs;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

/// The processes of this machine whose command line is one of these.
pub(crate) fn running(command_lines: &[String]) -> Vec<Pid> {
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let found = entries.filter(|entry| {
        let bytes = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let words = String::from_utf8_lossy(&bytes).trim_end_matches('\0').replace('\0', " ");
        command_lines.contains(&words)
    });
    found.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)).collect()
}

/// A number for a test's sleeps that no other test and no other run of the tests has.
pub(crate) fn own_number(test: u32) -> u32 {
    (std::process::id() * 16 + test) % 1_000_000
}

/// Ends what a test found, also when the test fails.
pub(crate) struct Cleanup(pub(crate) Vec<String>);

impl Drop for Cleanup {
    fn drop(&mut self) {
        for process in running(&self.0) {
            let _ = kill_process(process, Signal::KILL);
        }
    }
}

/// The processes whose environment has this home, or had it when they were started.
pub(crate) fn at_home(home: &Path) -> Vec<String> {
    let wanted = format!("HOME={}", home.display());
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let found = entries.filter_map(|entry| {
        let environment = fs::read(entry.path().join("environ")).ok()?;
        environment.split(|byte| *byte == 0).find(|line| *line == wanted.as_bytes())?;
        let words = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let words = String::from_utf8_lossy(&words).replace('\0', " ");
        Some(format!("{} {words}", entry.file_name().display()))
    });
    found.collect()
}
