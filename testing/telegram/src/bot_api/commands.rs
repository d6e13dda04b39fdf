//! `setMyCommands`: the menu beside the text field.

use serde_json::Value;

use crate::params::Params;
use crate::refusal::Refusal;
use crate::state::State;

pub(super) fn set(state: &mut State, params: &Params) -> Result<Value, Refusal> {
    let list = params.json("commands")?.unwrap_or_default();
    let list = list.as_array().ok_or_else(|| Refusal::bad("expected an Array of BotCommand"))?;
    if list.len() > 100 {
        return Err(Refusal::bad("BOT_COMMANDS_TOO_MUCH"));
    }
    let commands: Result<Vec<_>, Refusal> = list.iter().map(command).collect();
    state.commands = commands?;
    Ok(Value::Bool(true))
}

fn command(value: &Value) -> Result<(String, String), Refusal> {
    let field = |name: &str| {
        let text = value[name].as_str();
        text.ok_or_else(|| {
            Refusal::bad(format!("can't parse BotCommand: Field \"{name}\" must be of type String"))
        })
    };
    let command = field("command")?.trim_start_matches('/');
    let plain = |character: char| matches!(character, 'a'..='z' | '0'..='9' | '_');
    if !(1..=32).contains(&command.len()) || !command.chars().all(plain) {
        return Err(Refusal::bad("BOT_COMMAND_INVALID"));
    }
    let description = field("description")?;
    if !(1..=256).contains(&description.chars().count()) {
        return Err(Refusal::bad("BOT_COMMAND_DESCRIPTION_INVALID"));
    }
    Ok((command.to_owned(), description.to_owned()))
}
