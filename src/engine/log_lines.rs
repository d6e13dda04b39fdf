//! The readable log by its line numbers: an index that grows with the file, so that a screen reads only what it shows.
//! Changes nothing.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;

use crate::store::{Layout, open_document};

/// How much is read at once.
const CHUNK: usize = 1024 * 1024;

/// How much of one line is read: a longer one is cut.
const LINE: u64 = 16 * 1024;

/// How much one step of a search reads.
const STEP: u64 = 4 * 1024 * 1024;

/// Where the lines of a session's log begin.
#[derive(Debug)]
pub struct LogLines {
    path: PathBuf,
    /// Offset of each line's first byte.
    starts: Vec<u64>,
    /// How far the file has been looked at.
    end: u64,
    /// The last byte that was looked at ends a line.
    fresh: bool,
}

impl LogLines {
    /// Of a session; nothing is read yet.
    #[must_use]
    pub fn of(layout: &Layout) -> Self {
        Self::at(&layout.session_log())
    }

    fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), starts: Vec::new(), end: 0, fresh: true }
    }

    /// How many lines there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// Looks at what was added; whether there was something. A log that was cut is looked at anew.
    ///
    /// # Errors
    /// When the log stands and cannot be read.
    pub fn look(&mut self) -> io::Result<bool> {
        let Some(mut file) = self.open()? else {
            let stood = self.end > 0;
            *self = Self::at(&self.path);
            return Ok(stood);
        };
        let length = file.metadata()?.len();
        if length < self.end {
            *self = Self::at(&self.path);
        }
        if length == self.end {
            return Ok(false);
        }
        file.seek(SeekFrom::Start(self.end))?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = file.read(&mut chunk)?;
            let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else {
                return Ok(true);
            };
            if self.fresh {
                self.starts.push(self.end);
            }
            let next = memchr::memchr_iter(b'\n', bytes).map(|at| at + 1).filter(|next| *next < bytes.len());
            self.starts.extend(next.map(|next| self.end + next as u64));
            self.fresh = bytes.last() == Some(&b'\n');
            self.end += bytes.len() as u64;
        }
    }

    /// Some lines as they stand in the file, from number `first` (counted from 0) on.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn lines(&self, first: usize, count: usize) -> io::Result<Vec<String>> {
        let last = first.saturating_add(count).min(self.starts.len());
        let Some(file) = self.open()?.filter(|_| first < last) else {
            return Ok(Vec::new());
        };
        let mut file = io::BufReader::with_capacity(64 * 1024, file);
        (first..last)
            .map(|number| {
                let (start, end) = self.span(number);
                file.seek(SeekFrom::Start(start))?;
                let mut bytes = Vec::new();
                (&mut file).take((end - start).min(LINE)).read_to_end(&mut bytes)?;
                let text = String::from_utf8_lossy(&bytes);
                Ok(text.trim_end_matches(['\n', '\r']).to_owned())
            })
            .collect()
    }

    fn open(&self) -> io::Result<Option<File>> {
        match open_document(&self.path) {
            Ok(file) => Ok(Some(file)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    fn span(&self, number: usize) -> (u64, u64) {
        let at = |number: usize| self.starts.get(number).copied().unwrap_or(self.end);
        (at(number), at(number + 1))
    }

    /// Takes a search a step further; whether there is more to search now.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn search(&self, search: &mut LogSearch) -> io::Result<bool> {
        let Some(mut file) = self.open()?.filter(|_| search.next < self.starts.len()) else {
            return Ok(false);
        };
        let (start, _) = self.span(search.next);
        let rest = self.starts.get(search.next..).unwrap_or_default();
        // A line longer than a step is searched in one.
        let lines = rest.partition_point(|line| *line < start + STEP).max(1);
        let upto = search.next + lines;
        let (end, _) = self.span(upto);
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(start))?;
        file.take(end - start).read_to_end(&mut bytes)?;
        let mut from = 0;
        while let Some(hit) = bytes.get(from..).and_then(|rest| search.finder.find(rest)) {
            let place = start + (from + hit.start()) as u64;
            let line = self.starts.partition_point(|line| *line <= place).saturating_sub(1);
            search.found.push(line);
            from = usize::try_from(self.span(line).1 - start).unwrap_or(usize::MAX);
        }
        search.next = upto;
        Ok(upto < self.starts.len())
    }
}

/// A search through a log, as far as it has come.
#[derive(Debug)]
pub struct LogSearch {
    finder: AhoCorasick,
    next: usize,
    /// Numbers of the lines that hold the words, in order.
    pub found: Vec<usize>,
}

impl LogSearch {
    /// For these words, whatever the case of their ASCII letters; none where there are none.
    #[must_use]
    pub fn new(words: &str) -> Option<Self> {
        let finder = AhoCorasick::builder().ascii_case_insensitive(true).build([words]).ok()?;
        (!words.is_empty()).then_some(Self { finder, next: 0, found: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_index_grows_with_the_log_and_starts_anew_when_it_is_cut() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let mut log = LogLines::at(&path);
        assert!(!log.look().unwrap());
        fs::write(&path, "one\n\nthr").unwrap();
        assert!(log.look().unwrap());
        assert_eq!(log.lines(0, 9).unwrap(), ["one", "", "thr"]);
        assert!(!log.look().unwrap());
        fs::write(&path, "one\n\nthree\nfour\n").unwrap();
        assert!(log.look().unwrap());
        assert_eq!(log.lines(2, 2).unwrap(), ["three", "four"]);
        assert_eq!((log.count(), log.lines(4, 5).unwrap().len()), (4, 0));
        fs::write(&path, "new\n").unwrap();
        log.look().unwrap();
        assert_eq!(log.lines(0, 9).unwrap(), ["new"]);
    }

    #[test]
    fn a_search_finds_each_line_once_in_steps_and_goes_on_in_what_was_added() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let text: String = (0..200_000).map(|n| format!("line {n} of The log The end\n")).collect();
        fs::write(&path, &text).unwrap();
        let mut log = LogLines::at(&path);
        log.look().unwrap();
        let mut search = LogSearch::new("the LOG").unwrap();
        let mut steps = 1;
        while log.search(&mut search).unwrap() {
            steps += 1;
        }
        assert_eq!((search.found.len(), search.found.last()), (200_000, Some(&199_999)));
        assert!(steps > 1, "{} bytes are more than one step", text.len());
        let mut narrow = LogSearch::new("line 777 ").unwrap();
        while log.search(&mut narrow).unwrap() {}
        assert_eq!(narrow.found, [777]);
        fs::write(&path, text + "line 777 again\n").unwrap();
        log.look().unwrap();
        assert!(!log.search(&mut narrow).unwrap());
        assert_eq!(narrow.found, [777, 200_000]);
        assert!(LogSearch::new("").is_none());
    }

    #[test]
    fn what_is_no_file_is_an_error_and_a_long_line_is_cut() {
        let dir = tempfile::tempdir().unwrap();
        assert!(LogLines::at(dir.path()).look().is_err());
        let path = dir.path().join("log");
        fs::write(&path, "x".repeat(100_000)).unwrap();
        let mut log = LogLines::at(&path);
        log.look().unwrap();
        assert_eq!(log.lines(0, 1).unwrap()[0].len(), 16 * 1024);
    }
}
