//! Names of sessions and of their folders, and which session a name that was typed means.
//!
//! Never looks at a disk: the folders there are come in as candidates.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

/// Most characters a session's name may have.
pub const MAX_NAME: usize = 64;

/// The name of a session: 1 to 64 lower-case ASCII letters, digits, `-`, `_` and `.`, valid as a branch.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionName(String);

impl SessionName {
    /// Takes a name as typed; white space around it does not count.
    ///
    /// # Errors
    /// The rule that it breaks, and a name near it that breaks none, if there is one.
    pub fn parse(input: &str) -> Result<Self, NameError> {
        let name = input.trim();
        match broken_rule(name) {
            None => Ok(Self(name.to_owned())),
            Some(rule) => Err(NameError { input: name.to_owned(), rule, suggestion: slug(name) }),
        }
    }

    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This name with `-<number>` at its end, shortened if it would get too long.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let tail = format!("-{number}");
        let stem: String = self.0.chars().take(MAX_NAME - tail.len()).collect();
        Self(format!("{}{tail}", stem.trim_end_matches(['.', '-'])))
    }
}

impl fmt::Display for SessionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for SessionName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for SessionName {
    type Err = NameError;

    fn from_str(input: &str) -> Result<Self, NameError> {
        Self::parse(input)
    }
}

/// Why a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is no name for a session: it {rule}{}", shown(input), offer(suggestion.as_deref()))]
pub struct NameError {
    /// What was given.
    pub input: String,
    /// The rule that it breaks.
    pub rule: NameRule,
    /// A valid name made of the same words; none if nothing of them is left.
    pub suggestion: Option<String>,
}

/// What a name may not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameRule {
    /// Nothing, or only white space.
    Empty,
    /// Something else than lower-case ASCII letters, digits, `-`, `_`, `.`.
    Character(char),
    /// More than [`MAX_NAME`] characters.
    TooLong,
    /// Begins with `-` or `.`, which reads as a flag or hides the folder.
    Start(char),
    /// Contains `..`.
    TwoDots,
    /// Ends in `.` or `.lock`, which git refuses in a branch.
    End(&'static str),
}

impl fmt::Display for NameRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::Character(c) => {
                write!(
                    f,
                    "contains `{}`, and only a-z, 0-9, `-`, `_` and `.` may stand in one",
                    c.escape_default()
                )
            }
            Self::TooLong => write!(f, "is longer than {MAX_NAME} characters"),
            Self::Start(c) => write!(f, "begins with `{c}`"),
            Self::TwoDots => f.write_str("contains `..`"),
            Self::End(end) => write!(f, "ends in `{end}`"),
        }
    }
}

fn shown(input: &str) -> String {
    let mut text: String = input.chars().take(80).flat_map(char::escape_debug).collect();
    if input.chars().nth(80).is_some() {
        text.push('…');
    }
    text
}

fn offer(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; it could be `{name}`"))
}

fn broken_rule(name: &str) -> Option<NameRule> {
    let first = name.chars().next();
    let strange = name.chars().find(|&c| !allowed(c));
    match (first, strange) {
        (None, _) => Some(NameRule::Empty),
        (_, Some(c)) => Some(NameRule::Character(c)),
        (Some(c @ ('-' | '.')), None) => Some(NameRule::Start(c)),
        _ if name.len() > MAX_NAME => Some(NameRule::TooLong),
        _ if name.contains("..") => Some(NameRule::TwoDots),
        _ => [".lock", "."].into_iter().find(|end| name.ends_with(end)).map(NameRule::End),
    }
}

fn allowed(c: char) -> bool {
    matches!(c, 'a'..='z' | '0'..='9' | '-' | '_' | '.')
}

/// A valid name made of the words of any text; none if no letter or digit of it can be kept.
pub fn slug(text: &str) -> Option<String> {
    let mut name = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '\u{300}'..='\u{36f}' => {}
            '-' | '.' if name.ends_with(['-', '.']) => {}
            c if allowed(c) => name.push(c),
            c => match fold(c) {
                Some(ascii) => name.push_str(ascii),
                None if name.ends_with(['-', '.']) => {}
                None => name.push('-'),
            },
        }
    }
    let mut name = name.trim_start_matches(['-', '.', '_']);
    name = &name[..name.len().min(MAX_NAME)];
    loop {
        let shorter = name.trim_end_matches(['-', '.', '_']);
        let shorter = shorter.strip_suffix(".lock").unwrap_or(shorter);
        if shorter.len() == name.len() {
            break;
        }
        name = shorter;
    }
    broken_rule(name).is_none().then(|| name.to_owned())
}

/// Letters of European languages whose ASCII spelling nobody argues about.
fn fold(c: char) -> Option<&'static str> {
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ß' => "ss",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ţ' | 'ť' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

/// The name of a session's folder: `YY-MM-DD-<name>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FolderName {
    /// The day on which the session was made.
    pub date: Date,
    /// The session's name.
    pub name: SessionName,
}

impl FolderName {
    /// The folder of a session made on that day.
    pub fn new(date: Date, name: SessionName) -> Self {
        Self { date, name }
    }

    /// Reads a folder's name; none if it is not exactly a date and a valid name.
    pub fn parse(folder: &str) -> Option<Self> {
        let name = folder.get(9..).filter(|_| folder.as_bytes().get(8) == Some(&b'-'))?;
        let mut parts = folder.get(..8)?.split('-').map(|part| {
            let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse::<i8>().ok()).flatten()
        });
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        let date = Date::new(2000 + i16::from(year), month, day).ok()?;
        let name = broken_rule(name).is_none().then(|| SessionName(name.to_owned()))?;
        Some(Self { date, name })
    }

    /// The folder for a new session: that of the bare name, or of the first `name-2`, `name-3`, … that is
    /// not taken, as when a session of that name was finished earlier on the same day.
    pub fn first_free(date: Date, name: &SessionName, taken: impl Fn(&str) -> bool) -> Self {
        let mut folder = Self::new(date, name.clone());
        let mut number = 1;
        while taken(&folder.to_string()) && number < u32::MAX {
            number += 1;
            folder.name = name.numbered(number);
        }
        folder
    }
}

impl fmt::Display for FolderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.date.year().rem_euclid(100), self.date.month(), self.date.day());
        write!(f, "{year:02}-{month:02}-{day:02}-{}", self.name)
    }
}

/// A folder that stands under `SESSIONS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The folder's own name, no path.
    pub folder: &'a str,
    /// Its session is done and goes on only when a person reopens it.
    pub finished: bool,
}

/// What a typed name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// It is the name of this folder, finished or not.
    Exact(String),
    /// It is the name of a session, and this is its newest folder that is not finished.
    Newest(String),
    /// No session has it yet.
    New(SessionName),
}

/// Finds the session that a person means by a name.
///
/// # Errors
/// [`NameError`] if no folder has that name and no session could.
pub fn resolve<'a>(
    input: &str,
    candidates: impl IntoIterator<Item = Candidate<'a>>,
) -> Result<Resolution, NameError> {
    let typed = input.trim();
    let mut newest: Option<FolderName> = None;
    for candidate in candidates {
        // `.samocode` stands beside the sessions and is none.
        if candidate.folder.starts_with('.') {
            continue;
        }
        if candidate.folder == typed {
            return Ok(Resolution::Exact(typed.to_owned()));
        }
        let Some(folder) = FolderName::parse(candidate.folder) else {
            continue;
        };
        if folder.name.as_str() == typed && !candidate.finished {
            newest = newest.max(Some(folder));
        }
    }
    match newest {
        Some(folder) => Ok(Resolution::Newest(folder.to_string())),
        None => SessionName::parse(typed).map(Resolution::New),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn refused(input: &str) -> (NameRule, Option<String>) {
        let error = SessionName::parse(input).unwrap_err();
        (error.rule, error.suggestion)
    }

    fn find(input: &str, folders: &[(&str, bool)]) -> Resolution {
        resolve(input, folders.iter().map(|&(folder, finished)| Candidate { folder, finished })).unwrap()
    }

    #[test]
    fn plain_names_pass() {
        for name in ["a", "add-jwt-auth", "v1.2_x", "26-01-08-x", &"a".repeat(64)] {
            assert_eq!(SessionName::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn each_broken_rule_is_named_with_the_name_it_could_be() {
        assert_eq!(refused(""), (NameRule::Empty, None));
        assert_eq!(refused("  "), (NameRule::Empty, None));
        assert_eq!(refused("../x"), (NameRule::Character('/'), Some("x".into())));
        assert_eq!(refused("/etc/passwd"), (NameRule::Character('/'), Some("etc-passwd".into())));
        assert_eq!(refused("Add Auth"), (NameRule::Character('A'), Some("add-auth".into())));
        assert_eq!(refused("größe café"), (NameRule::Character('ö'), Some("grosse-cafe".into())));
        assert_eq!(refused("認証"), (NameRule::Character('認'), None));
        assert_eq!(refused("-rf"), (NameRule::Start('-'), Some("rf".into())));
        assert_eq!(refused(".hidden"), (NameRule::Start('.'), Some("hidden".into())));
        assert_eq!(refused("a..b"), (NameRule::TwoDots, Some("a.b".into())));
        assert_eq!(refused("a.lock"), (NameRule::End(".lock"), Some("a".into())));
        assert_eq!(refused("a."), (NameRule::End("."), Some("a".into())));
        assert_eq!(refused("a@{1}"), (NameRule::Character('@'), Some("a-1".into())));
        assert_eq!(refused(&"a".repeat(65)), (NameRule::TooLong, Some("a".repeat(64))));
    }

    #[test]
    fn the_error_says_the_name_it_could_have() {
        let error = SessionName::parse("../x").unwrap_err();
        insta::assert_snapshot!(error, @"`../x` is no name for a session: it contains `/`, and only a-z, 0-9, `-`, `_` and `.` may stand in one; it could be `x`");
    }

    #[test]
    fn folders_are_a_date_and_a_name() {
        let folder = FolderName::new(date(2026, 1, 8), SessionName::parse("add-jwt").unwrap());
        assert_eq!(folder.to_string(), "26-01-08-add-jwt");
        assert_eq!(FolderName::parse("26-01-08-add-jwt"), Some(folder));
        for other in [
            "26-13-08-x",
            "26-1-08-xx",
            "+6-01-08-x",
            "26-01-08-",
            "26-01-08x",
            "x",
            "26-01-08-A",
            "26-01-0é-x",
        ] {
            assert_eq!(FolderName::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_taken_folder_gets_a_number() {
        let name = SessionName::parse("auth").unwrap();
        let taken = ["26-01-08-auth", "26-01-08-auth-2"];
        let free = FolderName::first_free(date(2026, 1, 8), &name, |folder| taken.contains(&folder));
        assert_eq!(free.to_string(), "26-01-08-auth-3");
    }

    #[test]
    fn a_name_means_the_exact_folder_then_the_newest_of_exactly_that_name() {
        let folders = [
            ("26-01-01-jwt-auth", false),
            ("26-01-02-auth", false),
            ("26-01-05-auth", false),
            ("auth2", false),
        ];
        assert_eq!(find("26-01-02-auth", &folders), Resolution::Exact("26-01-02-auth".into()));
        assert_eq!(find("auth", &folders), Resolution::Newest("26-01-05-auth".into()));
        assert_eq!(find("jwt", &folders), Resolution::New(SessionName::parse("jwt").unwrap()));
        assert_eq!(find("auth", &folders[..1]), Resolution::New(SessionName::parse("auth").unwrap()));
        assert_eq!(find("auth2", &folders), Resolution::Exact("auth2".into()));
    }

    #[test]
    fn a_finished_session_is_found_by_its_folder_only() {
        let folders = [("26-01-02-auth", true)];
        assert_eq!(find("auth", &folders), Resolution::New(SessionName::parse("auth").unwrap()));
        assert_eq!(find("26-01-02-auth", &folders), Resolution::Exact("26-01-02-auth".into()));
    }

    #[test]
    fn the_folder_of_the_records_is_no_session() {
        let records = Candidate { folder: ".samocode", finished: false };
        assert!(resolve(".samocode", [records]).is_err());
    }

    proptest! {
        #[test]
        fn every_suggestion_is_a_valid_name(text in any::<String>()) {
            if let Some(name) = slug(&text) {
                prop_assert!(SessionName::parse(&name).is_ok(), "{name}");
            }
        }

        #[test]
        fn every_valid_name_survives_its_folder(name in "[a-z0-9._-]{1,70}", number in 2..100_000_u32) {
            if let Ok(name) = SessionName::parse(&name) {
                let folder = FolderName::new(date(2026, 2, 28), name.clone());
                prop_assert_eq!(FolderName::parse(&folder.to_string()), Some(folder));
                prop_assert!(SessionName::parse(name.numbered(number).as_str()).is_ok());
            }
        }
    }
}
