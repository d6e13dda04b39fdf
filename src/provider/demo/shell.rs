//! Programs that the demo agent runs: git, and the project's test.
//!
//! Runs in the agent's own process, never in the orchestrator's.

use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What a program printed and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ran {
    /// The exit code; −1 where a signal ended it.
    pub(super) code: i32,
    /// Both outputs, the standard one first.
    pub(super) output: String,
}

impl Ran {
    /// The last `count` lines of the output.
    pub(super) fn tail(&self, count: usize) -> String {
        let lines: Vec<&str> = self.output.lines().collect();
        let start = lines.len().saturating_sub(count);
        lines.get(start..).unwrap_or_default().join("\n")
    }
}

/// Runs `program` in `dir`.
pub(super) fn run(dir: &Path, program: &str, args: &[&str]) -> io::Result<Ran> {
    let Output { status, stdout, stderr } = Command::new(program)
        .args(args)
        .current_dir(dir)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| io::Error::new(error.kind(), format!("cannot run `{program}`: {error}")))?;
    Ok(Ran {
        code: status.code().unwrap_or(-1),
        output: String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr),
    })
}

/// Runs git; an exit code other than 0 is an error with git's words.
pub(super) fn git(dir: &Path, args: &[&str]) -> io::Result<String> {
    let ran = run(dir, "git", args)?;
    if ran.code == 0 {
        return Ok(ran.output);
    }
    Err(io::Error::other(format!("`git {}` ended with {}: {}", args.join(" "), ran.code, ran.tail(5))))
}

/// Commits `paths`, and nothing else that may be staged. False when they held nothing new.
pub(super) fn commit(worktree: &Path, paths: &[String], message: &str) -> io::Result<bool> {
    let with_paths = |head: &[&str]| -> Vec<String> {
        head.iter().map(|arg| (*arg).to_owned()).chain(paths.iter().cloned()).collect()
    };
    let call = |args: Vec<String>| {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        git(worktree, &args)
    };
    call(with_paths(&["add", "--force", "--"]))?;
    if call(with_paths(&["diff", "--cached", "--name-only", "--"]))?.trim().is_empty() {
        return Ok(false);
    }
    let mut args = Vec::new();
    if run(worktree, "git", &["config", "user.email"])?.code != 0 {
        args.extend(["-c", "user.name=samocode demo agent", "-c", "user.email=demo@samocode.invalid"]);
    }
    args.extend(["-c", "commit.gpgsign=false", "commit", "--quiet", "-m", message, "--"]);
    call(with_paths(&args))?;
    Ok(true)
}
