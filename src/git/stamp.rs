//! What tells that a path was not touched, without reading it: cheap, and only where the clock leaves no doubt.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// More than what any common file system rounds its times to. A change in the same instant as the look would keep the time.
const GRAIN: Duration = Duration::from_secs(2);

/// A path at one moment. Anybody may set the time of the last write, nobody but root that of the last change.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    mode: u32,
    length: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

/// Paths at one moment, those that were not there among them.
#[derive(Debug, Clone)]
pub(super) struct Stamps {
    taken: SystemTime,
    paths: Vec<(PathBuf, Option<Stamp>)>,
}

impl Stamps {
    /// None yet. To be made before the first path is looked at.
    pub(super) fn new() -> Self {
        Self { taken: SystemTime::now(), paths: Vec::new() }
    }

    /// Notes a path, under a folder.
    pub(super) fn note(&mut self, path: &Path, metadata: Option<&fs::Metadata>) {
        self.paths.push((path.to_owned(), metadata.map(stamp)));
    }

    /// What is not as it was, in the order of noting. What changed in the instant of the look may be missed.
    pub(super) fn touched(&self, dir: &Path) -> Vec<&Path> {
        let touched = self
            .paths
            .iter()
            .filter(|(path, then)| fs::symlink_metadata(dir.join(path)).ok().as_ref().map(stamp) != *then);
        touched.map(|(path, _)| path.as_path()).collect()
    }

    /// How many paths were noted.
    pub(super) fn len(&self) -> usize {
        self.paths.len()
    }

    /// Whether nothing was touched since, beyond doubt. Takes about a microsecond a path.
    pub(super) fn hold(&self, dir: &Path) -> bool {
        self.paths.iter().all(|(path, then)| {
            let now = fs::symlink_metadata(dir.join(path)).ok().as_ref().map(stamp);
            now == *then && then.as_ref().is_none_or(|then| self.settled(then))
        })
    }

    fn settled(&self, stamp: &Stamp) -> bool {
        let Some(limit) = self.taken.checked_sub(GRAIN) else {
            return false;
        };
        let since = limit.duration_since(SystemTime::UNIX_EPOCH).map(|since| since.as_secs());
        since.is_ok_and(|since| u64::try_from(stamp.changed.0).is_ok_and(|changed| changed < since))
    }
}

fn stamp(metadata: &fs::Metadata) -> Stamp {
    Stamp {
        device: metadata.dev(),
        inode: metadata.ino(),
        mode: metadata.mode(),
        length: metadata.len(),
        written: (metadata.mtime(), metadata.mtime_nsec()),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{File, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Stamps of a file and of a path without one, as if they were looked at long after the last change.
    fn looked(dir: &Path, taken: SystemTime) -> Stamps {
        fs::write(dir.join("config"), "one").unwrap();
        let mut stamps = Stamps { taken, paths: Vec::new() };
        stamps.note(Path::new("config"), Some(&dir.join("config").symlink_metadata().unwrap()));
        stamps.note(Path::new("hooks"), None);
        stamps
    }

    #[test]
    fn what_was_not_touched_holds_and_every_touch_is_seen() {
        type Touch = fn(&Path);
        let touches: [(&str, Touch); 5] = [
            ("same length and time", |dir| {
                let written = dir.join("config").metadata().unwrap().modified().unwrap();
                fs::write(dir.join("config"), "two").unwrap();
                File::options().write(true).open(dir.join("config")).unwrap().set_modified(written).unwrap();
            }),
            ("replaced", |dir| {
                fs::write(dir.join("new"), "one").unwrap();
                fs::rename(dir.join("new"), dir.join("config")).unwrap();
            }),
            ("mode", |dir| fs::set_permissions(dir.join("config"), Permissions::from_mode(0o600)).unwrap()),
            ("deleted", |dir| fs::remove_file(dir.join("config")).unwrap()),
            ("added", |dir| fs::create_dir(dir.join("hooks")).unwrap()),
        ];
        for (what, touch) in touches {
            let dir = tempfile::tempdir().unwrap();
            let stamps = looked(dir.path(), SystemTime::now() + Duration::from_secs(60));
            assert!(stamps.hold(dir.path()));
            let changed = || fs::symlink_metadata(dir.path().join("config")).map(|now| now.ctime_nsec()).ok();
            let before = changed();
            touch(dir.path());
            // The kernel's clock for files ticks every few milliseconds.
            while what != "added" && changed() == before {
                touch(dir.path());
            }
            assert!(!stamps.hold(dir.path()), "{what} went unnoticed");
        }
    }

    #[test]
    fn what_changed_right_before_the_look_is_in_doubt() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!looked(dir.path(), SystemTime::now()).hold(dir.path()));
    }
}
