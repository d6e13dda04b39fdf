//! samocode's own verification of a session's work: what a run of the person's command was about, and how it ended.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

mod section;
mod words;

pub use section::{Placed, place, section};
pub use words::prompt_section;

/// How much of the end of its output is kept, in bytes and in lines.
pub const TAIL_BYTES: usize = 8 * 1024;
const TAIL_LINES: usize = 60;

/// The commit that is checked out. Two commits with one tree hold the same files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its id.
    pub commit: String,
    /// The id of its tree.
    pub tree: String,
}

/// One run of the verify command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The command; empty where none was set any more.
    pub command: String,
    /// What it was run on; none where it was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// How it ended.
    pub end: CheckEnd,
    /// How long it ran, in milliseconds.
    pub took_ms: u64,
    /// The file with its output, in the session's folder of logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// The end of its output, without secrets.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tail: String,
    /// Files that git does not know, which it left in the worktree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<String>,
    /// Beside a pass: from where else its code may have come. Beside a failure: what of another checkout it could not
    /// read. In words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<String>,
}

/// How a run of the verify command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckEnd {
    /// Exit code 0, and the worktree is as it was.
    Passed,
    /// It failed.
    Failed {
        /// Its exit, in words.
        exit: String,
    },
    /// It was ended at its time limit.
    TimeLimit {
        /// The limit that was reached.
        seconds: u64,
    },
    /// Exit code 0, but what it left is not the commit that it was run on.
    Changed {
        /// How it differs, in words.
        what: String,
    },
    /// It was not run: the worktree was not in order.
    NotRun {
        /// Why, in words.
        why: String,
    },
    /// No command was set any more when it was to be run.
    Unset,
}

/// A verification that came to an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// When it ended.
    pub at: Timestamp,
    /// What it was.
    pub check: Check,
}

impl Check {
    /// Whether the command was run on a commit and found nothing wrong.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.end == CheckEnd::Passed
    }

    /// Whether it shows that these files pass this command.
    #[must_use]
    pub fn covers(&self, command: &str, head: &Head) -> bool {
        self.passed()
            && self.command == command
            && self.head.as_ref().is_some_and(|known| known.tree == head.tree)
    }
}

/// The last whole lines of an output's end; `whole` says that nothing of the output is missing before it.
#[must_use]
pub fn tail(end: &str, whole: bool) -> String {
    let lines = if whole { end } else { end.split_once('\n').map_or(end, |(_, rest)| rest) };
    let lines: Vec<&str> = lines.trim_end().lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

#[cfg(test)]
mod tests;
