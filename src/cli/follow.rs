//! Reads a log that may still grow: its last lines, then what is added. Changes nothing.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// How much is read at once.
const CHUNK: u64 = 64 * 1024;

/// A log and how far it has been read.
pub(super) struct Log {
    path: PathBuf,
    at: u64,
    /// The beginning of a line whose end is not written yet.
    rest: Vec<u8>,
}

impl Log {
    /// The log, to be read from its beginning.
    pub(super) fn whole(path: &Path) -> Self {
        Self { path: path.to_owned(), at: 0, rest: Vec::new() }
    }

    /// The log, to be read from the last `count` lines on.
    pub(super) fn last(path: &Path, count: usize) -> io::Result<Self> {
        let at = match File::open(path) {
            Ok(mut file) => start_of_last(&mut file, count)?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => 0,
            Err(e) => return Err(e),
        };
        Ok(Self { path: path.to_owned(), at, rest: Vec::new() })
    }

    /// The next lines, at most about 64 KiB of them; none when there is nothing new. A log that was cut is read again
    /// from its beginning.
    pub(super) fn more(&mut self) -> io::Result<Vec<u8>> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(e),
        };
        if file.metadata()?.len() < self.at {
            self.at = 0;
            self.rest.clear();
        }
        file.seek(SeekFrom::Start(self.at))?;
        let mut lines = std::mem::take(&mut self.rest);
        self.at += file.take(CHUNK).read_to_end(&mut lines)? as u64;
        let whole = memchr::memrchr(b'\n', &lines).map_or(0, |at| at + 1);
        self.rest = lines.split_off(whole);
        if self.rest.len() as u64 > CHUNK {
            lines = std::mem::take(&mut self.rest);
        }
        Ok(lines)
    }

    /// What stands behind the last line's end, when nobody will write on.
    pub(super) fn remains(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.rest)
    }
}

/// Where the last `count` lines begin, found from the end.
fn start_of_last(file: &mut File, count: usize) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let mut end = length;
    let mut found = 0;
    while end > 0 {
        let begin = end.saturating_sub(CHUNK);
        file.seek(SeekFrom::Start(begin))?;
        let mut chunk = Vec::new();
        (&mut *file).take(end - begin).read_to_end(&mut chunk)?;
        for at in memchr::memrchr_iter(b'\n', &chunk) {
            let line_end = begin + at as u64 + 1;
            // The very last one ends the last line and begins none.
            if line_end < length {
                found += 1;
                if found == count {
                    return Ok(line_end);
                }
            }
        }
        end = begin;
    }
    Ok(if count == 0 { length } else { 0 })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn text(bytes: &[u8]) -> &str {
        std::str::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_last_lines_are_found_and_then_what_is_added() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        fs::write(&path, "one\ntwo\nthree\n").unwrap();
        let mut log = Log::last(&path, 2).unwrap();
        assert_eq!(text(&log.more().unwrap()), "two\nthree\n");
        assert!(log.more().unwrap().is_empty());
        fs::write(&path, "one\ntwo\nthree\nfour\nhal").unwrap();
        assert_eq!(text(&log.more().unwrap()), "four\n");
        fs::write(&path, "one\ntwo\nthree\nfour\nhalf\n").unwrap();
        assert_eq!(text(&log.more().unwrap()), "half\n");
        fs::write(&path, "new\nend").unwrap();
        assert_eq!(text(&log.more().unwrap()), "new\n");
        assert_eq!(text(&log.remains()), "end");
    }

    #[test]
    fn more_lines_than_there_are_is_the_whole_log_and_none_is_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        assert!(Log::last(&path, 5).unwrap().more().unwrap().is_empty());
        let many: String = (0..20_000).map(|n| format!("line {n}\n")).collect();
        fs::write(&path, &many).unwrap();
        assert_eq!(Log::last(&path, 30_000).unwrap().at, 0);
        assert!(Log::last(&path, 0).unwrap().more().unwrap().is_empty());
        let mut log = Log::last(&path, 15_000).unwrap();
        assert!(log.more().unwrap().starts_with(b"line 5000\n"));
    }
}
