//! Texts become typed values; each function says in words what is wrong with a text that does not.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

use super::provider::ProviderKind;

/// Whether the CLI's writes are confined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SandboxMode {
    /// Where the system can, with a word where it cannot.
    Auto,
    /// Always; samocode does not start where the system cannot.
    Required,
    /// Never.
    Off,
}

/// Longer than this is taken for a slip.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

pub(super) fn sandbox(text: &str) -> Result<SandboxMode, String> {
    if text.eq_ignore_ascii_case("auto") {
        return Ok(SandboxMode::Auto);
    }
    if text.eq_ignore_ascii_case("required") {
        return Ok(SandboxMode::Required);
    }
    match switch(text) {
        Ok(true) => Ok(SandboxMode::Required),
        Ok(false) => Ok(SandboxMode::Off),
        Err(_) => Err(format!("`{text}` is none of `auto`, `on` and `off`")),
    }
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "on" | "yes" | "true" | "1" => Ok(true),
        "off" | "no" | "false" | "0" => Ok(false),
        _ => Err(format!("`{text}` is neither `on` nor `off`")),
    }
}

/// A limit on one iteration: seconds, or a duration with units.
pub(super) fn timeout(text: &str) -> Result<Duration, String> {
    let limit = seconds(text)?;
    if limit < Duration::from_secs(1) { Err(format!("`{text}` is shorter than a second")) } else { Ok(limit) }
}

/// A pause: seconds, or a duration with units; may be nothing.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let seconds = text.parse().map_err(|_| format!("`{text}` is no number of seconds"))?;
        return bounded(text, Duration::from_secs(seconds));
    }
    with_units(text)
        .ok_or_else(|| format!("`{text}` is no time; write seconds, or `90m`, `1h 30m`"))
        .and_then(|d| bounded(text, d))
}

/// A budget of time. A bare number is refused, for nobody could say whether it means hours or seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time with a unit; write `2h`, `90m` or `1h 30m`");
    let limit = with_units(text).ok_or_else(wrong)?;
    if limit.is_zero() { Err(wrong()) } else { bounded(text, limit) }
}

fn bounded(text: &str, duration: Duration) -> Result<Duration, String> {
    if duration > LONGEST { Err(format!("`{text}` is longer than a year")) } else { Ok(duration) }
}

fn with_units(text: &str) -> Option<Duration> {
    let span: Span = text.parse().ok()?;
    let exact = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(exact).ok()
}

/// A count of at least one.
pub(super) fn count(text: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|&n| n > 0)
        .ok_or_else(|| format!("`{text}` is no whole number from 1 to {}", u32::MAX))
}

/// Tokens: `2000000`, `2_000_000`, `500k`, `2M`.
pub(super) fn tokens(text: &str) -> Result<u64, String> {
    let plain = text.replace('_', "");
    let (digits, unit) = match plain.char_indices().next_back() {
        Some((at, 'k' | 'K')) => (&plain[..at], 1_000),
        Some((at, 'm' | 'M')) => (&plain[..at], 1_000_000),
        _ => (plain.as_str(), 1),
    };
    let whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let number = whole.then(|| digits.parse::<u64>().ok()?.checked_mul(unit)).flatten();
    number
        .filter(|&n| n > 0)
        .ok_or_else(|| format!("`{text}` is no number of tokens; write `2000000`, `500k` or `2M`"))
}

/// US dollars: `5`, `5.50`, `$5`.
pub(super) fn dollars(text: &str) -> Result<f64, String> {
    let amount = text.strip_prefix('$').unwrap_or(text).trim();
    let plain = amount.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let value = plain.then(|| amount.parse::<f64>().ok()).flatten();
    value
        .filter(|v| v.is_finite() && *v > 0.0)
        .ok_or_else(|| format!("`{text}` is no amount of US dollars; write `5` or `2.50`"))
}

/// Names with commas or spaces between them.
pub(super) fn providers(text: &str) -> Result<Vec<ProviderKind>, String> {
    words(text).map(str::parse).collect()
}

/// Names of environment variables.
pub(super) fn variables(text: &str) -> Result<Vec<String>, String> {
    words(text)
        .map(|name| {
            let fits = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && !name.starts_with(|c: char| c.is_ascii_digit());
            if fits { Ok(name.to_owned()) } else { Err(format!("`{name}` is no name of a variable")) }
        })
        .collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty())
}

/// Tools to add: `+WebFetch,mcp__x`; a comma inside of parentheses belongs to the tool.
pub(super) fn tools(text: &str) -> Result<Vec<String>, String> {
    let mut depth = 0_usize;
    let at_top = |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    };
    let named: Vec<&str> = text.split(at_top).map(str::trim).filter(|tool| !tool.is_empty()).collect();
    named
        .into_iter()
        .map(|tool| match tool.strip_prefix('+').unwrap_or(tool).trim() {
            removed if removed.starts_with('-') => Err(format!(
                "`{removed}` would take a tool away; tools can only be added, as in `+WebFetch,mcp__x`"
            )),
            "" => Err("`+` is not followed by a tool".to_owned()),
            added => Ok(added.to_owned()),
        })
        .collect()
}

/// Arguments, split as a shell splits them. The text is not repeated: arguments may hold keys.
pub(super) fn arguments(text: &str) -> Result<Vec<String>, String> {
    shlex::split(text).ok_or_else(|| "a quote in it is never closed".to_owned())
}

/// The number of a chat.
pub(super) fn chat(text: &str) -> Result<i64, String> {
    let chat = text.parse().ok().filter(|&chat| chat != 0);
    chat.ok_or_else(|| format!("`{text}` is no number of a chat, such as `123456789` or `-100123456789`"))
}

/// Numbers of people.
pub(super) fn users(text: &str) -> Result<BTreeSet<u64>, String> {
    let number = |word: &str| {
        let user = word.parse().ok().filter(|&user| user > 0);
        user.ok_or_else(|| {
            format!("`{word}` is no number of a user, such as `123456789`; names do not count")
        })
    };
    words(text).map(number).collect()
}

/// The longest part of a branch's name, in bytes: git keeps it as a file name of at most 255, and `.lock` is added to it.
const LONGEST_PART: usize = 250;

/// What is put before branch names, without the `/` at its end.
pub(super) fn branch_prefix(text: &str) -> Result<String, String> {
    let prefix = text.strip_suffix('/').unwrap_or(text);
    let part = |part: &str| {
        !part.is_empty()
            && part.len() <= LONGEST_PART
            && !part.starts_with('.')
            && !part.ends_with('.')
            && !part.ends_with(".lock")
    };
    let sound = prefix.split('/').all(part)
        && !prefix.starts_with('-')
        && !prefix.contains("..")
        && !prefix.contains("@{")
        && prefix != "@"
        && !prefix.contains(|c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c));
    if sound {
        return Ok(prefix.to_owned());
    }
    Err(format!("`{text}` cannot begin the name of a branch; write something like `feature`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_units_and_where_it_is_clear_without() {
        let minutes = |n: u64| Ok(Duration::from_secs(n * 60));
        assert_eq!(duration("2h"), minutes(120));
        assert_eq!(duration("1h 30m"), minutes(90));
        assert_eq!(duration("90m"), minutes(90));
        assert_eq!(duration("2 days"), minutes(2 * 24 * 60));
        assert_eq!(seconds("1800"), minutes(30));
        assert_eq!(timeout("30m"), minutes(30));
        assert_eq!(seconds("0"), Ok(Duration::ZERO));
        for wrong in ["2", "", "-2h", "0h", "2x", "9999999h", "1y"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        for wrong in ["0", "-1", "1.5", "", "99999999999999999999", "500ms"] {
            assert!(timeout(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        assert_eq!(
            (tokens("2_000_000"), tokens("500k"), tokens("2M")),
            (Ok(2_000_000), Ok(500_000), Ok(2_000_000))
        );
        assert_eq!((dollars("$5"), dollars("2.50"), count("3")), (Ok(5.0), Ok(2.5), Ok(3)));
        for wrong in ["0", "-1", "k", "", "1.5k", "99999999999999999999M", "ü"] {
            assert!(tokens(wrong).is_err(), "{wrong}");
        }
        for wrong in ["0", "-1", "inf", "NaN", "1e9", "", "."] {
            assert!(dollars(wrong).is_err(), "{wrong}");
        }
        assert!(count("0").is_err() && count("4294967296").is_err());
    }

    #[test]
    fn tools_can_be_added_only() {
        let added = |text| tools(text).map(|tools| tools.join("|"));
        assert_eq!(added("+WebFetch,mcp__x").as_deref(), Ok("WebFetch|mcp__x"));
        assert_eq!(added(" Bash(a, b) , +X,").as_deref(), Ok("Bash(a, b)|X"));
        assert!(added("-Bash").is_err() && added("+").is_err());
    }

    #[test]
    fn a_prefix_must_make_valid_branches() {
        assert_eq!(branch_prefix("me/").as_deref(), Ok("me"));
        assert_eq!(branch_prefix("team/me").as_deref(), Ok("team/me"));
        for wrong in [
            "/",
            "/a",
            "a//b",
            "-a",
            "a b",
            "a..b",
            "a..",
            ".a",
            "a.lock",
            "a.lock/b",
            "a~",
            &"a".repeat(300),
        ] {
            assert!(branch_prefix(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn choices_are_read_in_any_case() {
        assert_eq!(
            (sandbox("AUTO"), sandbox("on"), sandbox("Off")),
            (Ok(SandboxMode::Auto), Ok(SandboxMode::Required), Ok(SandboxMode::Off))
        );
        assert_eq!(providers("codex, Gemini"), Ok(vec![ProviderKind::Codex, ProviderKind::Gemini]));
        assert!(providers("gpt").is_err() && switch("maybe").is_err() && variables("A-B").is_err());
        assert_eq!(arguments("--a 'b c'"), Ok(vec!["--a".to_owned(), "b c".to_owned()]));
        assert!(arguments("'").is_err());
    }
}
