//! Process ids and process groups as two types, so that a signal meant for one never reaches the other.

use std::fmt;
use std::io;

pub(crate) use rustix::process::Signal;

/// One process. Always positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pid(i32);

/// A process group, named by the process that leads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Group(Pid);

impl Pid {
    /// The process with this number; `None` for 0 and negative ones, which mean something else to `kill`.
    pub fn from_raw(raw: i32) -> Option<Self> {
        (raw > 0).then_some(Self(raw))
    }

    /// The number.
    pub fn raw(self) -> i32 {
        self.0
    }

    /// This process.
    pub(crate) fn own() -> Self {
        Self(rustix::process::getpid().as_raw_pid())
    }

    /// The group that this process leads, if it was started as a group's leader.
    pub(crate) fn led_group(self) -> Group {
        Group(self)
    }

    pub(crate) fn signal(self, signal: Signal) -> io::Result<()> {
        Ok(rustix::process::kill_process(self.for_kernel()?, signal)?)
    }

    pub(crate) fn for_kernel(self) -> io::Result<rustix::process::Pid> {
        rustix::process::Pid::from_raw(self.0).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))
    }
}

impl From<rustix::process::Pid> for Pid {
    fn from(pid: rustix::process::Pid) -> Self {
        Self(pid.as_raw_pid())
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Group {
    pub(crate) fn signal(self, signal: Signal) -> io::Result<()> {
        Ok(rustix::process::kill_process_group(self.0.for_kernel()?, signal)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_negative_numbers_are_no_process() {
        assert_eq!(Pid::from_raw(0), None);
        assert_eq!(Pid::from_raw(-1), None);
        assert_eq!(Pid::from_raw(7).map(Pid::raw), Some(7));
    }
}
