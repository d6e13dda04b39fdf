//! Looks for processes that agents left behind: by the ids that they noted, and by the tag in their environment.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use samocode::store::Layout;

use crate::scenario::lives;

/// Ids of the processes that agents left behind on purpose.
pub(super) fn daemons(records: &Path) -> Vec<u32> {
    ids(&records.join("daemons"))
}

/// Ids of the agents themselves.
pub(super) fn agents(records: &Path) -> Vec<u32> {
    ids(&records.join("pids"))
}

/// The last word of each whole line.
fn ids(file: &Path) -> Vec<u32> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().filter_map(|line| line.rsplit(' ').next()?.parse().ok()).collect()
}

/// Those that live. What is dead once is not looked at again: its number may be another's.
pub(super) fn alive(ids: Vec<u32>, dead: &mut BTreeSet<u32>) -> Vec<u32> {
    let unknown: Vec<u32> = ids.into_iter().filter(|id| !dead.contains(id)).collect();
    let (alive, gone): (Vec<u32>, Vec<u32>) = unknown.into_iter().partition(|id| lives(*id));
    dead.extend(gone);
    alive
}

/// Processes with a tag of this session in their environment.
pub(super) fn tagged(layout: &Layout) -> Vec<u32> {
    let mark = format!("{}/", layout.process_mark());
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|id| {
        let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        memchr::memmem::find(&environment, mark.as_bytes()).is_some() && lives(*id)
    })
    .collect()
}
