//! `editMessageText` and `editMessageReplyMarkup`. Both take the keyboard away when they bring none.

use serde_json::Value;

use super::{chat, send};
use crate::format::Formatted;
use crate::happening::Happening;
use crate::json;
use crate::keyboard::Markup;
use crate::message::{Edit, Message};
use crate::params::Params;
use crate::refusal::Refusal;
use crate::state::State;

pub(super) fn text(state: &mut State, params: &Params) -> Result<Value, Refusal> {
    let formatted = Formatted::read(params, "text", "entities")?;
    if formatted.text.is_empty() {
        return Err(Refusal::bad("message text is empty"));
    }
    if formatted.length() > send::MOST_TEXT {
        return Err(Refusal::bad("MESSAGE_TOO_LONG"));
    }
    let place = place(state, params)?;
    if state.messages[place].document.is_some() {
        return Err(Refusal::bad("there is no text in the message to edit"));
    }
    apply(state, params, place, |message| {
        message.text = formatted.text;
        message.entities = formatted.entities;
    })
}

pub(super) fn buttons(state: &mut State, params: &Params) -> Result<Value, Refusal> {
    let place = place(state, params)?;
    apply(state, params, place, |_| {})
}

/// Where the message to edit is in the list.
fn place(state: &State, params: &Params) -> Result<usize, Refusal> {
    let chat = chat(state, params)?;
    let Some(named) = params.integer("message_id") else {
        return Err(Refusal::bad("message identifier is not specified"));
    };
    let fits = |message: &Message| i64::from(message.id) == named && message.chat == chat;
    let place = state.messages.iter().position(fits);
    let place = place.ok_or_else(|| Refusal::bad("message to edit not found"))?;
    if !state.messages[place].by_bot {
        return Err(Refusal::bad("message can't be edited"));
    }
    Ok(place)
}

fn apply(
    state: &mut State,
    params: &Params,
    place: usize,
    change: impl FnOnce(&mut Message),
) -> Result<Value, Refusal> {
    let buttons = Markup::read(params)?.buttons;
    let before = &state.messages[place];
    let mut after = before.clone();
    change(&mut after);
    after.buttons = buttons;
    if after == *before {
        return Err(Refusal::bad(
            "message is not modified: specified new message content and reply markup are exactly the same as a \
             current content and reply markup of the message",
        ));
    }
    after.edits.push(Edit {
        text: before.text.clone(),
        entities: before.entities.clone(),
        buttons: before.buttons.clone(),
    });
    state.messages[place] = after.clone();
    state.happenings.push(Happening::Edited(after.clone()));
    Ok(json::message(&after, &state.messages))
}
