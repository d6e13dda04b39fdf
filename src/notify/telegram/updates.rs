//! What people write and tap, as the Bot API hands it on.

use std::collections::HashMap;
use std::time::Duration;

use frankenstein::TelegramApi;
use frankenstein::methods::GetUpdatesParams;
use frankenstein::response::MethodResponse;
use frankenstein::types::AllowedUpdate;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::notify::telegram::bot::Bot;
use crate::notify::telegram::fault::Fault;

/// One thing that somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The service's number of it; each is handed on until a higher one is asked for.
    pub id: i64,
    /// What it was; none for what samocode has no use for.
    pub word: Option<Word>,
}

/// Somebody's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The chat.
    pub chat: i64,
    /// Who.
    pub from: Sender,
    /// When, in seconds since 1970; a tap has no time.
    pub at: Option<i64>,
    /// The topic of the group that it was said in, where the group has topics.
    pub topic: Option<i32>,
    /// What was said.
    pub said: Said,
}

/// Who said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The user's number, which nobody can choose.
    pub id: u64,
    /// The name that the user chose.
    pub name: String,
}

/// A message that is replied to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replied {
    /// Its number.
    pub message: i32,
    /// What its first button sends: by that the bot knows a message of its own whose number it was never told.
    pub key: Option<String>,
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A message.
    Text {
        /// Its number.
        message: i32,
        /// Its words.
        text: String,
        /// The message that it replies to.
        reply_to: Option<Replied>,
        /// Whether the person changed what they wrote before.
        is_edited: bool,
    },
    /// A message without words: a voice message, a picture.
    Wordless {
        /// Its number.
        message: i32,
        /// What it is, e.g. "a voice message".
        what: &'static str,
        /// The message that it replies to.
        reply_to: Option<Replied>,
    },
    /// The chat, a group, goes on as another one with this number.
    Moved {
        /// The new number.
        to: i64,
    },
    /// A button.
    Tap {
        /// What is answered.
        id: String,
        /// What the button sends.
        data: String,
    },
}

impl Bot {
    /// Waits that long for what was done since, `offset` and later. Confirms everything before.
    ///
    /// # Errors
    /// As the service says, or when it does not answer.
    pub fn updates(&self, offset: i64, wait: Duration) -> Result<Vec<Update>, Fault> {
        let params = GetUpdatesParams::builder()
            .offset(offset)
            .timeout(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX))
            .allowed_updates(vec![
                AllowedUpdate::Message,
                AllowedUpdate::EditedMessage,
                AllowedUpdate::CallbackQuery,
            ])
            .build();
        let answer = self.client.request::<_, MethodResponse<Vec<Value>>>("getUpdates", Some(params));
        Ok(answer.map_err(Fault::of)?.result.into_iter().filter_map(Update::of).collect())
    }
}

// Only what is used of the service's types. frankenstein has all of them, each a part of the next: reading with those
// made the program a third larger, and took minutes to compile.

#[derive(Deserialize)]
struct RawUpdate {
    message: Option<RawMessage>,
    edited_message: Option<RawMessage>,
    callback_query: Option<RawTap>,
}

#[derive(Deserialize)]
struct RawMessage {
    message_id: i32,
    chat: RawChat,
    from: Option<RawUser>,
    date: i64,
    text: Option<String>,
    /// The words under a picture or a document.
    caption: Option<String>,
    reply_to_message: Option<RawReplied>,
    #[serde(default)]
    is_topic_message: bool,
    message_thread_id: Option<i32>,
    migrate_to_chat_id: Option<i64>,
    /// What else it holds, by its kind.
    #[serde(flatten)]
    rest: HashMap<String, IgnoredAny>,
}

/// What a message can be without words. Whatever else has none is the service's: somebody joined, a message was pinned.
const WORDLESS: [(&str, &str); 13] = [
    ("voice", "a voice message"),
    ("photo", "a picture"),
    // An animation is a document, too.
    ("animation", "an animation"),
    ("document", "a document"),
    ("video", "a video"),
    ("video_note", "a video message"),
    ("audio", "an audio file"),
    ("sticker", "a sticker"),
    ("location", "a location"),
    ("contact", "a contact"),
    ("poll", "a poll"),
    ("dice", "a dice"),
    ("story", "a story"),
];

#[derive(Deserialize)]
struct RawReplied {
    message_id: i32,
    /// In a group with topics, what replies to nothing else names the service's message that began the topic.
    forum_topic_created: Option<IgnoredAny>,
    reply_markup: Option<RawKeyboard>,
}

#[derive(Deserialize)]
struct RawKeyboard {
    #[serde(default)]
    inline_keyboard: Vec<Vec<RawButton>>,
}

#[derive(Deserialize)]
struct RawButton {
    callback_data: Option<String>,
}

#[derive(Deserialize)]
struct RawChat {
    id: i64,
}

#[derive(Deserialize)]
struct RawTap {
    id: String,
    from: RawUser,
    message: Option<RawTapped>,
    data: Option<String>,
}

/// A message with buttons, also one that is too old to be shown.
#[derive(Deserialize)]
struct RawTapped {
    chat: RawChat,
}

#[derive(Deserialize)]
struct RawUser {
    id: u64,
    first_name: String,
    last_name: Option<String>,
    username: Option<String>,
}

impl Update {
    /// One update that cannot be read must not hold up those behind it: it is one without a word. One without a number
    /// is none.
    fn of(raw: Value) -> Option<Self> {
        let id = raw.get("update_id")?.as_i64()?;
        let word = serde_json::from_value::<RawUpdate>(raw).ok().and_then(|raw| match raw {
            RawUpdate { message: Some(message), .. } => said(message, false),
            RawUpdate { edited_message: Some(message), .. } => said(message, true),
            RawUpdate { callback_query: Some(tap), .. } => tapped(tap),
            RawUpdate { .. } => None,
        });
        Some(Self { id, word })
    }
}

fn said(message: RawMessage, is_edited: bool) -> Option<Word> {
    let number = message.message_id;
    let reply_to =
        message.reply_to_message.filter(|replied| replied.forum_topic_created.is_none()).map(replied_to);
    let said = if let Some(to) = message.migrate_to_chat_id {
        Said::Moved { to }
    } else if let Some(text) = message.text.or(message.caption) {
        Said::Text { message: number, text, reply_to, is_edited }
    } else {
        let (_, what) = WORDLESS.iter().find(|(kind, _)| message.rest.contains_key(*kind))?;
        Said::Wordless { message: number, what, reply_to }
    };
    Some(Word {
        chat: message.chat.id,
        from: sender(&message.from?),
        at: Some(message.date),
        topic: message.message_thread_id.filter(|_| message.is_topic_message),
        said,
    })
}

fn replied_to(replied: RawReplied) -> Replied {
    let rows = replied.reply_markup.map(|markup| markup.inline_keyboard).unwrap_or_default();
    let key = rows.into_iter().flatten().find_map(|button| button.callback_data);
    Replied { message: replied.message_id, key }
}

fn tapped(tap: RawTap) -> Option<Word> {
    Some(Word {
        chat: tap.message?.chat.id,
        from: sender(&tap.from),
        at: None,
        topic: None,
        said: Said::Tap { id: tap.id, data: tap.data.unwrap_or_default() },
    })
}

fn sender(user: &RawUser) -> Sender {
    let full: Vec<&str> = [Some(&user.first_name), user.last_name.as_ref()]
        .into_iter()
        .flatten()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect();
    let name = user.username.clone().unwrap_or_else(|| full.join(" "));
    Sender { id: user.id, name: name.chars().filter(|c| !c.is_control()).take(64).collect() }
}
