//! The stand-in, spoken to by a Bot API client that other people wrote: what that client cannot read is wrong here.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helper stops the test where it fails")]

use std::time::Duration;

use frankenstein::client_ureq::Bot;
use frankenstein::methods::{GetUpdatesParams, SendMessageParams};
use frankenstein::types::{
    ChatId, InlineKeyboardButton, InlineKeyboardMarkup, Message, MessageEntity, MessageEntityType,
    ReplyMarkup,
};
use frankenstein::updates::Update;
use frankenstein::{Error, TelegramApi};
use samocode_testing_telegram::{OWNER, Phone};

mod faults;
mod methods;
mod person;
mod polling;
mod refusals;

const TOKEN: &str = "7000000007:AAfor-these-tests";
const PATIENCE: Duration = Duration::from_secs(10);

fn start() -> (Phone, Bot) {
    let phone = Phone::start(TOKEN);
    let bot = bot(&phone);
    (phone, bot)
}

fn bot(phone: &Phone) -> Bot {
    Bot::new_url(format!("{}/bot{TOKEN}", phone.base_url()))
}

/// A client that waits for no answer longer than this.
fn hasty(url: &str, patience: Duration) -> Bot {
    let config = ureq::Agent::config_builder().timeout_global(Some(patience)).build();
    Bot::builder().api_url(url).request_agent(ureq::Agent::new_with_config(config)).build()
}

fn text(text: &str) -> SendMessageParams {
    SendMessageParams::builder().chat_id(OWNER).text(text).build()
}

fn send(bot: &Bot, words: &str) -> Message {
    bot.send_message(&text(words)).unwrap().result
}

fn updates(bot: &Bot) -> Vec<Update> {
    bot.get_updates(&GetUpdatesParams::builder().build()).unwrap().result
}

fn entity(kind: MessageEntityType, offset: u16, length: u16) -> MessageEntity {
    MessageEntity::builder().type_field(kind).offset(offset).length(length).build()
}

fn button(label: &str, data: &str) -> InlineKeyboardButton {
    InlineKeyboardButton::builder().text(label).callback_data(data).build()
}

fn keyboard(rows: &[&[(&str, &str)]]) -> InlineKeyboardMarkup {
    let row = |row: &&[(&str, &str)]| row.iter().map(|(label, data)| button(label, data)).collect();
    InlineKeyboardMarkup::builder().inline_keyboard(rows.iter().map(row).collect()).build()
}

fn with_buttons(words: &str, rows: &[&[(&str, &str)]]) -> SendMessageParams {
    SendMessageParams { reply_markup: Some(ReplyMarkup::InlineKeyboardMarkup(keyboard(rows))), ..text(words) }
}

/// Code and description of a refusal.
fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> (u64, String) {
    match result.unwrap_err() {
        Error::Api(refusal) => (refusal.error_code, refusal.description),
        other => panic!("not refused by the service: {other}"),
    }
}

/// Asserts that a call is refused as a bad request in these words.
#[track_caller]
fn assert_bad<T: std::fmt::Debug>(result: Result<T, Error>, words: &str) {
    assert_eq!(refused(result), (400, format!("Bad Request: {words}")));
}

fn chat(id: i64) -> ChatId {
    ChatId::Integer(id)
}
