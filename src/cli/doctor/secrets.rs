//! Files that hold secrets: whether others on this machine can read them.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::Check;
use crate::config::Config;

/// What members of the file's group, and everybody, may do with it.
const OTHERS: u32 = 0o077;

/// A line for each file that samocode has a secret from.
pub(super) fn all(config: &Config) -> Vec<Check> {
    files(config).into_iter().map(|file| check(&file)).collect()
}

fn check(file: &Path) -> Check {
    let shown = file.display();
    if open_to_others(file) {
        Check::warn(
            "secrets",
            format!("{shown} holds secrets, and others on this machine can read it"),
            format!("chmod 600 {shown}, or {}", super::FIX),
        )
    } else {
        Check::ok("secrets", format!("{shown}: only you can read it"))
    }
}

/// The files in which a secret is set.
pub(super) fn files(config: &Config) -> BTreeSet<PathBuf> {
    config.files_with_secrets().map(Path::to_owned).collect()
}

/// Whether its group or everybody may read or write it.
pub(super) fn open_to_others(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.permissions().mode() & OTHERS != 0)
}

/// Takes from the group and from everybody what they may do with it.
pub(super) fn close(file: &Path) -> std::io::Result<()> {
    let mode = fs::metadata(file)?.permissions().mode();
    fs::set_permissions(file, fs::Permissions::from_mode(mode & !OTHERS))
}
