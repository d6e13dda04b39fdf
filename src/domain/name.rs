//! Names of sessions and of their folders, and which session a name that was typed means.
//!
//! Never looks at a disk: the folders there are come in as candidates.

mod folder;
mod slug;

pub use folder::{FolderName, Resolution, resolve};
pub use slug::slug;

use std::fmt;
use std::str::FromStr;

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

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(input: &str) -> (NameRule, Option<String>) {
        let error = SessionName::parse(input).unwrap_err();
        (error.rule, error.suggestion)
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
}
