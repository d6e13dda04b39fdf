//! A samocode process, heard while it runs. Ended with its test, also when the test fails.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use rustix::process::{Pid, Signal, kill_process_group};

use crate::claude::until;

/// A samocode that runs.
pub(crate) struct Live {
    child: Child,
    said: Arc<Mutex<Vec<u8>>>,
}

/// A samocode that ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    /// Everything that it printed, on both streams.
    pub(crate) said: String,
}

impl Live {
    /// Starts it in a process group of its own, as a shell does.
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn().unwrap();
        let said = Arc::new(Mutex::new(Vec::new()));
        hear(child.stdout.take().unwrap(), &said);
        hear(child.stderr.take().unwrap(), &said);
        Self { child, said }
    }

    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&self.said.lock().unwrap()).into_owned()
    }

    /// Waits until it has said these words.
    pub(crate) fn hears(&mut self, words: &str) {
        until(&format!("samocode says {words:?}"), || {
            if self.said().contains(words) {
                return Some(());
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none() || self.said().contains(words), "it ended and said:\n{}", self.said());
            None
        });
    }

    /// What a terminal's Ctrl-C does: the whole foreground group gets the signal.
    pub(crate) fn interrupt(&self) {
        kill_process_group(self.group(), Signal::INT).unwrap();
    }

    /// Ends it as a crash would.
    pub(crate) fn crash(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> Ended {
        let status = until("samocode ends", || {
            let status = self.child.try_wait().unwrap();
            status.filter(|_| Arc::strong_count(&self.said) == 1)
        });
        Ended { code: status.code(), said: self.said() }
    }

    fn group(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // Its keeper ends the rest.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Listens until the stream ends; the shared text has one owner fewer then.
fn hear(mut from: impl Read + Send + 'static, said: &Arc<Mutex<Vec<u8>>>) {
    let said = Arc::clone(said);
    thread::spawn(move || {
        let mut piece = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut piece) {
            said.lock().unwrap().extend_from_slice(&piece[..length]);
        }
    });
}

impl Ended {
    /// Checks the exit code.
    pub(crate) fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "it said:\n{}", self.said);
        self
    }

    /// Checks what was said.
    pub(crate) fn saying(self, words: &str) -> Self {
        assert!(self.said.contains(words), "not a word of {words:?} in:\n{}", self.said);
        self
    }
}
