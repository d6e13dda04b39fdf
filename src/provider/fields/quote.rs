//! Finds the end of a JSON string.

use memchr::memchr;

/// Beyond this many bytes, `memchr` is faster.
const SHORT: usize = 48;

/// The end of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    /// The position of the closing quote.
    pub(super) at: usize,
    /// The string is known to have no escapes.
    pub(super) is_plain: bool,
}

/// Finds the closing quote of the string that `text` starts inside of; `odd` if an odd number of backslashes precedes it.
#[inline(always)]
pub(super) fn closing_quote(text: &[u8], odd: bool) -> Option<End> {
    let mut end = quote(text)?;
    if end.is_plain && !odd {
        return Some(end);
    }
    while ends_odd(&text[..end.at], odd) {
        end.at += 1 + quote(&text[end.at + 1..])?.at;
    }
    end.is_plain = false;
    Some(end)
}

/// Whether `text` ends with an odd number of backslashes, counting those before it if `odd`.
pub(super) fn ends_odd(text: &[u8], odd: bool) -> bool {
    let run = text.iter().rev().take_while(|byte| **byte == b'\\').count();
    let before = odd && run == text.len();
    before != (run % 2 == 1)
}

/// Finds the first quote. Most strings in a line are too short for a vectorised search to pay off, so the first bytes are
/// compared eight at a time.
#[inline(always)]
fn quote(text: &[u8]) -> Option<End> {
    let mut from = 0;
    let mut escapes = 0;
    for eight in text.as_chunks::<8>().0.iter().take(SHORT / 8) {
        let eight = u64::from_le_bytes(*eight);
        let quotes = marks(eight, b'"');
        let backslashes = marks(eight, b'\\');
        if quotes != 0 {
            let first = quotes.trailing_zeros();
            escapes |= backslashes & ((1 << first) - 1);
            return Some(End { at: from + first as usize / 8, is_plain: escapes == 0 });
        }
        escapes |= backslashes;
        from += 8;
    }
    memchr(b'"', &text[from..]).map(|at| End { at: from + at, is_plain: false })
}

/// Sets the top bit of each byte that equals `byte`; exact up to and including the first match.
#[inline(always)]
fn marks(eight: u64, byte: u8) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let zeros = eight ^ (ONES * u64::from(byte));
    zeros.wrapping_sub(ONES) & !zeros & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{closing_quote, quote};

    proptest! {
        #[test]
        fn the_first_quote_is_found_wherever_it_stands(text in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(quote(&text).map(|end| end.at), text.iter().position(|byte| *byte == b'"'));
        }

        #[test]
        fn a_quote_behind_a_backslash_ends_nothing(text in "[\"\\\\x]{0,70}", odd: bool) {
            let mut escaped = odd;
            let mut end = None;
            for (at, byte) in text.bytes().enumerate() {
                if byte == b'"' && !escaped {
                    end = Some(at);
                    break;
                }
                escaped = byte == b'\\' && !escaped;
            }
            let found = closing_quote(text.as_bytes(), odd);
            prop_assert_eq!(found.map(|end| end.at), end);
            if let Some(end) = found.filter(|end| end.is_plain) {
                prop_assert!(!text[..end.at].contains('\\'));
            }
        }
    }
}
