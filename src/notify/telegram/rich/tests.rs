//! Texts of every kind, cut and styled.

use proptest::prelude::*;

use super::*;

fn visible(text: &str) -> String {
    text.chars().filter(|c| is_shown(*c) && !is_blank(*c)).collect()
}

#[test]
fn styles_are_counted_in_utf16() {
    let rich = Rich::default().plain("a😀 ").bold("ß😀").plain(" ").code("x");
    let units: Vec<_> = rich.entities().map(|unit| (unit.style, unit.offset, unit.length)).collect();
    assert_eq!(units, [(Style::Bold, 4, 3), (Style::Code, 8, 1)]);
    assert_eq!(rich.units(), 9);
}

#[test]
fn a_text_is_cut_where_a_reader_would_cut_it() {
    let rich = Rich::default().plain("one two\nthree four five");
    let texts = |limit| rich.split(limit).into_iter().map(|piece| piece.text).collect::<Vec<_>>();
    assert_eq!(texts(12), ["one two", "three four", "five"]);
    assert_eq!(texts(100), ["one two\nthree four five"]);
    let family = Rich::default().plain("ab👨‍👩‍👧cd");
    let pieces: Vec<String> = family.split(5).into_iter().map(|piece| piece.text).collect();
    assert_eq!(pieces, ["ab", "👨‍👩", "👧cd"]);
}

#[test]
fn what_shows_nothing_is_said_to_be_empty() {
    for text in ["", " \n\t", "\u{200b}\u{feff}", "\u{0}\u{1b}", "\u{202e}"] {
        assert_eq!(Rich::default().plain(text).split(10)[0].text, NOTHING, "{text:?}");
        assert_eq!(Rich::default().bold(text).shortened(10).text, NOTHING, "{text:?}");
    }
}

#[test]
fn a_shortened_text_says_that_it_is_one() {
    let rich = Rich::default().bold("title ").plain(&"x".repeat(5000));
    let short = rich.shortened(LONGEST_CAPTION);
    assert!(short.text.ends_with("x…") && short.units() == LONGEST_CAPTION);
    assert_eq!(short.entities().next().map(|unit| unit.length), Some(6));
}

proptest! {
    #[test]
    fn pieces_fit_lose_nothing_that_is_seen_and_style_what_was_styled(
        parts in proptest::collection::vec(("[a-z<>&*_`\\[\\]()~#+=|{}.!\\\\ \n\u{5d0}\u{202e}😀👨‍👩‍👧é\u{200b}]{0,40}", 0..3u8), 0..12),
        limit in 4..60usize,
    ) {
        let mut rich = Rich::default();
        for (text, style) in &parts {
            rich = match style {
                0 => rich.plain(text),
                1 => rich.bold(text),
                _ => rich.code(text),
            };
        }
        let pieces = rich.split(limit);
        let joined: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        if visible(&rich.text).is_empty() {
            prop_assert_eq!(joined, NOTHING);
        } else {
            prop_assert_eq!(visible(&joined), visible(&rich.text));
        }
        for piece in &pieces {
            prop_assert!(piece.text == NOTHING || piece.units() <= limit);
            let utf16: Vec<u16> = piece.text.encode_utf16().collect();
            for unit in piece.entities() {
                prop_assert!(unit.length > 0 && unit.offset + unit.length <= utf16.len());
                prop_assert!(String::from_utf16(&utf16[unit.offset..unit.offset + unit.length]).is_ok());
            }
        }
    }
}
