//! Scans a line of JSON that arrives in pieces of any size, and keeps the wanted values.

use super::kept::{Kept, Kind, Line, Slot};
use super::quote::{End, closing_quote, ends_odd};
use super::unescape::unescape;
use super::{Enough, Members, Want};
use crate::domain::redact::Redactor;

/// Longer keys are ignored, in bytes. A name of 40 letters still fits if every letter is written as an escape.
const LONGEST_KEY: usize = 256;

/// An open object or array that something is wanted from.
#[derive(Clone, Copy)]
enum Open<F: 'static> {
    Members(&'static Members<F>),
    Elements(&'static Want<F>),
    /// The same for an object, whatever its keys.
    Values(&'static Want<F>),
}

/// What the next byte is part of.
enum Step<F: 'static> {
    /// White space before the line's object.
    Start,
    /// The innermost open object or array, between two members.
    Between,
    /// A key; `odd` after an odd number of backslashes.
    Key { odd: bool },
    /// The colon and white space before a value.
    Colon(Option<&'static Want<F>>),
    /// A string value.
    Text { slot: Option<Slot>, odd: bool },
    /// A number, `true`, `false` or `null`.
    Plain(Option<Slot>),
    /// An object or array that nothing is wanted from, and how many are open inside it, itself included.
    Unwanted { open: usize },
    /// A string inside of one.
    UnwantedText { open: usize, odd: bool },
    /// The line's object is complete; the rest is ignored.
    Over,
    /// The line has told enough; the rest is ignored.
    Settled,
    /// This isn't JSON; the rest is ignored.
    Broken,
}

/// Reads lines, one after another.
pub(in super::super) struct Scanner<F: 'static> {
    wanted: &'static Members<F>,
    enough: Enough<F>,
    /// The innermost open object or array.
    inner: Open<F>,
    /// Those around it.
    outer: Vec<Open<F>>,
    /// How many of them are `Elements` or `Values`.
    repeating: usize,
    step: Step<F>,
    /// The first part of a key that continues in the next piece.
    key: Vec<u8>,
    kept: Kept<F>,
}

impl<F: Copy + Eq> Scanner<F> {
    /// Keeps these members of each line, up to where there is enough; an empty list reads every line to its end.
    pub(in super::super) fn new(wanted: &'static Members<F>, enough: Enough<F>) -> Self {
        Self {
            wanted,
            enough,
            inner: Open::Members(wanted),
            outer: Vec::new(),
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
            rest = if matches!(self.step, Step::Between) { self.between(rest) } else { self.go_on(rest) };
        }
    }

    /// The values found in the line so far.
    pub(in super::super) fn line<'a>(&'a self, redactor: &'a Redactor) -> Line<'a, F> {
        Line::new(&self.kept, redactor, matches!(self.step, Step::Over))
    }

    /// Drops the line; the next bytes belong to another one.
    pub(in super::super) fn next_line(&mut self) {
        self.inner = Open::Members(self.wanted);
        self.outer.clear();
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

    /// Continues where the last piece ended.
    fn go_on<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        match self.step {
            Step::Between => self.between(text),
            Step::Key { odd } => self.key(text, odd),
            Step::Colon(want) => self.colon(text, want),
            Step::Text { slot, odd } => self.text(text, slot, odd),
            Step::Plain(slot) => self.plain(text, slot),
            Step::Unwanted { open } => self.unwanted(text, open),
            Step::UnwantedText { open, odd } => self.unwanted_text(text, open, odd),
            Step::Start => self.start(text),
            Step::Over | Step::Settled | Step::Broken => b"",
        }
    }

    fn start<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        let text = text.trim_ascii_start();
        match text.split_first() {
            None => {}
            Some((b'{', rest)) => {
                self.step = Step::Between;
                return rest;
            }
            Some(_) => self.step = Step::Broken,
        }
        b""
    }

    /// Reads the next member of the innermost object or array, and returns what follows it.
    #[inline]
    fn between<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        let mut rest = text;
        while let Some((&byte, after)) = rest.split_first() {
            match (byte, self.inner) {
                (b',' | b' ' | b'\t' | b'\r' | b'\n', _) => rest = after,
                (b'"', Open::Members(_) | Open::Values(_)) => return self.key(after, false),
                (b'}', Open::Members(_) | Open::Values(_)) | (b']', Open::Elements(_)) => {
                    self.close();
                    return after;
                }
                (_, Open::Elements(want)) => return self.value(rest, Some(want)),
                _ => return self.give_up(),
            }
        }
        b""
    }

    fn close(&mut self) {
        self.repeating -= usize::from(!matches!(self.inner, Open::Members(_)));
        match self.outer.pop() {
            Some(around) => {
                self.inner = around;
                let has = |(field, text): &(F, &str)| self.kept.holds(*field, text);
                if !self.enough.is_empty() && self.enough.iter().all(has) {
                    self.step = Step::Settled;
                }
            }
            None => self.step = Step::Over,
        }
    }

    #[inline]
    fn key<'t>(&mut self, text: &'t [u8], odd: bool) -> &'t [u8] {
        let Some(end) = closing_quote(text, odd) else {
            let room = LONGEST_KEY.saturating_sub(self.key.len());
            self.key.extend_from_slice(&text[..text.len().min(room + 1)]);
            self.step = Step::Key { odd: ends_odd(text, odd) };
            return b"";
        };
        let want = if self.key.is_empty() {
            self.wanted(&text[..end.at], end.is_plain)
        } else {
            let mut key = std::mem::take(&mut self.key);
            key.extend_from_slice(&text[..end.at.min(LONGEST_KEY + 1)]);
            let want = self.wanted(&key, false);
            key.clear();
            self.key = key;
            want
        };
        self.colon(&text[end.at + 1..], want)
    }

    /// What to keep of the member with this key; without escapes if `is_plain`.
    #[inline]
    fn wanted(&self, key: &[u8], is_plain: bool) -> Option<&'static Want<F>> {
        match self.inner {
            Open::Members(members) if is_plain => members.get(key),
            Open::Members(_) if key.len() > LONGEST_KEY => None,
            Open::Members(members) => members.get(unescape(key).as_bytes()),
            Open::Values(want) => Some(want),
            Open::Elements(_) => None,
        }
    }

    #[inline]
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
    #[inline]
    fn value<'t>(&mut self, text: &'t [u8], want: Option<&'static Want<F>>) -> &'t [u8] {
        let Some((&byte, rest)) = text.split_first() else {
            return b"";
        };
        match (byte, want) {
            (b'"', want) => self.string(rest, want),
            (b'{', Some(Want::Members(members))) => self.enter(Open::Members(members), rest),
            (b'{', Some(Want::Entry(field, members))) => {
                self.kept.entry(*field);
                self.enter(Open::Members(members), rest)
            }
            (b'{', Some(Want::Each(want))) => self.enter(Open::Values(want), rest),
            (b'[', Some(Want::Each(want))) => self.enter(Open::Elements(want), rest),
            (b'{' | b'[', _) => self.unwanted(rest, 1),
            (b'-' | b'0'..=b'9' | b'a'..=b'z', _) => self.word(text, want),
            _ => self.give_up(),
        }
    }

    fn enter<'t>(&mut self, open: Open<F>, rest: &'t [u8]) -> &'t [u8] {
        self.repeating += usize::from(!matches!(open, Open::Members(_)));
        self.outer.push(std::mem::replace(&mut self.inner, open));
        self.step = Step::Between;
        rest
    }

    /// A string that is a value.
    #[inline]
    fn string<'t>(&mut self, text: &'t [u8], want: Option<&Want<F>>) -> &'t [u8] {
        let in_array = self.repeating > 0;
        let end = closing_quote(text, false);
        let slot = match (want, end) {
            (Some(Want::Value(field, most)), Some(End { at, .. })) => {
                self.kept.put(*field, Kind::Text, *most, in_array, &text[..at]);
                None
            }
            (Some(Want::Value(field, most)), None) => self.kept.begin(*field, Kind::Text, *most, in_array),
            (_, _) => None,
        };
        match end {
            Some(End { at, .. }) => {
                self.step = Step::Between;
                &text[at + 1..]
            }
            None => self.text(text, slot, false),
        }
    }

    /// Continues a string value.
    fn text<'t>(&mut self, text: &'t [u8], slot: Option<Slot>, odd: bool) -> &'t [u8] {
        let end = closing_quote(text, odd).map(|end| end.at);
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

    /// A number, `true`, `false` or `null`.
    #[inline]
    fn word<'t>(&mut self, text: &'t [u8], want: Option<&Want<F>>) -> &'t [u8] {
        let slot = match want {
            Some(Want::Value(field, most)) => self.kept.begin(*field, Kind::Plain, *most, self.repeating > 0),
            _ => None,
        };
        self.plain(text, slot)
    }

    #[inline]
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
        let mut rest = text;
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            match byte {
                b'{' | b'[' => open += 1,
                b'}' | b']' => open -= 1,
                b'"' => {
                    let Some(end) = closing_quote(after, false) else {
                        return self.unwanted_text(after, open, false);
                    };
                    rest = &after[end.at + 1..];
                }
                _ => {}
            }
            if open == 0 {
                self.step = Step::Between;
                return rest;
            }
        }
        self.step = Step::Unwanted { open };
        b""
    }

    fn unwanted_text<'t>(&mut self, text: &'t [u8], open: usize, odd: bool) -> &'t [u8] {
        if let Some(end) = closing_quote(text, odd) {
            self.step = Step::Unwanted { open };
            return &text[end.at + 1..];
        }
        self.step = Step::UnwantedText { open, odd: ends_odd(text, odd) };
        b""
    }

    fn give_up(&mut self) -> &'static [u8] {
        self.step = Step::Broken;
        b""
    }
}
