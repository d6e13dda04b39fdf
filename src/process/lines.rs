//! Cuts a stream into lines in constant memory. Never judges what a line says, nor whether it is UTF-8.

use memchr::{memchr_iter, memrchr};

/// The longest line that is handed on whole, in bytes.
pub const LONGEST_LINE: usize = 1024 * 1024;

/// One line of output, without its newline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// As it came; the first [`LONGEST_LINE`] bytes of a longer one.
    pub bytes: &'a [u8],
    /// There was more of it.
    pub truncated: bool,
    /// No other complete line came with the same read: who only wants the newest state may skip all the others.
    pub last_in_chunk: bool,
}

/// Holds what came of a line that is not complete.
#[derive(Debug, Default)]
pub(crate) struct Cutter {
    carry: Vec<u8>,
    overflow: bool,
}

impl Cutter {
    pub(crate) fn feed(&mut self, chunk: &[u8], sink: &mut impl FnMut(Line<'_>)) {
        let Some(last) = memrchr(b'\n', chunk) else {
            self.stash(chunk);
            return;
        };
        let mut start = 0;
        for end in memchr_iter(b'\n', &chunk[..=last]) {
            self.hand_on(&chunk[start..end], end == last, sink);
            start = end + 1;
        }
        self.stash(&chunk[start..]);
    }

    /// The stream is over; hands on what has no newline.
    pub(crate) fn finish(&mut self, sink: &mut impl FnMut(Line<'_>)) {
        if !self.carry.is_empty() {
            self.hand_on(&[], true, sink);
        }
    }

    fn hand_on(&mut self, piece: &[u8], last_in_chunk: bool, sink: &mut impl FnMut(Line<'_>)) {
        if self.carry.is_empty() && piece.len() <= LONGEST_LINE {
            sink(Line { bytes: piece, truncated: false, last_in_chunk });
            return;
        }
        self.stash(piece);
        sink(Line { bytes: &self.carry, truncated: self.overflow, last_in_chunk });
        self.carry.clear();
        self.overflow = false;
    }

    fn stash(&mut self, piece: &[u8]) {
        let room = LONGEST_LINE - self.carry.len();
        self.overflow |= piece.len() > room;
        self.carry.extend_from_slice(&piece[..piece.len().min(room)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(chunks: &[&[u8]]) -> Vec<(Vec<u8>, bool, bool)> {
        let mut lines = Vec::new();
        let mut sink = |line: Line<'_>| lines.push((line.bytes.to_vec(), line.truncated, line.last_in_chunk));
        let mut cutter = Cutter::default();
        for chunk in chunks {
            cutter.feed(chunk, &mut sink);
        }
        cutter.finish(&mut sink);
        lines
    }

    fn line(bytes: &[u8], last_in_chunk: bool) -> (Vec<u8>, bool, bool) {
        (bytes.to_vec(), false, last_in_chunk)
    }

    #[test]
    fn lines_are_the_same_however_the_chunks_fall() {
        let expected: Vec<Vec<u8>> =
            [&b"ab"[..], b"", b"c\r", b"\xff\x80", b"end"].map(<[u8]>::to_vec).to_vec();
        let stream = b"ab\n\nc\r\n\xff\x80\nend";
        for size in 1..=stream.len() {
            let chunks: Vec<&[u8]> = stream.chunks(size).collect();
            let got: Vec<Vec<u8>> = cut(&chunks).into_iter().map(|(bytes, ..)| bytes).collect();
            assert_eq!(got, expected, "chunks of {size}");
        }
    }

    #[test]
    fn only_the_newest_complete_line_of_a_chunk_is_its_last() {
        assert_eq!(
            cut(&[b"a\nb\nc", b"c\n", b"d"]),
            [line(b"a", false), line(b"b", true), line(b"cc", true), line(b"d", true)]
        );
    }

    #[test]
    fn a_line_of_just_the_longest_length_is_whole_and_one_byte_more_is_cut() {
        let whole = vec![b'x'; LONGEST_LINE];
        assert_eq!(cut(&[&whole, b"\n"]), [line(&whole, true)]);
        assert_eq!(cut(&[&whole, b"y\nz\n"]), [(whole.clone(), true, false), line(b"z", true)]);
    }

    #[test]
    fn nothing_gives_no_line() {
        assert!(cut(&[]).is_empty());
        assert_eq!(cut(&[b"\n"]), [line(b"", true)]);
    }
}
