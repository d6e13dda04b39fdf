//! Reads what a CLI prints on stdout, a line at a time and in pieces of any size.

use std::fmt;
use std::sync::Arc;

use super::fields::Scanner;
use super::{AgentEvent, Message, Provider, claude, codex, demo, gemini};
use crate::domain::redact::Redactor;

/// The reader of one run's stdout. Constant memory, however long a line is.
///
/// Feed it a line's bytes, ask what the line says, and go on to the next line. What it says in words is without secrets,
/// which are taken out before anything is shortened: half a secret isn't recognized as one.
pub struct Reader {
    lines: Lines,
    redactor: Arc<Redactor>,
}

/// The line that is being read, by what is wanted of it.
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
            Provider::Claude(_) => Lines::Claude(Scanner::new(&claude::WANTED)),
            Provider::Codex(_) => Lines::Codex(Scanner::new(&codex::WANTED)),
            Provider::Gemini(_) => Lines::Gemini(Scanner::new(&gemini::WANTED)),
            Provider::Demo(_) => Lines::Demo(Scanner::new(&demo::WANTED)),
        };
        Self { lines, redactor }
    }

    /// Takes the next bytes of the line; its line break is not one of them.
    pub fn feed(&mut self, piece: &[u8]) {
        match &mut self.lines {
            Lines::Claude(line) => line.feed(piece),
            Lines::Codex(line) => line.feed(piece),
            Lines::Gemini(line) => line.feed(piece),
            Lines::Demo(line) => line.feed(piece),
        }
    }

    /// What the line says, as far as it was fed; none for what is of no interest or not understood.
    ///
    /// `last_in_chunk`: nothing further is at hand yet, so this line is worth a closer look for what to show.
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

    /// The line is over; the next bytes are another one's.
    pub fn next_line(&mut self) {
        match &mut self.lines {
            Lines::Claude(line) => line.next_line(),
            Lines::Codex(line) => line.next_line(),
            Lines::Gemini(line) => line.next_line(),
            Lines::Demo(line) => line.next_line(),
        }
    }
}
