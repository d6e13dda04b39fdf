//! What only Linux has: the child sub-reaper, pidfds, `/proc`. [`elsewhere`](super::elsewhere) is its twin.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use memchr::memrchr;
use rustix::event::{PollFd, PollFlags};
use rustix::process::PidfdFlags;

use super::pid::{Pid, Signal};
use super::poll::poll_until;
use super::table::Entry;

/// With a sub-reaper, who has no child left has no descendant left.
pub(crate) const WAIT_SEES_ALL: bool = true;

/// This program, as it runs now: the link stays good when the file is replaced or deleted during a run.
pub(crate) fn this_program() -> io::Result<PathBuf> {
    Ok(PathBuf::from("/proc/self/exe"))
}

/// Orphans among the descendants become children of this process, wherever they moved their session.
pub(crate) fn adopt_orphans() -> io::Result<()> {
    Ok(rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?)
}

/// What `ps` and `top` show for a program that was started as `/proc/self/exe`.
pub(crate) fn show_as(name: &str) {
    // Only for people; nothing depends on it.
    drop(fs::write("/proc/self/comm", name));
}

/// A bigger pipe lets a program run on while its output is written, and holds what Claude Code would drop: it ends
/// without waiting for a full pipe (measured with 2.1.197). A refusal (a user's quota) stops nothing.
pub(crate) fn widen(pipe: impl AsFd) {
    let _ = rustix::pipe::fcntl_setpipe_size(&pipe, 1024 * 1024);
}

/// How much can wait in the pipe.
pub(crate) fn capacity(pipe: impl AsFd) -> usize {
    rustix::pipe::fcntl_getpipe_size(&pipe).unwrap_or(64 * 1024)
}

/// Signals one process through a pidfd. Its number may have been given away between the scan and the opening of the
/// pidfd, so the start is compared after it; from then on the pidfd means one process only.
pub(crate) fn signal(entry: &Entry, signal: Signal) -> io::Result<()> {
    let Some(handle) = handle(entry)? else {
        return Err(io::Error::from(rustix::io::Errno::SRCH));
    };
    Ok(rustix::process::pidfd_send_signal(&handle, signal)?)
}

fn handle(entry: &Entry) -> io::Result<Option<OwnedFd>> {
    let handle = rustix::process::pidfd_open(entry.pid.for_kernel()?, PidfdFlags::empty())?;
    let now = stat(entry.pid, &mut Vec::new());
    Ok(now.is_some_and(|now| now.start == entry.start).then_some(handle))
}

/// Waits until all of them are over, or the time is up.
pub(crate) fn wait_for_exits(entries: &[Entry], most: Duration) {
    // More handles than this could meet the limit on open files; the caller scans again anyway.
    let mut handles: Vec<OwnedFd> =
        entries.iter().take(256).filter_map(|entry| handle(entry).ok()?).collect();
    let until = Instant::now() + most;
    while !handles.is_empty() {
        let mut fds: Vec<PollFd<'_>> =
            handles.iter().map(|handle| PollFd::new(handle, PollFlags::IN)).collect();
        if !poll_until(&mut fds, Some(until)).unwrap_or(false) {
            return;
        }
        let over: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        let mut over = over.into_iter();
        handles.retain(|_| !over.next().unwrap_or(true));
    }
}

/// Every process that this one can see.
pub(crate) fn processes() -> io::Result<Vec<Entry>> {
    let mut buffer = Vec::with_capacity(1024);
    Ok(pids()?.filter_map(|pid| stat(pid, &mut buffer)).collect())
}

/// What the table says of one process now.
pub(crate) fn process(pid: Pid) -> Option<Entry> {
    stat(pid, &mut Vec::with_capacity(1024))
}

/// The processes of this user whose environment `judge` has something to say about. What is not readable (a set-user-id
/// program, another user's) is not this user's to end.
pub(crate) fn by_environment<T>(mut judge: impl FnMut(&[u8]) -> Option<T>) -> io::Result<Vec<(Pid, T)>> {
    let user = rustix::process::geteuid().as_raw();
    let mut found = Vec::new();
    let mut environment = Vec::with_capacity(32 * 1024);
    for pid in pids()? {
        let Ok(mut file) = File::open(format!("/proc/{pid}/environ")) else {
            continue;
        };
        environment.clear();
        if file.read_to_end(&mut environment).is_err() {
            continue;
        }
        let Some(said) = judge(&environment) else {
            continue;
        };
        if file.metadata().is_ok_and(|status| status.uid() == user) {
            found.push((pid, said));
        }
    }
    Ok(found)
}

fn pids() -> io::Result<impl Iterator<Item = Pid>> {
    let names = fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    Ok(names.filter_map(Pid::from_raw))
}

fn stat(pid: Pid, buffer: &mut Vec<u8>) -> Option<Entry> {
    buffer.clear();
    File::open(format!("/proc/{pid}/stat")).ok()?.read_to_end(buffer).ok()?;
    parse_stat(pid, buffer)
}

/// Fields as in proc(5). The name stands in parentheses and may hold anything, parentheses and newlines included.
fn parse_stat(pid: Pid, line: &[u8]) -> Option<Entry> {
    let rest = std::str::from_utf8(&line[memrchr(b')', line)? + 1..]).ok()?;
    let mut fields = rest.split_ascii_whitespace();
    let zombie = matches!(fields.next()?, "Z" | "X");
    let parent = fields.next()?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    let session = fields.next()?.parse().ok()?;
    let start = fields.nth(15)?.parse().ok()?;
    Some(Entry { pid, parent, group, session, start, zombie })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_and_spaces_does_not_shift_the_fields() {
        let pid = Pid::from_raw(12).unwrap();
        let line = b"12 (a) Z (b \n) S 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 4242 23 24";
        let entry = parse_stat(pid, line).unwrap();
        assert_eq!(entry, Entry { pid, parent: 4, group: 5, session: 6, start: 4242, zombie: false });
    }

    #[test]
    fn this_process_is_found_by_its_environment_and_a_stranger_is_not() {
        // Cargo sets this one for every test program.
        let found =
            by_environment(|all| memchr::memmem::find(all, b"CARGO_MANIFEST_DIR=").map(drop)).unwrap();
        assert!(found.contains(&(Pid::own(), ())));
        assert!(by_environment(|_| None::<()>).unwrap().is_empty());
    }

    #[test]
    fn a_process_with_another_start_is_not_signalled() {
        let mut stranger = process(Pid::own()).unwrap();
        stranger.start += 1;
        assert!(stranger.signal(Signal::KILL).is_err());
    }
}
