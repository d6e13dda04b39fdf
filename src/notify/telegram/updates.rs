//! What people write and tap, as the Bot API hands it on.

use std::time::Duration;

use frankenstein::TelegramApi;
use frankenstein::methods::GetUpdatesParams;
use frankenstein::types::{AllowedUpdate, CallbackQuery, MaybeInaccessibleMessage, Message, User};
use frankenstein::updates::{Update as Raw, UpdateContent};
use frankenstein::{Error, types};
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
        reply_to: Option<i32>,
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
            .allowed_updates(vec![AllowedUpdate::Message, AllowedUpdate::CallbackQuery])
            .build();
        match self.client.get_updates(&params) {
            Ok(answer) => Ok(answer.result.into_iter().map(Update::of).collect()),
            Err(Error::JsonDecode { input, .. }) => salvage(&input),
            Err(error) => Err(Fault::of(error)),
        }
    }
}

/// One update that cannot be read must not hold up those behind it.
fn salvage(answer: &str) -> Result<Vec<Update>, Fault> {
    let senseless = || Fault::Unreachable("the answer makes no sense".to_owned());
    let answer: Value = serde_json::from_str(answer).map_err(|_| senseless())?;
    let updates = answer.get("result").and_then(Value::as_array).ok_or_else(senseless)?;
    Ok(updates
        .iter()
        .filter_map(|update| {
            let id = update.get("update_id")?.as_i64()?;
            let read = serde_json::from_value::<Raw>(update.clone());
            Some(read.map_or(Update { id, word: None }, Update::of))
        })
        .collect())
}

impl Update {
    fn of(raw: Raw) -> Self {
        let word = match raw.content {
            UpdateContent::Message(message) => text(*message),
            UpdateContent::CallbackQuery(tap) => tapped(*tap),
            _ => None,
        };
        Self { id: raw.update_id.into(), word }
    }
}

fn text(message: Message) -> Option<Word> {
    Some(Word {
        chat: message.chat.id,
        from: sender(message.from.as_deref()?),
        at: i64::try_from(message.date).ok(),
        said: Said::Text {
            message: message.message_id,
            reply_to: message.reply_to_message.map(|replied| replied.message_id),
            text: message.text?,
        },
    })
}

fn tapped(tap: CallbackQuery) -> Option<Word> {
    let chat: Box<types::Chat> = match tap.message? {
        MaybeInaccessibleMessage::Message(message) => message.chat,
        MaybeInaccessibleMessage::InaccessibleMessage(message) => Box::new(message.chat),
    };
    Some(Word {
        chat: chat.id,
        from: sender(&tap.from),
        at: None,
        said: Said::Tap { id: tap.id, data: tap.data.unwrap_or_default() },
    })
}

fn sender(user: &User) -> Sender {
    let full: Vec<&str> = [Some(&user.first_name), user.last_name.as_ref()]
        .into_iter()
        .flatten()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect();
    let name = user.username.clone().unwrap_or_else(|| full.join(" "));
    Sender { id: user.id, name: name.chars().filter(|c| !c.is_control()).take(64).collect() }
}
