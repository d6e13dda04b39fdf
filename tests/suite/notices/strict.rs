//! What each service takes and what it refuses, as strict as the real one or stricter.

use samocode::notify::Announcement;
use samocode_testing_http::{Answer, Request};
use serde_json::Value;

fn judge(found: Result<(), String>) -> Answer {
    match found {
        Ok(()) => Answer::json(200, "ok"),
        Err(why) => Answer::json(400, &why),
    }
}

fn need(holds: bool, why: impl Into<String>) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why.into()) }
}

fn json(request: &Request) -> Result<Value, String> {
    let kind = request.header("content-type").unwrap_or_default();
    need(request.method == "POST" && kind.starts_with("application/json"), "no JSON was posted")?;
    serde_json::from_slice(&request.body).map_err(|error| format!("no JSON: {error}"))
}

/// Words that a person can read: some, and no control characters.
fn readable(words: &str) -> Result<(), String> {
    need(!words.trim().is_empty(), "no_text")?;
    need(!words.chars().any(|c| c.is_control() && c != '\n'), "a control character")
}

/// What is in a text of JSON.
fn text<'a>(body: &'a Value, field: &str) -> Result<&'a str, String> {
    body[field].as_str().ok_or_else(|| format!("{field} is no text"))
}

pub(super) fn webhook(request: &Request) -> Answer {
    let found = || {
        let announcement: Announcement =
            serde_json::from_value(json(request)?).map_err(|error| error.to_string())?;
        need(request.body.len() < 256 * 1024, "too large")?;
        need(!announcement.title.contains('\n') && announcement.title.chars().count() <= 500, "the title")?;
        need(announcement.text.chars().count() <= 20_000, "the text")?;
        need(request.header("x-samocode-delivery") == Some(&announcement.id), "the id")
    };
    judge(found())
}

pub(super) fn slack(request: &Request) -> Answer {
    let found = || {
        let body = json(request)?;
        let words = text(&body, "text")?;
        readable(words)?;
        need(words.chars().count() <= 4000, "msg_too_long")?;
        need(!words.contains(['<', '>']), "a link or a mention")?;
        let entity = |rest: &str| ["amp;", "lt;", "gt;"].iter().any(|entity| rest.starts_with(entity));
        need(words.split('&').skip(1).all(entity), "a bare ampersand")
    };
    judge(found())
}

pub(super) fn discord(request: &Request) -> Answer {
    let found = || {
        let body = json(request)?;
        let words = text(&body, "content")?;
        readable(words)?;
        need(words.encode_utf16().count() <= 2000, "BASE_TYPE_MAX_LENGTH")?;
        need(body["allowed_mentions"] == serde_json::json!({"parse": []}), "mentions")?;
        let mut escaped = false;
        for c in words.chars() {
            need(escaped || !"*_~`|>#[<".contains(c), format!("the markup `{c}`"))?;
            escaped = c == '\\' && !escaped;
        }
        need(!escaped, "a backslash that escapes nothing")
    };
    judge(found())
}

pub(super) fn ntfy(request: &Request) -> Answer {
    let found = || {
        let header = |name| request.header(name).ok_or_else(|| format!("no {name}"));
        readable(&title(header("title")?)?)?;
        need(["high", "default"].contains(&header("priority")?), "the priority")?;
        header("tags")?;
        let words = str::from_utf8(&request.body).map_err(|_| "not UTF-8: would be a file")?;
        readable(words)?;
        need(words.len() <= 4096, "too long: would be a file")
    };
    judge(found())
}

/// A header's text, its encoded words (RFC 2047, `Q`) decoded.
pub(super) fn title(header: &str) -> Result<String, String> {
    need(header.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "a header that is not ASCII")?;
    if !header.contains("=?") {
        return Ok(header.to_owned());
    }
    let mut text = String::new();
    for word in header.split(' ') {
        need(word.len() <= 75, "an encoded word that is too long")?;
        let inner = word.strip_prefix("=?UTF-8?Q?").and_then(|word| word.strip_suffix("?="));
        let inner = inner.ok_or_else(|| format!("no encoded word: {word}"))?;
        let mut bytes = Vec::new();
        let mut rest = inner.bytes();
        while let Some(byte) = rest.next() {
            let digits = [rest.clone().next(), rest.clone().nth(1)];
            match (byte, digits) {
                (b'=', [Some(high), Some(low)]) => {
                    let digits = String::from_utf8_lossy(&[high, low]).into_owned();
                    bytes.push(u8::from_str_radix(&digits, 16).map_err(|error| error.to_string())?);
                    rest.nth(1);
                }
                (b'_', _) => bytes.push(b' '),
                (b'=' | b'?', _) => return Err(format!("a stray sign in {word}")),
                (byte, _) => bytes.push(byte),
            }
        }
        text.push_str(str::from_utf8(&bytes).map_err(|_| "a word that breaks off in a character")?);
    }
    Ok(text)
}
