//! Calls of the Bot API, by the crate `frankenstein`. Each is one request: what to do about a fault is the caller's.

use std::path::Path;
use std::time::Duration;

use frankenstein::TelegramApi;
use frankenstein::client_ureq::Bot as Client;
use frankenstein::methods::{
    AnswerCallbackQueryParams, EditMessageReplyMarkupParams, EditMessageTextParams, SendDocumentParams,
    SendMessageParams, SetMyCommandsParams,
};
use frankenstein::response::MethodResponse;
use frankenstein::types::{
    BotCommand, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity,
    MessageEntityType, ReplyMarkup, ReplyParameters,
};

use serde_json::Value;

use crate::config::Telegram;
use crate::notify::telegram::fault::Fault;
use crate::notify::telegram::rich::{Rich, Style};

/// Longest time for the answer of a call that is no long poll, once all was sent.
const CALL: Duration = Duration::from_secs(30);

/// Longest time for sending what a call brings: a large plan on a slow line.
const UPLOAD: Duration = Duration::from_secs(600);

/// Longest time until a connection stands.
const CONNECT: Duration = Duration::from_secs(10);

/// A button under a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What it says.
    pub label: String,
    /// What it sends back, 1 to 64 bytes.
    pub data: String,
}

/// Where the Bot API is, for one bot and one chat.
pub struct Bot {
    pub(super) client: Client,
    chat: i64,
    /// The topic that messages go to, in a group with topics.
    topic: Option<i32>,
}

impl std::fmt::Debug for Bot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The client's address holds the token.
        f.debug_struct("Bot").field("chat", &self.chat).finish_non_exhaustive()
    }
}

impl Bot {
    /// A bot for sending.
    #[must_use]
    pub fn new(phone: &Telegram) -> Self {
        Self::within(phone, CALL)
    }

    /// A bot whose answers may take that long.
    #[must_use]
    pub fn within(phone: &Telegram, time: Duration) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_resolve(Some(CONNECT))
            .timeout_send_request(Some(CONNECT))
            .timeout_send_body(Some(UPLOAD))
            .timeout_recv_response(Some(time))
            .timeout_recv_body(Some(time))
            .max_redirects(0)
            .user_agent(concat!("samocode/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        let address = format!("{}/bot{}", phone.api_url, phone.bot_token.reveal());
        Self {
            client: Client::builder().api_url(address).request_agent(agent).build(),
            chat: phone.chat_id,
            topic: None,
        }
    }

    /// The same bot in another chat.
    #[must_use]
    pub fn to(&self, chat: i64) -> Self {
        Self { client: self.client.clone(), chat, topic: None }
    }

    /// The same bot in a topic of its chat.
    #[must_use]
    pub fn in_topic(&self, topic: Option<i32>) -> Self {
        Self { client: self.client.clone(), chat: self.chat, topic }
    }

    /// Sends a text; returns the message's number.
    ///
    /// # Errors
    /// As the service says, or when it does not answer.
    pub fn send(&self, text: &Rich, buttons: &[Vec<Button>], reply_to: Option<i32>) -> Result<i32, Fault> {
        self.send_with(text, keyboard(buttons).map(ReplyMarkup::InlineKeyboardMarkup), reply_to)
    }

    /// Sends a text that opens the person's keyboard for a reply to it.
    ///
    /// # Errors
    /// As [`Bot::send`].
    pub fn ask(&self, text: &Rich, hint: &str, reply_to: Option<i32>) -> Result<i32, Fault> {
        let hint = hint.chars().take(64).collect::<String>();
        let markup = ForceReply::builder().force_reply(true).input_field_placeholder(hint).build();
        self.send_with(text, Some(ReplyMarkup::ForceReply(markup)), reply_to)
    }

    fn send_with(
        &self,
        text: &Rich,
        markup: Option<ReplyMarkup>,
        reply_to: Option<i32>,
    ) -> Result<i32, Fault> {
        let params = SendMessageParams::builder()
            .chat_id(self.chat)
            .text(text.text())
            .entities(entities(text))
            .link_preview_options(LinkPreviewOptions::builder().is_disabled(true).build())
            .maybe_message_thread_id(self.topic)
            .maybe_reply_markup(markup)
            .maybe_reply_parameters(reply_to.map(reply))
            .build();
        number(&self.call("sendMessage", params)?)
    }

    /// Only what is used of an answer is read. The crate's own types of one are each a part of the next: reading with them
    /// made the program larger by megabytes, and what they cannot read was done all the same.
    fn call(&self, method: &str, params: impl serde::Serialize + std::fmt::Debug) -> Result<Value, Fault> {
        let answer = self.client.request::<_, MethodResponse<Value>>(method, Some(params));
        Ok(answer.map_err(Fault::of)?.result)
    }

    /// Sends a file under its own name; returns the message's number.
    ///
    /// # Errors
    /// As [`Bot::send`], and when the file cannot be read.
    pub fn send_file(
        &self,
        file: &Path,
        caption: &Rich,
        buttons: &[Vec<Button>],
        reply_to: Option<i32>,
    ) -> Result<i32, Fault> {
        let params = SendDocumentParams::builder()
            .chat_id(self.chat)
            .document(file.to_owned())
            .caption(caption.text())
            .caption_entities(entities(caption))
            .maybe_reply_markup(keyboard(buttons).map(ReplyMarkup::InlineKeyboardMarkup))
            .maybe_reply_parameters(reply_to.map(reply))
            .build();
        let files = vec![("document", file.to_owned())];
        let sent =
            self.client.request_with_form_data::<_, MethodResponse<Value>>("sendDocument", params, files);
        number(&sent.map_err(Fault::of)?.result)
    }

    /// Puts another text into a message, without buttons.
    ///
    /// # Errors
    /// As [`Bot::send`]; a message that is as it should be is no error.
    pub fn rewrite(&self, message: i32, text: &Rich, buttons: &[Vec<Button>]) -> Result<(), Fault> {
        let params = EditMessageTextParams::builder()
            .chat_id(self.chat)
            .message_id(message)
            .text(text.text())
            .entities(entities(text))
            .link_preview_options(LinkPreviewOptions::builder().is_disabled(true).build())
            .maybe_reply_markup(keyboard(buttons))
            .build();
        unless_the_same(self.call("editMessageText", params))
    }

    /// Takes the buttons from a message.
    ///
    /// # Errors
    /// As [`Bot::rewrite`].
    pub fn take_buttons(&self, message: i32) -> Result<(), Fault> {
        let params = EditMessageReplyMarkupParams::builder().chat_id(self.chat).message_id(message).build();
        unless_the_same(self.call("editMessageReplyMarkup", params))
    }

    /// Answers a tap, with words that show for a moment, or until they are confirmed.
    ///
    /// # Errors
    /// As [`Bot::send`]; also when the tap is older than the service remembers.
    pub fn answer(&self, tap: &str, words: &str, confirm: bool) -> Result<(), Fault> {
        // The Bot API takes up to 200 characters.
        let words = Rich::default().plain(words).shortened(200);
        let params = AnswerCallbackQueryParams::builder()
            .callback_query_id(tap)
            .text(words.text())
            .show_alert(confirm)
            .build();
        self.client.answer_callback_query(&params).map(drop).map_err(Fault::of)
    }

    /// Puts the commands into the chat's menu.
    ///
    /// # Errors
    /// As [`Bot::send`].
    pub fn offer(&self, commands: &[(&str, &str)]) -> Result<(), Fault> {
        let command =
            |(name, about): &(&str, &str)| BotCommand::builder().command(*name).description(*about).build();
        let params =
            SetMyCommandsParams::builder().commands(commands.iter().map(command).collect::<Vec<_>>());
        self.client.set_my_commands(&params.build()).map(drop).map_err(Fault::of)
    }

    /// The bot's own name.
    ///
    /// # Errors
    /// As [`Bot::send`].
    pub fn name(&self) -> Result<String, Fault> {
        let me = self.client.get_me().map_err(Fault::of)?.result;
        Ok(me.username.unwrap_or(me.first_name))
    }
}

/// The number of a message that was sent.
fn number(sent: &Value) -> Result<i32, Fault> {
    let number = sent["message_id"].as_i64().and_then(|number| i32::try_from(number).ok());
    number.ok_or_else(|| Fault::Unreachable("the answer names no message".to_owned()))
}

/// The service refuses an edit that changes nothing.
fn unless_the_same(edit: Result<Value, Fault>) -> Result<(), Fault> {
    match edit {
        Err(Fault::Refused(why)) if why.contains("message is not modified") => Ok(()),
        other => other.map(drop),
    }
}

/// A reply to a message that was deleted is sent all the same.
fn reply(message: i32) -> ReplyParameters {
    ReplyParameters::builder().message_id(message).allow_sending_without_reply(true).build()
}

fn keyboard(rows: &[Vec<Button>]) -> Option<InlineKeyboardMarkup> {
    let button = |button: &Button| {
        InlineKeyboardButton::builder().text(button.label.clone()).callback_data(button.data.clone()).build()
    };
    let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(button).collect()).collect();
    (!rows.is_empty()).then(|| InlineKeyboardMarkup::builder().inline_keyboard(rows).build())
}

fn entities(text: &Rich) -> Vec<MessageEntity> {
    let short = |number: usize| u16::try_from(number).ok();
    text.entities()
        .filter_map(|unit| {
            let kind = match unit.style {
                Style::Bold => MessageEntityType::Bold,
                Style::Italic => MessageEntityType::Italic,
                Style::Code => MessageEntityType::Code,
            };
            let entity = MessageEntity::builder().type_field(kind);
            Some(entity.offset(short(unit.offset)?).length(short(unit.length)?).build())
        })
        .collect()
}
