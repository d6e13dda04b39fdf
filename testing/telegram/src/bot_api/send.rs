//! `sendMessage` and `sendDocument`.

use serde_json::Value;

use super::chat;
use crate::format::Formatted;
use crate::json;
use crate::keyboard::Markup;
use crate::message::{Document, Message};
use crate::params::Params;
use crate::people::BOT;
use crate::refusal::Refusal;
use crate::state::{State, now};

/// In UTF-16 units.
pub(super) const MOST_TEXT: usize = 4096;
const MOST_CAPTION: usize = 1024;
const MOST_BYTES: usize = 50 * 1024 * 1024;

pub(super) fn text(state: &mut State, params: &Params) -> Result<Value, Refusal> {
    let formatted = Formatted::read(params, "text", "entities")?;
    if formatted.text.is_empty() {
        return Err(Refusal::bad("message text is empty"));
    }
    if formatted.length() > MOST_TEXT {
        return Err(Refusal::bad("message is too long"));
    }
    post(state, params, formatted, None)
}

pub(super) fn document(state: &mut State, params: &Params) -> Result<Value, Refusal> {
    let caption = Formatted::read(params, "caption", "caption_entities")?;
    if caption.length() > MOST_CAPTION {
        return Err(Refusal::bad("message caption is too long"));
    }
    let document = match (params.upload("document"), params.text("document")) {
        (Some(upload), _) if upload.bytes.is_empty() => {
            return Err(Refusal::bad("file must be non-empty"));
        }
        (Some(upload), _) if upload.bytes.len() > MOST_BYTES => {
            return Err(Refusal::new(413, "Request Entity Too Large"));
        }
        (Some(upload), _) => Document {
            file_id: format!("file-{}", state.next_message()),
            name: upload.name.clone(),
            mime: upload.mime.clone(),
            bytes: upload.bytes.clone(),
        },
        (None, Some(id)) => {
            let known = state.messages.iter().filter_map(|message| message.document.as_ref());
            let known = known.into_iter().find(|document| document.file_id == id).cloned();
            known.ok_or_else(|| Refusal::bad("wrong file identifier/HTTP URL specified"))?
        }
        (None, None) => return Err(Refusal::bad("there is no document in the request")),
    };
    post(state, params, caption, Some(document))
}

fn post(
    state: &mut State,
    params: &Params,
    formatted: Formatted,
    document: Option<Document>,
) -> Result<Value, Refusal> {
    let markup = Markup::read(params)?;
    let chat = chat(state, params)?;
    let reply_to = answered(state, params, chat)?;
    let message = Message {
        id: state.next_message(),
        chat,
        from: BOT,
        by_bot: true,
        date: now(),
        text: formatted.text,
        entities: formatted.entities,
        buttons: markup.buttons,
        document,
        reply_to,
        force_reply: markup.force_reply,
        edits: Vec::new(),
    };
    state.post(message.clone());
    Ok(json::message(&message, &state.messages))
}

/// The message that the new one answers.
fn answered(state: &State, params: &Params, chat: i64) -> Result<Option<i32>, Refusal> {
    let reply = params.json("reply_parameters")?.unwrap_or_default();
    let named = reply["message_id"].as_i64().or_else(|| params.integer("reply_to_message_id"));
    let Some(named) = named else { return Ok(None) };
    let known = i32::try_from(named).ok().and_then(|id| state.message(id));
    match known.filter(|message| message.chat == chat) {
        Some(message) => Ok(Some(message.id)),
        None if reply["allow_sending_without_reply"] == true
            || params.flag("allow_sending_without_reply") =>
        {
            Ok(None)
        }
        None => Err(Refusal::bad("message to be replied not found")),
    }
}
