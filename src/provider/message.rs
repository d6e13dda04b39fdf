//! The last message of a run, put together from its stream: what a reviewer reports.

/// A longer message is cut: no person reads it, and no agent should.
const LONGEST: usize = 256 * 1024;

/// Bytes kept of a text that may become the message, as JSON writes it. More than [`LONGEST`], because a cut text loses
/// what might be the beginning of a secret at its end.
pub(super) const MOST_READ: usize = LONGEST + 64 * 1024;

/// What a line adds to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// This is the newest message as a whole.
    Whole(String),
    /// The newest message goes on with this.
    More(String),
    /// Something else came: what was written before was no last message.
    Over,
}

/// The newest message so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastMessage {
    text: String,
    over: bool,
}

impl LastMessage {
    /// Takes in what a line says of it.
    pub fn note(&mut self, message: Message) {
        match message {
            Message::Whole(text) => {
                self.text = text;
                self.over = true;
            }
            Message::More(text) => {
                if std::mem::take(&mut self.over) {
                    self.text.clear();
                }
                self.text.push_str(&text);
            }
            Message::Over => self.over = true,
        }
        if self.text.len() > LONGEST {
            let whole = |end: &usize| self.text.is_char_boundary(*end);
            self.text.truncate((0..=LONGEST).rev().find(whole).unwrap_or(0));
        }
    }

    /// Its text, without blank space around it.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.trim()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(messages: impl IntoIterator<Item = Message>) -> String {
        let mut last = LastMessage::default();
        messages.into_iter().for_each(|message| last.note(message));
        last.text().to_owned()
    }

    fn more(text: &str) -> Message {
        Message::More(text.to_owned())
    }

    #[test]
    fn pieces_are_one_message_until_something_else_comes() {
        assert_eq!(noted([more("I look "), Message::Over, more("F1: "), more("wrong\n")]), "F1: wrong");
        assert_eq!(noted([more("all"), Message::Over]), "all", "nothing newer came");
        assert_eq!(noted([more("a"), Message::Whole("b".to_owned()), more("c")]), "c");
        assert_eq!(noted([]), "");
    }

    #[test]
    fn an_endless_message_stays_bounded_and_whole_characters() {
        let text = noted([more(&"ä".repeat(LONGEST)), more("more")]);
        assert_eq!(text.len(), LONGEST);
    }
}
