//! What happened in the chats, one after the other, as text that a person reads.

use std::fmt;

use crate::fault::Fault;
use crate::message::Message;
use crate::people::{self, Who};

/// What the bot said to a tap, above the chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// Who tapped.
    pub user: i64,
    /// Under which message.
    pub message: i32,
    /// Empty when the bot only said that it knows.
    pub text: String,
    /// Whether the person has to close it.
    pub alert: bool,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// A message came, from the bot or from a person.
    Sent(Message),
    /// A message changed; as it is now.
    Edited(Message),
    /// A person tapped a button.
    Tapped {
        /// Who.
        who: Who,
        /// Under which message.
        message: i32,
        /// The button's label, or its data where no such button is there.
        button: String,
    },
    /// The bot answered a tap.
    Toast(Toast),
    /// The service refused a call.
    Refused {
        /// The method.
        method: String,
        /// In the service's words.
        why: String,
    },
    /// A fault befell a call.
    Fault {
        /// The method.
        method: String,
        /// Which.
        fault: Fault,
    },
    /// The service went down.
    Down,
    /// The service came up again.
    Up,
}

impl fmt::Display for Happening {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent(message) => show(message, "", formatter),
            Self::Edited(message) => show(message, " (edited)", formatter),
            Self::Tapped { who, message, button } => {
                write!(formatter, "     {} taps [{button}] under {message}", place(*who))
            }
            Self::Toast(toast) if toast.text.is_empty() => {
                write!(formatter, "     the tap under {} is acknowledged", toast.message)
            }
            Self::Toast(toast) => {
                let kind = if toast.alert { "an alert" } else { "a toast" };
                write!(formatter, "     {kind} for {}: {}", people::name(toast.user), toast.text)
            }
            Self::Refused { method, why } => write!(formatter, "   ! {method} refused: {why}"),
            Self::Fault { method, fault } => write!(formatter, "   ! {method} met a fault: {fault:?}"),
            Self::Down => write!(formatter, "   ! the service is down"),
            Self::Up => write!(formatter, "   ! the service is up"),
        }
    }
}

fn place(who: Who) -> String {
    let name = people::name(who.user);
    if who.user == who.chat { name } else { format!("{name} in {}", people::name(who.chat)) }
}

fn show(message: &Message, mark: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(formatter, "{:>4} {}", message.id, people::name(message.from))?;
    match (message.by_bot, message.chat) {
        (true, chat) => write!(formatter, " to {}", people::name(chat))?,
        (false, chat @ ..0) => write!(formatter, " in {}", people::name(chat))?,
        (false, _) => {}
    }
    if let Some(answered) = message.reply_to {
        write!(formatter, ", in reply to {answered}")?;
    }
    write!(formatter, "{mark}:")?;
    if let Some(document) = &message.document {
        write!(formatter, "\n     <{}, {} bytes>", document.name, document.bytes.len())?;
    }
    for line in message.text.lines() {
        write!(formatter, "\n     {line}")?;
    }
    for row in &message.buttons {
        write!(formatter, "\n    ")?;
        for button in row {
            write!(formatter, " [{}]", button.text)?;
        }
    }
    if message.force_reply {
        write!(formatter, "\n     (a reply is asked for)")?;
    }
    Ok(())
}
