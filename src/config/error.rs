//! What can be wrong with the settings. Each message says where, and what would be right.

use std::io;
use std::path::PathBuf;

use super::dotenv::Problem;
use super::keys;

/// Why there are no settings to run with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no `.samocode` in the folder or above it.
    #[error("no `.samocode` in {} or any folder above it; `samocode init` writes one, `--config PATH` names another", from.display())]
    NotFound {
        /// The folder in which the search began.
        from: PathBuf,
    },
    /// A file that was named is not there.
    #[error("{} does not exist; it was named with `{flag}`", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// The flag.
        flag: &'static str,
    },
    /// A file is a folder.
    #[error("{} is a folder; a file with `KEY=VALUE` lines is needed", path.display())]
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is not UTF-8.
    #[error("{}, line {line}: not UTF-8; save the file as UTF-8", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line of the first byte that is not.
        line: usize,
    },
    /// A line cannot be read.
    #[error("{}, line {line}{}: {problem}", path.display(), key.as_ref().map(|key| format!(" (`{key}`)")).unwrap_or_default())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The line's key, if it has one.
        key: Option<String>,
        /// What is wrong.
        problem: Problem,
    },
    /// A key means nothing.
    #[error("{}, line {line}: unknown key `{key}`{}", path.display(), nearest.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The key.
        key: String,
        /// The known key nearest to it.
        nearest: Option<String>,
    },
    /// Keys that every project needs are not set.
    #[error("{} does not set {}; it needs, for example:\n{}", path.display(), list(keys), keys::EXAMPLE)]
    MissingKeys {
        /// The project's file.
        path: PathBuf,
        /// The keys.
        keys: Vec<&'static str>,
    },
    /// A value is not what its key needs.
    #[error("{setting}: {problem}")]
    BadValue {
        /// The key and where it is set, or the flag.
        setting: String,
        /// What is wrong; the value of a secret is not in it.
        problem: String,
    },
    /// Two folders lie where they would get into each other's way.
    #[error("{setting}: {} {problem}", path.display())]
    BadFolder {
        /// The key and where it is set.
        setting: String,
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

fn list(keys: &[&str]) -> String {
    let quoted: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
