//! Keeps a folder of samocode's inside a work tree out of `git status`. Touches only the repository's
//! `info/exclude`, never a file that is committed.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::entries::resolved;
use super::error::GitError;
use super::repository::Repository;
use crate::crash;

/// Adds `folder` to the repository's own exclude file, once, if it lies inside the work tree; true when a line was added.
///
/// # Errors
/// When the exclude file cannot be read or replaced.
pub fn exclude_locally(repository: &Repository, folder: &Path) -> Result<bool, GitError> {
    let folder = resolved(folder);
    let inside = match folder.strip_prefix(resolved(repository.top())) {
        Ok(inside) if !inside.as_os_str().is_empty() && !inside.starts_with(".git") => inside,
        _ => return Ok(false),
    };
    let line = pattern(inside.as_os_str());
    let info = repository.common_dir().join("info");
    let file = info.join("exclude");
    let mut content = match fs::read(&file) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(GitError::io("read", &file)(error)),
    };
    if content.split(|byte| *byte == b'\n').any(|known| known.trim_ascii_end() == line) {
        return Ok(false);
    }
    if !content.is_empty() && !content.ends_with(b"\n") {
        content.push(b'\n');
    }
    content.extend_from_slice(&line);
    content.push(b'\n');
    replace(&info, &file, &content).map_err(GitError::io("write", &file))?;
    Ok(true)
}

fn replace(info: &Path, file: &Path, content: &[u8]) -> io::Result<()> {
    fs::create_dir_all(info)?;
    let mut temporary = tempfile::NamedTempFile::new_in(info)?;
    temporary.write_all(content)?;
    let permissions = match fs::metadata(file) {
        Ok(metadata) => metadata.permissions(),
        Err(_) => std::os::unix::fs::PermissionsExt::from_mode(0o644),
    };
    temporary.as_file().set_permissions(permissions)?;
    temporary.as_file().sync_all()?;
    crash::point(|| "write info/exclude, before the rename");
    temporary.persist(file)?;
    crash::point(|| "write info/exclude, after");
    Ok(())
}

/// An exclude line that means this folder and nothing else.
fn pattern(inside: &OsStr) -> Vec<u8> {
    let mut line = vec![b'/'];
    for byte in inside.as_bytes() {
        if matches!(byte, b'*' | b'?' | b'[' | b'\\') {
            line.push(b'\\');
        }
        line.push(*byte);
    }
    line.push(b'/');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_name_is_never_read_as_a_pattern() {
        assert_eq!(pattern(OsStr::new("a/_work[1]*")), b"/a/_work\\[1]\\*/");
    }
}
