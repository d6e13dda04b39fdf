//! What a CLI keeps between its runs, told to whoever confines it. Plain data; makes and reads nothing.
//!
//! A confined run gets a folder of its own for it, with the person's settings linked into it: what a run plants in its
//! own folder never runs as the person, and a CLI that keeps something new there finds a place for it.

use std::path::PathBuf;

/// A CLI's own state. All paths are absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The variable that names another folder for it.
    pub variable: &'static str,
    /// All of the person's, with settings and login: it reads these.
    pub readable: Vec<PathBuf>,
    /// The person's settings, to be found under the same names in the folder of its own.
    pub linked: Vec<PathBuf>,
    /// Files that it changes all the time: it gets copies. A missing one is made with `{}` in it.
    pub copied: Vec<PathBuf>,
    /// The login, which it renews by putting a new file in the old one's place.
    pub login: PathBuf,
}
