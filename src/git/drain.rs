//! Collects what a git process prints, within a limit of time. Starts nothing and judges nothing.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};

/// How often to look whether git ended while something that it started still holds its pipes
/// (an ssh master connection does, for minutes).
const LOOK: Duration = Duration::from_millis(100);

/// Git removes its lock files on TERM; give it time to.
const GRACE: Duration = Duration::from_secs(2);

/// What a finished process left.
pub(super) struct Drained {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
}

/// Waits for `child`, which leads a process group of its own; `None` when the deadline came first
/// and the group was ended.
pub(super) fn drain(child: &mut Child, deadline: Instant) -> io::Result<Option<Drained>> {
    let mut out = Pipe::new(child.stdout.take());
    let mut err = Pipe::new(child.stderr.take());
    while out.open() || err.open() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            end(child)?;
            return Ok(None);
        }
        if !wait_readable(&mut out, &mut err, left.min(LOOK))?
            && let Some(status) = child.try_wait()?
        {
            return Ok(Some(Drained { status, stdout: out.bytes, stderr: err.bytes }));
        }
    }
    // Git closes its pipes only by ending, so this does not wait.
    let status = child.wait()?;
    Ok(Some(Drained { status, stdout: out.bytes, stderr: err.bytes }))
}

struct Pipe<R> {
    source: Option<R>,
    bytes: Vec<u8>,
    ready: bool,
}

impl<R: Read + AsFd> Pipe<R> {
    fn new(source: Option<R>) -> Self {
        Self { source, bytes: Vec::new(), ready: false }
    }

    fn open(&self) -> bool {
        self.source.is_some()
    }

    fn read_if_ready(&mut self) -> io::Result<()> {
        let Some(source) = self.source.as_mut().filter(|_| self.ready) else {
            return Ok(());
        };
        let mut buffer = [0; 32 * 1024];
        match source.read(&mut buffer) {
            Ok(0) => self.source = None,
            Ok(count) => self.bytes.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Reads once from what is readable; false when nothing was within `wait`.
fn wait_readable<A, B>(out: &mut Pipe<A>, err: &mut Pipe<B>, wait: Duration) -> io::Result<bool>
where
    A: Read + AsFd,
    B: Read + AsFd,
{
    let timeout = Timespec::try_from(wait).unwrap_or_default();
    {
        let mut fds: Vec<PollFd<'_>> = Vec::with_capacity(2);
        if let Some(source) = &out.source {
            fds.push(PollFd::new(source, PollFlags::IN));
        }
        if let Some(source) = &err.source {
            fds.push(PollFd::new(source, PollFlags::IN));
        }
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(true),
            Err(error) => return Err(error.into()),
        }
        let mut ready = fds.iter().map(|fd| !fd.revents().is_empty());
        out.ready = out.source.is_some() && ready.next().unwrap_or(false);
        err.ready = err.source.is_some() && ready.next().unwrap_or(false);
    }
    out.read_if_ready()?;
    err.read_if_ready()?;
    Ok(out.ready || err.ready)
}

fn end(child: &mut Child) -> io::Result<()> {
    let group = Pid::from_child(child);
    // The group may be gone already; what counts is that the wait below returns.
    let _ = kill_process_group(group, Signal::TERM);
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline {
        if child.try_wait()?.is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = kill_process_group(group, Signal::KILL);
    child.wait().map(drop)
}
