//! Text of a stranger read, and made fit for one line of a person's screen.
//!
//! Pure: escape sequences, line breaks and direction marks do not get through.

use std::borrow::Cow;

/// Most characters of a tool's label.
const LABEL: usize = 80;

/// Most characters of the CLI's words in an outcome.
const DETAIL: usize = 400;

/// `text` on one line of at most `most` characters, without control characters, with an ellipsis where it was cut.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut count = 0;
    let mut gap = false;
    for character in text.chars() {
        if character.is_whitespace() || character.is_control() {
            gap = !line.is_empty();
            continue;
        }
        if is_invisible(character) {
            continue;
        }
        let needed = usize::from(gap) + 1;
        if count + needed > most {
            if count == most {
                line.pop();
            }
            line.push('…');
            return line;
        }
        if gap {
            line.push(' ');
            gap = false;
        }
        line.push(character);
        count += needed;
    }
    line
}

/// `text` without a terminal's colours and other sequences that begin with an escape.
pub(super) fn without_escapes(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split('\u{1b}');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.strip_prefix('[').map(|sequence| {
            let parameters =
                sequence.find(|c: char| matches!(c, '@'..='~')).map_or(sequence.len(), |at| at + 1);
            sequence.get(parameters..).unwrap_or_default()
        });
        plain.push_str(rest.unwrap_or(part));
    }
    Cow::Owned(plain)
}

/// Characters that change how their neighbours are shown and have no place in a label.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

/// A tool call as a person reads it: its name and what it is about.
pub(super) fn tool_label(name: &str, about: &str) -> String {
    one_line(&format!("{name} {about}"), LABEL)
}

/// `words` on one line, or `otherwise` where there are none.
pub(super) fn detail(words: &str, otherwise: &str) -> String {
    let line = one_line(words, DETAIL);
    if line.is_empty() { otherwise.to_owned() } else { line }
}

/// The end of a path, enough to know the file: its last two components.
pub(super) fn short_path(path: &str) -> String {
    let mut parts = path.rsplit('/').filter(|part| !part.is_empty());
    if let (Some(file), Some(folder), Some(_)) = (parts.next(), parts.next(), parts.next()) {
        format!("…/{folder}/{file}")
    } else {
        path.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_lines_and_drops_escapes() {
        assert_eq!(one_line("  one\n\ttwo \u{1b}[31mred\u{202e}x\0", 80), "one two [31mredx");
    }

    #[test]
    fn colours_go_and_words_stay() {
        for (text, plain) in [
            ("plain", "plain"),
            ("\u{1b}[31mInvalid\u{1b}[0m key", "Invalid key"),
            ("\u{1b}[1;38;5;9mé\u{1b}[K", "é"),
            ("cut \u{1b}[3", "cut "),
            ("\u{1b}7x\u{1b}", "7x"),
        ] {
            assert_eq!(without_escapes(text), plain, "{text:?}");
        }
    }

    #[test]
    fn cuts_at_the_given_width_whatever_the_script() {
        assert_eq!(one_line("abcdef", 6), "abcdef");
        assert_eq!(one_line("abcdef", 5), "abcd…");
        assert_eq!(one_line("ab cdef", 3), "ab…");
        assert_eq!(one_line("жжжжжж", 3).chars().count(), 3);
    }

    #[test]
    fn keeps_the_end_of_a_path() {
        assert_eq!(short_path("/a/b/c/src/x.rs"), "…/src/x.rs");
        assert_eq!(short_path("src/x.rs"), "src/x.rs");
        assert_eq!(short_path("/"), "/");
    }
}
