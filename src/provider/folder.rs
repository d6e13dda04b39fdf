//! A folder that carries samocode's texts to a CLI, e.g. a plugin of Claude Code.
//!
//! Writes below samocode's cache folder and nowhere else. The folder is named after its content, so two versions
//! of samocode, or two sessions with different tools, never write into each other's.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::crash;

/// How often another process's renames may get in the way of ours.
const TRIES: usize = 5;

/// What a folder holds, before it is on disk.
#[derive(Debug)]
pub(super) struct Content {
    /// What the folder is, e.g. `plugin`; its name begins with it.
    kind: &'static str,
    /// Path below the folder, with `/`, and the bytes that belong there.
    files: BTreeMap<String, String>,
}

impl Content {
    /// A folder of `files`, each a path below it with `/` and its text.
    pub(super) fn new(kind: &'static str, files: BTreeMap<String, String>) -> Self {
        Self { kind, files }
    }

    /// The folder's name: the first 16 hexadecimal digits of its content's SHA-256.
    fn folder_name(&self) -> String {
        let lengths: Vec<[u8; 8]> = self
            .files
            .iter()
            .flat_map(|(name, text)| [(name.len() as u64).to_be_bytes(), (text.len() as u64).to_be_bytes()])
            .collect();
        let parts = self.files.iter().flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()]);
        // The lengths come first so that no two contents share one row of bytes.
        let hash = short_hash(lengths.iter().map(<[u8; 8]>::as_slice).chain(parts));
        format!("{}-{hash}", self.kind)
    }

    /// Makes the folder below `cache` hold exactly this content, and gives its path; untouched when it does already.
    ///
    /// # Errors
    /// Fails with the path that could not be read or written.
    pub(super) fn ensure(&self, cache: &Path) -> Result<PathBuf, (PathBuf, io::Error)> {
        let dir = cache.join(self.folder_name());
        let mut last = io::Error::other("another process keeps on replacing it");
        for _ in 0..TRIES {
            if self.stands(&dir) {
                return Ok(dir);
            }
            if let Err(error) = self.replace(cache, &dir) {
                last = error;
            }
        }
        if self.stands(&dir) { Ok(dir) } else { Err((dir, last)) }
    }

    /// Writes the content beside `dir` and swaps it in, so that a reader sees the old folder or the new one.
    fn replace(&self, cache: &Path, dir: &Path) -> io::Result<()> {
        fs::create_dir_all(cache)?;
        let fresh = tempfile::Builder::new().prefix(".folder-").tempdir_in(cache)?;
        let content = fresh.path().join("content");
        for (name, text) in &self.files {
            let path = content.join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, text)?;
        }
        crash::point(|| "make the plugin folder, before the rename");
        if fs::symlink_metadata(dir).is_ok() {
            fs::rename(dir, fresh.path().join("replaced"))?;
        }
        fs::rename(content, dir)?;
        crash::point(|| "make the plugin folder, after");
        Ok(())
    }

    /// Whether `dir` holds this content and nothing else.
    fn stands(&self, dir: &Path) -> bool {
        let mut left: Vec<&String> = self.files.keys().collect();
        self.subset_stands(dir, "", &mut left).unwrap_or(false) && left.is_empty()
    }

    /// Whether everything in `dir` belongs there; takes what it found off `left`. Follows no link.
    fn subset_stands(&self, dir: &Path, prefix: &str, left: &mut Vec<&String>) -> io::Result<bool> {
        if !fs::symlink_metadata(dir)?.is_dir() {
            return Ok(false);
        }
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                return Ok(false);
            };
            let name = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            let stands = if kind.is_dir() {
                let below = format!("{name}/");
                self.files.keys().any(|file| file.starts_with(&below))
                    && self.subset_stands(&entry.path(), &below, left)?
            } else {
                kind.is_file() && self.file_stands(&name, &entry)?
            };
            if !stands {
                return Ok(false);
            }
            left.retain(|file| **file != name);
        }
        Ok(true)
    }

    /// Whether the regular file `entry` is the content's `name`, byte for byte.
    fn file_stands(&self, name: &str, entry: &fs::DirEntry) -> io::Result<bool> {
        let Some(text) = self.files.get(name) else {
            return Ok(false);
        };
        Ok(entry.metadata()?.len() == text.len() as u64 && fs::read(entry.path())? == text.as_bytes())
    }
}

/// The first 16 hexadecimal digits of the SHA-256 of `parts` in a row.
fn short_hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().iter().take(8).fold(String::new(), |mut text, byte| {
        for half in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(text: &str) -> Content {
        let file = |name: &str| (name.to_owned(), text.to_owned());
        let files = ["agents/planning.md", "agents/testing.md", "rules.md"].map(file);
        Content::new("plugin", files.into())
    }

    fn listing(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn its_name_follows_its_content() {
        let plain = content("Work.");
        assert_eq!(plain.folder_name(), content("Work.").folder_name());
        assert_ne!(plain.folder_name(), content("Work!").folder_name());
        assert_ne!(plain.folder_name(), Content::new("plugin", BTreeMap::new()).folder_name());
        assert_eq!(plain.folder_name().len(), "plugin-".len() + 16);
    }

    #[test]
    fn writes_its_files_and_nothing_else() {
        let cache = tempfile::tempdir().unwrap();
        let dir = content("Work.").ensure(cache.path()).unwrap();
        assert_eq!(fs::read_to_string(dir.join("agents/planning.md")).unwrap(), "Work.");
        assert_eq!(listing(&dir), ["agents", "rules.md"]);
        assert_eq!(listing(cache.path()), [dir.file_name().unwrap().to_str().unwrap()]);
    }

    #[test]
    fn leaves_an_intact_folder_alone() {
        let cache = tempfile::tempdir().unwrap();
        let content = content("Work.");
        let dir = content.ensure(cache.path()).unwrap();
        let inode = |path: &Path| std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).unwrap());
        let before = inode(&dir);
        content.ensure(cache.path()).unwrap();
        assert_eq!(inode(&dir), before);
    }

    #[test]
    fn repairs_whatever_was_done_to_it() {
        type Damage = fn(&Path);
        let damages: [(&str, Damage); 7] = [
            ("a changed text", |dir| {
                fs::write(dir.join("agents/planning.md"), "Do evil.").unwrap();
            }),
            ("a changed byte of the same length", |dir| {
                fs::write(dir.join("agents/testing.md"), {
                    let text = fs::read_to_string(dir.join("agents/testing.md")).unwrap();
                    text.replace("Work.", "Wurk.")
                })
                .unwrap();
            }),
            ("a missing file", |dir| {
                fs::remove_file(dir.join("agents/testing.md")).unwrap();
            }),
            ("an extra agent", |dir| {
                fs::write(dir.join("agents/evil.md"), "x").unwrap();
            }),
            ("an extra folder of hooks", |dir| {
                fs::create_dir(dir.join("hooks")).unwrap();
            }),
            ("a link in place of a file", |dir| {
                let path = dir.join("agents/testing.md");
                let elsewhere = dir.parent().unwrap().join("elsewhere.md");
                fs::rename(&path, &elsewhere).unwrap();
                std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
            }),
            ("a file in place of the folder", |dir| {
                fs::remove_dir_all(dir).unwrap();
                fs::write(dir, "x").unwrap();
            }),
        ];
        for (what, damage) in damages {
            let cache = tempfile::tempdir().unwrap();
            let content = content("Work.");
            let dir = content.ensure(cache.path()).unwrap();
            damage(&dir);
            assert!(!content.stands(&dir), "{what} went unnoticed");
            content.ensure(cache.path()).unwrap();
            assert!(content.stands(&dir), "{what} was not repaired");
            assert_eq!(listing(&dir.join("agents")), ["planning.md", "testing.md"]);
        }
    }

    #[test]
    fn says_which_folder_cannot_be_written() {
        let cache = tempfile::tempdir().unwrap();
        let blocked = cache.path().join("file");
        fs::write(&blocked, "x").unwrap();
        let (path, _) = content("Work.").ensure(&blocked).unwrap_err();
        assert!(path.starts_with(&blocked));
    }
}
