//! Reads a CLI's stdout, one line at a time, in pieces of any size.

use std::fmt;
use std::sync::Arc;

use super::fields::Scanner;
use super::{AgentEvent, Message, Provider, claude, codex, demo, gemini};
use crate::domain::redact::Redactor;

/// Reads the stdout of one run, in constant memory at any line length.
///
/// Feed it a line's bytes, ask for the line's event, then move to the next line. Secrets are removed from all words, before
/// anything is shortened: half a secret wouldn't be recognized.
pub struct Reader {
    lines: Lines,
    redactor: Arc<Redactor>,
}

/// The current line, with the fields of its provider.
enum Lines {
    Claude(Scanner<claude::Field>),
    Codex(Scanner<codex::Field>),
    Gemini(Scanner<gemini::Field>),
    Demo(Scanner<demo::Field>),
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

impl Reader {
    pub(super) fn new(provider: &Provider, redactor: Arc<Redactor>) -> Self {
        let lines = match provider {
            Provider::Claude(_) => Lines::Claude(Scanner::new(&claude::WANTED, claude::ENOUGH)),
            Provider::Codex(_) => Lines::Codex(Scanner::new(&codex::WANTED, &[])),
            Provider::Gemini(_) => Lines::Gemini(Scanner::new(&gemini::WANTED, &[])),
            Provider::Demo(_) => Lines::Demo(Scanner::new(&demo::WANTED, &[])),
        };
        Self { lines, redactor }
    }

    /// Adds the next bytes of the line, without its line break.
    pub fn feed(&mut self, piece: &[u8]) {
        match &mut self.lines {
            Lines::Claude(line) => line.feed(piece),
            Lines::Codex(line) => line.feed(piece),
            Lines::Gemini(line) => line.feed(piece),
            Lines::Demo(line) => line.feed(piece),
        }
    }

    /// The event that the line tells; none if it is of no interest or isn't understood.
    ///
    /// `last_in_chunk`: this is the newest line so far, so it's worth reading what a tool works on, to show it.
    pub fn event(&self, last_in_chunk: bool) -> Option<AgentEvent> {
        match &self.lines {
            Lines::Claude(line) => claude::event(&line.line(&self.redactor), last_in_chunk),
            Lines::Codex(line) => codex::event(&line.line(&self.redactor)),
            Lines::Gemini(line) => gemini::event(&line.line(&self.redactor), last_in_chunk),
            Lines::Demo(line) => demo::event(&line.line(&self.redactor)),
        }
    }

    /// What the line adds to the run's last message.
    pub fn message(&self) -> Option<Message> {
        match &self.lines {
            Lines::Claude(line) => claude::message(&line.line(&self.redactor)),
            Lines::Codex(line) => codex::message(&line.line(&self.redactor)),
            Lines::Gemini(line) => gemini::message(&line.line(&self.redactor)),
            Lines::Demo(_) => None,
        }
    }

    /// What the model says in the line, for a person who watches.
    pub fn said(&self) -> Option<Message> {
        match &self.lines {
            Lines::Claude(line) => claude::said(&line.line(&self.redactor)),
            Lines::Codex(_) | Lines::Gemini(_) | Lines::Demo(_) => self.message(),
        }
    }

    /// Drops the line; the next bytes belong to another one.
    pub fn next_line(&mut self) {
        match &mut self.lines {
            Lines::Claude(line) => line.next_line(),
            Lines::Codex(line) => line.next_line(),
            Lines::Gemini(line) => line.next_line(),
            Lines::Demo(line) => line.next_line(),
        }
    }
}
