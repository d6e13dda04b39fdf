//! The tips of all branches, read from git's files without git, and again only where one of those was touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::stamp::Stamps;

/// The most loose references that are read. What is beyond is not compared.
const MOST: usize = 5000;
/// References are a line.
const LONGEST: u64 = 1024;

/// The tips of the branches at one moment; empty where the repository keeps them in another way than as files.
#[derive(Debug, Clone)]
pub(super) struct Heads {
    tips: BTreeMap<String, String>,
    stamps: Stamps,
}

impl Heads {
    pub(super) fn read(common_dir: &Path) -> Self {
        let mut stamps = Stamps::new();
        let mut tips = packed(common_dir, &mut stamps);
        visit(common_dir, Path::new("refs/heads"), &mut tips, &mut stamps);
        Self { tips, stamps }
    }

    /// As they are now.
    pub(super) fn again(&self, common_dir: &Path) -> Self {
        if self.stamps.hold(common_dir) { self.clone() } else { Self::read(common_dir) }
    }

    /// What became of branches until `now`, in words; those that are checked out in a linked worktree are not compared,
    /// because whoever works there moves them.
    pub(super) fn moved(&self, now: &Self, common_dir: &Path) -> Vec<String> {
        if self.tips == now.tips {
            return Vec::new();
        }
        let worked_on = worked_on(common_dir);
        let names: BTreeSet<&String> = self.tips.keys().chain(now.tips.keys()).collect();
        let words = |name: &&String| -> Option<String> {
            let short = |tip: &String| tip.get(..10).unwrap_or(tip).to_owned();
            match (self.tips.get(*name), now.tips.get(*name)) {
                (then, now) if then == now || worked_on.contains(*name) => None,
                (Some(then), Some(now)) => {
                    Some(format!("the branch {name} was moved from {} to {}", short(then), short(now)))
                }
                (Some(then), None) => {
                    Some(format!("the branch {name} was deleted, it was at {}", short(then)))
                }
                (None, Some(now)) => Some(format!("the branch {name} was made at {}", short(now))),
                (None, None) => None,
            }
        };
        names.iter().filter_map(words).collect()
    }
}

fn packed(common_dir: &Path, stamps: &mut Stamps) -> BTreeMap<String, String> {
    let name = Path::new("packed-refs");
    let path = common_dir.join(name);
    let metadata = fs::symlink_metadata(&path).ok();
    stamps.note(name, metadata.as_ref());
    let text = if metadata.is_some_and(|found| found.is_file()) { fs::read(&path).ok() } else { None };
    let text = String::from_utf8_lossy(&text.unwrap_or_default()).into_owned();
    let branch = |line: &str| {
        let (tip, name) = line.split_once(' ')?;
        Some((name.strip_prefix("refs/heads/")?.to_owned(), tip.to_owned()))
    };
    text.lines().filter_map(branch).collect()
}

fn visit(common_dir: &Path, path: &Path, tips: &mut BTreeMap<String, String>, stamps: &mut Stamps) {
    let full = common_dir.join(path);
    let metadata = fs::symlink_metadata(&full).ok();
    stamps.note(path, metadata.as_ref());
    let Some(metadata) = metadata else { return };
    if metadata.is_dir() {
        for entry in fs::read_dir(&full).into_iter().flatten().flatten() {
            if stamps.len() < MOST {
                visit(common_dir, &path.join(entry.file_name()), tips, stamps);
            }
        }
        return;
    }
    let name = path.strip_prefix("refs/heads").ok().and_then(Path::to_str);
    if let Some(name) = name
        && metadata.is_file()
        && metadata.len() <= LONGEST
        && path.extension().is_none_or(|ending| ending != "lock")
        && let Ok(tip) = fs::read_to_string(&full)
    {
        tips.insert(name.to_owned(), tip.trim().to_owned());
    }
}

/// Branches that linked worktrees have checked out.
fn worked_on(common_dir: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(common_dir.join("worktrees")).into_iter().flatten().flatten();
    let branch = |dir: PathBuf| {
        let head = dir.join("HEAD");
        let plain = fs::symlink_metadata(&head).is_ok_and(|found| found.is_file() && found.len() <= LONGEST);
        let text = if plain { fs::read_to_string(head).ok()? } else { return None };
        Some(text.trim().strip_prefix("ref: refs/heads/")?.to_owned())
    };
    entries.filter_map(|entry| branch(entry.path())).collect()
}
