//! `logs N`: the readable log of a session, or the raw stream of an iteration.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::cli::args::Files;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::follow::Log;
use crate::cli::wrap::hanging;
use crate::cli::{style, terminal};
use crate::config::Overrides;
use crate::engine::streams;
use crate::store::{self, Layout};

/// How often a log that is followed is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// What of the logs is wanted.
pub(super) struct Wanted {
    /// Go on until nobody writes any more.
    pub(super) follow: bool,
    /// The provider's stream; the inner number is the iteration, else the newest.
    pub(super) raw: Option<Option<u32>>,
    /// Only the last lines.
    pub(super) lines: Option<usize>,
}

/// `logs N`
pub(super) fn logs(files: &Files, session: &str, wanted: &Wanted) -> Result<u8, Failure> {
    let context = Context::load(files, Overrides::default())?;
    let layout = context.session(session)?;
    if wanted.follow && store::holder(&layout).is_none() {
        terminal::note(&format!("nothing works on {session} now, so nothing will follow"));
    }
    match wanted.raw {
        None => print(&layout.session_log(), wanted, show, || store::holder(&layout).is_some())?,
        Some(iteration) => {
            let (number, path) = stream(&layout, session, iteration)?;
            // The next iteration's stream is another file: this one is complete then.
            let grows = || {
                store::holder(&layout).is_some()
                    && streams(&layout).is_ok_and(|all| all.last().is_some_and(|(last, _)| *last == number))
            };
            print(&path, wanted, |bytes| io::stdout().write_all(bytes), grows)?;
        }
    }
    Ok(0)
}

fn print(
    path: &Path,
    wanted: &Wanted,
    show: impl Fn(&[u8]) -> io::Result<()>,
    grows: impl Fn() -> bool,
) -> Result<(), Failure> {
    let cannot = |e: io::Error| Failure::usage(format!("cannot read {}: {e}", path.display()));
    let mut log = match wanted.lines {
        Some(count) => Log::last(path, count).map_err(cannot)?,
        None => Log::whole(path),
    };
    loop {
        // Asked before the log is read: what was written before the writer left is read, too.
        let goes_on = wanted.follow && grows();
        loop {
            let lines = log.more().map_err(cannot)?;
            if lines.is_empty() {
                break;
            }
            if show(&lines).is_err() {
                // The reader of the pipe has seen enough.
                return Ok(());
            }
        }
        if !goes_on {
            let _ = show(&log.remains());
            return Ok(());
        }
        thread::sleep(LOOK);
    }
}

/// Prints lines of a readable log.
fn show(lines: &[u8]) -> io::Result<()> {
    let mut out = anstream::stdout();
    for line in String::from_utf8_lossy(lines).lines() {
        writeln!(out, "{}", readable(line))?;
    }
    out.flush()
}

/// A line of a session's log with its time dimmed. It holds an agent's words, which may hold anything: what would steer
/// a terminal is taken out.
pub(super) fn readable(line: &str) -> String {
    /// `MM-DD HH:MM:SS`
    const STAMP: usize = 14;
    let clean: String = line.chars().filter(|c| *c == '\t' || !c.is_control()).collect();
    let indent = STAMP + 2;
    match clean.split_at_checked(indent) {
        Some((stamp, words)) if stamp.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("{}{}", style::dim(stamp), hanging(words, indent))
        }
        Some((blank, words)) if blank.trim().is_empty() => format!("{blank}{}", hanging(words, indent)),
        _ => clean,
    }
}

fn stream(layout: &Layout, session: &str, wanted: Option<u32>) -> Result<(u32, PathBuf), Failure> {
    let mut all = streams(layout)?;
    let found = match wanted {
        None => all.pop(),
        Some(number) => all.iter().rposition(|(of, _)| *of == number).map(|at| all.swap_remove(at)),
    };
    found.ok_or_else(|| match (wanted, all.last()) {
        (Some(number), Some((newest, _))) => {
            Failure::usage(format!("{session} has no stream of iteration {number}; the newest is {newest}"))
        }
        (_, _) => Failure::usage(format!("{session} has no stream yet: no iteration has started")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agents_words_cannot_steer_the_terminal() {
        assert_eq!(readable("  words \u{1b}[2J\u{7}\u{9b}31m"), "  words [2J31m");
    }
}
