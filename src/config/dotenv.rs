//! The syntax of `.samocode` and `.env`: `KEY=VALUE` a line, quotes, comments, `export`, `$VAR`.
//!
//! Knows no keys and reads no files. An error never repeats a value, which may be a secret.

use std::collections::BTreeMap;
use std::fmt;

/// One key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The value, unquoted and with its variables put in.
    pub value: String,
    /// The line on which it begins, from 1.
    pub line: usize,
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The key, as far as one could be read.
    pub key: Option<String>,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Neither a comment nor `KEY=VALUE`.
    NoEquals,
    /// What stands before `=` is no name.
    BadKey,
    /// A quote is never closed.
    OpenQuote(char),
    /// Something follows the closing quote.
    BehindQuote,
    /// `${` is never closed or holds no name.
    BadVariable,
    /// A variable that is set nowhere.
    UnsetVariable(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEquals => {
                f.write_str("there is no `=`; a line is `KEY=VALUE` or a comment that begins with `#`")
            }
            Self::BadKey => {
                f.write_str("what stands before `=` is no key; a key has letters, digits and `_`")
            }
            Self::OpenQuote(quote) => write!(f, "the quote {quote} is never closed"),
            Self::BehindQuote => {
                f.write_str("something stands behind the closing quote; put the whole value in quotes")
            }
            Self::BadVariable => f.write_str("`${` is not followed by a name and `}`"),
            Self::UnsetVariable(name) => {
                write!(
                    f,
                    "the variable `${name}` is not set; for a plain `$` write `\\$` or use single quotes"
                )
            }
        }
    }
}

/// Reads every entry; a line that cannot be read does not stop those behind it.
/// `outer` gives the variables that are not set further up in the text.
pub fn parse(text: &str, outer: &dyn Fn(&str) -> Option<String>) -> Vec<Result<Entry, SyntaxError>> {
    let mut parser =
        Parser { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1, set: BTreeMap::new(), outer };
    let mut entries = Vec::new();
    while !parser.rest.is_empty() {
        entries.extend(parser.entry());
    }
    entries
}

struct Parser<'a> {
    /// What is still to be read; between entries it begins with a new line.
    rest: &'a str,
    line: usize,
    set: BTreeMap<String, String>,
    outer: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Parser<'a> {
    fn entry(&mut self) -> Option<Result<Entry, SyntaxError>> {
        let begin = self.line;
        let whole = self.rest.split('\n').next().unwrap_or_default();
        let line = whole.trim();
        if line.is_empty() || line.starts_with('#') {
            self.skip(whole.len());
            return None;
        }
        let error = |key: &str, problem| SyntaxError {
            line: begin,
            key: (!key.is_empty()).then(|| key.to_owned()),
            problem,
        };
        let Some(equals) = whole.find('=') else {
            self.skip(whole.len());
            return Some(Err(error("", Problem::NoEquals)));
        };
        let before = whole[..equals].trim();
        let key = match before.strip_prefix("export") {
            Some(key) if key.starts_with([' ', '\t']) => key.trim(),
            _ => before,
        };
        if !is_name(key) {
            self.skip(whole.len());
            return Some(Err(error("", Problem::BadKey)));
        }
        let value = whole[equals + 1..].trim_start_matches([' ', '\t']);
        let at = whole.len() - value.len();
        let read = match value.chars().next() {
            Some(quote @ ('\'' | '"')) => self.quoted(at + 1, quote),
            _ => self.unquoted(value).map(|value| (value, whole.len())),
        };
        Some(match read {
            Ok((value, length)) => {
                self.skip(length);
                self.set.insert(key.to_owned(), value.clone());
                Ok(Entry { key: key.to_owned(), value, line: begin })
            }
            Err(problem) => {
                self.skip(whole.len());
                Err(error(key, problem))
            }
        })
    }

    /// Goes behind this many bytes and the line feed that follows.
    fn skip(&mut self, length: usize) {
        let end = (length + 1).min(self.rest.len());
        self.line += self.rest[..end].matches('\n').count();
        self.rest = &self.rest[end..];
    }

    /// The value whose opening quote ends at `from`, and the length of the entry.
    fn quoted(&self, from: usize, quote: char) -> Result<(String, usize), Problem> {
        let text = &self.rest[from..];
        let mut value = String::new();
        let mut at = 0;
        loop {
            let c = text[at..].chars().next().ok_or(Problem::OpenQuote(quote))?;
            at += c.len_utf8();
            match c {
                c if c == quote => break,
                '\r' if text[at..].starts_with('\n') => {}
                '\\' if quote == '"' => {
                    let next = text[at..].chars().next().ok_or(Problem::OpenQuote(quote))?;
                    at += next.len_utf8();
                    match next {
                        'n' => value.push('\n'),
                        'r' => value.push('\r'),
                        't' => value.push('\t'),
                        '"' | '\\' | '$' => value.push(next),
                        other => value.extend(['\\', other]),
                    }
                }
                '$' if quote == '"' => at += self.variable(&text[at..], &mut value)?,
                c => value.push(c),
            }
        }
        let behind = text[at..].split('\n').next().unwrap_or_default();
        let plain = behind.trim_start();
        if plain.is_empty() || plain.starts_with('#') {
            Ok((value, from + at + behind.len()))
        } else {
            Err(Problem::BehindQuote)
        }
    }

    fn unquoted(&self, text: &str) -> Result<String, Problem> {
        let comment =
            text.char_indices().find(|&(at, c)| c == '#' && (at == 0 || text[..at].ends_with([' ', '\t'])));
        let text = text[..comment.map_or(text.len(), |(at, _)| at)].trim_end();
        let mut value = String::new();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            at += c.len_utf8();
            match c {
                '\\' if text[at..].starts_with('$') => {
                    value.push('$');
                    at += 1;
                }
                '$' => at += self.variable(&text[at..], &mut value)?,
                c => value.push(c),
            }
        }
        Ok(value)
    }

    /// Puts in the variable that these bytes, behind a `$`, name; gives how many of them do.
    fn variable(&self, text: &str, value: &mut String) -> Result<usize, Problem> {
        let (name, fallback, length) = if let Some(inside) = text.strip_prefix('{') {
            let end = inside
                .find(['}', '\n'])
                .filter(|&end| inside[end..].starts_with('}'))
                .ok_or(Problem::BadVariable)?;
            let (name, fallback) = match inside[..end].split_once(":-") {
                Some((name, fallback)) => (name, Some(fallback)),
                None => (&inside[..end], None),
            };
            if !is_name(name) {
                return Err(Problem::BadVariable);
            }
            (name, fallback, end + 2)
        } else {
            let length = text.find(|c: char| !is_name_char(c)).unwrap_or(text.len());
            if !is_name(&text[..length]) {
                // `$(…)`, `$1` and a `$` by itself are ordinary text.
                value.push('$');
                return Ok(0);
            }
            (&text[..length], None, length)
        };
        let known = self.set.get(name).cloned().or_else(|| (self.outer)(name));
        let usable = known.filter(|known| !known.is_empty() || fallback.is_none());
        let found = usable.or_else(|| fallback.map(str::to_owned));
        value.push_str(&found.ok_or_else(|| Problem::UnsetVariable(name.to_owned()))?);
        Ok(length)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(is_name_char)
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn outer(name: &str) -> Option<String> {
        (name == "HOME").then(|| "/home/me".to_owned())
    }

    fn value(text: &str) -> Result<String, Problem> {
        match parse(text, &outer).remove(0) {
            Ok(entry) => Ok(entry.value),
            Err(error) => Err(error.problem),
        }
    }

    #[test]
    fn values_are_read_as_in_any_dotenv_file() {
        for (text, expected) in [
            ("A=b", "b"),
            ("  export\tA = b c  # words", "b c"),
            ("A=b#c", "b#c"),
            ("A=#c", ""),
            ("A=", ""),
            ("A=x=y", "x=y"),
            ("A='$HOME \\n # \"'  # words", "$HOME \\n # \""),
            ("A=\"a\\n\\\"\\\\ \\$HOME $HOME\\d\"", "a\n\"\\ $HOME /home/me\\d"),
            ("A=\"one\r\ntwo\"", "one\ntwo"),
            ("A=$HOME/x-${HOME}y", "/home/me/x-/home/mey"),
            ("A=${NO:-fall back}", "fall back"),
            ("A=$(pwd) $1 5$ \\$HOME", "$(pwd) $1 5$ $HOME"),
            ("A=it's", "it's"),
            ("\u{feff}A=ü\r\n", "ü"),
        ] {
            assert_eq!(value(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn earlier_keys_are_variables_and_win_over_the_environment() {
        let entries = parse("HOME=/h\nB=$HOME/x\n", &outer);
        assert_eq!(entries[1].as_ref().unwrap().value, "/h/x");
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_line_and_key_and_hides_nothing_behind_it() {
        let text = "# c\nnonsense\nA b=1\nB=\"open\nC='x' y\nD=${\nE=$NO\nF=\"two\nlines\"\nG=1\n";
        let read: Vec<_> = parse(text, &outer)
            .into_iter()
            .map(|entry| match entry {
                Ok(entry) => (entry.line, Some(entry.key), None),
                Err(error) => (error.line, error.key, Some(error.problem)),
            })
            .collect();
        let key = |key: &str| Some(key.to_owned());
        assert_eq!(
            read,
            [
                (2, None, Some(Problem::NoEquals)),
                (3, None, Some(Problem::BadKey)),
                // The quote is closed by the one of F.
                (4, key("B"), Some(Problem::BadVariable)),
                (5, key("C"), Some(Problem::BehindQuote)),
                (6, key("D"), Some(Problem::BadVariable)),
                (7, key("E"), Some(Problem::UnsetVariable("NO".into()))),
                (8, key("F"), None),
                (10, key("G"), None),
            ]
        );
        assert_eq!(value("A='x"), Err(Problem::OpenQuote('\'')));
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in "[\\PC\n\r\t'\"$\\\\{}=#]{0,60}") {
            parse(&text, &outer);
        }

        #[test]
        fn a_single_quoted_value_is_taken_as_it_stands(value in "[^'\r]{0,30}") {
            let entries = parse(&format!("A='{value}'\nB=1"), &outer);
            prop_assert_eq!(&entries[0].as_ref().unwrap().value, &value);
            prop_assert_eq!(entries[1].as_ref().unwrap().line, value.matches('\n').count() + 2);
        }
    }
}
