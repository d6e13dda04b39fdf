//! A line that the person writes: its text and where the cursor stands.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;

/// The longest text that is taken, in bytes: a paste may be anything.
const LONGEST: usize = 64 * 1024;

/// A text under way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::tui) struct Edit {
    text: String,
    /// Byte offset of the cursor.
    at: usize,
}

impl Edit {
    pub(in crate::tui) fn of(text: &str) -> Self {
        Self { text: text.to_owned(), at: text.len() }
    }

    pub(in crate::tui) fn text(&self) -> &str {
        &self.text
    }

    /// What stands before the cursor, and behind it.
    pub(in crate::tui) fn halves(&self) -> (&str, &str) {
        self.text.split_at_checked(self.at).unwrap_or((&self.text, ""))
    }

    /// Takes a key in; whether it was one for a text.
    pub(super) fn key(&mut self, key: KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match (key.code, control) {
            (KeyCode::Char('a'), true) | (KeyCode::Home, _) => self.at = 0,
            (KeyCode::Char('e'), true) | (KeyCode::End, _) => self.at = self.text.len(),
            (KeyCode::Char('u'), true) => {
                self.text.drain(..self.at);
                self.at = 0;
            }
            (KeyCode::Char('k'), true) => self.text.truncate(self.at),
            (KeyCode::Char('w'), true) => {
                let before = self.halves().0.trim_end();
                let from = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
                self.text.drain(from..self.at);
                self.at = from;
            }
            (KeyCode::Char('j'), true) => self.put("\n"),
            (KeyCode::Enter, _) if key.modifiers.contains(KeyModifiers::ALT) => self.put("\n"),
            (KeyCode::Char(letter), false) => self.put(letter.encode_utf8(&mut [0; 4])),
            (KeyCode::Left, _) => self.at = self.before(),
            (KeyCode::Right, _) => self.at = self.behind(),
            (KeyCode::Backspace, _) => {
                let from = self.before();
                self.text.drain(from..self.at);
                self.at = from;
            }
            (KeyCode::Delete, _) => {
                let to = self.behind();
                self.text.drain(self.at..to);
            }
            _ => return false,
        }
        true
    }

    /// Puts a text in at the cursor.
    pub(super) fn put(&mut self, text: &str) {
        let clean: String = text.replace("\r\n", "\n").replace('\r', "\n");
        let clean: String = clean.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
        if self.text.len() + clean.len() <= LONGEST {
            self.text.insert_str(self.at, &clean);
            self.at += clean.len();
        }
    }

    fn before(&self) -> usize {
        self.halves().0.grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn behind(&self) -> usize {
        self.at + self.halves().1.graphemes(true).next().map_or(0, str::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(edit: &mut Edit, keys: &[(KeyCode, KeyModifiers)]) {
        for (code, modifiers) in keys {
            edit.key(KeyEvent::new(*code, *modifiers));
        }
    }

    #[test]
    fn keys_change_the_text_where_the_cursor_stands() {
        let none = KeyModifiers::NONE;
        let mut edit = Edit::of("né👩‍👩‍👧");
        typed(&mut edit, &[(KeyCode::Backspace, none), (KeyCode::Left, none), (KeyCode::Char('o'), none)]);
        assert_eq!(edit.halves(), ("no", "é"));
        typed(&mut edit, &[(KeyCode::Delete, none), (KeyCode::Delete, none)]);
        edit.put(" more words\u{1b}\r\nhere");
        assert_eq!(edit.text(), "no more words\nhere");
        typed(&mut edit, &[(KeyCode::Char('w'), KeyModifiers::CONTROL)]);
        assert_eq!(edit.text(), "no more words\n");
        typed(&mut edit, &[(KeyCode::Home, none), (KeyCode::Char('k'), KeyModifiers::CONTROL)]);
        assert_eq!(edit, Edit::default());
        typed(&mut edit, &[(KeyCode::Backspace, none), (KeyCode::Left, none), (KeyCode::Right, none)]);
        edit.put(&"x".repeat(LONGEST + 1));
        assert_eq!(edit.text(), "");
    }
}
