//! Messages as the service writes them.

use serde_json::{Value, json};

use crate::message::{Button, Message};
use crate::people::{chat, user};

/// A message with the message it answers, which in turn names none.
pub(crate) fn message(message: &Message, all: &[Message]) -> Value {
    let mut value = alone(message);
    let answered = message.reply_to.and_then(|id| all.iter().find(|other| other.id == id));
    if let Some(answered) = answered {
        value["reply_to_message"] = alone(answered);
    }
    value
}

/// What is left of a message that the service no longer has.
pub(crate) fn inaccessible(id: i32, in_chat: i64) -> Value {
    json!({"message_id": id, "chat": chat(in_chat), "date": 0})
}

fn alone(message: &Message) -> Value {
    let mut value = json!({
        "message_id": message.id,
        "from": user(message.from),
        "chat": chat(message.chat),
        "date": message.date,
    });
    let (text, entities) = match &message.document {
        Some(document) => {
            value["document"] = json!({
                "file_id": document.file_id,
                "file_unique_id": format!("unique-{}", document.file_id),
                "file_name": document.name,
                "mime_type": document.mime,
                "file_size": document.bytes.len(),
            });
            ("caption", "caption_entities")
        }
        None => ("text", "entities"),
    };
    if !message.text.is_empty() {
        value[text] = json!(message.text);
    }
    if !message.entities.is_empty() {
        value[entities] = message.entities.iter().map(|entity| entity.json.clone()).collect();
    }
    if !message.edits.is_empty() {
        value["edit_date"] = json!(message.date);
    }
    if !message.buttons.is_empty() {
        let rows = message.buttons.iter().map(|row| row.iter().map(button).collect::<Value>());
        value["reply_markup"] = json!({"inline_keyboard": rows.collect::<Value>()});
    }
    value
}

fn button(button: &Button) -> Value {
    let mut value = json!({"text": button.text});
    if let Some(data) = &button.data {
        value["callback_data"] = json!(data);
    }
    if let Some(url) = &button.url {
        value["url"] = json!(url);
    }
    value
}
