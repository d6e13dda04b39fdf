//! What a CLI said outside of its stream: plain lines on stdout, and stderr.
//!
//! Picks lines and shortens them; never judges what they mean.

use std::collections::VecDeque;

use memchr::memmem;
use serde_json::Value;

use super::words::{one_line, without_escapes};

/// The longest line that is read as words, in bytes. Nobody says goodbye at greater length.
const LONGEST: usize = 64 * 1024;
/// The longest JSON object that is looked into for an error's words, in bytes.
const LONGEST_OBJECT: usize = 8 * 1024;
/// Most characters kept of a line.
const LINE: usize = 500;
/// How many lines are kept.
const LINES: usize = 8;
/// Most characters shown to a person.
const SHOWN: usize = 400;

/// Whether a line of stdout that is no event may say something in words: text, or an object that tells an error. It
/// looks at few bytes only, for most lines are events of no interest.
pub fn may_be_words(line: &[u8], truncated: bool) -> bool {
    let start = line.trim_ascii_start();
    let limit = if start.first() == Some(&b'{') { LONGEST_OBJECT } else { LONGEST };
    if truncated || line.len() > limit || start.is_empty() {
        return false;
    }
    start.first() != Some(&b'{') || memmem::find(start, br#""error"#).is_some()
}

/// The words of a line of stdout that is no event; none where it has none.
pub(super) fn words_of(line: &[u8]) -> Option<String> {
    let start = line.trim_ascii_start();
    let words = if start.first() == Some(&b'{') && start.len() > 1 {
        error_in(start)?
    } else {
        String::from_utf8_lossy(line).into_owned()
    };
    let words = one_line(&without_escapes(&words), LINE);
    words.contains(char::is_alphabetic).then_some(words)
}

/// The words of an object such as `{"type":"error","error":{"message":…}}`, as services and CLIs print it. An event of
/// another type is none, even if it has a field of that name.
fn error_in(line: &[u8]) -> Option<String> {
    // Strings need not be valid UTF-8.
    let object: Value = serde_json::from_str(&String::from_utf8_lossy(line)).ok()?;
    if object.get("type").and_then(Value::as_str).is_some_and(|kind| kind != "error") {
        return None;
    }
    let error = object.get("error").unwrap_or(&object);
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let mut parts: Vec<String> = if error.is_object() {
        ["type", "message"].iter().filter_map(|key| error.get(key).and_then(text)).collect()
    } else {
        [Some(error), object.get("message")].into_iter().flatten().filter_map(text).collect()
    };
    for key in ["resets_at", "resets_in_seconds"] {
        parts.extend(error.get(key).and_then(Value::as_u64).map(|number| format!("{key} {number}")));
    }
    (!parts.is_empty()).then(|| parts.join(": "))
}

/// The newest plain lines of a run, in constant memory.
#[derive(Debug, Clone, Default)]
pub(super) struct PlainLines(VecDeque<String>);

impl PlainLines {
    pub(super) fn push(&mut self, words: String) {
        if self.0.len() == LINES {
            self.0.pop_front();
        }
        self.0.push_back(words);
    }

    /// The CLI worked on: what it said before was not its last word.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// All that a CLI said outside of its stream, without what means nothing.
#[derive(Debug, Clone)]
pub(super) struct LastWords {
    stderr: Vec<String>,
    plain: Vec<String>,
}

impl LastWords {
    /// From the end of stderr and the plain lines of stdout; `is_noise` knows lines that come with every run.
    pub(super) fn new(stderr: &str, plain: &PlainLines, is_noise: impl Fn(&str) -> bool) -> Self {
        let stderr = without_escapes(stderr);
        let telling = |line: &&str| {
            let is_frame = line.starts_with("    at ") || line.starts_with("Node.js v");
            !line.trim().is_empty() && !is_frame && !is_noise(line)
        };
        Self {
            stderr: stderr.lines().filter(telling).map(|line| line.trim().to_owned()).collect(),
            plain: plain.iter().filter(telling).map(str::to_owned).collect(),
        }
    }

    /// Every line, stderr's first.
    pub(super) fn lines(&self) -> Vec<&str> {
        self.stderr.iter().chain(&self.plain).map(String::as_str).collect()
    }

    /// The last line of each.
    pub(super) fn last(&self) -> Vec<&str> {
        self.stderr.last().into_iter().chain(self.plain.last()).map(String::as_str).collect()
    }

    /// All lines as one text.
    pub(super) fn text(&self) -> String {
        self.lines().join("\n")
    }

    /// The last lines that fit on one line of a person's screen.
    pub(super) fn shown(&self) -> String {
        let lines = self.lines();
        let mut left = SHOWN;
        let mut first = lines.len();
        for (number, line) in lines.iter().enumerate().rev() {
            let length = line.chars().count() + 1;
            if length > left && first < lines.len() {
                break;
            }
            first = number;
            left = left.saturating_sub(length);
        }
        let text = lines.get(first..).unwrap_or_default().join(" ");
        if text.is_empty() { "it said nothing".to_owned() } else { one_line(&text, SHOWN) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Option<String> {
        may_be_words(line.as_bytes(), false).then(|| words_of(line.as_bytes())).flatten()
    }

    #[test]
    fn text_and_errors_are_words_and_events_are_not() {
        for (line, said) in [
            ("Invalid API key · Please run /login", Some("Invalid API key · Please run /login")),
            ("  \u{1b}[31mred\u{1b}[0m words ", Some("red words")),
            (
                r#"{"error":{"message":"Overloaded","type":"overloaded_error"}}"#,
                Some("overloaded_error: Overloaded"),
            ),
            (r#"{"type":"error","error":{"message":"no"},"request_id":"1"}"#, Some("no")),
            (r#"{"error":"unauthorized","message":"log in"}"#, Some("unauthorized: log in")),
            (r#"{"type":"user","error":"ECONNRESET"}"#, None),
            (r#"{"type":"user","message":{"content":"an \"error\": ECONNRESET"}}"#, None),
            (r#"{"words":"ECONNRESET"}"#, None),
            ("{", None),
            ("  ---- 12 ----", None),
            ("", None),
        ] {
            assert_eq!(words(line).as_deref(), said, "{line}");
        }
        assert!(!may_be_words(b"words", true), "the beginning of a line without its end");
        assert!(!may_be_words(&vec![b'x'; LONGEST + 1], false));
    }

    #[test]
    fn the_newest_lines_are_kept() {
        let mut plain = PlainLines::default();
        (0..100).for_each(|number| plain.push(format!("line {number}")));
        let kept: Vec<&str> = plain.iter().collect();
        assert_eq!((kept.len(), kept.last()), (LINES, Some(&"line 99")));
    }

    #[test]
    fn the_last_lines_are_shown_without_stack_frames_and_noise() {
        let mut plain = PlainLines::default();
        plain.push("goodbye".to_owned());
        let stderr = "noise\nError: no\n    at x.js:1\n\nNode.js v22.1.0\n";
        let said = LastWords::new(stderr, &plain, |line| line == "noise");
        assert_eq!(said.shown(), "Error: no goodbye");
        assert_eq!(said.last(), ["Error: no", "goodbye"]);
        let long = format!("{}\nthe end", "x".repeat(SHOWN));
        assert_eq!(LastWords::new(&long, &PlainLines::default(), |_| false).shown(), "the end");
        let endless = LastWords::new(&"x".repeat(2 * SHOWN), &PlainLines::default(), |_| false);
        assert_eq!(endless.shown().chars().count(), SHOWN);
        assert_eq!(LastWords::new("", &PlainLines::default(), |_| false).shown(), "it said nothing");
    }
}
