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
        self.or_stop(self.try_reply(from, message_id, text))
    }

    /// [`Phone::reply`] for a hand that may slip.
    ///
    /// # Errors
    /// There is no such message.
    pub fn try_reply(&self, from: impl Into<Who>, message_id: i32, text: &str) -> Result<u32, String> {
        let who = from.into();
        self.existing(message_id)?;
        Ok(self.shared.change(|state| write(state, who, text, Some(message_id))))
    }

    /// Sends something that is no text, e.g. `voice` or `photo`, with words under it or none; the update's id.
    ///
    /// # Panics
    /// When there is no message of that number to answer, showing the chat.
    pub fn send(&self, from: impl Into<Who>, kind: &str, caption: &str, reply_to: Option<i32>) -> u32 {
        let who = from.into();
        if let Some(message) = reply_to {
            self.or_stop(self.existing(message));
        }
        self.shared.change(|state| {
            let message = written(state, who, caption, reply_to);
            let mut content = json::message(&message, &state.messages);
            let file = json!({"file_id": "file", "file_unique_id": "unique", "duration": 3});
            content[kind] = if kind == "photo" { json!([file]) } else { file };
            if let Some(words) = content.as_object_mut().and_then(|content| content.remove("text")) {
                content["caption"] = words;
            }
            state.updates.push("message", &content)
        })
    }

    /// A group becomes a supergroup: what it gets from now on has this id, and the service says so in the old one.
    pub fn migrate(&self, from: i64, to: i64) -> u32 {
        self.shared.change(|state| {
            state.chats.migrate(from, to);
            let who = Who::in_chat(people::OWNER, from);
            let message = written(state, who, "", None);
            let mut content = json::message(&message, &state.messages);
            content["migrate_to_chat_id"] = json!(to);
            state.updates.push("message", &content)
        })
    }

    /// Changes what a person wrote; the update's id.
    ///
    /// # Panics
    /// When there is no such message, showing the chat.
    pub fn edit(&self, message_id: i32, text: &str) -> u32 {
        self.or_stop(self.existing(message_id));
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
    pub fn tap(&self, from: impl Into<Who>, message_id: i32, label: &str) -> u32 {
        self.or_stop(self.try_tap(from, message_id, label))
    }

    /// [`Phone::tap`] for a hand that may slip.
    ///
    /// # Errors
    /// There is no such message, or no such button under it now.
    pub fn try_tap(&self, from: impl Into<Who>, message_id: i32, label: &str) -> Result<u32, String> {
        let message = self.existing(message_id)?;
        let data = message.button(label).and_then(|button| button.data.clone());
        let data = data.ok_or_else(|| {
            format!("message {message_id} has no button [{label}] to tap, it has {:?}", message.labels())
        })?;
        Ok(self.press(from.into(), message_id, &data, label))
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

    fn existing(&self, message_id: i32) -> Result<Message, String> {
        let message = self.shared.lock().message(message_id).cloned();
        message.ok_or_else(|| format!("there is no message {message_id}"))
    }

    #[expect(clippy::panic, reason = "a test's wrong step is to stop it")]
    fn or_stop<T>(&self, step: Result<T, String>) -> T {
        step.unwrap_or_else(|why| panic!("{why}.\nThe chat:\n{}", self.transcript()))
    }
}

fn write(state: &mut State, who: Who, text: &str, reply_to: Option<i32>) -> u32 {
    let message = written(state, who, text, reply_to);
    let content = json::message(&message, &state.messages);
    state.updates.push("message", &content)
}

/// A person's new message in the chat.
fn written(state: &mut State, who: Who, text: &str, reply_to: Option<i32>) -> Message {
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
    message
}

/// The service marks a command at the beginning of a text.
fn command(text: &str) -> Vec<Entity> {
    let word = text.split_whitespace().next().filter(|word| text.starts_with('/') && word.len() > 1);
    word.map(|word| Entity::new("bot_command", 0, crate::format::units(word))).into_iter().collect()
}
