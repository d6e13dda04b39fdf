//! Decodes the inside of a JSON string.

use std::borrow::Cow;

/// Decodes the text between the quotes of a JSON string. Unknown escapes stay as written; half a surrogate pair and
/// invalid UTF-8 become U+FFFD.
pub(super) fn unescape(raw: &[u8]) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', raw) else {
        return std::str::from_utf8(raw).map_or_else(|_| String::from_utf8_lossy(raw), Cow::Borrowed);
    };
    let (plain, mut rest) = raw.split_at(first);
    let mut text = plain.to_vec();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            text.push(byte);
            continue;
        }
        let Some((&escape, after)) = rest.split_first() else {
            break;
        };
        rest = after;
        match escape {
            b'n' => text.push(b'\n'),
            b't' => text.push(b'\t'),
            b'r' => text.push(b'\r'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'"' | b'\\' | b'/' => text.push(escape),
            b'u' => {
                let (letter, after) = unicode(rest);
                text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                rest = after;
            }
            _ => text.extend_from_slice(&[b'\\', escape]),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&text).into_owned())
}

/// The character after a `\u`, and what follows it.
fn unicode(text: &[u8]) -> (char, &[u8]) {
    let Some((first, after)) = unit(text) else {
        return (char::REPLACEMENT_CHARACTER, text);
    };
    if let Some(letter) = char::from_u32(first) {
        return (letter, after);
    }
    let second = after.strip_prefix(b"\\u").and_then(unit);
    if let Some((second @ 0xdc00..0xe000, end)) = second
        && (0xd800..0xdc00).contains(&first)
    {
        let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), end);
    }
    (char::REPLACEMENT_CHARACTER, after)
}

/// Four hexadecimal digits.
fn unit(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, after) = text.split_at_checked(4)?;
    let mut unit = 0;
    for digit in digits {
        unit = unit * 16 + char::from(*digit).to_digit(16)?;
    }
    Some((unit, after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::unescape;

    #[test]
    fn escapes_are_read_and_broken_ones_do_no_harm() {
        for (raw, text) in [
            (&b"plain"[..], "plain"),
            (br#"a\n\t\r\b\f\"\\\/b"#, "a\n\t\r\u{8}\u{c}\"\\/b"),
            (br"\u0041\u00e9\ud83d\ude42", "A\u{e9}\u{1f642}"),
            (br"\ud83dx \ude42 \ud83d\u0041", "\u{fffd}x \u{fffd} \u{fffd}A"),
            (br"\u12", "\u{fffd}12"),
            (br"\x end \", "\\x end "),
            (b"\xff\\n", "\u{fffd}\n"),
        ] {
            assert_eq!(unescape(raw), text, "{}", String::from_utf8_lossy(raw));
        }
    }

    proptest! {
        #[test]
        fn what_serde_writes_is_read_back(text: String) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(unescape(&json.as_bytes()[1..json.len() - 1]), text);
        }
    }
}
