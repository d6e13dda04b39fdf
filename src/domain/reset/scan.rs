//! Reads a text piece by piece. Never looks back, and takes nothing that does not fit.

use std::str::FromStr;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// What is left to read of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scan<'a>(&'a str);

/// What follows each place where `words` says `phrase`, in any case and as words of its own.
pub(super) fn after_each<'a>(words: &'a str, phrase: &str) -> impl Iterator<Item = Scan<'a>> {
    // Only ASCII changes its case here, so places in one text are places in the other.
    let low = words.to_ascii_lowercase();
    let places: Vec<usize> = low
        .match_indices(phrase)
        .filter(|(at, _)| !low[..*at].ends_with(char::is_alphanumeric))
        .map(|(at, found)| at + found.len())
        .collect();
    places.into_iter().map(|at| Scan(&words[at..]))
}

impl<'a> Scan<'a> {
    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|c| !fits(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    pub(super) fn spaces(&mut self) {
        // Some locales put a narrow space before AM and PM.
        self.take_while(char::is_whitespace);
    }

    pub(super) fn digits(&mut self) -> &'a str {
        self.take_while(|c| c.is_ascii_digit())
    }

    pub(super) fn letters(&mut self) -> &'a str {
        self.take_while(|c| c.is_ascii_alphabetic())
    }

    pub(super) fn take(&mut self, wanted: char) -> bool {
        self.0.strip_prefix(wanted).map(|rest| self.0 = rest).is_some()
    }

    /// A comma and the space around it, where there is one.
    pub(super) fn comma(&mut self) {
        self.take(',');
        self.spaces();
    }

    pub(super) fn number<T: FromStr>(&mut self) -> Option<T> {
        self.digits().parse().ok()
    }

    /// A number that may have a fraction.
    pub(super) fn decimal(&mut self) -> Option<f64> {
        let rest = self.0;
        let whole = self.digits().len();
        if whole == 0 {
            return None;
        }
        let fraction = self.0.strip_prefix('.').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if let Some(fraction) = fraction {
            self.0 = fraction;
            self.digits();
        }
        rest[..rest.len() - self.0.len()].parse().ok()
    }

    /// A month by its name or its first three letters, and the space behind it.
    pub(super) fn month(&mut self) -> Option<i8> {
        let name = self.letters().to_ascii_lowercase();
        self.spaces();
        let number = (1..).zip(MONTHS).find(|(_, month)| name.starts_with(month))?.0;
        Some(number)
    }

    /// The ending of `19th`.
    pub(super) fn ordinal(&mut self) {
        for ending in ["st", "nd", "rd", "th"] {
            if let Some(rest) = self.0.strip_prefix(ending) {
                self.0 = rest;
                return;
            }
        }
    }

    /// Four digits.
    pub(super) fn year(&mut self) -> Option<i16> {
        let mut ahead = *self;
        let digits = ahead.digits();
        if digits.len() != 4 {
            return None;
        }
        *self = ahead;
        digits.parse().ok()
    }

    pub(super) fn parenthesised(&mut self) -> Option<&'a str> {
        let (inside, rest) = self.0.strip_prefix('(')?.split_once(')')?;
        self.0 = rest;
        Some(inside)
    }
}
