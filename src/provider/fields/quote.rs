//! Where a JSON string ends.

use memchr::memchr;

/// Longer strings are looked through by a search that is made for long ones.
const SHORT: usize = 48;

/// Longer keys are not wanted; one of 40 letters that are all escapes is shorter.
pub(super) const LONGEST_KEY: usize = 256;

/// Where the string ends that `text` goes on with; `odd` if an odd number of backslashes stands right before it.
#[inline]
pub(super) fn closing_quote(text: &[u8], odd: bool) -> Option<usize> {
    let mut at = quote(text)?;
    while ends_odd(&text[..at], odd) {
        at += 1 + quote(&text[at + 1..])?;
    }
    Some(at)
}

/// Whether an odd number of backslashes stands at the end of `text`, `odd` saying the same of what stood before it.
#[inline]
pub(super) fn ends_odd(text: &[u8], odd: bool) -> bool {
    match text.last() {
        None => odd,
        Some(b'\\') => {
            let run = text.iter().rev().take_while(|byte| **byte == b'\\').count();
            let before = odd && run == text.len();
            before != (run % 2 == 1)
        }
        Some(_) => false,
    }
}

/// Whether a key, which is as JSON writes it, is written with escapes.
#[inline]
pub(super) fn is_escaped(key: &[u8]) -> bool {
    // Without an early end, so that it takes a few steps only.
    key.len() <= LONGEST_KEY && key.iter().fold(false, |found, byte| found | (*byte == b'\\'))
}

/// The first quote. Most strings of a line are shorter than a vectorised search takes to begin, so the first bytes are
/// looked through by eights.
#[inline]
fn quote(text: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut from = 0;
    for eight in text.as_chunks::<8>().0.iter().take(SHORT / 8) {
        // A byte is zero where the quote is; of several, the first one is told exactly.
        let zeros = u64::from_le_bytes(*eight) ^ (ONES * b'"' as u64);
        let found = zeros.wrapping_sub(ONES) & !zeros & (ONES << 7);
        if found != 0 {
            return Some(from + found.trailing_zeros() as usize / 8);
        }
        from += 8;
    }
    memchr(b'"', &text[from..]).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{closing_quote, quote};

    proptest! {
        #[test]
        fn the_first_quote_is_found_wherever_it_stands(text in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(quote(&text), text.iter().position(|byte| *byte == b'"'));
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
            prop_assert_eq!(closing_quote(text.as_bytes(), odd), end);
        }
    }
}
