//! Walks through a line of JSON in pieces of any size, and keeps what is wanted of it.

use memchr::memchr;

use super::kept::{Kept, Line, Slot};
use super::unescape::unescape;
use super::{Members, Want};
use crate::domain::redact::Redactor;

/// Longer keys are not wanted; one of 40 letters that are all escapes is shorter.
const LONGEST_KEY: usize = 256;

/// An object or array that is open and in which something is wanted.
enum Open<F: 'static> {
    Members(Members<F>),
    Elements(&'static Want<F>),
    /// As elements, of an object.
    Values(&'static Want<F>),
}

/// What the next byte belongs to.
enum Step<F: 'static> {
    /// The line's object, which has not begun.
    Start,
    /// The innermost open object or array, between its members.
    Between,
    /// A key.
    Key { odd: bool },
    /// What stands between a key and its value.
    Colon(Option<&'static Want<F>>),
    /// A string that is a value; `odd` after an odd number of backslashes.
    Text { slot: Option<Slot>, odd: bool },
    /// A number, `true`, `false` or `null`.
    Plain(Option<Slot>),
    /// An object or array in which nothing is wanted, and how many in it are open.
    Unwanted { open: usize },
    /// A string in there.
    UnwantedText { open: usize, odd: bool },
    /// The line's object has ended.
    Over,
    /// This is no JSON.
    Broken,
}

/// Reads lines, one after another.
pub(in super::super) struct Scanner<F: 'static> {
    wanted: Members<F>,
    open: Vec<Open<F>>,
    /// How many of them are arrays or the like.
    repeating: usize,
    step: Step<F>,
    /// The beginning of a key that goes on in the next piece.
    key: Vec<u8>,
    kept: Kept<F>,
}

impl<F: Copy + Eq> Scanner<F> {
    /// For lines that are objects with these members.
    pub(in super::super) fn new(wanted: Members<F>) -> Self {
        Self {
            wanted,
            open: Vec::new(),
            repeating: 0,
            step: Step::Start,
            key: Vec::new(),
            kept: Kept::default(),
        }
    }

    /// Takes the next bytes of the line.
    pub(in super::super) fn feed(&mut self, piece: &[u8]) {
        let mut rest = piece;
        while !rest.is_empty() {
            rest = self.advance(rest);
        }
    }

    /// What was read of the line so far.
    pub(in super::super) fn line<'a>(&'a self, redactor: &'a Redactor) -> Line<'a, F> {
        Line::new(&self.kept, redactor, matches!(self.step, Step::Over))
    }

    /// Forgets the line; another one begins.
    pub(in super::super) fn next_line(&mut self) {
        self.open.clear();
        self.repeating = 0;
        self.step = Step::Start;
        self.key.clear();
        self.kept.clear();
    }

    /// How much memory it holds.
    #[cfg(test)]
    pub(super) fn kept_bytes(&self) -> usize {
        self.key.capacity() + self.kept.capacity()
    }

    /// Takes some bytes of `text`, which isn't empty, and gives the rest.
    fn advance<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        match self.step {
            Step::Between => self.between(text),
            Step::Key { odd } => self.key(text, odd),
            Step::Colon(want) => self.colon(text, want),
            Step::Text { slot, odd } => self.text(text, slot, odd),
            Step::Plain(slot) => self.plain(text, slot),
            Step::Unwanted { open } => self.unwanted(text, open),
            Step::UnwantedText { open, odd } => self.unwanted_text(text, open, odd),
            Step::Start => self.start(text),
            Step::Over | Step::Broken => b"",
        }
    }

    fn start<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        let text = text.trim_ascii_start();
        match text.split_first() {
            None => {}
            Some((b'{', rest)) => {
                self.open.push(Open::Members(self.wanted));
                self.step = Step::Between;
                return rest;
            }
            Some(_) => self.step = Step::Broken,
        }
        b""
    }

    fn between<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        let Some((&byte, rest)) = text.split_first() else {
            return b"";
        };
        match (byte, self.open.last()) {
            (b',' | b' ' | b'\t' | b'\r' | b'\n', _) => rest,
            (b'"', Some(Open::Members(_) | Open::Values(_))) => self.key(rest, false),
            (b'}', Some(Open::Members(_) | Open::Values(_))) | (b']', Some(Open::Elements(_))) => {
                if !matches!(self.open.pop(), Some(Open::Members(_))) {
                    self.repeating -= 1;
                }
                self.step = if self.open.is_empty() { Step::Over } else { Step::Between };
                rest
            }
            (_, Some(Open::Elements(want))) => {
                let want = *want;
                self.value(text, Some(want))
            }
            _ => self.give_up(),
        }
    }

    fn key<'t>(&mut self, text: &'t [u8], odd: bool) -> &'t [u8] {
        let Some(end) = closing_quote(text, odd) else {
            let room = LONGEST_KEY.saturating_sub(self.key.len());
            self.key.extend_from_slice(&text[..text.len().min(room + 1)]);
            self.step = Step::Key { odd: ends_odd(text, odd) };
            return b"";
        };
        let want = if self.key.is_empty() {
            self.wanted(&text[..end])
        } else {
            let mut key = std::mem::take(&mut self.key);
            key.extend_from_slice(&text[..end.min(LONGEST_KEY + 1)]);
            let want = self.wanted(&key);
            key.clear();
            self.key = key;
            want
        };
        self.colon(&text[end + 1..], want)
    }

    /// What is wanted of the member of this name, which is as JSON writes it.
    fn wanted(&self, key: &[u8]) -> Option<&'static Want<F>> {
        let members = match self.open.last()? {
            Open::Values(want) => return Some(want),
            Open::Members(members) => members,
            Open::Elements(_) => return None,
        };
        let named = |key: &[u8]| {
            let found = members.iter().find(|(name, _)| name.as_bytes() == key);
            found.map(|(_, want)| want)
        };
        if key.len() > LONGEST_KEY {
            return None;
        }
        named(key).or_else(|| {
            let escaped = memchr(b'\\', key).is_some();
            escaped.then(|| named(unescape(key).as_bytes())).flatten()
        })
    }

    fn colon<'t>(&mut self, text: &'t [u8], want: Option<&'static Want<F>>) -> &'t [u8] {
        let mut rest = text;
        while let Some((&byte, after)) = rest.split_first() {
            match byte {
                b':' | b' ' | b'\t' | b'\r' | b'\n' => rest = after,
                _ => return self.value(rest, want),
            }
        }
        self.step = Step::Colon(want);
        b""
    }

    /// Begins a value.
    fn value<'t>(&mut self, text: &'t [u8], want: Option<&'static Want<F>>) -> &'t [u8] {
        let Some((&byte, rest)) = text.split_first() else {
            return b"";
        };
        let in_array = self.repeating > 0;
        match (byte, want) {
            (b'"', Some(Want::Value(field, most))) => {
                let slot = self.kept.text(*field, *most, in_array);
                self.text(rest, slot, false)
            }
            (b'"', _) => self.text(rest, None, false),
            (b'{', Some(Want::Members(members))) => self.enter(Open::Members(members), rest),
            (b'{', Some(Want::Entry(field, members))) => {
                self.kept.entry(*field);
                self.enter(Open::Members(members), rest)
            }
            (b'{', Some(Want::Each(want))) => self.enter(Open::Values(want), rest),
            (b'[', Some(Want::Each(want))) => self.enter(Open::Elements(want), rest),
            (b'{' | b'[', _) => self.unwanted(rest, 1),
            (b'-' | b'0'..=b'9' | b'a'..=b'z', Some(Want::Value(field, most))) => {
                let slot = self.kept.plain(*field, *most, in_array);
                self.plain(text, slot)
            }
            (b'-' | b'0'..=b'9' | b'a'..=b'z', _) => self.plain(text, None),
            _ => self.give_up(),
        }
    }

    fn enter<'t>(&mut self, open: Open<F>, rest: &'t [u8]) -> &'t [u8] {
        self.repeating += usize::from(!matches!(open, Open::Members(_)));
        self.open.push(open);
        self.step = Step::Between;
        rest
    }

    fn text<'t>(&mut self, text: &'t [u8], slot: Option<Slot>, odd: bool) -> &'t [u8] {
        let end = closing_quote(text, odd);
        if let Some(slot) = slot {
            self.kept.extend(slot, &text[..end.unwrap_or(text.len())]);
        }
        if let Some(end) = end {
            self.step = Step::Between;
            return &text[end + 1..];
        }
        self.step = Step::Text { slot, odd: ends_odd(text, odd) };
        b""
    }

    fn plain<'t>(&mut self, text: &'t [u8], slot: Option<Slot>) -> &'t [u8] {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let end = text.iter().position(|byte| !is_part(byte));
        let (value, rest) = text.split_at(end.unwrap_or(text.len()));
        if let Some(slot) = slot {
            self.kept.extend(slot, value);
        }
        self.step = if end.is_some() { Step::Between } else { Step::Plain(slot) };
        rest
    }

    fn unwanted<'t>(&mut self, text: &'t [u8], mut open: usize) -> &'t [u8] {
        for (at, byte) in text.iter().enumerate() {
            match byte {
                b'{' | b'[' => open += 1,
                b'}' | b']' => open -= 1,
                b'"' => return self.unwanted_text(&text[at + 1..], open, false),
                _ => continue,
            }
            if open == 0 {
                self.step = Step::Between;
                return &text[at + 1..];
            }
        }
        self.step = Step::Unwanted { open };
        b""
    }

    fn unwanted_text<'t>(&mut self, text: &'t [u8], open: usize, odd: bool) -> &'t [u8] {
        if let Some(end) = closing_quote(text, odd) {
            self.step = Step::Unwanted { open };
            return &text[end + 1..];
        }
        self.step = Step::UnwantedText { open, odd: ends_odd(text, odd) };
        b""
    }

    fn give_up(&mut self) -> &'static [u8] {
        self.step = Step::Broken;
        b""
    }
}

/// Where the string ends that `text` goes on with; `odd` if an odd number of backslashes stands right before it.
fn closing_quote(text: &[u8], odd: bool) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr(b'"', &text[from..])?;
        if !ends_odd(&text[..at], odd) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Whether an odd number of backslashes stands at the end of `text`, `odd` saying the same of what stood before it.
fn ends_odd(text: &[u8], odd: bool) -> bool {
    let run = text.iter().rev().take_while(|byte| **byte == b'\\').count();
    let before = odd && run == text.len();
    before != (run % 2 == 1)
}
