//! The steps of a run. Words in braces stand for what the prompt says: `{session}`, `{worktree}`, `{folder}`, `{main}`, `{branch}`,
//! `{phase}`, `{iteration}`, `{stamp}`, and `{records}` for the script's own folder.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One thing that the stand-in does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Print the first line, with the agent that was asked for among those that are loaded.
    Init,
    /// Print the first line, without that agent.
    InitWithoutAgent,
    /// Print a message in words.
    Say(String),
    /// Print a message that calls the shell tool.
    Use(String),
    /// Print that the shell tool has answered.
    Answered,
    /// Print the last line of a run that worked.
    Result,
    /// Print the last line of a run that worked, with these last words.
    Report(String),
    /// Print the last line of a run that failed.
    Failed {
        /// Its `subtype`.
        subtype: String,
        /// Its `api_error_status`.
        status: Option<u16>,
        /// Its words.
        words: String,
    },
    /// Print what is said of a usage limit: this status, and a reset so many seconds from now.
    Limit {
        /// Its `status`.
        status: String,
        /// May have passed already.
        resets_in: i64,
    },
    /// Print this line.
    Line(String),
    /// Print this line on stderr.
    Stderr(String),
    /// Print these bytes so many times, with no line break of their own.
    Print {
        /// On stderr, else on stdout.
        stderr: bool,
        /// What.
        bytes: Vec<u8>,
        /// How often.
        times: usize,
    },
    /// Write a file, with its folders.
    Write {
        /// Where.
        path: String,
        /// What.
        text: String,
    },
    /// Write a file of these bytes.
    Bytes {
        /// Where.
        path: String,
        /// What.
        bytes: Vec<u8>,
    },
    /// Write a file of so many spaces.
    Fill {
        /// Where.
        path: String,
        /// How many.
        length: usize,
    },
    /// Make a symbolic link.
    Link {
        /// Where.
        path: String,
        /// To what.
        to: String,
    },
    /// Make a folder.
    Folder(String),
    /// Make a named pipe.
    Fifo(String),
    /// Replace a piece of a file, which must be there.
    Replace {
        /// In which file.
        path: String,
        /// The piece.
        from: String,
        /// What stands there afterwards.
        to: String,
    },
    /// Run git in the worktree; it must work.
    Git(Vec<String>),
    /// Run a shell line in the worktree; its end does not matter.
    Shell(String),
    /// Run a program in the worktree and keep its exit code and what it printed in `{records}/<into>`.
    Call {
        /// The command line.
        command: Vec<String>,
        /// The file's name.
        into: String,
    },
    /// Take no notice of INT and TERM from here on.
    IgnoreSignals,
    /// Leave a process behind in a session of its own; its id goes to `{records}/daemons`.
    Daemon {
        /// Without any environment.
        bare: bool,
    },
    /// Leave a process behind that holds stdout and stderr open; its id goes to `{records}/daemons`.
    Holder,
    /// Be in trouble if an earlier invocation still lives.
    Alone,
    /// Go on once this file is there.
    Await(String),
    /// Stay until ended.
    Hang,
    /// End with this code.
    Exit(i32),
    /// End by KILL.
    Kill,
}

impl Step {
    /// Write a signal.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "made in place by `json!`")]
    pub fn signal(signal: Value) -> Self {
        Self::signal_text(&signal.to_string())
    }

    /// Write a signal of just this text.
    #[must_use]
    pub fn signal_text(text: &str) -> Self {
        Self::write("{session}/_signal.json", text)
    }

    /// Write a file.
    #[must_use]
    pub fn write(path: &str, text: &str) -> Self {
        Self::Write { path: path.to_owned(), text: text.to_owned() }
    }

    /// Run git.
    #[must_use]
    pub fn git(arguments: &[&str]) -> Self {
        Self::Git(arguments.iter().map(|&argument| argument.to_owned()).collect())
    }

    /// Run a shell line.
    #[must_use]
    pub fn shell(line: &str) -> Self {
        Self::Shell(line.to_owned())
    }

    /// Replace a piece of a file.
    #[must_use]
    pub fn replace(path: &str, from: &str, to: &str) -> Self {
        Self::Replace { path: path.to_owned(), from: from.to_owned(), to: to.to_owned() }
    }

    /// A whole run that works: the first line, these steps, the last line.
    #[must_use]
    pub fn run(steps: impl IntoIterator<Item = Self>) -> Vec<Self> {
        [Self::Init].into_iter().chain(steps).chain([Self::Result]).collect()
    }
}
