//! Not Linux (macOS, the BSDs): no sub-reaper, no pidfd, no `/proc`, so ending is best effort.
//!
//! What is found: everything below the keeper as `ps` shows it, and the program's group. What is not: a process that left
//! the group and whose parent ended before it, and what an earlier samocode left. Signals go to plain numbers.

use std::io;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::pid::{Pid, Signal};
use super::poll::poll_until;
use super::table::Entry;

/// Orphans leave for the system's first process, so the table has the last word.
pub(crate) const WAIT_SEES_ALL: bool = false;

pub(crate) fn this_program() -> io::Result<PathBuf> {
    std::env::current_exe()
}

pub(crate) fn adopt_orphans() -> io::Result<()> {
    Ok(())
}

pub(crate) fn show_as(_name: &str) {}

pub(crate) fn widen(_pipe: impl AsFd) {}

pub(crate) fn capacity(_pipe: impl AsFd) -> usize {
    64 * 1024
}

pub(crate) fn signal(entry: &Entry, signal: Signal) -> io::Result<()> {
    entry.pid.signal(signal)
}

pub(crate) fn wait_for_exits(_entries: &[Entry], most: Duration) {
    // Nothing to wait on; the caller scans again after it.
    drop(poll_until(&mut [], Some(Instant::now() + most)));
}

pub(crate) fn processes() -> io::Result<Vec<Entry>> {
    let ps = Command::new("ps")
        .args(["-axo", "pid=,ppid=,pgid="])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let itself = ps.id();
    let output = ps.wait_with_output()?;
    let mut entries: Vec<Entry> = String::from_utf8_lossy(&output.stdout).lines().filter_map(parse).collect();
    entries.retain(|entry| u32::try_from(entry.pid.raw()) != Ok(itself));
    Ok(entries)
}

pub(crate) fn process(pid: Pid) -> Option<Entry> {
    processes().ok()?.into_iter().find(|entry| entry.pid == pid)
}

pub(crate) fn by_environment<T>(_judge: impl FnMut(&[u8]) -> Option<T>) -> io::Result<Vec<(Pid, T)>> {
    Ok(Vec::new())
}

fn parse(line: &str) -> Option<Entry> {
    let mut fields = line.split_ascii_whitespace().map(|field| field.parse().ok());
    let pid = Pid::from_raw(fields.next()??)?;
    Some(Entry { pid, parent: fields.next()??, group: fields.next()??, session: 0, start: 0, zombie: false })
}
