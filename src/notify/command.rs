//! A command of the person's own: the announcement's JSON on its input. It gets a group of its own, which is ended with
//! all that is in it as soon as the command itself ends, or its time.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::announcement::Announcement;
use super::error::DeliveryError;
use super::text;
use crate::domain::redact::Redactor;
use crate::patience;

/// How much of what it prints is kept, in bytes.
const MOST_WORDS: usize = 4096;
/// How much of that is told, in characters.
const TOLD: usize = 300;
/// How often is looked whether it ended.
const LOOK: Duration = Duration::from_millis(20);
/// What left its group may hold its output open; it is not waited for longer.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A command and where it is run.
#[derive(Debug, Clone)]
pub struct Program {
    pub(super) shell: String,
    pub(super) folder: PathBuf,
    pub(super) environment: Vec<(OsString, OsString)>,
    pub(super) limit: Duration,
    pub(super) redactor: Arc<Redactor>,
}

impl Program {
    pub(super) fn deliver(&self, announcement: &Announcement) -> Result<(), DeliveryError> {
        let failed = |what: &str, error: &io::Error| {
            DeliveryError::Unreachable(format!("the command of SAMOCODE_NOTIFY_COMMAND {what}: {error}"))
        };
        let mut json = announcement.to_json();
        json.push(b'\n');
        let input = file_with(&json).map_err(|error| failed("cannot be given its input", &error))?;
        let (mut child, output) = self.start(input).map_err(|error| failed("cannot be started", &error))?;
        let words = gather(output);
        let ended = attend(&mut child, self.limit).map_err(|error| failed("was lost", &error))?;
        let words = words.recv_timeout(LAST_WORDS).unwrap_or_default();
        match ended {
            Some(status) if status.success() => Ok(()),
            Some(status) => {
                let how = match (status.code(), status.signal()) {
                    (Some(code), _) => format!("exit code {code}"),
                    (None, signal) => format!("signal {}", signal.unwrap_or_default()),
                };
                Err(DeliveryError::Refused(format!("the command ended with {how}{}", self.told(&words))))
            }
            None => Err(DeliveryError::Unreachable(format!(
                "the command was still at work after {} s and was ended{}",
                self.limit.as_secs_f64(),
                self.told(&words)
            ))),
        }
    }

    fn start(&self, input: File) -> io::Result<(Child, io::PipeReader)> {
        let (output, write) = io::pipe()?;
        let child = Command::new("sh")
            .args(["-c", &self.shell])
            .current_dir(&self.folder)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(input)
            .stdout(write.try_clone()?)
            .stderr(write)
            .process_group(0)
            .spawn()?;
        Ok((child, output))
    }

    /// The command's own words, without secrets.
    fn told(&self, words: &[u8]) -> String {
        let words = self.redactor.bytes(words);
        let words = text::one_line(&String::from_utf8_lossy(&words));
        if words.is_empty() {
            return String::new();
        }
        format!(": {}", text::cut(&words, TOLD, text::characters, text::as_it_is))
    }
}

/// A file without a name, so that a command that reads nothing keeps nobody waiting.
fn file_with(bytes: &[u8]) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file)
}

/// Reads to the end, and keeps the beginning.
fn gather(mut output: io::PipeReader) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::sync_channel(1);
    // Without a thread for it the words are missing, and the command is heard by its exit code.
    drop(patience::thread("notice", move || {
        let mut kept = Vec::new();
        let mut piece = [0; 4096];
        while let Ok(read @ 1..) = output.read(&mut piece) {
            let room = MOST_WORDS.saturating_sub(kept.len()).min(read);
            kept.extend_from_slice(&piece[..room]);
        }
        let _ = sender.send(kept);
    }));
    receiver
}

/// Waits for the command, ends all of its group, and says how it ended; nothing if its time was over.
fn attend(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let end = Instant::now() + limit;
    let pid = Pid::from_child(child);
    // It is not reaped before its group is ended: until then no other group can have its number.
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let in_time = loop {
        match waitid(WaitId::Pid(pid), look) {
            Ok(Some(_)) => break true,
            Ok(None) if Instant::now() >= end => break false,
            Ok(None) | Err(rustix::io::Errno::INTR) => thread::sleep(LOOK),
            Err(error) => {
                let _ = kill_process_group(pid, Signal::KILL);
                return Err(error.into());
            }
        }
    };
    let _ = kill_process_group(pid, Signal::KILL);
    let status = child.wait()?;
    Ok(in_time.then_some(status))
}
