//! Keeps the machine from going to sleep by itself, through the system's own program for that.
//!
//! That program runs `cat` on a pipe of samocode's, so it ends with samocode, however samocode dies. Where there is
//! none, or it does not work, the machine sleeps when it wants to: waits go by the wall clock.

use std::ffi::OsStr;
use std::io::{PipeReader, PipeWriter, pipe};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

/// The program, and what it is told before the command that it runs.
#[cfg(target_os = "linux")]
const INHIBITOR: (&str, &[&str]) =
    ("systemd-inhibit", &["--what=idle:sleep", "--who=samocode", "--why=a session works", "--mode=block"]);
#[cfg(not(target_os = "linux"))]
const INHIBITOR: (&str, &[&str]) = ("caffeinate", &["-i"]);

/// Keeps the machine awake until it is dropped.
#[derive(Debug)]
pub struct Awake {
    /// Closed when this is dropped or samocode dies; nothing is ever written.
    _pipe: Option<PipeWriter>,
}

impl Awake {
    /// Starts to, without waiting for it: what it costs is on a thread of its own.
    #[must_use]
    pub fn keep() -> Self {
        let Ok((reader, writer)) = pipe() else {
            return Self { _pipe: None };
        };
        let started = thread::Builder::new().name("awake".to_owned()).spawn(move || inhibit(reader));
        Self { _pipe: started.is_ok().then_some(writer) }
    }
}

fn inhibit(until_closed: PipeReader) {
    let (program, arguments) = INHIBITOR;
    let mut command = Command::new(program);
    command.args(arguments).arg("cat").stdin(until_closed).stdout(Stdio::null()).stderr(Stdio::null());
    // Ctrl-C is for samocode, which may work on until its iteration has ended.
    command.process_group(0);
    if let Ok(mut child) = command.spawn() {
        // Nothing depends on how it ended.
        let _ = child.wait();
    }
}

/// Tries whether the machine can be kept awake, with a command that ends at once; gives the program that does it.
///
/// # Errors
/// Why not, in words.
pub fn try_inhibitor(path: Option<&OsStr>) -> Result<PathBuf, String> {
    let (name, arguments) = INHIBITOR;
    let folders = path.into_iter().flat_map(std::env::split_paths);
    let mut candidates = folders.map(|folder| folder.join(name));
    let program =
        candidates.find(|candidate| candidate.is_file()).ok_or_else(|| format!("there is no `{name}`"))?;
    let tried = Command::new(&program).args(arguments).arg("true").stdin(Stdio::null()).output();
    match tried {
        Ok(output) if output.status.success() => Ok(program),
        Ok(output) => {
            let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            let words = if words.is_empty() { output.status.to_string() } else { words };
            Err(format!("{} does not work: {words}", program.display()))
        }
        Err(error) => Err(format!("{} cannot be run: {error}", program.display())),
    }
}
