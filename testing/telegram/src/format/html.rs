//! `parse_mode` HTML.

use super::{Formatted, units};
use crate::message::Entity;
use crate::refusal::Refusal;

/// Tags and the kind of entity they make.
const TAGS: [(&str, &str); 15] = [
    ("a", "text_link"),
    ("b", "bold"),
    ("strong", "bold"),
    ("i", "italic"),
    ("em", "italic"),
    ("u", "underline"),
    ("ins", "underline"),
    ("s", "strikethrough"),
    ("strike", "strikethrough"),
    ("del", "strikethrough"),
    ("tg-spoiler", "spoiler"),
    ("span", "spoiler"),
    ("code", "code"),
    ("pre", "pre"),
    ("blockquote", "blockquote"),
];

struct Opened<'a> {
    tag: &'a str,
    kind: &'static str,
    url: Option<String>,
    offset: usize,
}

pub(super) fn parse(text: &str) -> Result<Formatted, Refusal> {
    let mut formatted = Formatted::default();
    let mut opened: Vec<Opened<'_>> = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let at = text.len() - rest.len();
        match character {
            '&' => {
                let (plain, length) = reference(rest);
                formatted.text.push_str(plain);
                rest = &rest[length..];
            }
            '<' => {
                let end = rest
                    .find('>')
                    .ok_or_else(|| broken(&format!("Unclosed start tag at byte offset {at}")))?;
                let tag = &rest[1..end];
                rest = &rest[end + 1..];
                match tag.strip_prefix('/') {
                    Some(name) => close(name.trim(), at, &mut opened, &mut formatted)?,
                    None => opened.push(open(tag, at, units(&formatted.text))?),
                }
            }
            other => {
                formatted.text.push(other);
                rest = &rest[other.len_utf8()..];
            }
        }
    }
    match opened.pop() {
        Some(left) => Err(broken(&format!("Can't find end tag corresponding to start tag \"{}\"", left.tag))),
        None => Ok(formatted),
    }
}

fn open(tag: &str, at: usize, offset: usize) -> Result<Opened<'_>, Refusal> {
    let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let known = TAGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let (_, kind) =
        known.ok_or_else(|| broken(&format!("Unsupported start tag \"{name}\" at byte offset {at}")))?;
    if name == "span" && !attributes.contains("tg-spoiler") {
        return Err(broken(&format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {at}")));
    }
    let url = attributes.split_once("href=\"").and_then(|(_, after)| after.split('"').next());
    Ok(Opened { tag: name, kind, url: url.map(str::to_owned), offset })
}

fn close(name: &str, at: usize, opened: &mut Vec<Opened<'_>>, into: &mut Formatted) -> Result<(), Refusal> {
    let last = opened.pop().ok_or_else(|| broken(&format!("Unexpected end tag at byte offset {at}")))?;
    if !name.is_empty() && !name.eq_ignore_ascii_case(last.tag) {
        return Err(broken(&format!(
            "Unmatched end tag at byte offset {at}, expected \"</{}>\", found \"</{name}>\"",
            last.tag
        )));
    }
    let length = units(&into.text) - last.offset;
    if length > 0 && (last.kind != "text_link" || last.url.is_some()) {
        let mut entity = Entity::new(last.kind, last.offset, length);
        if let Some(url) = last.url {
            entity.json["url"] = url.into();
        }
        into.entities.push(entity);
    }
    Ok(())
}

/// A named character and the length of its name; anything else is what it is.
fn reference(text: &str) -> (&'static str, usize) {
    let known = [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\"")];
    let found = known.iter().find(|(name, _)| text.starts_with(name));
    found.map_or(("&", 1), |(name, plain)| (plain, name.len()))
}

fn broken(why: &str) -> Refusal {
    Refusal::bad(format!("can't parse entities: {why}"))
}
