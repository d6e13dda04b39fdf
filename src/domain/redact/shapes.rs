//! The shapes of well-known kinds of keys. A prefix alone is never a secret; each shape says what has to follow.

use super::Judged;
use super::stream::{Context, Skip};

/// One kind of key.
pub(super) struct Shape {
    /// What is searched for; three bytes at least, and rare, for each find costs a closer look.
    pub(super) prefix: &'static [u8],
    check: Check,
}

enum Check {
    /// At least so many bytes of a kind behind the prefix.
    Run(Kind, usize),
    /// `sk-` and its like, which prose and class names have, too.
    Key,
    /// A digit before the `:` of a bot's token.
    Bot,
    /// The beginning of a bot's address.
    BotUrl,
    /// The name of a header, with its scheme and value behind it.
    Header,
    /// A scheme with a value behind it.
    Bearer,
    /// The armour of a private key.
    Pem,
    /// A signed token of three parts.
    Jwt,
    /// What stands before the `@` of an address.
    Url,
}

/// Bytes that secrets are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `A-Z`, `a-z`, `0-9`, `_`, `-`
    Word,
    /// `A-Z`, `a-z`, `0-9`
    Alphanumeric,
    /// `A-Z`, `0-9`
    Upper,
    /// What a header's value may hold.
    Value,
    /// `Word` and `.`
    Dotted,
}

impl Kind {
    pub(super) fn has(self, byte: u8) -> bool {
        let alphanumeric = byte.is_ascii_alphanumeric();
        match self {
            Self::Word => alphanumeric || matches!(byte, b'_' | b'-'),
            Self::Alphanumeric => alphanumeric,
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Value => {
                alphanumeric || matches!(byte, b'_' | b'-' | b'.' | b'~' | b'+' | b'/' | b'=' | b':')
            }
            Self::Dotted => alphanumeric || matches!(byte, b'_' | b'-' | b'.'),
        }
    }
}

const fn run(prefix: &'static [u8], kind: Kind, least: usize) -> Shape {
    Shape { prefix, check: Check::Run(kind, least) }
}

const fn shape(prefix: &'static [u8], check: Check) -> Shape {
    Shape { prefix, check }
}

/// All of them. The lengths are below those of real keys, so that a shorter relative is found, too.
pub(super) const SHAPES: [Shape; 39] = [
    run(b"sk-ant-", Kind::Word, 16),
    shape(b"sk-", Check::Key),
    run(b"sk_live_", Kind::Alphanumeric, 16),
    run(b"rk_live_", Kind::Alphanumeric, 16),
    run(b"ghp_", Kind::Alphanumeric, 30),
    run(b"gho_", Kind::Alphanumeric, 30),
    run(b"ghu_", Kind::Alphanumeric, 30),
    run(b"ghs_", Kind::Alphanumeric, 30),
    run(b"ghr_", Kind::Alphanumeric, 30),
    run(b"github_pat_", Kind::Word, 22),
    run(b"glpat-", Kind::Word, 20),
    run(b"npm_", Kind::Alphanumeric, 30),
    run(b"xoxa-", Kind::Word, 10),
    run(b"xoxb-", Kind::Word, 10),
    run(b"xoxe-", Kind::Word, 10),
    run(b"xoxo-", Kind::Word, 10),
    run(b"xoxp-", Kind::Word, 10),
    run(b"xoxr-", Kind::Word, 10),
    run(b"xoxs-", Kind::Word, 10),
    run(b"AKIA", Kind::Upper, 16),
    run(b"ASIA", Kind::Upper, 16),
    run(b"AIza", Kind::Word, 35),
    shape(b"/bot", Check::BotUrl),
    // The second part of a bot's token begins with an A, so a digit, a colon and an A find it at little cost.
    shape(b"0:A", Check::Bot),
    shape(b"1:A", Check::Bot),
    shape(b"2:A", Check::Bot),
    shape(b"3:A", Check::Bot),
    shape(b"4:A", Check::Bot),
    shape(b"5:A", Check::Bot),
    shape(b"6:A", Check::Bot),
    shape(b"7:A", Check::Bot),
    shape(b"8:A", Check::Bot),
    shape(b"9:A", Check::Bot),
    shape(b"uthorization", Check::Header),
    shape(b"UTHORIZATION", Check::Header),
    shape(b"earer ", Check::Bearer),
    shape(b"BEGIN ", Check::Pem),
    shape(b"eyJ", Check::Jwt),
    shape(b"://", Check::Url),
];

/// Digits before the `:` of a bot's token.
const BOT_DIGITS: std::ops::RangeInclusive<usize> = 8..=10;
/// Bytes behind it.
const BOT_LENGTH: usize = 35;
/// How far is looked for what makes an `sk-…` a key.
const KEY_WINDOW: usize = 160;
/// The longest first part of a signed token.
const JWT_HEADER: usize = 1024;
/// How far is looked for the end of a line of armour.
const PEM_WINDOW: usize = 48;
/// The longest user with password in an address.
const USER_WINDOW: usize = 256;
/// Of a header's value, so much is looked at.
const VALUE_WINDOW: usize = 64;

/// A place in a stream, with what is known of it.
pub(super) struct Sight<'a> {
    /// What was there before the first of `bytes`.
    pub(super) before: &'a Context,
    /// What is at hand.
    pub(super) bytes: &'a [u8],
    /// The place.
    pub(super) at: usize,
    /// Nothing comes after `bytes`.
    pub(super) last: bool,
}

/// A run of bytes of one kind.
struct Run {
    length: usize,
    /// It may go on with bytes that are not at hand yet.
    open: bool,
}

impl<'a> Sight<'a> {
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// The byte that stands so far before the place, from 1.
    fn back(&self, distance: usize) -> Option<u8> {
        match self.at.checked_sub(distance) {
            Some(at) => self.bytes.get(at).copied(),
            None => self.before.back(distance - self.at),
        }
    }

    fn run(&self, from: usize, most: usize, has: impl Fn(u8) -> bool) -> Run {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let window = &rest[..rest.len().min(most)];
        let length = window.iter().position(|byte| !has(*byte)).unwrap_or(window.len());
        Run { length, open: !self.last && length == rest.len() && length < most }
    }

    /// Whether a word may begin here: letters of an escape in JSON (`\n`) or of a colour (`[0m`) are no part of it.
    fn begins_word(&self) -> bool {
        match (self.back(2), self.back(1)) {
            (_, None) => true,
            (Some(b'\\'), Some(b'n' | b't' | b'r' | b'b' | b'f')) => true,
            (Some(before), Some(b'm')) => before.is_ascii_digit(),
            (_, Some(byte)) => !Kind::Word.has(byte),
        }
    }
}

impl Shape {
    pub(super) fn judge(&self, sight: &Sight<'_>) -> Judged {
        let behind = sight.at + self.prefix.len();
        match &self.check {
            Check::Run(kind, least) => whole(sight, behind, *kind, *least),
            Check::Key => key(sight, behind),
            Check::Bot => {
                let digits = (1..=*BOT_DIGITS.end())
                    .take_while(|distance| sight.back(*distance).is_some_and(|byte| byte.is_ascii_digit()));
                let digits = 1 + digits.count();
                if BOT_DIGITS.contains(&digits) { bot(sight, sight.at + 2) } else { Judged::Clean }
            }
            Check::BotUrl => {
                let digits = sight.run(behind, BOT_DIGITS.end() + 1, |byte| byte.is_ascii_digit());
                let colon = behind + digits.length;
                match sight.bytes.get(colon) {
                    _ if digits.open => Judged::Open,
                    Some(b':') if BOT_DIGITS.contains(&digits.length) => bot(sight, colon + 1),
                    _ => Judged::Clean,
                }
            }
            Check::Header => header(sight, behind),
            Check::Bearer => value(sight, behind, 20),
            Check::Pem => pem(sight, behind),
            Check::Jwt => jwt(sight),
            Check::Url => user(sight, behind),
        }
    }
}

/// The prefix and the run behind it, if that is long enough.
fn whole(sight: &Sight<'_>, behind: usize, kind: Kind, least: usize) -> Judged {
    let run = sight.run(behind, least, |byte| kind.has(byte));
    match run {
        Run { open: true, .. } => Judged::Open,
        Run { length, .. } if length >= least => {
            Judged::Secret { start: sight.at, end: behind + length, skip: Skip::Run(kind) }
        }
        Run { .. } => Judged::Clean,
    }
}

/// A key has a long run of letters and digits in it; names made of words have none.
fn key(sight: &Sight<'_>, behind: usize) -> Judged {
    if !sight.begins_word() {
        return Judged::Clean;
    }
    let run = sight.run(behind, KEY_WINDOW, |byte| Kind::Word.has(byte));
    if run.open {
        return Judged::Open;
    }
    let end = behind + run.length;
    let random = sight.bytes[behind..end].split(|byte| !byte.is_ascii_alphanumeric()).any(|part| {
        part.len() >= 16 && part.iter().any(u8::is_ascii_digit) && part.iter().any(u8::is_ascii_alphabetic)
    });
    if random && run.length >= 20 {
        Judged::Secret { start: sight.at, end, skip: Skip::Run(Kind::Word) }
    } else {
        Judged::Clean
    }
}

/// The part of a bot's token that is secret.
fn bot(sight: &Sight<'_>, secret: usize) -> Judged {
    match sight.run(secret, BOT_LENGTH, |byte| Kind::Word.has(byte)) {
        Run { open: true, .. } => Judged::Open,
        Run { length: BOT_LENGTH, .. } => {
            Judged::Secret { start: secret, end: secret + BOT_LENGTH, skip: Skip::Run(Kind::Word) }
        }
        Run { .. } => Judged::Clean,
    }
}

/// `: Bearer value`, also as JSON or code writes it.
fn header(sight: &Sight<'_>, behind: usize) -> Judged {
    let between = sight.run(behind, 10, |byte| b"\"':=\\, []".contains(&byte));
    if between.open {
        return Judged::Open;
    }
    let from = behind + between.length;
    if between.length == 0 {
        return Judged::Clean;
    }
    let scheme = sight.run(from, 16, |byte| byte.is_ascii_alphabetic());
    let gap = sight.run(from + scheme.length, 2, |byte| byte == b' ');
    if scheme.open || gap.open {
        return Judged::Open;
    }
    if scheme.length > 0 && gap.length > 0 {
        value(sight, from + scheme.length + gap.length, 8)
    } else {
        value(sight, from, 20)
    }
}

/// A header's value of at least so many bytes that does not look like a word.
fn value(sight: &Sight<'_>, from: usize, least: usize) -> Judged {
    let run = sight.run(from, VALUE_WINDOW, |byte| Kind::Value.has(byte));
    if run.open {
        return Judged::Open;
    }
    let end = from + run.length;
    let text = &sight.bytes[from.min(end)..end.min(sight.bytes.len())];
    let mixed = text.iter().skip(1).any(u8::is_ascii_uppercase) && text.iter().any(u8::is_ascii_lowercase);
    if run.length >= least && (mixed || text.iter().any(u8::is_ascii_digit)) {
        Judged::Secret { start: from, end, skip: Skip::Run(Kind::Value) }
    } else {
        Judged::Clean
    }
}

/// `… PRIVATE KEY-----` and the key behind it.
fn pem(sight: &Sight<'_>, behind: usize) -> Judged {
    let words = sight
        .run(behind, PEM_WINDOW, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' ');
    let end = behind + words.length;
    let dashes = sight.run(end, 5, |byte| byte == b'-');
    if words.open || dashes.open {
        return Judged::Open;
    }
    let kind = &sight.bytes[behind..end];
    if dashes.length == 5 && (kind.ends_with(b"PRIVATE KEY") || kind.ends_with(b"PRIVATE KEY BLOCK")) {
        Judged::Secret { start: end + 5, end: end + 5, skip: Skip::Armour { dash: false } }
    } else {
        Judged::Clean
    }
}

/// `user:password@` of an address, less the user; a user without password where that is a token.
fn user(sight: &Sight<'_>, behind: usize) -> Judged {
    let run =
        sight.run(behind, USER_WINDOW, |byte| byte.is_ascii_graphic() && !b"/?#\"'`\\<>".contains(&byte));
    if run.open {
        return Judged::Open;
    }
    let authority = &sight.bytes[behind..behind + run.length];
    // A password may hold an `@` that nobody escaped.
    let Some(length) = authority.iter().rposition(|byte| *byte == b'@') else {
        return Judged::Clean;
    };
    let user = &authority[..length];
    let end = behind + length;
    match user.iter().position(|byte| *byte == b':') {
        Some(colon) if colon + 1 < length => {
            Judged::Secret { start: behind + colon + 1, end, skip: Skip::Nothing }
        }
        None if length >= 20 && user.iter().any(u8::is_ascii_digit) => {
            Judged::Secret { start: behind, end, skip: Skip::Nothing }
        }
        Some(_) | None => Judged::Clean,
    }
}

/// `eyJ….eyJ….…`: both parts are JSON objects.
fn jwt(sight: &Sight<'_>) -> Judged {
    let header = sight.run(sight.at, JWT_HEADER, |byte| Kind::Word.has(byte));
    if header.open {
        return Judged::Open;
    }
    let dot = sight.at + header.length;
    let Some(b'.') = sight.bytes.get(dot) else {
        return Judged::Clean;
    };
    let payload = sight.run(dot + 1, 12, |byte| Kind::Word.has(byte));
    let begin = &sight.bytes[dot + 1..dot + 1 + payload.length];
    let fits = begin.starts_with(b"eyJ") || b"eyJ".starts_with(begin);
    match payload {
        Run { open: true, .. } if fits => Judged::Open,
        Run { length: 12, .. } if fits => {
            Judged::Secret { start: sight.at, end: dot + 1 + payload.length, skip: Skip::Run(Kind::Dotted) }
        }
        Run { .. } => Judged::Clean,
    }
}
