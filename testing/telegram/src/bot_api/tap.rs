//! `answerCallbackQuery`: what the bot says to a tap, once.

use serde_json::Value;

use crate::happening::{Happening, Toast};
use crate::params::Params;
use crate::refusal::Refusal;
use crate::state::State;

const MOST_CHARACTERS: usize = 200;

pub(super) fn answer(state: &mut State, params: &Params) -> Result<Value, Refusal> {
    let text = params.text("text").unwrap_or_default();
    if text.chars().count() > MOST_CHARACTERS {
        return Err(Refusal::bad("MESSAGE_TOO_LONG"));
    }
    let id = params.text("callback_query_id").unwrap_or_default();
    let Some(query) = state.queries.get_mut(&id).filter(|query| !query.over) else {
        return Err(Refusal::bad("query is too old and response timeout expired or query ID is invalid"));
    };
    query.over = true;
    let toast = Toast { user: query.user, message: query.message, text, alert: params.flag("show_alert") };
    state.toasts.push(toast.clone());
    state.happenings.push(Happening::Toast(toast));
    Ok(Value::Bool(true))
}
