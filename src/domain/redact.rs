//! Takes secrets out of text and streams: values that are known, and what has the shape of a well-known kind of key.
//!
//! Never decides what is a secret by where it stands, and never changes anything else: what is around a secret stays
//! byte for byte. One pass of a vectorised search looks for the beginnings of everything at once; a shape is
//! looked at more closely only where one was found.

mod known;
mod shapes;
mod stream;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind, packed};

pub use stream::Stream;

use shapes::{SHAPES, Sight};
use stream::Skip;

/// What stands in a secret's place.
pub const REDACTED: &str = "<redacted>";

/// The vectorised search takes no more patterns than this; with more, a slower one is used.
const MOST_PACKED: usize = 60;

/// Knows what must not be seen.
pub struct Redactor {
    /// The longest first, for one may begin another.
    known: Vec<Vec<u8>>,
    finder: Finder,
    /// Of everything that is searched for, in bytes.
    longest: usize,
    /// Whether a known value holds a line break.
    breaks: bool,
}

enum Finder {
    Packed(packed::Searcher),
    Automaton(AhoCorasick),
    /// The automaton could not be built, which takes more values than memory holds.
    Simple(Vec<Vec<u8>>),
}

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judged {
    /// Nothing to take out.
    Clean,
    /// More bytes have to be seen before this can be said.
    Open,
    /// A secret, and what is left of it behind `end`.
    Secret { start: usize, end: usize, skip: Skip },
}

impl std::fmt::Debug for Redactor {
    /// Says nothing of what it knows.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").field("known", &self.known.len()).finish_non_exhaustive()
    }
}

impl Default for Redactor {
    fn default() -> Self {
        Self::new(std::iter::empty::<&str>())
    }
}

impl Redactor {
    /// Takes out these values and every well-known shape. Values under eight bytes are left out: they would be found
    /// in words that are none.
    pub fn new<V: AsRef<[u8]>>(values: impl IntoIterator<Item = V>) -> Self {
        let known = known::needles(values);
        let prefixes = SHAPES.iter().map(|shape| shape.prefix);
        let patterns: Vec<&[u8]> = known.iter().map(Vec::as_slice).chain(prefixes).collect();
        let longest = patterns.iter().map(|pattern| pattern.len()).max().unwrap_or(1);
        let breaks = known.iter().any(|value| value.contains(&b'\n'));
        let finder = Finder::of(&patterns);
        Self { known, finder, longest, breaks }
    }

    /// The text without its secrets.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// The beginning of a longer text without its secrets, and without anything at its end that might begin one.
    pub fn beginning(&self, text: &str) -> String {
        let mut clean = Vec::new();
        Stream::default().feed(self, text.as_bytes(), &mut |piece| clean.extend_from_slice(piece));
        String::from_utf8_lossy(&clean).into_owned()
    }

    /// The bytes without their secrets.
    pub fn bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let mut clean = Vec::new();
        let mut stream = Stream::default();
        // The stream hands on what it was given in one piece, unless it takes something out, be it at its very end.
        let mut whole = bytes.is_empty();
        stream.whole(self, bytes, &mut |piece| {
            if std::ptr::eq(piece, bytes) {
                whole = true;
                return;
            }
            if std::mem::take(&mut whole) {
                clean.extend_from_slice(bytes);
            }
            clean.extend_from_slice(piece);
        });
        if whole { Cow::Borrowed(bytes) } else { Cow::Owned(clean) }
    }

    /// Whether there is a secret in it.
    #[must_use]
    pub fn finds(&self, bytes: &[u8]) -> bool {
        matches!(self.bytes(bytes), Cow::Owned(_))
    }

    /// Takes the secrets out of a text in place.
    pub fn clean(&self, text: &mut String) {
        if let Cow::Owned(clean) = self.text(text) {
            *text = clean;
        }
    }

    /// Where the next thing begins that is worth a closer look.
    fn find(&self, bytes: &[u8], from: usize) -> Option<usize> {
        self.finder.find(bytes, from)
    }

    fn judge(&self, sight: &Sight<'_>) -> Judged {
        let rest = sight.rest();
        if let Some(value) = self.known.iter().find(|value| rest.starts_with(value)) {
            return Judged::Secret { start: sight.at, end: sight.at + value.len(), skip: Skip::Nothing };
        }
        SHAPES
            .iter()
            .filter(|shape| rest.starts_with(shape.prefix))
            .map(|shape| shape.judge(sight))
            .find(|judged| *judged != Judged::Clean)
            .unwrap_or(Judged::Clean)
    }
}

impl Finder {
    fn of(patterns: &[&[u8]]) -> Self {
        if patterns.len() <= MOST_PACKED
            && let Some(packed) = packed::Config::new().builder().extend(patterns).build()
        {
            return Self::Packed(packed);
        }
        let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(patterns);
        automaton.map_or_else(
            |_| Self::Simple(patterns.iter().map(|pattern| pattern.to_vec()).collect()),
            Self::Automaton,
        )
    }

    fn find(&self, bytes: &[u8], from: usize) -> Option<usize> {
        match self {
            Self::Packed(packed) => {
                let found = packed.find_in(bytes, (from..bytes.len()).into());
                found.map(|found| found.start())
            }
            Self::Automaton(automaton) => {
                automaton.find(bytes.get(from..)?).map(|found| from + found.start())
            }
            Self::Simple(patterns) => (from..bytes.len())
                .find(|at| patterns.iter().any(|pattern| bytes[*at..].starts_with(pattern))),
        }
    }
}
