//! The threads that attend to a running program: one follows its keeper's reports, one empties each of its pipes.

use std::io::{self, BufRead, BufReader, PipeReader, PipeWriter};
use std::os::unix::net::UnixStream;
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::drain::drain;
use super::error::ProcessError;
use super::lines::{Cutter, Joiner, Line, Piece};
use super::log::Log;
use super::lost;
use super::pid::Pid;
use super::running::{ProcessEvent, Running, STDERR_TAIL, Tails, join, lock};
use super::sweep::Swept;
use super::tail::Tail;
use super::wire::{self, Report, Request};
use crate::crash;
use crate::domain::command::Exit;
use crate::domain::redact::{Redactor, Stream};
use crate::patience;

/// A started program before anybody attends to it.
pub(super) struct Kept {
    pub(super) program: Pid,
    pub(super) keeper: Child,
    pub(super) control: UnixStream,
    pub(super) reports: BufReader<UnixStream>,
    pub(super) tag: String,
}

/// The ends of the program's pipes, and where they go.
pub(super) struct Pipes {
    pub(super) stdout: (PipeReader, Log),
    pub(super) stderr: Option<(PipeReader, Log)>,
    pub(super) stdout_tail: usize,
    pub(super) redactor: Arc<Redactor>,
}

type Events = Arc<dyn Fn(ProcessEvent) + Send + Sync>;

/// Starts the threads that read what keeper and program have to say.
pub(super) fn attend(
    kept: Kept,
    pipes: Pipes,
    events: Events,
    lines: impl FnMut(Piece<'_>) + Send + 'static,
    stderr_lines: impl FnMut(Line<'_>) + Send + 'static,
) -> Result<Running, ProcessError> {
    let Kept { program, mut keeper, control, reports, tag } = kept;
    let tails = Arc::new(Tails {
        stdout: Mutex::new(Tail::new(pipes.stdout_tail)),
        stderr: Mutex::new(Tail::new(STDERR_TAIL)),
    });
    let started = io::pipe().and_then(|(over, alive)| {
        let drainer = empty(pipes, over, &tails, &events, lines, stderr_lines)?;
        Ok((drainer, alive))
    });
    let (drainer, alive) = match started {
        Ok(started) => started,
        Err(error) => {
            drop(wire::tell(&Request::Kill, &control));
            drop(keeper.wait());
            return Err(ProcessError::Pipes(error));
        }
    };
    let mut running = Running { pid: program, control, tails, follower: None, drainer: Some(drainer) };
    let follow = move || follow(reports, keeper, &tag, alive, &events);
    match patience::thread("keeper", follow) {
        Ok(follower) => running.follower = Some(follower),
        Err(error) => {
            running.kill();
            return Err(ProcessError::Pipes(error));
        }
    }
    Ok(running)
}

/// Reads the keeper's reports until all is over. `alive` is closed then, so that no pipe is waited for any longer.
fn follow(
    mut reports: impl BufRead,
    mut keeper: Child,
    tag: &str,
    alive: PipeWriter,
    events: &Events,
) -> (Exit, Swept) {
    let mut exit = None;
    let mut line = Vec::new();
    let swept = loop {
        line.clear();
        let report = match reports.read_until(b'\n', &mut line) {
            Ok(1..) => wire::hear(&line).ok(),
            Ok(0) | Err(_) => None,
        };
        let known = match report {
            Some(Report::Returned { code }) => Exit::Code(code),
            Some(Report::Signalled { signal }) => Exit::Signal(signal),
            Some(Report::Gone { ended, left }) => {
                break Swept { ended, left: left.into_iter().filter_map(Pid::from_raw).collect() };
            }
            Some(Report::Started { .. } | Report::CouldNotStart { .. }) => continue,
            None => break lost::end_abandoned(&mut keeper, tag),
        };
        exit = Some(known);
        events(ProcessEvent::Exited(known));
    };
    drop(alive);
    let exit = exit.unwrap_or_else(|| {
        events(ProcessEvent::Exited(Exit::Unknown));
        Exit::Unknown
    });
    events(ProcessEvent::Gone { ended: swept.ended, left: swept.left.clone() });
    drop(keeper.wait());
    (exit, swept)
}

/// Empties both pipes; the thread that it gives ends after both did.
fn empty(
    pipes: Pipes,
    over: PipeReader,
    tails: &Arc<Tails>,
    events: &Events,
    mut lines: impl FnMut(Piece<'_>) + Send + 'static,
    stderr_lines: impl FnMut(Line<'_>) + Send + 'static,
) -> io::Result<JoinHandle<Option<u64>>> {
    let redactor = pipes.redactor;
    let stderr = pipes
        .stderr
        .map(|stderr| empty_stderr(stderr, over.try_clone()?, &redactor, tails, events, stderr_lines))
        .transpose()?;
    let (pipe, mut log) = pipes.stdout;
    let (tails, events) = (Arc::clone(tails), Arc::clone(events));
    patience::thread("stdout", move || {
        let mut cutter = Cutter::default();
        let mut stdout_bytes = 0;
        let mut stream = Stream::default();
        let mut keep = |clean: &[u8]| {
            write(&mut log, clean, &events);
            lock(&tails.stdout).push(clean);
        };
        let drained = drain(&pipe, &over, |bytes| {
            stdout_bytes += bytes.len() as u64;
            stream.feed(&redactor, bytes, &mut keep);
            cutter.feed(bytes, &mut lines);
        });
        crash::point(|| "the end of a stream, before the rest of its log");
        stream.finish(&redactor, &mut keep);
        cutter.finish(&mut lines);
        crash::point(|| "the end of a stream, after the rest of its log");
        if let Err(error) = drained {
            events(ProcessEvent::LogFailed { path: log.path().to_owned(), error });
        }
        join(stderr);
        events(ProcessEvent::Drained { stdout_bytes });
        stdout_bytes
    })
}

fn empty_stderr(
    (pipe, mut log): (PipeReader, Log),
    over: PipeReader,
    redactor: &Arc<Redactor>,
    tails: &Arc<Tails>,
    events: &Events,
    mut lines: impl FnMut(Line<'_>) + Send + 'static,
) -> io::Result<JoinHandle<Option<()>>> {
    let (redactor, tails, events) = (Arc::clone(redactor), Arc::clone(tails), Arc::clone(events));
    patience::thread("stderr", move || {
        let (mut cutter, mut joiner) = (Cutter::default(), Joiner::default());
        let mut pieces = |piece: Piece<'_>| joiner.feed(piece, &mut lines);
        let mut stream = Stream::default();
        let mut keep = |clean: &[u8]| {
            lock(&tails.stderr).push(clean);
            write(&mut log, clean, &events);
        };
        let drained = drain(&pipe, &over, |bytes| {
            stream.feed(&redactor, bytes, &mut keep);
            cutter.feed(bytes, &mut pieces);
        });
        stream.finish(&redactor, &mut keep);
        cutter.finish(&mut pieces);
        if let Err(error) = drained {
            events(ProcessEvent::LogFailed { path: log.path().to_owned(), error });
        }
    })
}

fn write(log: &mut Log, bytes: &[u8], events: &Events) {
    if let Err(error) = log.append(bytes) {
        events(ProcessEvent::LogFailed { path: log.path().to_owned(), error });
    }
}
