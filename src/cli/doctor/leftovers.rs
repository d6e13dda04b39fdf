//! Temporary files of writes that were killed. A session clears its own away when it starts; one that is never started
//! again keeps them.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use super::Check;
use crate::config::Config;
use crate::engine;
use crate::store::{self, Layout};

/// A younger one may be of a write that is under way.
const OLD: Duration = Duration::from_secs(60 * 60);

/// A line where there are any.
pub(super) fn check(config: &Config) -> Option<Check> {
    let found = find(config);
    let first = found.first()?;
    let more = match found.len() {
        1 => String::new(),
        many => format!(" and {} more", many - 1),
    };
    let found = format!("of writes that were killed: {}{more}", first.display());
    Some(Check::warn("leftovers", found, format!("{}; they do no harm", super::FIX)))
}

/// Those of sessions that no orchestrator holds.
pub(super) fn find(config: &Config) -> Vec<PathBuf> {
    let layouts = engine::list(&config.sessions).unwrap_or_default();
    let mut folders = vec![config.sessions.clone(), Layout::records(&config.sessions)];
    for layout in layouts.iter().filter(|layout| store::holder(layout).is_none()) {
        folders.extend([layout.session_dir(), layout.record_dir(), layout.inbox()]);
    }
    let mut found: Vec<PathBuf> =
        folders.iter().flat_map(|folder| store::leftovers(folder).unwrap_or_default()).collect();
    found.retain(|path| {
        let written = fs::metadata(path).and_then(|found| found.modified());
        written.is_ok_and(|written| written.elapsed().is_ok_and(|age| age > OLD))
    });
    found.sort();
    found
}
