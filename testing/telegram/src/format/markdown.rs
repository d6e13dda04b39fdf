//! `parse_mode` `MarkdownV2`.

use super::{Formatted, units};
use crate::message::Entity;
use crate::refusal::Refusal;

/// Marks, longest first, and the kind of entity they make.
const MARKS: [(&str, &str, &str); 7] = [
    ("```", "pre", "Pre"),
    ("`", "code", "Code"),
    ("__", "underline", "Underline"),
    ("_", "italic", "Italic"),
    ("*", "bold", "Bold"),
    ("~", "strikethrough", "Strikethrough"),
    ("||", "spoiler", "Spoiler"),
];
const RESERVED: &str = "_*[]()~`>#+-=|{}.!";

struct Opened {
    mark: &'static str,
    kind: &'static str,
    name: &'static str,
    offset: usize,
    byte: usize,
}

pub(super) fn parse(text: &str) -> Result<Formatted, Refusal> {
    let mut formatted = Formatted::default();
    let mut opened: Vec<Opened> = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let byte = text.len() - rest.len();
        let verbatim = opened.last().is_some_and(|last| last.mark.starts_with('`'));
        let escaped = rest.strip_prefix('\\').and_then(|after| after.chars().next()).filter(char::is_ascii);
        if let Some(escaped) = escaped {
            formatted.text.push(escaped);
            rest = &rest[2..];
            continue;
        }
        let closes = opened.last().map(|last| last.mark).filter(|mark| rest.starts_with(mark));
        if let Some(mark) = closes {
            close(&mut opened, &mut formatted);
            rest = &rest[mark.len()..];
            continue;
        }
        let opens = MARKS.iter().find(|(mark, ..)| !verbatim && rest.starts_with(mark));
        if let Some((mark, kind, name)) = opens {
            opened.push(Opened { mark, kind, name, offset: units(&formatted.text), byte });
            rest = &rest[mark.len()..];
        } else if !verbatim && character == '[' {
            rest = link(&rest[1..], byte, &mut formatted)?;
        } else if !verbatim && character == '>' && (byte == 0 || text[..byte].ends_with('\n')) {
            rest = &rest[1..];
        } else if !verbatim && RESERVED.contains(character) {
            return Err(reserved(character));
        } else {
            formatted.text.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    match opened.pop() {
        Some(left) => {
            Err(broken(&format!("Can't find end of {} entity at byte offset {}", left.name, left.byte)))
        }
        None => Ok(formatted),
    }
}

fn close(opened: &mut Vec<Opened>, into: &mut Formatted) {
    let Some(last) = opened.pop() else { return };
    let length = units(&into.text) - last.offset;
    if length > 0 {
        into.entities.push(Entity::new(last.kind, last.offset, length));
    }
}

/// `label](address)`, of which the label may have no marks here; what comes after it.
fn link<'a>(text: &'a str, byte: usize, into: &mut Formatted) -> Result<&'a str, Refusal> {
    let unended = |what: &str| broken(&format!("Can't find end of {what} at byte offset {byte}"));
    let (label, after) = text.split_once(']').ok_or_else(|| unended("TextUrl entity"))?;
    let after = after.strip_prefix('(').ok_or_else(|| reserved('['))?;
    let (url, after) = after.split_once(')').ok_or_else(|| unended("a URL"))?;
    let label = parse(label)?.text;
    if !label.is_empty() {
        let mut entity = Entity::new("text_link", units(&into.text), units(&label));
        entity.json["url"] = url.into();
        into.entities.push(entity);
        into.text.push_str(&label);
    }
    Ok(after)
}

fn reserved(character: char) -> Refusal {
    broken(&format!("Character '{character}' is reserved and must be escaped with the preceding '\\'"))
}

fn broken(why: &str) -> Refusal {
    Refusal::bad(format!("can't parse entities: {why}"))
}
