//! What a CLI keeps between its runs, told to whoever gives it a folder of its own. Plain data; makes and reads nothing.
//!
//! A confined run gets a folder of its own for it, with the person's settings linked into it: what a run plants in its
//! own folder never runs as the person, and a CLI that keeps something new there finds a place for it.

use std::path::PathBuf;

/// A CLI's own state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The variable that names another folder for it.
    pub variable: &'static str,
    /// It gets its own folder without a sandbox, too: samocode's agents and skills reach it by no other way.
    pub always: bool,
    /// All of the person's, with settings and login, absolute: it reads these.
    pub readable: Vec<PathBuf>,
    /// The person's settings that it finds in its own folder as they are.
    pub linked: Vec<Place>,
    /// Folders of the person's that it finds with something of samocode's added: a folder of its own, with each entry of
    /// the person's.
    pub merged: Vec<Place>,
    /// Files that it changes all the time: it gets copies. A missing one is made with `{}` in it.
    pub copied: Vec<Place>,
    /// Logins, which it renews by putting a new file in the old one's place.
    pub logins: Vec<Place>,
    /// Logins, which it renews by writing to where a link leads: it gets copies, and the newer one is the login.
    pub copied_logins: Vec<Place>,
}

/// Where something lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The person's, an absolute path.
    pub person: PathBuf,
    /// The same below the CLI's own folder, a relative path.
    pub own: PathBuf,
}

/// A file of samocode's for the CLI's own folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// Where, below the folder; a [`State::merged`] folder has it, or no one else.
    pub own: PathBuf,
    /// What it holds.
    pub text: String,
}
