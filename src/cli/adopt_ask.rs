//! Whether a folder without a record is taken over: by the flag, or after a yes on a terminal.

use crate::cli::failure::Failure;
use crate::cli::terminal;
use crate::engine::EngineError;
use crate::store::Layout;

/// Asks where the flag was not given and a person is there to ask.
pub(super) fn may_adopt(layout: &Layout, flag: bool) -> Result<(), Failure> {
    if flag {
        return Ok(());
    }
    let refused = || Failure::from(EngineError::NotAdopted { path: layout.session_dir() });
    if !terminal::is_person() {
        return Err(refused());
    }
    let question =
        format!("{} was not made by this samocode. Take it over? [y/N] ", layout.session_dir().display());
    match terminal::ask(&question).as_deref() {
        Some("y" | "Y" | "yes") => Ok(()),
        Some(_) | None => Err(refused()),
    }
}
