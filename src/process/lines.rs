//! Cuts a stream into lines in constant memory. Never judges what a line says, nor whether it is UTF-8.

use memchr::{memchr_iter, memrchr};

/// The longest line that is handed on whole, in bytes.
pub const LONGEST_LINE: usize = 1024 * 1024;

/// Part of a line of output, unchanged, without the newline. A line that arrives in one read is one piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// The line begins with it.
    pub begins: bool,
    /// The line ends with it.
    pub ends: bool,
    /// It ends the last complete line of the read: to show the newest state, the others can be skipped.
    pub last_in_chunk: bool,
}

/// One line of output, without its newline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// As it came; the first [`LONGEST_LINE`] bytes of a longer one.
    pub bytes: &'a [u8],
    /// There was more of it.
    pub truncated: bool,
}

/// Splits reads at newlines, without copying.
#[derive(Debug, Default)]
pub(crate) struct Cutter {
    /// A line has begun and hasn't ended.
    open: bool,
}

impl Cutter {
    pub(crate) fn feed(&mut self, chunk: &[u8], sink: &mut impl FnMut(Piece<'_>)) {
        let last = memrchr(b'\n', chunk);
        let mut start = 0;
        if let Some(last) = last {
            for end in memchr_iter(b'\n', &chunk[..=last]) {
                let begins = !std::mem::take(&mut self.open);
                sink(Piece { bytes: &chunk[start..end], begins, ends: true, last_in_chunk: end == last });
                start = end + 1;
            }
        }
        let rest = &chunk[start..];
        if !rest.is_empty() {
            let begins = !std::mem::replace(&mut self.open, true);
            sink(Piece { bytes: rest, begins, ends: false, last_in_chunk: false });
        }
    }

    /// Ends a last line without a newline.
    pub(crate) fn finish(&mut self, sink: &mut impl FnMut(Piece<'_>)) {
        if std::mem::take(&mut self.open) {
            sink(Piece { bytes: &[], begins: false, ends: true, last_in_chunk: true });
        }
    }
}

/// Joins pieces into lines of at most [`LONGEST_LINE`].
#[derive(Debug, Default)]
pub(crate) struct Joiner {
    carry: Vec<u8>,
    overflow: bool,
}

impl Joiner {
    pub(crate) fn feed(&mut self, piece: Piece<'_>, sink: &mut impl FnMut(Line<'_>)) {
        if piece.begins && piece.ends && piece.bytes.len() <= LONGEST_LINE {
            sink(Line { bytes: piece.bytes, truncated: false });
            return;
        }
        let room = LONGEST_LINE - self.carry.len();
        self.overflow |= piece.bytes.len() > room;
        self.carry.extend_from_slice(&piece.bytes[..piece.bytes.len().min(room)]);
        if piece.ends {
            sink(Line { bytes: &self.carry, truncated: self.overflow });
            self.carry.clear();
            self.overflow = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line with whether it was cut, and whether it was the last of its chunk.
    fn cut(chunks: &[&[u8]]) -> Vec<(Vec<u8>, bool, bool)> {
        let mut lines = Vec::new();
        let mut joiner = Joiner::default();
        let mut sink = |piece: Piece<'_>| {
            joiner.feed(piece, &mut |line| {
                lines.push((line.bytes.to_vec(), line.truncated, piece.last_in_chunk));
            });
        };
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

    #[test]
    fn the_pieces_of_a_line_say_where_it_begins_and_ends() {
        let mut pieces = Vec::new();
        let mut sink = |piece: Piece<'_>| pieces.push((piece.bytes.to_vec(), piece.begins, piece.ends));
        let mut cutter = Cutter::default();
        for chunk in [&b"a\nb"[..], b"c", b"d\ne"] {
            cutter.feed(chunk, &mut sink);
        }
        cutter.finish(&mut sink);
        let piece = |bytes: &[u8], begins, ends| (bytes.to_vec(), begins, ends);
        assert_eq!(
            pieces,
            [
                piece(b"a", true, true),
                piece(b"b", true, false),
                piece(b"c", false, false),
                piece(b"d", false, true),
                piece(b"e", true, false),
                piece(b"", false, true),
            ]
        );
    }
}
