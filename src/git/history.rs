//! Questions about commits: what is reachable from where, what a branch changed. Changes nothing.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::GitError;
use super::program::Call;
use super::repository::Repository;
use crate::domain::command::Exit;

/// One commit, for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Abbreviated id.
    pub id: String,
    /// First line of the message.
    pub subject: String,
}

/// How much of a difference to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffStyle {
    /// Files with the number of changed lines.
    Stat,
    /// Every changed line.
    Full,
}

impl Repository {
    /// The id of the commit that `revision` names; `None` when there is none.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn commit_of(&self, revision: &str) -> Result<Option<String>, GitError> {
        let wanted = format!("{revision}^{{commit}}");
        let output =
            self.call().args(["rev-parse", "--quiet", "--verify", "--end-of-options", &wanted]).output()?;
        Ok(output.ok().then(|| output.text()))
    }

    /// Whether everything in `older` is part of `newer`.
    ///
    /// # Errors
    /// When one of them names no commit.
    pub fn is_ancestor(&self, older: &str, newer: &str) -> Result<bool, GitError> {
        let output = self.call().args(["merge-base", "--is-ancestor", older, newer]).output()?;
        match output.exit {
            Exit::Code(0) => Ok(true),
            Exit::Code(1) => Ok(false),
            _ => Err(output.failed()),
        }
    }

    /// How many commits `head` has that `base` does not.
    ///
    /// # Errors
    /// When one of them names no commit.
    pub fn count_commits(&self, base: &str, head: &str) -> Result<u64, GitError> {
        let output = self.call().args(["rev-list", "--count", &format!("{base}..{head}"), "--"]).run()?;
        output.text().parse().map_err(|_| output.unexpected(&output.stdout))
    }

    /// Whether `head` has a commit that `base` does not.
    ///
    /// # Errors
    /// When one of them names no commit.
    pub fn has_commits_since(&self, base: &str, head: &str) -> Result<bool, GitError> {
        let output =
            self.call().args(["rev-list", "--max-count=1", &format!("{base}..{head}"), "--"]).run()?;
        Ok(!output.stdout.is_empty())
    }

    /// The commits of `head` that `base` does not have, newest first.
    ///
    /// # Errors
    /// When one of them names no commit.
    pub fn log_since(&self, base: &str, head: &str) -> Result<Vec<Commit>, GitError> {
        let range = format!("{base}..{head}");
        let output = self.call().args(["log", "--no-color", "--format=%h %s", &range, "--"]).run()?;
        let commit = |line: &str| {
            let (id, subject) = line.split_once(' ').unwrap_or((line, ""));
            Commit { id: id.to_owned(), subject: subject.to_owned() }
        };
        Ok(output.text().lines().map(commit).collect())
    }

    /// One line on what `head` changed since it left `base`; empty when nothing.
    ///
    /// # Errors
    /// When one of them names no commit.
    pub fn diffstat(&self, base: &str, head: &str) -> Result<String, GitError> {
        Ok(self.diff_call(base, head, &["--shortstat"]).run()?.text().trim().to_owned())
    }

    /// Prints what `head` changed since it left `base` on this process's stdout.
    ///
    /// # Errors
    /// When one of them names no commit; git has then said so on stderr.
    pub fn show_diff(&self, base: &str, head: &str, style: DiffStyle, color: bool) -> Result<(), GitError> {
        let style = match style {
            DiffStyle::Stat => "--stat",
            DiffStyle::Full => "--patch",
        };
        let color = if color { "--color=always" } else { "--color=never" };
        self.diff_call(base, head, &[style, color]).show()
    }

    /// Writes what `head` changed since it left `base` to a file, which is made or replaced.
    ///
    /// # Errors
    /// When one of them names no commit, or the file cannot be written.
    pub fn write_diff(&self, base: &str, head: &str, to: &Path) -> Result<(), GitError> {
        let mut file = OsString::from("--output=");
        file.push(to);
        let style = [OsStr::new("--patch"), OsStr::new("--color=never"), &file];
        self.diff_call(base, head, &style).run().map(drop)
    }

    /// The first `most` bytes of what `head` changed since it left `base`, and whether that is all.
    ///
    /// # Errors
    /// When one of them names no commit, or the temporary folder has no room.
    pub fn diff_text(&self, base: &str, head: &str, most: u64) -> Result<(String, bool), GitError> {
        let dir = std::env::temp_dir();
        let file =
            tempfile::NamedTempFile::new_in(&dir).map_err(GitError::io("make a temporary file in", &dir))?;
        self.write_diff(base, head, file.path())?;
        let mut bytes = Vec::new();
        // Git may have put another file in its place.
        let read = File::open(file.path()).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
        read.map_err(GitError::io("read", file.path()))?;
        let whole = bytes.len() as u64 <= most;
        bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok((String::from_utf8_lossy(&bytes).into_owned(), whole))
    }

    /// External diff programs and text converters stay off: a child could have planted them.
    fn diff_call(&self, base: &str, head: &str, style: &[impl AsRef<OsStr>]) -> Call {
        let range = format!("{base}...{head}");
        self.call().args(["diff", "--no-ext-diff", "--no-textconv"]).args(style).args([range.as_str(), "--"])
    }
}
