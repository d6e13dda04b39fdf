//! What the Bot API can answer beside what was asked for, and what a caller can do about each.

use std::time::Duration;

use frankenstein::Error;
use serde_json::Value;

/// Asked to slow down without a time, a bot waits this long.
const DEFAULT_PAUSE: Duration = Duration::from_secs(5);

/// Why a call came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// 429: nothing was done; not before this time.
    #[error("Telegram asks to wait for {} s", .0.as_secs())]
    TooMany(Duration),
    /// 409: somebody else listens with this bot, or a webhook does.
    #[error("another program listens with this bot: {0}")]
    Conflict(String),
    /// 401 or 404: there is no such bot.
    #[error("Telegram does not know this bot; check TELEGRAM_BOT_TOKEN")]
    Unauthorized,
    /// 403, or a chat that takes nothing: the person blocked the bot, never wrote to it, or took its rights in the group.
    #[error(
        "the bot may not write to the chat ({0}): open it with the bot and press Start, give it the right to write, or check \
         TELEGRAM_CHAT_ID"
    )]
    Forbidden(String),
    /// The group became another kind of group, under this number.
    #[error("the group has a new number: set TELEGRAM_CHAT_ID={0}")]
    Moved(i64),
    /// 400: it will be refused again.
    #[error("Telegram refused it: {0}")]
    Refused(String),
    /// No answer, or one that says nothing: it may have been done.
    #[error("Telegram does not answer: {0}")]
    Unreachable(String),
}

impl Fault {
    /// What an error of the client means. Never holds the address, which holds the token.
    pub(super) fn of(error: Error) -> Self {
        match error {
            Error::Api(answer) => {
                let moved = answer.parameters.and_then(|parameters| parameters.migrate_to_chat_id);
                if let Some(chat) = moved {
                    return Self::Moved(chat);
                }
                let after = answer.parameters.and_then(|parameters| parameters.retry_after);
                Self::of_answer(answer.error_code, answer.description, after.map(u64::from))
            }
            Error::JsonDecode { input, .. } => Self::of_text(&input),
            Error::JsonEncode { source, .. } => Self::Refused(format!("it cannot be written: {source}")),
            Error::ReadFile(source) => Self::Refused(format!("the document cannot be read: {source}")),
            Error::HttpUreq(source) => Self::Unreachable(without_address(&source)),
            _ => Self::Unreachable("an unknown failure".to_owned()),
        }
    }

    /// An answer that the client cannot read may be read all the same: a wait of a day does not fit its numbers.
    fn of_text(text: &str) -> Self {
        let answer: Value = serde_json::from_str(text).unwrap_or_default();
        let code = answer["error_code"].as_u64();
        let words = answer["description"].as_str().unwrap_or_default().to_owned();
        let after = answer["parameters"]["retry_after"].as_u64();
        let senseless = || Self::Unreachable("the answer makes no sense".to_owned());
        code.map_or_else(senseless, |code| Self::of_answer(code, words, after))
    }

    fn of_answer(code: u64, words: String, after: Option<u64>) -> Self {
        match code {
            429 => Self::TooMany(after.map_or(DEFAULT_PAUSE, Duration::from_secs)),
            409 => Self::Conflict(words),
            401 | 404 => Self::Unauthorized,
            403 => Self::Forbidden(words),
            400 if is_of_the_chat(&words) => Self::Forbidden(words),
            400..=499 => Self::Refused(words),
            _ => Self::Unreachable(words),
        }
    }
}

/// Whether a refusal is about the chat and not about the message: the same message is taken once the person has opened the
/// chat, set its right number, or given the bot its rights back. The words are the Bot API's and Telegram's own.
fn is_of_the_chat(words: &str) -> bool {
    const OF_THE_CHAT: [&str; 14] = [
        "chat not found",
        "not enough rights",
        "have no rights",
        "need administrator rights",
        "group chat was deactivated",
        "message thread not found",
        "topic_closed",
        "topic_deleted",
        "chat_write_forbidden",
        "chat_send_",
        "chat_restricted",
        "chat_admin_required",
        "peer_id_invalid",
        "user_is_blocked",
    ];
    let words = words.to_ascii_lowercase();
    OF_THE_CHAT.iter().any(|known| words.contains(known))
}

fn without_address(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::HostNotFound => "its host is not found".to_owned(),
        ureq::Error::ConnectionFailed => "the connection failed".to_owned(),
        ureq::Error::Io(source) => source.to_string(),
        ureq::Error::Rustls(source) => format!("no secure connection: {source}"),
        ureq::Error::StatusCode(code) => format!("status {code}"),
        _ => "the connection failed".to_owned(),
    }
}
