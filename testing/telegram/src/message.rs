//! A message as the chat shows it.

use serde_json::Value;

/// A message of the bot or of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Counted over all chats, so that it names a message alone.
    pub id: i32,
    /// The chat's id.
    pub chat: i64,
    /// The sender's user id.
    pub from: i64,
    /// Whether the bot sent it.
    pub by_bot: bool,
    /// Seconds since 1970.
    pub date: u64,
    /// The text, or a document's caption; what it is now, after edits.
    pub text: String,
    /// Of the text.
    pub entities: Vec<Entity>,
    /// The rows of the keyboard under it.
    pub buttons: Vec<Vec<Button>>,
    /// What is attached.
    pub document: Option<Document>,
    /// The message it answers.
    pub reply_to: Option<i32>,
    /// Whether the person's app opens a reply to it by itself.
    pub force_reply: bool,
    /// What it was before each edit, oldest first.
    pub edits: Vec<Edit>,
}

/// What a message was before an edit.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The text before.
    pub text: String,
    /// The entities before.
    pub entities: Vec<Entity>,
    /// The keyboard before.
    pub buttons: Vec<Vec<Button>>,
}

/// A part of a text that is shown in another way.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// `bold`, `code`, `text_link` and so on.
    pub kind: String,
    /// Where it begins, in UTF-16 units.
    pub offset: usize,
    /// How long it is, in UTF-16 units.
    pub length: usize,
    /// As sent, with what else belongs to its kind.
    pub json: Value,
}

/// A button under a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What is on it.
    pub text: String,
    /// What the bot is told when it is tapped.
    pub data: Option<String>,
    /// What it opens.
    pub url: Option<String>,
}

/// An attached file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// By which the bot may send it again.
    pub file_id: String,
    /// As sent.
    pub name: String,
    /// As sent.
    pub mime: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl Message {
    /// The button with this label.
    #[must_use]
    pub fn button(&self, label: &str) -> Option<&Button> {
        self.buttons.iter().flatten().find(|button| button.text == label)
    }

    /// The labels of all buttons, row by row.
    #[must_use]
    pub fn labels(&self) -> Vec<&str> {
        self.buttons.iter().flatten().map(|button| button.text.as_str()).collect()
    }

    /// The parts of the text that are shown in this way, e.g. `bold`.
    #[must_use]
    pub fn marked(&self, kind: &str) -> Vec<String> {
        let units: Vec<u16> = self.text.encode_utf16().collect();
        let of_kind = self.entities.iter().filter(|entity| entity.kind == kind);
        of_kind
            .map(|entity| String::from_utf16_lossy(&units[entity.offset..entity.offset + entity.length]))
            .collect()
    }

    /// The document's text; empty without a document.
    #[must_use]
    pub fn document_text(&self) -> String {
        let bytes = self.document.as_ref().map(|document| document.bytes.as_slice());
        String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
    }
}
