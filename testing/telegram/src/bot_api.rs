//! The methods of the Bot API that samocode uses.

mod commands;
mod edit;
mod poll;
mod send;
mod tap;

use serde_json::{Value, json};

use crate::params::Params;
use crate::people::{self, BOT};
use crate::refusal::Refusal;
use crate::state::{Shared, State};

/// The result of a method. The service does not mind the case of its name.
pub(crate) fn call(shared: &Shared, method: &str, params: &Params) -> Result<Value, Refusal> {
    match method.to_ascii_lowercase().as_str() {
        "getupdates" => poll::updates(shared, params),
        "getme" => Ok(me()),
        "sendmessage" => shared.change(|state| send::text(state, params)),
        "senddocument" => shared.change(|state| send::document(state, params)),
        "editmessagetext" => shared.change(|state| edit::text(state, params)),
        "editmessagereplymarkup" => shared.change(|state| edit::buttons(state, params)),
        "answercallbackquery" => shared.change(|state| tap::answer(state, params)),
        "setmycommands" => shared.change(|state| commands::set(state, params)),
        "deletewebhook" => shared.change(|state| {
            if params.flag("drop_pending_updates") {
                state.updates.clear();
            }
            Ok(Value::Bool(true))
        }),
        _ => Err(Refusal::new(404, "Not Found")),
    }
}

fn me() -> Value {
    let mut me = people::user(BOT);
    for (ability, has) in [
        ("can_join_groups", true),
        ("can_read_all_group_messages", false),
        ("supports_inline_queries", false),
        ("can_connect_to_business", false),
        ("has_main_web_app", false),
    ] {
        me[ability] = json!(has);
    }
    me
}

/// The chat that a call names.
fn chat(state: &State, params: &Params) -> Result<i64, Refusal> {
    let named = params.text("chat_id").unwrap_or_default();
    if named.is_empty() {
        return Err(Refusal::bad("chat_id is empty"));
    }
    let chat = named.parse().ok().filter(|chat| state.chats.knows(*chat));
    if let Some(to) = chat.and_then(|chat| state.chats.moved(chat)) {
        return Err(Refusal {
            migrate_to: Some(to),
            ..Refusal::bad("group chat was upgraded to a supergroup chat")
        });
    }
    chat.ok_or_else(|| Refusal::bad("chat not found"))
}
