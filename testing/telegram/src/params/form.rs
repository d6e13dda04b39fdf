//! Forms: `application/x-www-form-urlencoded` and `multipart/form-data`.

use serde_json::{Map, Value, json};

use super::{Upload, not_utf8};
use crate::refusal::Refusal;

/// One part of a form with files.
pub(super) enum Part {
    Text(String, String),
    File(Upload),
}

pub(super) fn encoded(bytes: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let mut values = Map::new();
    for pair in bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let middle = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let value = pair.get(middle + 1..).unwrap_or_default();
        values.insert(decoded(&pair[..middle])?, json!(decoded(value)?));
    }
    Ok(values)
}

fn decoded(bytes: &[u8]) -> Result<String, Refusal> {
    let mut plain = Vec::new();
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = hex.and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                plain.push(byte);
                rest = &after[2..];
                continue;
            }
            (b'+', _) => plain.push(b' '),
            (other, _) => plain.push(*other),
        }
        rest = after;
    }
    String::from_utf8(plain).map_err(|_| not_utf8())
}

pub(super) fn parts(body: &[u8], boundary: &str) -> Result<Vec<Part>, Refusal> {
    let broken = || Refusal::bad("can't parse multipart/form-data");
    let mut parts = Vec::new();
    // The first boundary needs no line end before it, but may have one.
    let opening = format!("--{boundary}");
    let closing = format!("\r\n--{boundary}");
    let body = body.strip_prefix(b"\r\n").unwrap_or(body);
    let mut rest = body.strip_prefix(opening.as_bytes()).ok_or_else(broken)?;
    while !rest.starts_with(b"--") {
        rest = rest.strip_prefix(b"\r\n").ok_or_else(broken)?;
        let head = find(rest, b"\r\n\r\n").ok_or_else(broken)?;
        let content = &rest[head + 4..];
        let end = find(content, closing.as_bytes()).ok_or_else(broken)?;
        let head = std::str::from_utf8(&rest[..head]).map_err(|_| not_utf8())?;
        parts.push(part(head, &content[..end])?);
        rest = &content[end + closing.len()..];
    }
    Ok(parts)
}

fn part(head: &str, content: &[u8]) -> Result<Part, Refusal> {
    let header = |wanted: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
    };
    let disposition = header("content-disposition").unwrap_or_default();
    let quoted = |name: &str| {
        let (_, after) = disposition.split_once(&format!(" {name}=\""))?;
        after.split('"').next().map(str::to_owned)
    };
    let field = quoted("name").ok_or_else(|| Refusal::bad("a part of the form has no name"))?;
    match quoted("filename") {
        Some(name) => Ok(Part::File(Upload {
            field,
            name,
            mime: header("content-type").unwrap_or("application/octet-stream").to_owned(),
            bytes: content.to_vec(),
        })),
        None => {
            let text = String::from_utf8(content.to_vec()).map_err(|_| not_utf8())?;
            Ok(Part::Text(field, text))
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
