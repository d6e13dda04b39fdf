//! Whether a CLI has a login, by what lies there: a variable or a file. Nothing is opened but what says so, nothing is
//! asked of a service, and no token is spent. A login that is there may have run out all the same.

use std::ffi::OsString;
use std::path::PathBuf;

use super::program::variable;

/// What was found of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// This, in words: a variable's name, or a file's path.
    Found(String),
    /// Nothing; and how to log in, in words.
    NotFound(String),
}

/// The first of these variables that is set, in words.
pub(super) fn by_variable<'a>(
    env: &[(OsString, OsString)],
    names: impl IntoIterator<Item = &'a str>,
) -> Option<Login> {
    let set = |name: &&str| variable(env, name).is_some_and(|value| !value.is_empty());
    names.into_iter().find(set).map(|name| Login::Found(format!("by {name}")))
}

/// The first of these files that holds something, in words.
pub(super) fn by_file(files: impl IntoIterator<Item = PathBuf>) -> Option<Login> {
    let holds = |file: &PathBuf| file.metadata().is_ok_and(|found| found.is_file() && found.len() > 2);
    files.into_iter().find(holds).map(|file| Login::Found(format!("by {}", file.display())))
}
