//! `--detach`: the run goes on in a process of its own, beyond this terminal. The process that was typed never holds
//! the session; it stays until the other one does, or has said why it cannot.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::Zoned;

use crate::cli::args::RunOptions;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::{style, terminal};
use crate::store::Layout;

/// Ends what the process in the background has to say to the terminal: from here on it holds the session. It stands in
/// no text that either side prints.
const HOLDS: u8 = 0;

/// Starts the same command in the background and waits until it holds the session, or has failed.
pub(super) fn start(
    context: &Context,
    name: &str,
    options: &RunOptions,
    task: Option<&str>,
) -> Result<u8, Failure> {
    let cannot = |e: io::Error| Failure::usage(format!("cannot start samocode in the background: {e}"));
    let from_stdin = options.task_file.as_deref() == Some(Path::new("-"));
    let stdin = match task.filter(|_| from_stdin) {
        Some(task) => Stdio::from(holding(task).map_err(cannot)?),
        None => Stdio::null(),
    };
    let (mut heard, said) = io::pipe().map_err(cannot)?;
    let program = std::env::current_exe().map_err(cannot)?;
    let arguments = std::env::args_os().skip(1);
    let mut command = Command::new(program);
    command
        .args(arguments.map(|word| if word == "--detach" { "--detached".into() } else { word }))
        .stdin(stdin)
        .stdout(said.try_clone().map_err(cannot)?)
        .stderr(said);
    let mut child = command.spawn().map_err(cannot)?;
    // It keeps copies of the pipe's end, and while one is open the pipe does not end.
    drop(command);
    let mut words = Vec::new();
    heard.read_to_end(&mut words).map_err(cannot)?;
    let holds = words.pop_if(|last| *last == HOLDS).is_some();
    let words = String::from_utf8_lossy(&words).into_owned();
    if holds {
        terminal::raw(&words);
        introduce(context, name, child.id());
        return Ok(0);
    }
    let ended = child.wait().map_err(cannot)?;
    match ended.code().and_then(|code| u8::try_from(code).ok()) {
        Some(0) => {
            terminal::raw(&words);
            Ok(0)
        }
        Some(code) => {
            terminal::raw_error(&words);
            Ok(code)
        }
        None => Err(Failure::usage(format!("samocode in the background was ended: {ended}"))),
    }
}

fn introduce(context: &Context, name: &str, pid: u32) {
    terminal::line(&format!("{} works in the background, process {pid}", style::strong(name)));
    for (verb, remark) in
        [("attach", "shows it live"), ("status", "where it stands"), ("stop", "ends it; everything is kept")]
    {
        let command = style::command(&context.command(&format!("{verb} {name}")));
        terminal::line(&format!("  {command}   {}", style::dim(&format!("# {remark}"))));
    }
}

/// A file without a name that holds the text, at its beginning.
fn holding(text: &str) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    file.write_all(text.as_bytes())?;
    file.rewind()?;
    Ok(file)
}

/// In the background: leaves the terminal's session, so that its end is none of ours.
pub(super) fn leave_terminal() {
    // Refused only to the leader of a group, which a process started by `start` is not.
    let _ = rustix::process::setsid();
}

/// In the background, once the session is held: lets the terminal go; what is printed from now on goes to a log.
pub(super) fn hand_over(layout: &Layout) -> Result<(), Failure> {
    let path = layout.detached_log();
    let cannot = |e: io::Error| Failure::usage(format!("cannot write {}: {e}", path.display()));
    let mut log = OpenOptions::new().create(true).append(true).open(&path).map_err(cannot)?;
    let now = Zoned::now().strftime("%Y-%m-%d %H:%M:%S").to_string();
    let (version, pid) = (env!("CARGO_PKG_VERSION"), std::process::id());
    writeln!(log, "{now}  samocode {version} in the background, process {pid}").map_err(cannot)?;
    let mut out = io::stdout();
    // A terminal that has left meanwhile does not stop the work.
    let _ = out.write_all(&[HOLDS]).and_then(|()| out.flush());
    let errno = |e: rustix::io::Errno| cannot(e.into());
    rustix::stdio::dup2_stdout(&log).map_err(errno)?;
    rustix::stdio::dup2_stderr(&log).map_err(errno)
}
