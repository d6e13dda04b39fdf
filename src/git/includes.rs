//! Copies what a fresh worktree lacks because git does not keep it, as `.worktreeinclude` asks.
//! Never overwrites a file, never follows a link out of either folder.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use super::entries::resolved;
use super::error::GitError;
use super::program;
use super::repository::Repository;
use crate::crash;

/// The file with gitignore patterns, in the main repository's top folder.
const INCLUDE_FILE: &str = ".worktreeinclude";

/// What was copied, relative to the top, and what was not and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copied {
    /// The files.
    pub files: Vec<PathBuf>,
    /// One sentence each.
    pub warnings: Vec<String>,
}

/// Copies the files of the main work tree that git does not track and that `.worktreeinclude` names,
/// except those under one of the `excluded` folders. Files that exist already stay as they are.
///
/// # Errors
/// When git cannot be asked or the worktree is gone. One file that cannot be copied is a warning.
pub fn copy_includes(
    repository: &Repository,
    worktree: &Path,
    excluded: &[&Path],
) -> Result<Copied, GitError> {
    let mut copied = Copied::default();
    let list = repository.top().join(INCLUDE_FILE);
    if !list.is_file() {
        return Ok(copied);
    }
    let listed = repository
        .call()
        .args(["ls-files", "-z", "--others", "--ignored", "--exclude-from"])
        .arg(&list)
        .run()?;
    let excluded: Vec<PathBuf> = excluded.iter().map(|path| resolved(path)).collect();
    let from = repository.top().canonicalize().map_err(GitError::io("resolve", repository.top()))?;
    let to = worktree.canonicalize().map_err(GitError::io("resolve", worktree))?;
    for name in listed.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let inside = program::path(name);
        let source = from.join(&inside);
        if excluded.iter().any(|folder| source.starts_with(folder)) || source.starts_with(&to) {
            continue;
        }
        let outcome = if name.ends_with(b"/") {
            Err(Refusal::Why("it is a repository of its own"))
        } else {
            copy(&from, &to, &inside)
        };
        match outcome {
            Ok(true) => copied.files.push(inside),
            Ok(false) => {}
            Err(refusal) => copied.warnings.push(format!("`{}` was not copied: {refusal}", inside.display())),
        }
    }
    Ok(copied)
}

/// Why one file was not copied.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("{0}")]
    Why(&'static str),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Copies one file or link; false when something stands there already.
fn copy(from: &Path, to: &Path, inside: &Path) -> Result<bool, Refusal> {
    let (source, target) = (from.join(inside), to.join(inside));
    let kind = fs::symlink_metadata(&source)?.file_type();
    if fs::symlink_metadata(&target).is_ok() {
        return Ok(false);
    }
    let folder = target.parent().ok_or(Refusal::Why("it has no folder"))?;
    make_folder_within(to, folder)?;
    if kind.is_symlink() {
        let leads_to = fs::read_link(&source)?;
        if !stays_inside(inside, &leads_to) {
            return Err(Refusal::Why("it is a link that leads out of the repository"));
        }
        symlink(leads_to, &target)?;
        return Ok(true);
    }
    if !kind.is_file() {
        return Err(Refusal::Why("it is no regular file"));
    }
    let mut reader = File::open(&source)?;
    // Complete or not there: a half-copied file would never be completed, as none is overwritten.
    // Always the same name: one that a killed samocode left would be committed by the agent, secrets and all.
    let mut name = OsString::from(".samocode-copy-of-");
    name.push(target.file_name().unwrap_or_default());
    match fs::remove_file(folder.join(&name)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        Ok(()) | Err(_) => {}
    }
    let mut temporary = tempfile::Builder::new().prefix(&name).rand_bytes(0).tempfile_in(folder)?;
    io::copy(&mut reader, temporary.as_file_mut())?;
    temporary.as_file().set_permissions(reader.metadata()?.permissions())?;
    crash::point(|| "copy a file into the worktree, before the rename");
    match temporary.persist_noclobber(&target) {
        Ok(_) => {
            crash::point(|| "copy a file into the worktree, after");
            Ok(true)
        }
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error.into()),
    }
}

/// Makes `folder`, unless a link in the worktree leads it elsewhere.
fn make_folder_within(top: &Path, folder: &Path) -> Result<(), Refusal> {
    let existing = folder.ancestors().find(|ancestor| fs::symlink_metadata(ancestor).is_ok());
    let real = existing.ok_or(Refusal::Why("the worktree is gone"))?.canonicalize()?;
    if !real.starts_with(top) {
        return Err(Refusal::Why("its folder is a link that leads out of the worktree"));
    }
    Ok(fs::create_dir_all(folder)?)
}

/// Whether a link at `inside` with this content leads to a place in the same tree, judged by the words alone.
fn stays_inside(inside: &Path, leads_to: &Path) -> bool {
    if leads_to.as_os_str().as_bytes().starts_with(b"/") {
        return false;
    }
    let mut depth = inside.components().count().saturating_sub(1);
    for component in leads_to.components() {
        match component {
            Component::ParentDir if depth == 0 => return false,
            Component::ParentDir => depth -= 1,
            Component::Normal(_) => depth += 1,
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_may_lead_anywhere_inside_and_nowhere_else() {
        assert!(stays_inside(Path::new("a/b/link"), Path::new("../c/d")));
        assert!(stays_inside(Path::new("link"), Path::new("a")));
        assert!(!stays_inside(Path::new("a/link"), Path::new("../../etc")));
        assert!(!stays_inside(Path::new("link"), Path::new("/etc/passwd")));
    }
}
