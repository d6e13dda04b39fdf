//! Breaks long lines between words, so that a terminal does not break them inside of one. A pipe gets them as they are.

use unicode_width::UnicodeWidthStr;

use crate::cli::terminal;

/// The words as lines for this terminal; each but the first begins with `indent` spaces. The first has room for as many
/// columns less, which the caller fills.
pub(super) fn hanging(words: &str, indent: usize) -> String {
    let width = if terminal::is_terminal() { terminal::width() } else { usize::MAX };
    wrapped(&terminal::clean(words), indent, width)
}

fn wrapped(words: &str, indent: usize, width: usize) -> String {
    let room = width.saturating_sub(indent);
    if words.width() <= room {
        return words.to_owned();
    }
    let mut text = String::new();
    let mut used = 0;
    for word in words.split(' ') {
        let columns = word.width();
        if used > 0 && used + 1 + columns > room {
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', indent));
            used = 0;
        } else if !text.is_empty() {
            text.push(' ');
            used += 1;
        }
        text.push_str(word);
        used += columns;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_between_words_and_never_inside_of_one() {
        assert_eq!(wrapped("short", 4, 20), "short");
        assert_eq!(wrapped("one two three four", 2, 11), "one two\n  three\n  four");
        assert_eq!(wrapped("see /a/very/long/path now", 2, 12), "see\n  /a/very/long/path\n  now");
        assert_eq!(wrapped("  kept  as it is", 0, 80), "  kept  as it is");
        assert_eq!(wrapped("über größe 漢字漢字", 0, 11), "über größe\n漢字漢字");
    }
}
