//! Reads a text piece by piece. Never looks back, and takes nothing that does not fit.

use std::str::FromStr;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// What is left to read of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scan<'a>(&'a str);

/// What follows each place where `words` says `phrase`, in any case and as words of its own.
pub(super) fn after_each<'a>(words: &'a str, phrase: &str) -> impl Iterator<Item = Scan<'a>> {
    // Only ASCII changes its case here, so places in one text are places in the other.
    let low = words.to_ascii_lowercase();
    let is_word = phrase.ends_with(char::is_alphanumeric);
    let places: Vec<usize> = low
        .match_indices(phrase)
        .filter(|(at, _)| !low[..*at].ends_with(char::is_alphanumeric))
        .map(|(at, found)| at + found.len())
        .filter(|end| !(is_word && low[*end..].starts_with(in_word)))
        .collect();
    places.into_iter().map(|at| Scan(&words[at..]))
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Seconds in each unit of time.
const UNITS: [(&[&str], f64); 6] = [
    (&["ms", "msec", "millisecond", "milliseconds"], 0.001),
    (&["s", "sec", "secs", "second", "seconds"], 1.0),
    (&["m", "min", "mins", "minute", "minutes"], 60.0),
    (&["h", "hr", "hrs", "hour", "hours"], 3_600.0),
    (&["d", "day", "days"], 86_400.0),
    (&["w", "wk", "week", "weeks"], 604_800.0),
];

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
        self.spaces();
        self.take(',');
        self.spaces();
    }

    /// What may stand between an announcement and its time, in text or in a service's JSON.
    pub(super) fn punctuation(&mut self) {
        self.take_while(|c| c.is_whitespace() || matches!(c, ':' | '=' | '"' | '\\' | '~' | '-'));
    }

    /// Takes the next word if it is one of these, in any case.
    pub(super) fn word_of(&mut self, wanted: &[&str]) -> bool {
        let mut ahead = *self;
        let word = ahead.take_while(in_word);
        let found = wanted.iter().any(|wanted| word.eq_ignore_ascii_case(wanted));
        if found {
            *self = ahead;
        }
        found
    }

    /// How many units of time: a number that may have a fraction, or `an`.
    pub(super) fn amount(&mut self) -> Option<f64> {
        if self.word_of(&["a", "an", "one"]) {
            return Some(1.0);
        }
        self.decimal()
    }

    /// A unit of time, in seconds.
    pub(super) fn unit(&mut self) -> Option<f64> {
        let word = self.letters();
        let is_named = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name));
        UNITS.iter().find(|(names, _)| is_named(names)).map(|(_, seconds)| *seconds)
    }

    /// What a zone may be called: `UTC`, `UTC+2`, `+02:00`, `Asia/Riyadh`.
    pub(super) fn zone_name(&mut self) -> &'a str {
        let signed = self.0.starts_with(['+', '-']);
        let digits = self.0.chars().skip(1).take(2).filter(char::is_ascii_digit).count();
        if signed && digits < 2 {
            return "";
        }
        self.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '+' | '-' | ':'))
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
        self.fraction();
        rest[..rest.len() - self.0.len()].parse().ok()
    }

    /// The fraction of a number, where it has one.
    pub(super) fn fraction(&mut self) {
        let fraction = self.0.strip_prefix('.').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if let Some(fraction) = fraction {
            self.0 = fraction;
            self.digits();
        }
    }

    /// A month by its name or its first letters, three or more, and the space behind it.
    pub(super) fn month(&mut self) -> Option<i8> {
        let name = self.letters().to_ascii_lowercase();
        self.take('.');
        self.spaces();
        let is_it = |month: &str| name.len() >= 3 && month.starts_with(&name);
        (1..).zip(MONTHS).find(|(_, month)| is_it(month)).map(|(number, _)| number)
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
