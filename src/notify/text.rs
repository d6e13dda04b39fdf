//! Texts as services take them: without control characters, and no longer than they allow.
//!
//! What a text is cut by is measured as it is sent, so no escaping makes it too long and none is cut in two.

use unicode_segmentation::UnicodeSegmentation;

/// What a text that was cut ends with.
const MORE: char = '…';

/// Without control characters but line breaks, and without the characters that are never assigned.
pub(super) fn clean(text: &str) -> String {
    let unix = text.replace("\r\n", "\n");
    let one = |c: char| match c {
        '\n' => Some('\n'),
        '\r' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\t' => Some(' '),
        c if c.is_control() || is_noncharacter(c) => None,
        c => Some(c),
    };
    unix.chars().filter_map(one).collect()
}

/// The same in one line, without space around it.
pub(super) fn one_line(text: &str) -> String {
    let lines = clean(text);
    lines.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_noncharacter(c: char) -> bool {
    (0xfdd0..=0xfdef).contains(&u32::from(c)) || u32::from(c) & 0xfffe == 0xfffe
}

/// Writes the text as `write` has each character, cut with `…` so that it measures at most `limit`.
pub(super) fn cut(
    text: &str,
    limit: usize,
    measure: impl Fn(&str) -> usize,
    write: impl Fn(char, &mut String),
) -> String {
    let mut whole = String::new();
    let mut used = 0;
    // Where to go back to: behind it there is room for the `…`.
    let mut fits = 0;
    let room = limit.saturating_sub(measure(MORE.encode_utf8(&mut [0; 4])));
    let mut piece = String::new();
    for cluster in text.graphemes(true) {
        // A cluster may be longer than all the room there is; then its characters are what is not cut.
        let parts: Vec<&str> =
            if cluster.len() > 64 { cluster.split_inclusive(|_| true).collect() } else { vec![cluster] };
        for part in parts {
            piece.clear();
            part.chars().for_each(|c| write(c, &mut piece));
            used += measure(&piece);
            whole.push_str(&piece);
            if used <= room {
                fits = whole.len();
            }
            if used > limit {
                whole.truncate(fits);
                whole.push(MORE);
                return whole;
            }
        }
    }
    whole
}

/// Writes a character as it is.
pub(super) fn as_it_is(c: char, out: &mut String) {
    out.push(c);
}

/// Measures Unicode characters.
pub(super) fn characters(text: &str) -> usize {
    text.chars().count()
}

/// Measures UTF-16 units, as services do that are written for browsers.
pub(super) fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_that_is_too_long_ends_with_an_ellipsis_between_two_letters() {
        let cut_to = |text: &str, limit| cut(text, limit, characters, as_it_is);
        assert_eq!(cut_to("abc", 3), "abc");
        assert_eq!(cut_to("abcd", 3), "ab…");
        assert_eq!(cut_to("ae\u{301}f", 3), "a…", "an accent stays with its letter");
        assert_eq!(cut("👨‍👩‍👧x", 8, utf16, as_it_is), "…", "a family stays together");
        let long = format!("a{}", "\u{301}".repeat(100));
        assert_eq!(cut_to(&long, 50).chars().count(), 50);
    }

    #[test]
    fn control_characters_are_left_out_and_lines_stay() {
        assert_eq!(clean("a\0\x1b[1mb\r\nc\u{7f}\td\u{fffe}\rאב"), "a[1mb\nc d\nאב");
        assert_eq!(one_line(" a\n b\t\u{85}c "), "a b c");
    }

    proptest! {
        #[test]
        fn what_is_cut_measures_no_more_than_its_limit_and_is_its_beginning(text in "\\PC{0,80}", limit in 1_usize..60) {
            let out = cut(&text, limit, str::len, as_it_is);
            prop_assert!(out.len() <= limit.max(3));
            if out != text {
                prop_assert!(text.starts_with(out.strip_suffix(MORE).unwrap()));
            }
        }
    }
}
