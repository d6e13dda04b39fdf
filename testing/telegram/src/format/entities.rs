//! Entities that a call lists.

use serde_json::{Value, json};

use super::units;
use crate::message::Entity;
use crate::refusal::Refusal;

const KINDS: [&str; 19] = [
    "mention",
    "hashtag",
    "cashtag",
    "bot_command",
    "url",
    "email",
    "phone_number",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
    "text_mention",
    "custom_emoji",
];

impl Entity {
    pub(crate) fn new(kind: &str, offset: usize, length: usize) -> Self {
        let json = json!({"type": kind, "offset": offset, "length": length});
        Self { kind: kind.to_owned(), offset, length, json }
    }

    /// The same at another place.
    pub(super) fn at(mut self, offset: usize, length: usize) -> Self {
        self.json["offset"] = json!(offset);
        self.json["length"] = json!(length);
        Self { offset, length, ..self }
    }
}

pub(super) fn read(list: Option<&Value>, text: &str) -> Result<Vec<Entity>, Refusal> {
    let Some(list) = list else { return Ok(Vec::new()) };
    let list = list.as_array().ok_or_else(|| Refusal::bad("expected an Array of MessageEntity"))?;
    list.iter().map(|entity| one(entity, text)).collect()
}

fn one(entity: &Value, text: &str) -> Result<Entity, Refusal> {
    let broken = |why: &str| Refusal::bad(format!("can't parse MessageEntity: {why}"));
    let kind = entity["type"].as_str().ok_or_else(|| broken("Can't find field \"type\""))?;
    if !KINDS.contains(&kind) {
        return Err(broken("Unsupported type specified"));
    }
    if kind == "text_link" && entity["url"].as_str().is_none_or(str::is_empty) {
        return Err(broken("Can't find field \"url\""));
    }
    let number = |name: &str| {
        entity[name].as_i64().ok_or_else(|| broken(&format!("Field \"{name}\" must be of type Number")))
    };
    let (offset, length) = (number("offset")?, number("length")?);
    let start = usize::try_from(offset)
        .map_err(|_| Refusal::bad(format!("receive an entity with incorrect offset {offset}")))?;
    let long = usize::try_from(length).ok().filter(|length| *length > 0);
    let long =
        long.ok_or_else(|| Refusal::bad(format!("receive an entity with incorrect length {length}")))?;
    let Some(from) = boundary(text, start) else {
        let all = units(text);
        return Err(Refusal::bad(match start > all {
            true => format!("entity begins after the end of the text at UTF-16 offset {all}"),
            false => format!("entity begins in a middle of a UTF-16 symbol at UTF-16 offset {start}"),
        }));
    };
    if boundary(&text[from..], long).is_none() {
        let (end, rest) = (start + long, units(&text[from..]));
        return Err(Refusal::bad(match long > rest {
            true => format!(
                "entity beginning at UTF-16 offset {start} ends after the end of the text at byte offset {}",
                text.len()
            ),
            false => format!(
                "entity beginning at UTF-16 offset {start} ends in a middle of a UTF-16 symbol at UTF-16 offset {end}"
            ),
        }));
    }
    Ok(Entity { kind: kind.to_owned(), offset: start, length: long, json: entity.clone() })
}

/// The byte at which the UTF-16 unit `wanted` begins; `None` within a character and behind the end.
fn boundary(text: &str, wanted: usize) -> Option<usize> {
    let mut passed = 0;
    for (byte, character) in text.char_indices() {
        if passed >= wanted {
            return (passed == wanted).then_some(byte);
        }
        passed += character.len_utf16();
    }
    (passed == wanted).then_some(text.len())
}
