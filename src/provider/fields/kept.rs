//! The values kept from one line, in bounded memory.

use std::borrow::Cow;
use std::ops::Range;

use super::unescape::unescape;
use crate::domain::redact::Redactor;

/// Most values kept from inside arrays; no CLI writes nearly as many in a line.
const MOST_REPEATED: usize = 8 * 1024;
/// Most values kept in all.
const MOST: usize = 2 * MOST_REPEATED;
/// Most bytes kept from inside arrays, and most bytes kept from everywhere else.
const ROOM: usize = 512 * 1024;

/// A value, or the beginning of an entry.
#[derive(Debug, Clone)]
struct Item<F> {
    field: F,
    kind: Kind,
    /// Its place in [`Kept::bytes`].
    bytes: Range<usize>,
    /// The value was longer than what is kept.
    cut: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The inside of a string, escapes and all.
    Text,
    /// A number, `true`, `false` or `null`.
    Plain,
    /// An entry begins here.
    Entry,
}

/// The values of one line, in the order of the line.
#[derive(Debug)]
pub(super) struct Kept<F> {
    items: Vec<Item<F>>,
    bytes: Vec<u8>,
    repeated: usize,
    repeated_bytes: usize,
}

impl<F> Default for Kept<F> {
    fn default() -> Self {
        Self { items: Vec::new(), bytes: Vec::new(), repeated: 0, repeated_bytes: 0 }
    }
}

/// The place of a value that arrives in pieces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    /// Most bytes of it that are kept.
    room: usize,
    in_array: bool,
}

impl<F: Copy + Eq> Kept<F> {
    pub(super) fn clear(&mut self) {
        self.items.clear();
        self.bytes.clear();
        self.repeated = 0;
        self.repeated_bytes = 0;
    }

    /// Whether the field has this text, or one of its texts is this one.
    pub(super) fn holds(&self, field: F, text: &str) -> bool {
        let mut items = self.items.iter().filter(|item| item.field == field);
        items.any(|item| &self.bytes[item.bytes.clone()] == text.as_bytes())
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity() + self.items.capacity() * size_of::<Item<F>>()
    }

    /// Begins an entry.
    pub(super) fn entry(&mut self, field: F) {
        self.begin(field, Kind::Entry, 0, true);
    }

    /// Keeps a value that has arrived whole.
    pub(super) fn put(&mut self, field: F, kind: Kind, most: usize, in_array: bool, value: &[u8]) {
        if let Some(slot) = self.begin(field, kind, most, in_array) {
            self.extend(slot, value);
        }
    }

    /// Begins a value that arrives in pieces; none when there is no room for another value.
    pub(super) fn begin(&mut self, field: F, kind: Kind, most: usize, in_array: bool) -> Option<Slot> {
        if self.items.len() >= MOST || (in_array && self.repeated >= MOST_REPEATED) {
            return None;
        }
        self.repeated += usize::from(in_array);
        // Two budgets: arrays that use up theirs leave room for everything outside of arrays.
        let taken = if in_array { self.repeated_bytes } else { self.bytes.len() - self.repeated_bytes };
        let end = self.bytes.len();
        self.items.push(Item { field, kind, bytes: end..end, cut: false });
        Some(Slot { room: most.min(ROOM.saturating_sub(taken)), in_array })
    }

    /// Extends the value begun last.
    pub(super) fn extend(&mut self, slot: Slot, piece: &[u8]) {
        let Some(item) = self.items.last_mut() else {
            return;
        };
        let kept = piece.len().min(slot.room - item.bytes.len());
        self.bytes.extend_from_slice(&piece[..kept]);
        item.bytes.end += kept;
        item.cut |= kept < piece.len();
        if slot.in_array {
            self.repeated_bytes += kept;
        }
    }
}

/// The values of a line, or of one entry in it.
#[derive(Debug)]
pub(in super::super) struct Line<'a, F> {
    items: &'a [Item<F>],
    bytes: &'a [u8],
    redactor: &'a Redactor,
    is_whole: bool,
}

impl<'a, F: Copy + Eq> Line<'a, F> {
    pub(super) fn new(kept: &'a Kept<F>, redactor: &'a Redactor, is_whole: bool) -> Self {
        Self { items: &kept.items, bytes: &kept.bytes, redactor, is_whole }
    }

    /// Whether the line was a complete JSON object. If not, the values before the break are still there.
    pub(in super::super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether the field has a value, `null` included.
    pub(in super::super) fn has(&self, field: F) -> bool {
        self.first(field).is_some()
    }

    /// A string for comparing; it may contain secrets. Empty if the field isn't a string.
    pub(in super::super) fn word(&self, field: F) -> Cow<'a, str> {
        let item = self.first(field).filter(|item| item.kind == Kind::Text);
        item.map_or(Cow::Borrowed(""), |item| unescape(self.raw(item)))
    }

    /// A string without secrets; none if the field isn't a string.
    pub(in super::super) fn text(&self, field: F) -> Option<String> {
        self.first(field).filter(|item| item.kind == Kind::Text).map(|item| self.clean(item))
    }

    /// All strings of the field, without secrets.
    pub(in super::super) fn texts(&self, field: F) -> impl Iterator<Item = String> {
        let texts = self.items.iter().filter(move |item| item.field == field && item.kind == Kind::Text);
        texts.map(|item| self.clean(item))
    }

    /// A whole number; none if the field isn't one.
    pub(in super::super) fn number(&self, field: F) -> Option<u64> {
        self.first(field).and_then(|item| whole_number(self.plain(item)))
    }

    /// The sum of all whole numbers of the field.
    pub(in super::super) fn sum(&self, field: F) -> u64 {
        let items = self.items.iter().filter(|item| item.field == field);
        items.filter_map(|item| whole_number(self.plain(item))).fold(0, u64::saturating_add)
    }

    /// Any number; none if the field isn't one.
    pub(in super::super) fn decimal(&self, field: F) -> Option<f64> {
        std::str::from_utf8(self.plain(self.first(field)?)).ok()?.parse().ok()
    }

    /// Whether the field is `true`.
    pub(in super::super) fn is_true(&self, field: F) -> bool {
        self.first(field).is_some_and(|item| self.plain(item) == b"true")
    }

    /// The entries of this field, each with the values up to the next entry.
    pub(in super::super) fn entries(&self, field: F) -> impl DoubleEndedIterator<Item = Line<'a, F>> {
        let starts = move |item: &Item<F>| item.field == field && item.kind == Kind::Entry;
        let (bytes, redactor, is_whole) = (self.bytes, self.redactor, self.is_whole);
        let first = self.items.iter().position(starts);
        let entries = first.map(|first| self.items[first + 1..].split(starts));
        entries.into_iter().flatten().map(move |items| Line { items, bytes, redactor, is_whole })
    }

    fn first(&self, field: F) -> Option<&'a Item<F>> {
        self.items.iter().find(|item| item.field == field)
    }

    fn raw(&self, item: &Item<F>) -> &'a [u8] {
        &self.bytes[item.bytes.clone()]
    }

    fn plain(&self, item: &Item<F>) -> &'a [u8] {
        if item.kind == Kind::Plain { self.raw(item) } else { b"" }
    }

    fn clean(&self, item: &Item<F>) -> String {
        let text = unescape(self.raw(item));
        if item.cut { self.redactor.beginning(&text) } else { self.redactor.text(&text).into_owned() }
    }
}

/// Digits only: a count has no fraction or exponent.
fn whole_number(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}
