//! Reads JSON the way models write it in a chat: in a code fence, with text around it, with comments, with a comma
//! before the closing brace.
//!
//! Only for text that strict JSON refuses. Takes a text only if exactly one object in it carries a `status`; never
//! guesses what a truncated object was going to say.

use std::iter::Peekable;
use std::str::CharIndices;

use serde_json::{Map, Number, Value};

/// A signal needs two levels; more than this is a mistake or an attack on the stack.
const DEEPEST: usize = 32;
/// Reading starts anew at each opening brace, at most this often.
const MOST_ATTEMPTS: usize = 200;
/// How much of the text an error quotes, in characters.
const QUOTED: usize = 30;

/// The one object with a `status` in `text`.
///
/// # Errors
/// What is wrong with the text, in words that the writer can act on.
pub(super) fn read(text: &str) -> Result<Map<String, Value>, String> {
    let mut found = Vec::new();
    // Of several attempts that failed, the one that got furthest knows best what is wrong.
    let mut trouble: Option<(usize, String)> = None;
    let mut rest = text;
    for _ in 0..MOST_ATTEMPTS {
        let Some(at) = rest.find('{') else { break };
        rest = &rest[at..];
        let mut reader = Reader { text: rest, chars: rest.char_indices().peekable() };
        match reader.value(0) {
            Ok(Value::Object(object)) => {
                if object.keys().any(|key| super::plain(key) == "status") {
                    found.push(object);
                }
                rest = &rest[reader.position()..];
            }
            Ok(_) => rest = &rest[1..],
            // It may be a brace in prose: what comes after it can still be the signal.
            Err(why) => {
                let stopped = text.len() - rest.len() + reader.position();
                if trouble.as_ref().is_none_or(|(furthest, _)| stopped > *furthest) {
                    trouble = Some((stopped, why));
                }
                rest = &rest[1..];
            }
        }
    }
    match (found.len(), trouble) {
        (1, _) => Ok(found.remove(0)),
        (0, Some((_, why))) => Err(why),
        (0, None) if text.contains('{') => Err("`status` is missing".to_owned()),
        (0, None) => Err(format!("expected one JSON object, found `{}`", quote(text))),
        (count, _) => Err(format!("it holds {count} signals; write exactly one JSON object")),
    }
}

/// The first characters of a text, on one line.
fn quote(text: &str) -> String {
    let line: String =
        text.trim().chars().take(QUOTED).map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim_end().to_owned()
}

/// Reads one value from the start of a text.
struct Reader<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
}

impl Reader<'_> {
    /// The byte that comes next.
    fn position(&mut self) -> usize {
        self.chars.peek().map_or(self.text.len(), |(at, _)| *at)
    }

    fn peek(&mut self) -> Option<char> {
        self.chars.peek().map(|(_, c)| *c)
    }

    fn take(&mut self, wanted: char) -> bool {
        self.chars.next_if(|(_, c)| *c == wanted).is_some()
    }

    /// What an error says of the place where reading stopped.
    fn unexpected(&mut self, wanted: &str) -> String {
        let at = self.position();
        if at >= self.text.len() {
            return format!("it ends where {wanted} belongs");
        }
        format!("{wanted} belongs before `{}`", quote(&self.text[at..]))
    }

    /// Skips white space and comments.
    fn blank(&mut self) {
        loop {
            let at = self.position();
            let rest = &self.text[at..];
            let skip = if rest.starts_with("//") || rest.starts_with('#') {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else {
                rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len()
            };
            if skip == 0 {
                return;
            }
            while self.chars.next_if(|(next, _)| *next < at + skip).is_some() {}
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > DEEPEST {
            return Err(format!("its values are nested more than {DEEPEST} levels deep"));
        }
        self.blank();
        match self.peek() {
            Some('{') => self.object(depth).map(Value::Object),
            Some('[') => self.list(depth).map(Value::Array),
            Some(mark) if closing(mark).is_some() => self.string().map(Value::String),
            _ => self.bare(),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Map<String, Value>, String> {
        self.take('{');
        let mut object = Map::new();
        loop {
            self.blank();
            if self.take('}') {
                return Ok(object);
            }
            let key = match self.peek() {
                Some(mark) if closing(mark).is_some() => self.string()?,
                _ => self.word(),
            };
            if key.is_empty() {
                return Err(self.unexpected("a key in quotes, or the closing `}`"));
            }
            self.blank();
            if !self.take(':') {
                return Err(self.unexpected(&format!("a `:` after `{}`", quote(&key))));
            }
            let value = self.value(depth + 1)?;
            object.insert(key, value);
            self.blank();
            if !self.take(',') && self.peek() != Some('}') {
                return Err(self.unexpected("a comma or the closing `}`"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Value>, String> {
        self.take('[');
        let mut items = Vec::new();
        loop {
            self.blank();
            if self.take(']') {
                return Ok(items);
            }
            items.push(self.value(depth + 1)?);
            self.blank();
            if !self.take(',') && self.peek() != Some(']') {
                return Err(self.unexpected("a comma or the closing `]`"));
            }
        }
    }

    /// A text in straight or typographic quotes, with line breaks that strict JSON wants escaped.
    fn string(&mut self) -> Result<String, String> {
        let start = self.position();
        let Some(end) = self.chars.next().and_then(|(_, mark)| closing(mark)) else {
            return Err(self.unexpected("a text in quotes"));
        };
        let mut text = String::new();
        while let Some((_, c)) = self.chars.next() {
            match c {
                c if c == end => return Ok(text),
                '\\' => text.push_str(&self.escape()),
                c => text.push(c),
            }
        }
        Err(format!("the text that begins with `{}` has no closing quote", quote(&self.text[start..])))
    }

    /// What a backslash stands for; one that JSON does not know stands for itself.
    fn escape(&mut self) -> String {
        let Some((_, c)) = self.chars.next() else {
            return "\\".to_owned();
        };
        match c {
            'n' => "\n".to_owned(),
            't' => "\t".to_owned(),
            'r' => "\r".to_owned(),
            'b' | 'f' => " ".to_owned(),
            '"' | '\'' | '\\' | '/' => c.to_string(),
            'u' => self.unicode(),
            other => format!("\\{other}"),
        }
    }

    /// The character of `\uXXXX`, or of a pair of them; a broken one becomes the replacement character.
    fn unicode(&mut self) -> String {
        let mut units = vec![self.hex()];
        while (0xd800..0xdc00).contains(units.last().unwrap_or(&0))
            && self.text[self.position()..].starts_with("\\u")
        {
            self.chars.next();
            self.chars.next();
            units.push(self.hex());
        }
        String::from_utf16_lossy(&units)
    }

    fn hex(&mut self) -> u16 {
        let mut code = 0;
        for _ in 0..4 {
            let Some((_, digit)) = self.chars.next_if(|(_, c)| c.is_ascii_hexdigit()) else {
                break;
            };
            code = code * 16 + u16::try_from(digit.to_digit(16).unwrap_or(0)).unwrap_or(0);
        }
        code
    }

    /// Letters, digits and the marks that a number or a phase's name may hold.
    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some((_, c)) = self.chars.next_if(|(_, c)| c.is_alphanumeric() || "_-+.$".contains(*c)) {
            word.push(c);
        }
        word
    }

    /// A value without quotes: `null`, `true` and `false` in JSON's or Python's spelling, a number, or a plain word.
    fn bare(&mut self) -> Result<Value, String> {
        let word = self.word();
        Ok(match word.as_str() {
            "" => return Err(self.unexpected("a value")),
            "null" | "None" | "undefined" => Value::Null,
            "true" | "True" => Value::Bool(true),
            "false" | "False" => Value::Bool(false),
            _ => word.parse::<Number>().map_or_else(|_| Value::String(word), Value::Number),
        })
    }
}

/// The mark that closes a text opened by this one.
fn closing(mark: char) -> Option<char> {
    match mark {
        '"' | '\'' | '`' => Some(mark),
        '“' | '„' => Some('”'),
        '‘' => Some('’'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(text: &str) -> Result<String, String> {
        read(text).map(|object| object["status"].as_str().unwrap_or_default().to_owned())
    }

    #[test]
    fn json_as_models_write_it_is_taken() {
        for text in [
            "```json\n{\"status\": \"done\"}\n```",
            "```\n{\"status\": \"done\"}\n```\n",
            "~~~json\n{\"status\": \"done\"}\n~~~",
            "Here's the signal, as {asked}:\n\n{\"status\": \"done\"}\n\nThat's all.",
            "{\"status\": \"done\",}",
            "{\"status\": \"done\", // all of it\n}",
            "// the signal\n{\"status\": \"done\" /* all */}",
            "# the signal\n{\n  \"status\": \"done\",\n  # a note\n}",
            "{'status': 'done', 'summary': None}",
            "{status: done}",
            "{“status”: “done”}",
            "{\"summary\": \"two\nlines\", \"status\": \"done\"}",
            "{\"summary\": \"C:\\dir\", \"status\": \"done\"}",
            "{\"files\": [\"a\", \"b\",], \"status\": \"done\"}",
            "{\"note\": {\"status\": \"x\"}, \"status\": \"done\"}",
            "{\"example\": 1}\n{\"status\": \"done\"}",
        ] {
            assert_eq!(status(text), Ok("done".to_owned()), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_cut_or_says_two_things_is_refused_in_words() {
        for (text, words) in [
            ("{\"status\": \"done\"", "it ends where a comma or the closing `}` belongs"),
            ("{\"status\": \"done\", \"summary\": \"half", "`\"half` has no closing quote"),
            ("{\"status\": \"done\", \"summary\"", "it ends where a `:` after `summary` belongs"),
            (
                "{\"status\": \"done\" \"phase\": \"x\"}",
                "a comma or the closing `}` belongs before `\"phase\": \"x\"}`",
            ),
            ("{\"status\": }", "a value belongs before `}`"),
            ("{\"status\": \"done\"}\n{\"status\": \"continue\"}", "it holds 2 signals"),
            ("all is well", "expected one JSON object, found `all is well`"),
            ("{\"phase\": \"testing\",}", "`status` is missing"),
        ] {
            let refused = status(text).unwrap_err();
            assert!(refused.contains(words), "{text}: {refused}");
        }
    }

    #[test]
    fn escapes_and_pairs_are_read_and_depth_is_bounded() {
        let object = read(r#"{"status": "a\u0041\ud83d\ude00\n\"\q",}"#).unwrap();
        assert_eq!(object["status"], "aA😀\n\"\\q");
        assert!(read(&format!("{}{}", "{\"a\":".repeat(20_000), "1")).unwrap_err().contains("nested"));
        assert!(read(&"{".repeat(60_000)).is_err());
    }
}
