//! A terminal of a test's own: what is shown in its window, keys typed in it, and its window can be closed.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use super::running::{PATIENCE, POLL};

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

    /// Looks at what is shown from now on.
    pub(crate) fn look(&self, columns: u16, rows: u16) -> Look {
        let size = Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&self.window, size).unwrap();
        let mut window = File::from(self.window.try_clone().unwrap());
        let keys = window.try_clone().unwrap();
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&said);
        // Ends when the last program in the window has left it.
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(read @ 1..) = window.read(&mut chunk) {
                heard.lock().unwrap().extend_from_slice(&chunk[..read]);
            }
        });
        Look { keys, said, size: (usize::from(columns), usize::from(rows)) }
    }

    /// Whether what is typed is shown and handed on line by line, as a shell needs it.
    pub(crate) fn is_plain(&self) -> bool {
        let modes = tcgetattr(&self.inside).unwrap().local_modes;
        modes.contains(LocalModes::ICANON | LocalModes::ECHO)
    }

    /// Closes the window: who runs in it gets HUP, and can neither read nor write any more.
    pub(crate) fn close(self) {
        drop(self.inside);
        drop(self.window);
    }
}

/// What is seen in a window.
pub(crate) struct Look {
    keys: File,
    said: Arc<Mutex<Vec<u8>>>,
    size: (usize, usize),
}

impl Look {
    /// Types.
    pub(crate) fn type_in(&self, keys: &str) {
        (&self.keys).write_all(keys.as_bytes()).unwrap();
    }

    /// Everything that was written to the window.
    pub(crate) fn bytes(&self) -> String {
        String::from_utf8_lossy(&self.said.lock().unwrap()).into_owned()
    }

    /// The screen as it is now, without blanks at the ends of rows.
    pub(crate) fn screen(&self) -> String {
        let mut rows = vec![vec![' '; self.size.0]; self.size.1];
        let (mut x, mut y) = (0, 0);
        let said = self.bytes();
        let mut rest = said.chars().peekable();
        while let Some(letter) = rest.next() {
            if letter != '\u{1b}' {
                if let Some(cell) = rows.get_mut(y).and_then(|row| row.get_mut(x)) {
                    *cell = letter;
                }
                x += 1;
                continue;
            }
            rest.next_if_eq(&'[');
            let mut sequence = String::new();
            let end = rest.by_ref().find(|letter| {
                sequence.push(*letter);
                letter.is_ascii_alphabetic()
            });
            let numbers: Vec<usize> =
                sequence.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
            match (end, numbers.as_slice()) {
                (Some('H'), [row, column]) => (y, x) = (row - 1, column - 1),
                (Some('J'), _) => rows.iter_mut().for_each(|row| row.fill(' ')),
                _ => {}
            }
        }
        rows.iter().map(|row| row.iter().collect::<String>().trim_end().to_owned() + "\n").collect()
    }

    /// Waits until each of these words is on the screen.
    pub(crate) fn until_shown(&self, words: &[&str]) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            if words.iter().all(|word| screen.contains(word)) {
                return;
            }
            assert!(Instant::now() < deadline, "waited in vain for {words:?} in the window:\n{screen}");
            thread::sleep(POLL);
        }
    }
}
