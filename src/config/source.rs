//! Where a setting comes from.

use std::fmt;
use std::path::PathBuf;

/// The layers, weakest first: a later one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Built in.
    Default,
    /// The person's own file for all projects.
    UserFile,
    /// `.samocode`.
    Project,
    /// `.env` beside it, or the file of `--env-file`.
    EnvFile,
    /// The environment of samocode itself.
    Environment,
    /// A flag on the command line.
    Flag,
}

/// The place at which one setting was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The layer.
    pub source: Source,
    /// The file, for the layers that are files.
    pub file: Option<PathBuf>,
    /// The line of the file, from 1.
    pub line: Option<usize>,
    /// The flag, such as `--timeout`.
    pub flag: Option<&'static str>,
}

impl Origin {
    pub(super) fn of(source: Source) -> Self {
        Self { source, file: None, line: None, flag: None }
    }

    /// How a message names a setting made here: the key and its place, or the flag.
    pub(super) fn naming(&self, key: &str) -> String {
        match self.flag {
            Some(flag) => format!("`{flag}`"),
            None => format!("`{key}` ({self})"),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line, self.flag) {
            (Some(file), Some(line), _) => write!(f, "{}, line {line}", file.display()),
            (Some(file), None, _) => write!(f, "{}", file.display()),
            (None, _, Some(flag)) => write!(f, "flag {flag}"),
            (None, _, None) if self.source == Source::Default => f.write_str("default"),
            (None, ..) => f.write_str("environment"),
        }
    }
}
