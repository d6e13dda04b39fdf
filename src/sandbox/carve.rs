//! Opens a folder but for some places in it, with grants that can only add: the folders above such a place are not
//! granted themselves, only what else lies in them. Reads the disk through what the caller passes, and nothing else.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Places that stay closed, as a tree: each is met only on the way to it.
#[derive(Debug, Default)]
pub(super) struct Holes {
    /// This one is a hole.
    closed: bool,
    below: HashMap<OsString, Holes>,
}

impl Holes {
    pub(super) fn new<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Self {
        let mut holes = Self::default();
        for path in paths {
            path.iter()
                .fold(&mut holes, |node, name| node.below.entry(name.to_owned()).or_default())
                .closed = true;
        }
        holes
    }

    /// The largest pieces of `root` in which no hole lies. `list` gives the names of what lies in a folder, without
    /// links: a link is judged by where it leads, and that is granted in its own place or not at all.
    pub(super) fn carve(&self, root: &Path, list: &impl Fn(&Path) -> Vec<OsString>) -> Vec<PathBuf> {
        let mut pieces = Vec::new();
        let mut node = Some(self);
        for name in root {
            if node.is_some_and(|node| node.closed) {
                return pieces;
            }
            node = node.and_then(|node| node.at(name));
        }
        match node {
            Some(node) => node.add_pieces(root, list, &mut pieces),
            None => pieces.push(root.to_owned()),
        }
        pieces
    }

    fn at(&self, name: &OsStr) -> Option<&Self> {
        self.below.get(name)
    }

    fn add_pieces(&self, folder: &Path, list: &impl Fn(&Path) -> Vec<OsString>, pieces: &mut Vec<PathBuf>) {
        if self.closed {
            return;
        }
        if self.below.is_empty() {
            pieces.push(folder.to_owned());
            return;
        }
        for name in list(folder) {
            let path = folder.join(&name);
            match self.at(&name) {
                Some(node) => node.add_pieces(&path, list, pieces),
                None => pieces.push(path),
            }
        }
    }
}

/// The names of what lies in a folder, without links; nothing where it cannot be read.
pub(super) fn on_disk(folder: &Path) -> Vec<OsString> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let real = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| !kind.is_symlink());
    entries.flatten().filter(real).map(|entry| entry.file_name()).collect()
}

/// Finds where paths lead. Many lie in the same few folders, each of which is looked at once.
#[derive(Debug, Default)]
pub(super) struct Resolver {
    folders: HashMap<PathBuf, PathBuf>,
}

impl Resolver {
    /// A path without links, as far as it exists; the rest is appended as it stands. A key folder that is a link is
    /// closed where it leads.
    pub(super) fn real(&mut self, path: &Path) -> PathBuf {
        let Some((parent, name)) = path.parent().zip(path.file_name()) else {
            return path.to_owned();
        };
        let parent = match self.folders.get(parent) {
            Some(known) => known.clone(),
            None => {
                let found = self.real(parent);
                self.folders.insert(parent.to_owned(), found.clone());
                found
            }
        };
        let path = parent.join(name);
        let is_link = path.symlink_metadata().is_ok_and(|found| found.is_symlink());
        if is_link { path.canonicalize().unwrap_or(path) } else { path }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carved(root: &str, holes: &[&str]) -> Vec<String> {
        let list = |folder: &Path| {
            let names: &[&str] = match folder.to_str().unwrap() {
                "/" => &["etc", "home", "usr"],
                "/home" => &["ada", "bob"],
                "/home/ada" => &[".ssh", "code", ".config"],
                "/home/ada/.config" => &["gh", "nvim"],
                _ => &[],
            };
            names.iter().map(OsString::from).collect()
        };
        let holes = Holes::new(holes.iter().map(Path::new));
        holes.carve(Path::new(root), &list).iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn a_folder_without_holes_is_granted_whole() {
        assert_eq!(carved("/home", &["/etc/x", "/home2"]), ["/home"]);
        assert_eq!(carved("/home", &[]), ["/home"]);
    }

    #[test]
    fn the_siblings_of_a_hole_are_granted_one_by_one_up_to_the_root() {
        assert_eq!(
            carved("/", &["/home/ada/.ssh", "/home/ada/.config/gh"]),
            ["/etc", "/home/ada/code", "/home/ada/.config/nvim", "/home/bob", "/usr"]
        );
    }

    #[test]
    fn what_lies_in_a_hole_is_not_granted_and_a_hole_that_is_not_there_closes_its_folder() {
        assert!(carved("/home/ada/.ssh/deep", &["/home/ada/.ssh"]).is_empty());
        assert!(carved("/home/ada", &["/home/ada", "/home/ada/code"]).is_empty());
        assert_eq!(carved("/home/ada/.config", &["/home/ada/.config/later"]).len(), 2);
    }

    #[test]
    fn a_link_is_followed_wherever_it_stands_in_a_path_and_what_is_missing_stays() {
        let dir = tempfile::TempDir::new().unwrap();
        let root = dir.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("kept/keys")).unwrap();
        std::os::unix::fs::symlink(root.join("kept"), root.join("home")).unwrap();
        std::os::unix::fs::symlink("keys", root.join("kept/link")).unwrap();
        let mut resolver = Resolver::default();
        assert_eq!(resolver.real(&root.join("home/link/id")), root.join("kept/keys/id"));
        assert_eq!(resolver.real(&root.join("home/later/x")), root.join("kept/later/x"));
        assert_eq!(resolver.real(&root), root);
    }
}
