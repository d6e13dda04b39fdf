//! What the words of a failure mean: the tables' form, and how a message is compared with them.
//!
//! Each provider has one table of its own (`claude/phrases.rs` and so on), and [`shared`] has what all of them may
//! say. [`verdict`] makes an outcome of a meaning. Pure: nothing here knows where a message came from.

pub(super) mod shared;
pub(super) mod verdict;

use super::words::without_escapes;

/// What a service, or the CLI on its behalf, says with a phrase. A message that fits several rows means the first of
/// these that it fits: a limit's words often name the ways out, such as another login or more credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning {
    /// Too many requests at this moment, and explicitly not the account's limit.
    NotTheLimit,
    /// The conversation outgrew the model.
    ContextFull,
    /// The account has no such model.
    UnknownModel,
    /// The account's usage limit, quota or allowance is used up.
    UsageLimit,
    /// A key that the CLI's settings name is not in its environment.
    MissingKey,
    /// Not logged in, or the login or key is refused.
    LoginRefused,
    /// Nothing left to pay with.
    NoCredit,
    /// The CLI's settings name a service that does not answer as one.
    WrongSettings,
    /// The request or the answer breaks a policy.
    Refused,
    /// The service answers, and cannot serve for now.
    Busy,
    /// The service does not answer.
    Connection,
}

/// Phrases of one meaning from one source.
///
/// A phrase is a sequence of words, found anywhere in a message: case, punctuation and the kind of apostrophe don't
/// matter. `*` stands for up to [`GAP`] words, `?` for one, neither for a word of [`OTHER_LIMITS`]; `5xx` for a number
/// from 500 to 599; `^` and `$` for the beginning and the end of a line, without a leading `Error:` and the like.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) meaning: Meaning,
    /// Who was seen to say it, or who reported it.
    #[cfg_attr(not(test), expect(dead_code, reason = "for readers, and for the test that asks for it"))]
    pub(super) source: &'static str,
    pub(super) phrases: &'static [&'static str],
}

/// How many words a `*` may stand for.
const GAP: usize = 4;

/// Words that make a limit another one than the account's.
const OTHER_LIMITS: [&str; 14] = [
    "rate",
    "context",
    "token",
    "tokens",
    "output",
    "turn",
    "turns",
    "time",
    "retry",
    "concurrency",
    "concurrent",
    "length",
    "size",
    "not",
];

/// Words before what a message really says.
const INTRODUCTIONS: [&str; 7] = ["api", "error", "fatal", "uncaught", "typeerror", "exception", "cause"];

/// A network error's code means the network, whatever it kept the CLI from doing: `failed to refresh the OAuth token:
/// ENOTFOUND` is no refused login.
const NETWORK_CODES: [&str; 8] = [
    "econnreset",
    "econnrefused",
    "enotfound",
    "eai_again",
    "etimedout",
    "enetunreach",
    "ehostunreach",
    "getaddrinfo",
];

/// What `message` means by these tables; none where no row fits.
pub(super) fn meaning(message: &str, tables: &[&[Row]]) -> Option<Meaning> {
    let plain = without_escapes(message);
    let lines: Vec<Vec<String>> = plain.lines().map(words).collect();
    let all: Vec<String> = lines.concat();
    let says = |phrase: &str| {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        let anchored = phrase.first() == Some(&"^") || phrase.last() == Some(&"$");
        if anchored { lines.iter().any(|line| is_said(line, &phrase)) } else { is_said(&all, &phrase) }
    };
    let rows = tables.iter().flat_map(|table| table.iter());
    let fitting = rows.filter(|row| row.phrases.iter().any(|phrase| says(phrase)));
    let meaning = fitting.map(|row| row.meaning).min()?;
    let is_login = matches!(meaning, Meaning::LoginRefused | Meaning::MissingKey);
    let names_network = all.iter().any(|word| NETWORK_CODES.contains(&word.as_str()));
    Some(if is_login && names_network { Meaning::Connection } else { meaning })
}

/// What an HTTP status alone means; none where it says too little. 499 is a request that a gateway gave up on.
pub(super) fn meaning_of_status(status: u16) -> Option<Meaning> {
    match status {
        401 | 403 => Some(Meaning::LoginRefused),
        402 => Some(Meaning::NoCredit),
        404 => Some(Meaning::UnknownModel),
        413 => Some(Meaning::ContextFull),
        429 | 499.. => Some(Meaning::Busy),
        _ => None,
    }
}

/// The words of a line as they are compared.
fn words(line: &str) -> Vec<String> {
    let straight = line.to_lowercase().replace(['’', '‘', 'ʼ', '`'], "'");
    let parts = straight.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '_');
    parts.map(|word| word.trim_matches('\'')).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn is_said(words: &[String], phrase: &[&str]) -> bool {
    match phrase.split_first() {
        Some((&"^", rest)) => {
            let introduced = words.iter().take_while(|word| INTRODUCTIONS.contains(&word.as_str())).count();
            begins(&words[introduced..], rest)
        }
        _ => (0..words.len()).any(|at| begins(&words[at..], phrase)),
    }
}

fn begins(words: &[String], phrase: &[&str]) -> bool {
    let Some((first, rest)) = phrase.split_first() else { return true };
    if *first == "$" {
        return words.is_empty();
    }
    if *first == "*" {
        let longest = words.iter().take(GAP).take_while(|word| may_stand_between(word)).count();
        return (0..=longest).any(|gap| begins(&words[gap..], rest));
    }
    let Some((word, left)) = words.split_first() else { return false };
    let fits = match *first {
        "?" => may_stand_between(word),
        "5xx" => word.len() == 3 && word.starts_with('5') && word.bytes().all(|byte| byte.is_ascii_digit()),
        exact => word == exact,
    };
    fits && begins(left, rest)
}

fn may_stand_between(word: &str) -> bool {
    !OTHER_LIMITS.contains(&word)
}

#[cfg(test)]
mod tests;
