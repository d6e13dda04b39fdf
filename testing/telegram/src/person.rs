//! What a person does in the app.

use serde_json::{Value, json};

use crate::happening::Happening;
use crate::json;
use crate::message::{Edit, Entity, Message};
use crate::people::{self, Who};
use crate::phone::Phone;
use crate::state::{Query, State, now};

impl Phone {
    /// Writes a message; the update's id.
    pub fn say(&self, from: impl Into<Who>, text: &str) -> u32 {
        let who = from.into();
        self.shared.change(|state| write(state, who, text, None))
    }

    /// Answers a message; the update's id.
    ///
    /// # Panics
    /// When there is no such message, showing the chat.
    pub fn reply(&self, from: impl Into<Who>, message_id: i32, text: &str) -> u32 {
        let who = from.into();
        self.existing(message_id, "be answered");
        self.shared.change(|state| write(state, who, text, Some(message_id)))
    }

    /// Changes what a person wrote; the update's id.
    ///
    /// # Panics
    /// When there is no such message, showing the chat.
    pub fn edit(&self, message_id: i32, text: &str) -> u32 {
        self.existing(message_id, "be edited");
        self.shared.change(|state| {
            let changed = state.messages.iter_mut().find(|message| message.id == message_id);
            let Some(message) = changed else { return 0 };
            message.edits.push(Edit {
                text: message.text.clone(),
                entities: message.entities.clone(),
                buttons: Vec::new(),
            });
            text.clone_into(&mut message.text);
            message.entities = command(text);
            let message = message.clone();
            state.happenings.push(Happening::Edited(message.clone()));
            let content = json::message(&message, &state.messages);
            state.updates.push("edited_message", &content)
        })
    }

    /// Taps the button with this label; the update's id.
    ///
    /// # Panics
    /// When there is no such message, or no such button under it now, showing the chat.
    #[expect(clippy::panic, reason = "a test's wrong step is to stop it")]
    pub fn tap(&self, from: impl Into<Who>, message_id: i32, label: &str) -> u32 {
        let message = self.existing(message_id, "be tapped");
        let data = message.button(label).and_then(|button| button.data.clone());
        let Some(data) = data else {
            panic!("message {message_id} has no button [{label}] to tap.\nThe chat:\n{}", self.transcript())
        };
        self.press(from.into(), message_id, &data, label)
    }

    /// A tap with this data, whether or not there is such a message or button: an old one, or a forged one.
    pub fn tap_data(&self, from: impl Into<Who>, message_id: i32, data: &str) -> u32 {
        self.press(from.into(), message_id, data, data)
    }

    /// Queues an update of any kind, e.g. `my_chat_member`; its id.
    pub fn update(&self, kind: &str, content: &Value) -> u32 {
        self.shared.change(|state| state.updates.push(kind, content))
    }

    /// All taps that are not answered yet become too old to be answered.
    pub fn forget_taps(&self) {
        self.shared.change(|state| state.queries.values_mut().for_each(|query| query.over = true));
    }

    fn press(&self, who: Who, message_id: i32, data: &str, label: &str) -> u32 {
        self.shared.change(|state| {
            let message = state.message(message_id).map_or_else(
                || json::inaccessible(message_id, who.chat),
                |message| json::message(message, &state.messages),
            );
            let id = (4_382_000_000_000_000_000_u64 + state.queries.len() as u64).to_string();
            state.queries.insert(id.clone(), Query { user: who.user, message: message_id, over: false });
            let button = label.to_owned();
            state.happenings.push(Happening::Tapped { who, message: message_id, button });
            let query = json!({
                "id": id,
                "from": people::user(who.user),
                "message": message,
                "chat_instance": who.chat.to_string(),
                "data": data,
            });
            state.updates.push("callback_query", &query)
        })
    }

    #[expect(clippy::panic, reason = "a test's wrong step is to stop it")]
    fn existing(&self, message_id: i32, what: &str) -> Message {
        let message = self.shared.lock().message(message_id).cloned();
        message.unwrap_or_else(|| {
            panic!("there is no message {message_id} that could {what}.\nThe chat:\n{}", self.transcript())
        })
    }
}

fn write(state: &mut State, who: Who, text: &str, reply_to: Option<i32>) -> u32 {
    let message = Message {
        id: state.next_message(),
        chat: who.chat,
        from: who.user,
        by_bot: false,
        date: now(),
        text: text.to_owned(),
        entities: command(text),
        buttons: Vec::new(),
        document: None,
        reply_to,
        force_reply: false,
        edits: Vec::new(),
    };
    state.chats.meet(who.chat);
    state.post(message.clone());
    let content = json::message(&message, &state.messages);
    state.updates.push("message", &content)
}

/// The service marks a command at the beginning of a text.
fn command(text: &str) -> Vec<Entity> {
    let word = text.split_whitespace().next().filter(|word| text.starts_with('/') && word.len() > 1);
    word.map(|word| Entity::new("bot_command", 0, crate::format::units(word))).into_iter().collect()
}
