//! Token counts as Claude Code writes them, read by serde or, on the path of every message, by a plain scan.

use serde::Deserialize;

use crate::domain::outcome::Usage;

/// Tokens as Claude Code counts them: what was read from the cache stands beside `input_tokens`, not within.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Tokens {
    input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    output_tokens: Option<u64>,
}

impl Tokens {
    /// The counts in samocode's own words.
    pub(super) fn usage(&self) -> Usage {
        let cached = self.cache_read_input_tokens.unwrap_or(0);
        Usage {
            input_tokens: self.input_tokens.unwrap_or(0)
                + self.cache_creation_input_tokens.unwrap_or(0)
                + cached,
            cached_tokens: cached,
            output_tokens: self.output_tokens.unwrap_or(0),
            ..Usage::default()
        }
    }

    /// Scans an object at the start of `text`, and gives what follows it; none for anything but the plain shape that
    /// Claude Code writes: numbers, null, strings without escapes, and objects one level deep. Half the time of serde.
    pub(super) fn scan(text: &[u8]) -> Option<(Self, &[u8])> {
        let mut tokens = Self::default();
        let mut rest = text.strip_prefix(b"{")?;
        loop {
            let (key, value) = string(rest)?;
            let value = value.strip_prefix(b":")?;
            let (number, after) = plain_value(value)?;
            match key {
                b"input_tokens" => tokens.input_tokens = number,
                b"cache_creation_input_tokens" => tokens.cache_creation_input_tokens = number,
                b"cache_read_input_tokens" => tokens.cache_read_input_tokens = number,
                b"output_tokens" => tokens.output_tokens = number,
                _ => {}
            }
            match after.split_first()? {
                (b',', next) => rest = next,
                (b'}', after) => return Some((tokens, after)),
                _ => return None,
            }
        }
    }
}

/// A value's number, if it is one, and what follows the value.
fn plain_value(text: &[u8]) -> Option<(Option<u64>, &[u8])> {
    match text.first()? {
        b'0'..=b'9' => {
            let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (digits, after) = text.split_at_checked(digits)?;
            let number = digits.iter().try_fold(0_u64, |number, digit| {
                number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
            })?;
            Some((Some(number), after))
        }
        b'"' => string(text).map(|(_, after)| (None, after)),
        b'{' => {
            let end = memchr::memchr(b'}', text)?;
            let (object, after) = text.split_at_checked(end + 1)?;
            let flat = memchr::memchr(b'{', object.get(1..)?).is_none();
            flat.then_some((None, after))
        }
        _ => text.strip_prefix(b"null").map(|after| (None, after)),
    }
}

/// A string without escapes, and what follows it.
fn string(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.strip_prefix(b"\"")?;
    let end = memchr::memchr(b'"', text)?;
    let (inside, after) = text.split_at_checked(end)?;
    let plain = memchr::memchr(b'\\', inside).is_none();
    plain.then(|| Some((inside, after.get(1..)?)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scan_sees_what_serde_sees() {
        for text in [
            r#"{"input_tokens":101,"cache_creation_input_tokens":20,"cache_read_input_tokens":1000,"output_tokens":1}"#,
            r#"{"input_tokens":1,"cache_creation":{"ephemeral_1h_input_tokens":5,"x":[]},"output_tokens":2,"service_tier":"standard","speed":null}"#,
            r#"{"output_tokens":null}"#,
        ] {
            let line = format!("{text}}},\"more\":1");
            let (tokens, after) = Tokens::scan(line.as_bytes()).unwrap();
            assert_eq!(tokens, serde_json::from_str(text).unwrap(), "{text}");
            assert_eq!(after, b"},\"more\":1");
        }
    }

    #[test]
    fn the_scan_leaves_all_other_shapes_alone() {
        for text in [
            "",
            "{",
            "{}",
            r#"{"input_tokens":-1}"#,
            r#"{"input_tokens":1.5}"#,
            r#"{"input_tokens":99999999999999999999}"#,
            r#"{"input_tokens": 1}"#,
            r#"{"a":{"b":{}},"input_tokens":1}"#,
            r#"{"a":[1],"input_tokens":1}"#,
            r#"{"a":"\"","input_tokens":1}"#,
            r#"{"input_tokens":1"#,
        ] {
            assert_eq!(Tokens::scan(text.as_bytes()), None, "{text}");
        }
    }
}
