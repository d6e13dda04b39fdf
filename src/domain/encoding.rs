//! Text as editors save it: UTF-8, or UTF-16 as some on Windows do. Only bytes in, only text out.

/// How many bytes tell UTF-16 without a byte order mark from everything else.
const SAMPLE: usize = 512;

/// The text of a file; none when it is neither UTF-8 nor UTF-16. A UTF-8 byte order mark stays.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<String> {
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        return utf16(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(&[0xfe, 0xff]) {
        return utf16(rest, u16::from_be_bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Some(text.to_owned()),
        text => unmarked_utf16(bytes).or_else(|| text.ok().map(str::to_owned)),
    }
}

/// As [`decode`]; everything else is read as Latin-1, in which each byte is a letter.
#[must_use]
pub fn decode_any(bytes: &[u8]) -> String {
    decode(bytes).unwrap_or_else(|| bytes.iter().copied().map(char::from).collect())
}

/// UTF-16 without a byte order mark: in Western text every other byte is zero.
fn unmarked_utf16(bytes: &[u8]) -> Option<String> {
    let pairs = &bytes[..bytes.len().min(SAMPLE)];
    let zeros = |offset: usize| pairs.chunks_exact(2).filter(|pair| pair[offset] == 0).count();
    let most = pairs.len() / 2 * 3 / 4;
    if most == 0 {
        None
    } else if zeros(1) > most {
        utf16(bytes, u16::from_le_bytes)
    } else if zeros(0) > most {
        utf16(bytes, u16::from_be_bytes)
    } else {
        None
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    if rest.is_empty() { String::from_utf16(&units).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "### Q1: Für wen?\r\n**Answer:** A\r\n";

    fn units(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf_16_is_read_with_and_without_a_mark_in_both_orders() {
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_eq!(decode(&units(&format!("\u{feff}{TEXT}"), order)).as_deref(), Some(TEXT));
            assert_eq!(decode(&units(TEXT, order)).as_deref(), Some(TEXT));
        }
    }

    #[test]
    fn utf_8_stays_as_it_is() {
        for text in ["", "a", TEXT, "\u{feff}# Q1", "a\0b"] {
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(text), "{text:?}");
        }
    }

    #[test]
    fn what_is_neither_is_latin_1_where_any_text_will_do() {
        let latin: &[u8] = b"### Q1: F\xfcr wen?";
        assert_eq!(decode(latin), None);
        assert_eq!(decode_any(latin), "### Q1: Für wen?");
        assert_eq!(decode(&[0xff, 0xfe, b'a']), None, "half a unit");
    }
}
