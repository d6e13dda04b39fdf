//! A terminal of a test's own, whose window can be closed.

use std::fs::{File, OpenOptions};
use std::os::fd::OwnedFd;
use std::process::Stdio;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// An open window.
pub(crate) struct Terminal {
    window: OwnedFd,
    inside: File,
}

impl Terminal {
    pub(crate) fn open() -> Self {
        let window = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&window).unwrap();
        unlockpt(&window).unwrap();
        let path = ptsname(&window, Vec::new()).unwrap().into_string().unwrap();
        let inside = OpenOptions::new().read(true).write(true).open(path).unwrap();
        Self { window, inside }
    }

    /// A stream of a program that runs in it.
    pub(super) fn stream(&self) -> Stdio {
        Stdio::from(self.inside.try_clone().unwrap())
    }

    /// Closes the window: who runs in it gets HUP, and can neither read nor write any more.
    pub(crate) fn close(self) {
        drop(self.inside);
        drop(self.window);
    }
}
