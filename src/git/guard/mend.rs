//! Puts guarded paths back, and keeps aside what stood there. Follows no link: what is in the way is moved as it is.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::bytes::Bytes;
use super::difference::Difference;
use super::scan::Item;
use crate::crash;
use crate::git::error::GitError;

/// Kept for a person to look at, not to be run.
const KEPT_MODE: u32 = 0o600;

/// Puts back what differs in one folder.
pub(super) fn put_back(
    dir: &Path,
    items: &[(Bytes, Item)],
    differences: &[&Difference],
    aside: &Path,
) -> Result<(), GitError> {
    let was: BTreeMap<&Path, &Item> = items.iter().map(|(path, item)| (path.path(), item)).collect();
    // A folder comes before what is in it, here and below.
    for difference in differences {
        let kept = aside.join(&difference.relative);
        match (was.get(difference.relative.as_path()), &difference.now) {
            (_, None) => {}
            (Some(Item::Folder { mode }), Some(Item::Folder { .. })) => {
                // What is in it can be moved only once it may be written again.
                let path = dir.join(&difference.relative);
                fs::set_permissions(&path, Permissions::from_mode(*mode))
                    .map_err(GitError::io("put back", &path))?;
            }
            // It stays where it is until its original takes its place in one step.
            (Some(Item::File { .. }), Some(Item::File { content, .. })) => keep(content, &kept)?,
            _ => move_aside(&dir.join(&difference.relative), &kept)?,
        }
        crash::point(|| "put Git's settings back, what was there kept aside");
    }
    for difference in differences {
        let path = dir.join(&difference.relative);
        if let Some(item) = was.get(difference.relative.as_path()) {
            restore(&path, item).map_err(GitError::io("put back", &path))?;
            crash::point(|| "put Git's settings back, one of them back");
        }
    }
    Ok(())
}

fn restore(path: &Path, item: &Item) -> io::Result<()> {
    match item {
        Item::File { mode, content } => {
            let parent = path.parent().unwrap_or(path);
            let mut temporary = tempfile::Builder::new().prefix("samocode-").tempfile_in(parent)?;
            temporary.write_all(content.as_slice())?;
            temporary.as_file().set_permissions(Permissions::from_mode(*mode))?;
            temporary.as_file().sync_data()?;
            temporary.persist(path)?;
            Ok(())
        }
        Item::Link(target) => symlink(target.path(), path),
        Item::Folder { mode } => {
            match fs::create_dir(path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                Ok(()) | Err(_) => {}
            }
            fs::set_permissions(path, Permissions::from_mode(*mode))
        }
        // Only their shape was known. What took their place was moved away.
        Item::Long { .. } | Item::Crowded | Item::Unreadable { .. } | Item::Special { .. } => Ok(()),
    }
}

fn keep(content: &Bytes, kept: &Path) -> Result<(), GitError> {
    let kept = free(kept);
    let write = || {
        make_parent(&kept)?;
        fs::write(&kept, content.as_slice())?;
        fs::set_permissions(&kept, Permissions::from_mode(KEPT_MODE))
    };
    write().map_err(GitError::io("keep a copy in", &kept))
}

fn move_aside(path: &Path, kept: &Path) -> Result<(), GitError> {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        // It went with its folder.
        return Ok(());
    };
    let kept = free(kept);
    make_parent(&kept).map_err(GitError::io("make the folder of", &kept))?;
    if metadata.is_dir() {
        // A folder that may not be written cannot be moved to another parent. A failure shows right below.
        let _ = fs::set_permissions(path, Permissions::from_mode(0o700));
    }
    match fs::rename(path, &kept) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            copy_and_remove(path, &kept).map_err(GitError::io("move away", path))?;
        }
        moved => moved.map_err(GitError::io("move away", path))?,
    }
    if metadata.is_file() {
        fs::set_permissions(&kept, Permissions::from_mode(KEPT_MODE))
            .map_err(GitError::io("change", &kept))?;
    }
    Ok(())
}

/// A rename between two file systems.
fn copy_and_remove(path: &Path, kept: &Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    if metadata.is_symlink() {
        symlink(fs::read_link(path)?, kept)?;
    } else if metadata.is_dir() {
        fs::create_dir(kept)?;
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            copy_and_remove(&entry.path(), &kept.join(entry.file_name()))?;
        }
        return fs::remove_dir(path);
    } else if metadata.is_file() {
        fs::copy(path, kept)?;
    }
    fs::remove_file(path)
}

fn make_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

/// The path, or one like it that nothing stands at.
fn free(path: &Path) -> PathBuf {
    let mut number = 1;
    let mut candidate = path.to_owned();
    while candidate.symlink_metadata().is_ok() {
        number += 1;
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{number}"));
        candidate = PathBuf::from(name);
    }
    candidate
}
