//! A letter: what one notice becomes on the phone. Several messages, some with buttons, and how far they got.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::notify::telegram::Rich;
use crate::store::Layout;

/// A letter to the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Letter {
    /// Its id, 16 hexadecimal digits.
    pub(super) id: String,
    /// When it was written.
    pub(super) at: Timestamp,
    /// The chat that it goes to.
    pub(super) chat: i64,
    /// The folder of the session's project.
    pub(super) sessions: PathBuf,
    /// The session's folder.
    pub(super) folder: String,
    /// The session's name.
    pub(super) name: String,
    /// The notice that it tells.
    pub(super) notice: String,
    /// The gate that its buttons pass.
    pub(super) gate: Option<String>,
    /// The hash of the plan that its button approves.
    pub(super) sha256: Option<String>,
    /// Its messages.
    pub(super) parts: Vec<Part>,
}

impl Letter {
    /// The session's paths.
    pub(super) fn layout(&self) -> Layout {
        Layout::new(&self.sessions, &self.folder)
    }
}

/// One message of a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) body: Body,
    pub(super) about: About,
    /// Rows of buttons.
    pub(super) keys: Vec<Vec<Key>>,
}

/// What a message holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Body {
    Text(Rich),
    /// A document of the mailbox.
    File {
        name: String,
        caption: Rich,
    },
}

/// What a reply to a message is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum About {
    /// The session; a reply is guidance.
    Session,
    /// A question; a reply is its answer.
    Question(String),
    /// A plan; a reply says what to change.
    Plan,
    /// A block, or what only the person can do; a reply is guidance, and lets it go on.
    Stop,
    /// The end; there is nobody to reply to.
    End,
}

/// A button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Key {
    pub(super) label: String,
    pub(super) does: Does,
}

/// What a button does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Does {
    /// Gives an answer.
    Answer {
        /// The question's id.
        question: String,
        /// A letter, or `suggestion`.
        given: String,
    },
    /// Takes every suggestion.
    Suggestions,
    /// Approves the plan.
    Approve,
    /// Asks what to change.
    Change,
    /// Lets it go on.
    GoOn,
}

/// How far a letter got.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Delivery {
    /// The parts that were sent, or were refused for good, in order.
    pub(super) parts: Vec<Sent>,
    /// Messages that asked the person for words, and what about.
    #[serde(default)]
    pub(super) prompts: Vec<(i32, About)>,
    /// Questions that were answered on the phone, with the words that their message shows.
    #[serde(default)]
    pub(super) answered: Vec<String>,
    /// Its buttons are gone, and the messages say why.
    #[serde(default)]
    pub(super) put_away: bool,
}

/// What became of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Sent {
    /// It is the message of this number.
    Message(i32),
    /// The service refused it for good.
    Refused(String),
}

impl Delivery {
    /// The part and the topic of a message.
    pub(super) fn about(&self, letter: &Letter, message: i32) -> Option<About> {
        let part = self.parts.iter().position(|sent| *sent == Sent::Message(message));
        let prompted = || self.prompts.iter().find(|(asked, _)| *asked == message);
        part.and_then(|at| letter.parts.get(at))
            .map(|part| part.about.clone())
            .or_else(|| prompted().map(|(_, about)| about.clone()))
    }

    /// The message of the part about a question.
    pub(super) fn message_of(&self, letter: &Letter, about: &About) -> Option<(usize, i32)> {
        letter.parts.iter().zip(&self.parts).enumerate().find_map(|(at, (part, sent))| match sent {
            Sent::Message(message) if part.about == *about && !part.keys.is_empty() => Some((at, *message)),
            Sent::Message(_) | Sent::Refused(_) => None,
        })
    }

    /// Whether nothing of a letter is left to send.
    pub(super) fn is_whole(&self, letter: &Letter) -> bool {
        self.parts.len() >= letter.parts.len()
    }
}

/// Why a letter asks for nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Closed {
    /// In words, for who taps one of its buttons.
    pub(super) why: String,
    /// When.
    pub(super) at: Timestamp,
}

/// The data of a button: which letter, which part, which key, counted over its rows.
pub(super) fn data(letter: &str, part: usize, key: usize) -> String {
    format!("{letter}:{part}:{key}")
}

/// The letter, part and key that a button's data names.
pub(super) fn read_data(data: &str) -> Option<(&str, usize, usize)> {
    let mut words = data.split(':');
    let letter = words.next().filter(|id| id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let (part, key) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    words.next().is_none().then_some((letter, part, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buttons_data_is_short_and_read_back_and_forged_data_is_not() {
        let written = data("0123456789abcdef", 99, 99);
        assert!(written.len() <= 64);
        assert_eq!(read_data(&written), Some(("0123456789abcdef", 99, 99)));
        for forged in
            ["", "x", "0123456789abcdef", "../../../etc/hosts:1:1", "0123456789abcdef:1:1:1", "é:1:1"]
        {
            assert_eq!(read_data(forged), None, "{forged}");
        }
    }
}
