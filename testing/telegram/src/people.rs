//! Who is in the chats: the person, strangers, groups, and the bot itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// The person who walked away. In a private chat the chat's id is the user's.
pub const OWNER: i64 = 5_012_345_678;
/// Somebody else, who found the bot by its name.
pub const STRANGER: i64 = 6_666_666_666;
/// A group in which the bot is a member.
pub const GROUP: i64 = -1_001_234_567_890;
/// The bot.
pub(crate) const BOT: i64 = 7_000_000_007;

/// A user in a chat. A user id alone means the user's private chat with the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who {
    /// The user's id.
    pub user: i64,
    /// The chat's id; negative for a group.
    pub chat: i64,
}

impl Who {
    /// The user in another chat than the private one.
    #[must_use]
    pub fn in_chat(user: i64, chat: i64) -> Self {
        Self { user, chat }
    }
}

impl From<i64> for Who {
    fn from(user: i64) -> Self {
        Self { user, chat: user }
    }
}

/// The chats that the bot may write to: those where somebody spoke to it.
#[derive(Debug)]
pub(crate) struct Chats(BTreeSet<i64>, BTreeMap<i64, i64>);

impl Default for Chats {
    fn default() -> Self {
        Self(BTreeSet::from([OWNER]), BTreeMap::new())
    }
}

impl Chats {
    pub(crate) fn knows(&self, chat: i64) -> bool {
        self.0.contains(&chat)
    }

    pub(crate) fn meet(&mut self, chat: i64) {
        self.0.insert(chat);
    }

    /// A group goes on under another id; calls that name the old one are told the new one.
    pub(crate) fn migrate(&mut self, from: i64, to: i64) {
        self.0.insert(to);
        self.1.insert(from, to);
    }

    /// Where a group went.
    pub(crate) fn moved(&self, chat: i64) -> Option<i64> {
        self.1.get(&chat).copied()
    }
}

/// The user as the service describes it.
pub(crate) fn user(id: i64) -> Value {
    let name = name(id);
    match id {
        BOT => json!({"id": id, "is_bot": true, "first_name": name, "username": "samocode_standin_bot"}),
        _ => json!({"id": id, "is_bot": false, "first_name": name, "language_code": "en"}),
    }
}

/// The chat as the service describes it.
pub(crate) fn chat(id: i64) -> Value {
    match id {
        ..0 => json!({"id": id, "type": "supergroup", "title": name(id)}),
        _ => json!({"id": id, "type": "private", "first_name": name(id)}),
    }
}

/// How a user or a group is called.
pub(crate) fn name(id: i64) -> String {
    match id {
        OWNER => "Robin".to_owned(),
        STRANGER => "Mallory".to_owned(),
        BOT => "samocode".to_owned(),
        ..0 => format!("Group {}", id.unsigned_abs()),
        _ => format!("User {id}"),
    }
}
