//! Does the steps of a run. What cannot be done is trouble: said in a file that tests look for, never passed over.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use signal_hook::consts::{SIGINT, SIGKILL, SIGTERM};

use crate::invocation::Invocation;
use crate::labels::Labels;
use crate::script::Script;
use crate::step::Step;
use crate::{SCRIPT_VARIABLE, stream};

/// The file in the folder of records that says what the stand-in could not do.
pub const TROUBLE: &str = "trouble";

const POLL: Duration = Duration::from_millis(5);
/// No test waits that long for a file.
const PATIENCE: Duration = Duration::from_secs(60);
/// The exit code of a stand-in in trouble.
const BROKEN: u8 = 96;
/// The exit code of a shell whose program was ended by SIGPIPE.
const UNHEARD: u8 = 141;

/// Runs the program.
#[must_use]
pub fn run() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|first| first == "--version") {
        return match writeln!(io::stdout(), "{} (Claude Code)", stream::VERSION) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::from(UNHEARD),
        };
    }
    let mut prompt = Vec::new();
    let script = io::stdin().read_to_end(&mut prompt).and_then(|_| {
        let path = std::env::var_os(SCRIPT_VARIABLE)
            .ok_or_else(|| io::Error::other(format!("{SCRIPT_VARIABLE} is not set")))?;
        let prompt = String::from_utf8_lossy(&prompt).into_owned();
        let labels = Labels::read(&prompt);
        Ok((Script::read(Path::new(&path), labels.get("Iteration"))?, prompt, labels))
    });
    let (script, prompt, labels) = match script {
        Ok(script) => script,
        Err(error) => {
            drop(writeln!(io::stderr(), "the stand-in has no script: {error}"));
            return ExitCode::from(BROKEN);
        }
    };
    let done = invocation(&script, prompt, labels)
        .and_then(|(place, actor)| actor.perform(&script.runs[place].steps));
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            drop(writeln!(io::stderr(), "the stand-in is in trouble: {error}"));
            drop(append(&script.records.join(TROUBLE), &error));
            ExitCode::from(BROKEN)
        }
    }
}

fn invocation(script: &Script, prompt: String, labels: Labels) -> io::Result<(usize, Actor<'_>)> {
    let earlier = if script.light { Vec::new() } else { Invocation::all(&script.records)? };
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    let mut invocation = Invocation {
        number: earlier.len() + 1,
        pid: std::process::id(),
        run: script.choose(labels.phase(), &prompt, &earlier),
        phase: labels.phase().to_owned(),
        iteration: labels.get("Iteration").parse().unwrap_or_default(),
        argv: std::env::args_os().skip(1).map(text).collect(),
        env: std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect(),
        dir: std::env::current_dir()?,
        stdin: prompt,
    };
    if script.light {
        append(&script.records.join("pids"), &format!("{} {}", invocation.iteration, invocation.pid))?;
    } else {
        invocation.record(&script.records)?;
    }
    let place = invocation.run.ok_or_else(|| {
        io::Error::other(format!(
            "no run fits invocation {}, in phase {}",
            invocation.number, invocation.phase
        ))
    })?;
    Ok((place, Actor { labels, records: &script.records, invocation }))
}

struct Actor<'a> {
    labels: Labels,
    records: &'a Path,
    invocation: Invocation,
}

impl Actor<'_> {
    fn perform(&self, steps: &[Step]) -> io::Result<u8> {
        for (number, step) in steps.iter().enumerate() {
            let done = if let Step::Exit(code) = step {
                Ok(Some(*code))
            } else {
                self.step(step, number).map(|()| None)
            };
            match done {
                Ok(None) => {}
                Ok(Some(code)) => return Ok(u8::try_from(code).unwrap_or(BROKEN)),
                // Nobody reads it any more: it ends as other programs do then.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(UNHEARD),
                Err(error) => return Err(io::Error::other(format!("{step:?}: {error}"))),
            }
        }
        Ok(0)
    }

    fn step(&self, step: &Step, number: usize) -> io::Result<()> {
        match step {
            Step::Init => print(&stream::init(&["general-purpose", self.agent()])),
            Step::InitWithoutAgent => print(&stream::init(&["general-purpose"])),
            Step::Say(words) => print(&stream::message(&json!({"type": "text", "text": words}), number)),
            Step::Use(command) => {
                let input = json!({"command": command});
                let call = json!({"type": "tool_use", "id": "t", "name": "Bash", "input": input});
                print(&stream::message(&call, number))
            }
            Step::Answered => print(&stream::answered()),
            Step::Result => print(&stream::result("finished")),
            Step::Report(words) => print(&stream::result(&self.fill(words))),
            Step::Failed { subtype, status, words } => print(&stream::failed(subtype, *status, words)),
            Step::Limit { status, resets_in } => print(&stream::limit(status, *resets_in)),
            Step::Line(line) => print(&self.fill(line)),
            Step::Stderr(line) => writeln!(io::stderr(), "{line}"),
            Step::Print { stderr: false, bytes, times } => repeat(io::stdout().lock(), bytes, *times),
            Step::Print { stderr: true, bytes, times } => repeat(io::stderr().lock(), bytes, *times),
            Step::IgnoreSignals => ignore_signals(),
            Step::Daemon { bare } => self.daemon(*bare),
            Step::Holder => self.note(&Command::new("sleep").arg("600").stdin(Stdio::null()).spawn()?),
            Step::Alone => self.alone(),
            Step::Await(path) => wait_for(&self.path(path)),
            Step::Hang => loop {
                thread::sleep(PATIENCE);
            },
            Step::Exit(_) => Ok(()),
            Step::Kill => signal_hook::low_level::raise(SIGKILL),
            Step::Git(_) | Step::Shell(_) | Step::Call { .. } => self.command(step),
            Step::Write { .. }
            | Step::Bytes { .. }
            | Step::Fill { .. }
            | Step::Link { .. }
            | Step::Folder(_)
            | Step::Fifo(_)
            | Step::Replace { .. } => self.file(step),
        }
    }

    fn file(&self, step: &Step) -> io::Result<()> {
        match step {
            Step::Write { path, text } => write(&self.path(path), self.fill(text).as_bytes()),
            Step::Bytes { path, bytes } => write(&self.path(path), bytes),
            Step::Fill { path, length } => write(&self.path(path), &vec![b' '; *length]),
            Step::Link { path, to } => std::os::unix::fs::symlink(self.path(to), self.path(path)),
            Step::Folder(path) => fs::create_dir_all(self.path(path)),
            Step::Fifo(path) => must_work(Command::new("mkfifo").arg(self.path(path))),
            Step::Replace { path, from, to } => {
                let path = self.path(path);
                let text = fs::read_to_string(&path)?;
                if !text.contains(from.as_str()) {
                    return Err(io::Error::other(format!("`{from}` is not in {}:\n{text}", path.display())));
                }
                fs::write(&path, text.replacen(from.as_str(), &self.fill(to), 1))
            }
            _ => Ok(()),
        }
    }

    fn command(&self, step: &Step) -> io::Result<()> {
        match step {
            Step::Git(arguments) => must_work(
                Command::new("git")
                    .args(["-c", "user.name=Agent", "-c", "user.email=agent@localhost"])
                    .args(arguments.iter().map(|argument| self.fill(argument)))
                    .current_dir(self.path("{worktree}")),
            ),
            Step::Shell(line) => {
                let mut shell = Command::new("/bin/sh");
                shell.args(["-c", &self.fill(line)]).current_dir(self.path("{worktree}"));
                shell.env("GIT_AUTHOR_NAME", "Agent").env("GIT_AUTHOR_EMAIL", "agent@localhost");
                shell.env("GIT_COMMITTER_NAME", "Agent").env("GIT_COMMITTER_EMAIL", "agent@localhost");
                shell.output().map(drop)
            }
            Step::Call { command, into } => {
                let words: Vec<String> = command.iter().map(|word| self.fill(word)).collect();
                let (program, arguments) =
                    words.split_first().ok_or_else(|| io::Error::other("an empty command"))?;
                let output = Command::new(program)
                    .args(arguments)
                    .stdin(Stdio::null())
                    .current_dir(self.path("{worktree}"))
                    .output()?;
                let kept = json!({
                    "code": output.status.code(),
                    "stdout": String::from_utf8_lossy(&output.stdout),
                    "stderr": String::from_utf8_lossy(&output.stderr),
                });
                fs::write(self.records.join(into), kept.to_string())
            }
            _ => Ok(()),
        }
    }

    /// The agent that was asked for.
    fn agent(&self) -> &str {
        let mut arguments = self.invocation.argv.iter();
        arguments.find(|argument| *argument == "--agent");
        arguments.next().map_or("", String::as_str)
    }

    /// A number that was given away to another program since does not count.
    fn alone(&self) -> io::Result<()> {
        let program = |pid: u32| fs::read_link(format!("/proc/{pid}/exe")).ok();
        let own = program(std::process::id());
        let earlier = Invocation::all(self.records)?;
        let mut others = earlier.iter().filter(|earlier| earlier.number < self.invocation.number);
        match others.find(|other| own.is_some() && program(other.pid) == own) {
            None => Ok(()),
            Some(other) => Err(io::Error::other(format!("invocation {} still lives", other.number))),
        }
    }

    fn daemon(&self, bare: bool) -> io::Result<()> {
        let mut command = Command::new("setsid");
        command.args(["sleep", "600"]);
        if bare {
            command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        }
        self.note(&command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)
    }

    fn note(&self, child: &Child) -> io::Result<()> {
        append(&self.records.join("daemons"), &child.id())
    }

    fn fill(&self, text: &str) -> String {
        self.labels.fill(text, self.records)
    }

    fn path(&self, text: &str) -> PathBuf {
        PathBuf::from(self.fill(text))
    }
}

/// Adds a line to a file.
fn append(path: &Path, line: &impl std::fmt::Display) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    writeln!(file, "{line}")
}

fn print(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

fn repeat(mut to: impl Write, bytes: &[u8], times: usize) -> io::Result<()> {
    for _ in 0..times {
        to.write_all(bytes)?;
    }
    to.flush()
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes)
}

fn must_work(command: &mut Command) -> io::Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "{command:?} ended with {}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    )))
}

fn ignore_signals() -> io::Result<()> {
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)))?;
    }
    Ok(())
}

fn wait_for(path: &Path) -> io::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while path.symlink_metadata().is_err() {
        if Instant::now() > deadline {
            return Err(io::Error::other(format!("{} did not appear", path.display())));
        }
        thread::sleep(POLL);
    }
    Ok(())
}
