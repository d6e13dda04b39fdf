//! Watches the program, ends it on request, and then ends everything that it left behind.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::process::{WaitOptions, WaitStatus};

use super::wake::Wake;
use crate::process::ladder::{Graces, Ladder, Rung};
use crate::process::pid::{Pid, Signal};
use crate::process::poll::poll_until;
use crate::process::system;
use crate::process::table::{Entry, Table};
use crate::process::wire::{self, Report, Request};

/// Between two looks at what KILL has not ended yet.
const ROUND: Duration = Duration::from_millis(100);
/// After so many, a process is held by the kernel (a dead disk, say) or is another user's. Waiting would hang the session.
const ROUNDS: u32 = 50;
/// Scans of one round: only a program that starts others faster than a scan takes needs more than two.
const SCANS: u32 = 20;

enum Stage {
    /// The program runs and nobody asked it to end.
    Running,
    /// The program was asked to end.
    Climbing(Ladder),
    /// The program is over; what it left is to be asked to end.
    Over,
    /// The program after KILL, or what it left after TERM, has until then to be over.
    Waiting { until: Instant },
    /// All that is left gets KILL.
    Killing { round: u32, next: Instant },
}

#[derive(PartialEq, Eq)]
enum Children {
    None,
    Some,
}

pub(super) struct Watch<'a> {
    control: &'a UnixStream,
    listening: bool,
    heard: Vec<u8>,
    wake: Wake,
    program: Pid,
    /// Not yet waited for, so its number is its own.
    program_lives: bool,
    graces: Graces,
    stage: Stage,
    ended: BTreeSet<(Pid, u64)>,
    killed: BTreeSet<(Pid, u64)>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(control: &'a UnixStream, wake: Wake, program: Pid, graces: Graces) -> Self {
        Self {
            control,
            listening: true,
            heard: Vec::new(),
            wake,
            program,
            program_lives: true,
            graces,
            stage: Stage::Running,
            ended: BTreeSet::new(),
            killed: BTreeSet::new(),
        }
    }

    /// Returns when nothing is left, or when what is left cannot be ended.
    pub(super) fn run(mut self) {
        let left = loop {
            if self.reap() == Children::None && self.table_agrees() {
                break Vec::new();
            }
            if let Some(left) = self.act(Instant::now()) {
                break left;
            }
            if self.listen().is_err() {
                // Deaf, it could keep no promise but this one.
                self.obey(Request::Kill);
            }
        };
        self.report(&Report::Gone { ended: self.count(), left });
    }

    /// Collects every child that is over, adopted ones included.
    fn reap(&mut self) -> Children {
        loop {
            match rustix::process::wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) if self.program_lives && Pid::from(pid) == self.program => {
                    self.program_is_over(status);
                }
                Ok(Some(_)) | Err(Errno::INTR) => {}
                Ok(None) => return Children::Some,
                Err(_) => return Children::None,
            }
        }
    }

    fn program_is_over(&mut self, status: WaitStatus) {
        self.program_lives = false;
        if let Some(code) = status.exit_status() {
            self.report(&Report::Returned { code });
        } else if let Some(signal) = status.terminating_signal() {
            self.report(&Report::Signalled { signal });
        }
        if !matches!(self.stage, Stage::Killing { .. }) {
            self.stage = Stage::Over;
        }
    }

    /// Does what is due. Gives the processes that cannot be ended, when it gives up on them.
    fn act(&mut self, now: Instant) -> Option<Vec<i32>> {
        match &mut self.stage {
            Stage::Running => {}
            Stage::Climbing(ladder) => match ladder.climb(now) {
                Some(Rung::Interrupt) => self.signal_program(Signal::INT),
                Some(Rung::Terminate) => self.signal_program(Signal::TERM),
                Some(Rung::Kill) => {
                    self.signal_program(Signal::KILL);
                    self.stage = Stage::Waiting { until: now + self.graces.leftovers };
                }
                None => {}
            },
            Stage::Over => self.ask(now),
            Stage::Waiting { until } if now < *until => {}
            Stage::Waiting { .. } => self.kill_all(now),
            Stage::Killing { next, .. } if now < *next => {}
            Stage::Killing { round, .. } => {
                if *round >= ROUNDS {
                    return Some(self.unended());
                }
                let round = *round + 1;
                self.kill_what_is_there();
                self.stage = Stage::Killing { round, next: now + ROUND };
            }
        }
        None
    }

    fn kill_all(&mut self, now: Instant) {
        self.stage = Stage::Killing { round: 0, next: now };
    }

    fn signal_program(&self, signal: Signal) {
        let group = self.program.led_group();
        // It may have left the group that it was started in, or be over just now.
        if group.signal(signal).is_err() {
            drop(self.program.signal(signal));
        }
        // A stopped program would take it only when continued.
        drop(group.signal(Signal::CONT));
    }

    fn ask(&mut self, now: Instant) {
        for entry in self.descendants() {
            self.end(&entry, Signal::TERM);
            drop(entry.signal(Signal::CONT));
        }
        self.stage = Stage::Waiting { until: now + self.graces.leftovers };
    }

    /// Scans until a scan shows nothing new: a parent may start one more before its own KILL arrives.
    fn kill_what_is_there(&mut self) {
        for _ in 0..SCANS {
            let mut fresh = false;
            for entry in self.descendants() {
                if self.killed.insert(entry.incarnation()) {
                    fresh = true;
                    self.end(&entry, Signal::KILL);
                }
            }
            if !fresh {
                return;
            }
        }
    }

    fn end(&mut self, entry: &Entry, signal: Signal) {
        if entry.signal(signal).is_ok() && entry.pid != self.program && !entry.zombie {
            self.ended.insert(entry.incarnation());
        }
    }

    fn descendants(&self) -> Vec<Entry> {
        // Without a table there is nothing to act on; the next round reads it again.
        let Ok(table) = Table::read() else {
            return Vec::new();
        };
        let mut found = table.below([Pid::own()]);
        if !system::WAIT_SEES_ALL {
            let orphan = |entry: &&Entry| entry.group == self.program.raw() && !found.contains(*entry);
            let orphans: Vec<Entry> = table.iter().filter(orphan).copied().collect();
            found.extend(table.below(orphans.iter().map(|entry| entry.pid)));
            found.extend(orphans);
        }
        found
    }

    fn table_agrees(&self) -> bool {
        system::WAIT_SEES_ALL || self.descendants().is_empty()
    }

    fn unended(&self) -> Vec<i32> {
        self.descendants().iter().filter(|entry| !entry.zombie).map(|entry| entry.pid.raw()).collect()
    }

    fn count(&self) -> u32 {
        u32::try_from(self.ended.len()).unwrap_or(u32::MAX)
    }

    /// Waits for a request, a child, or the next thing that is due.
    fn listen(&mut self) -> io::Result<()> {
        let until = match &self.stage {
            Stage::Running => None,
            Stage::Climbing(ladder) => ladder.due(),
            Stage::Over => Some(Instant::now()),
            Stage::Waiting { until } => Some(*until),
            Stage::Killing { next, .. } => Some(*next),
        };
        let mut fds =
            [PollFd::new(self.wake.bell(), PollFlags::IN), PollFd::new(self.control, PollFlags::IN)];
        let watched = if self.listening { 2 } else { 1 };
        poll_until(&mut fds[..watched], until)?;
        let [bell, control] = fds.map(|fd| !fd.revents().is_empty());
        if bell && self.wake.answer() {
            self.obey(Request::Kill);
        }
        if control {
            self.hear();
        }
        Ok(())
    }

    fn hear(&mut self) {
        let mut bytes = [0; 256];
        let mut control = self.control;
        match control.read(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // samocode is gone, kill -9 included.
            Ok(0) | Err(_) => {
                self.listening = false;
                self.obey(Request::Stop);
            }
            Ok(count) => self.heard.extend_from_slice(&bytes[..count]),
        }
        while let Some(end) = memchr::memchr(b'\n', &self.heard) {
            let line: Vec<u8> = self.heard.drain(..=end).collect();
            if let Ok(request) = wire::hear(&line) {
                self.obey(request);
            }
        }
    }

    fn obey(&mut self, request: Request) {
        let now = Instant::now();
        match (request, &self.stage) {
            (Request::Stop, Stage::Running) => {
                self.stage = Stage::Climbing(Ladder::new(self.graces, now));
            }
            (Request::Stop, _) | (Request::Kill, Stage::Killing { .. }) => {}
            (Request::Kill, _) => {
                if self.program_lives {
                    self.signal_program(Signal::KILL);
                }
                self.kill_all(now);
            }
        }
    }

    fn report(&self, report: &Report) {
        // samocode may be gone; what is to be ended does not depend on it.
        drop(wire::tell(report, self.control));
    }
}
