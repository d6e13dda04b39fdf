//! One guarded path that is not as it was, in words.

use std::fmt;
use std::path::{Path, PathBuf};

use super::scan::Item;
use super::statements::{self, Change};

/// How many keys are named.
const MOST_KEYS: usize = 8;

/// How a path differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It was not there.
    Added,
    /// It is another one, or has other content or another mode.
    Changed,
    /// It is not there any more.
    Deleted,
}

/// A guarded path that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub(super) place: usize,
    pub(super) relative: PathBuf,
    /// The path.
    pub path: PathBuf,
    /// How it differs.
    pub how: How,
    /// Keys of a configuration that differ, e.g. `core.fsmonitor`.
    pub keys: Vec<String>,
    /// What tracked branches were set to that are set to something else now, as `key=value`.
    pub lost: Vec<String>,
    /// Whether it can be put back: not where only length and times of the original were known.
    pub known: bool,
    pub(super) now: Option<Item>,
    harmless: bool,
}

impl Difference {
    pub(super) fn new(
        place: usize,
        dir: &Path,
        relative: &Path,
        was: Option<&Item>,
        now: Option<&Item>,
    ) -> Self {
        let how = match (was, now) {
            (None, _) => How::Added,
            (Some(_), Some(_)) => How::Changed,
            (Some(_), None) => How::Deleted,
        };
        let change = match (was, now) {
            (Some(Item::File { mode: old, content: was }), Some(Item::File { mode: new, content: now }))
                if relative == Path::new("config") =>
            {
                let mut change = statements::compare(was.as_slice(), now.as_slice());
                change.harmless &= old == new;
                change
            }
            // A list for servers that `git gc` writes, and nothing runs by.
            (_, None | Some(Item::File { .. })) if relative == Path::new("info/refs") => {
                Change { harmless: true, ..Change::default() }
            }
            _ => Change::default(),
        };
        let known = !matches!(was, Some(Item::Long { .. } | Item::Unreadable { .. } | Item::Special { .. }));
        Self {
            place,
            relative: relative.to_owned(),
            path: dir.join(relative),
            how,
            keys: change.keys,
            lost: change.lost,
            known,
            now: now.cloned(),
            harmless: change.harmless,
        }
    }

    /// Whether it stays as it is: a configuration that only tracks branches differently or knows more remotes, as after
    /// a person's `git push -u` or `git remote add` in the meantime.
    #[must_use]
    pub fn is_left(&self) -> bool {
        self.harmless
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.how {
            How::Added => "was added",
            How::Changed => "was changed",
            How::Deleted => "was deleted",
        };
        write!(f, "`{}` {how}", self.path.display())?;
        let more = self.keys.len().saturating_sub(MOST_KEYS);
        let shown: Vec<&str> = self.keys.iter().take(MOST_KEYS).map(String::as_str).collect();
        match (shown.is_empty(), more) {
            (true, _) => {}
            (false, 0) => write!(f, " ({})", shown.join(", "))?,
            (false, more) => write!(f, " ({} and {more} more)", shown.join(", "))?,
        }
        if self.lost.is_empty() {
            return Ok(());
        }
        let more = self.lost.len().saturating_sub(MOST_KEYS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let lost: Vec<&str> = self.lost.iter().take(MOST_KEYS).map(String::as_str).collect();
        write!(f, ", before: {}{more},", lost.join(", "))
    }
}
