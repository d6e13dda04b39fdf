//! Opens a folder but for some places in it, with grants that can only add: the folders above such a place are not
//! granted themselves, only what else lies in them. Reads the disk through what the caller passes, and nothing else.

use std::path::{Path, PathBuf};

/// The largest pieces of `root` in which none of `holes` lies. `list` gives what lies in a folder, without links: a
/// link is judged by where it leads, and that is granted in its own place or not at all.
pub(super) fn carve(root: &Path, holes: &[&Path], list: &impl Fn(&Path) -> Vec<PathBuf>) -> Vec<PathBuf> {
    if holes.iter().any(|hole| root.starts_with(hole)) {
        return Vec::new();
    }
    let within: Vec<&Path> = holes.iter().copied().filter(|hole| hole.starts_with(root)).collect();
    if within.is_empty() {
        return vec![root.to_owned()];
    }
    list(root).iter().flat_map(|child| carve(child, &within, list)).collect()
}

/// What lies in a folder, without links; nothing where it cannot be read.
pub(super) fn on_disk(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let real = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| !kind.is_symlink());
    entries.flatten().filter(real).map(|entry| entry.path()).collect()
}

/// A path without links, as far as it exists; the rest is appended as it stands. A key folder that is a link is closed
/// where it leads.
pub(super) fn real(path: &Path) -> PathBuf {
    let Some((parent, name)) = path.parent().zip(path.file_name()) else {
        return path.to_owned();
    };
    path.canonicalize().unwrap_or_else(|_| real(parent).join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carved(root: &str, holes: &[&str]) -> Vec<String> {
        let list = |folder: &Path| {
            let names: &[&str] = match folder.to_str().unwrap() {
                "/" => &["/etc", "/home", "/usr"],
                "/home" => &["/home/ada", "/home/bob"],
                "/home/ada" => &["/home/ada/.ssh", "/home/ada/code", "/home/ada/.config"],
                "/home/ada/.config" => &["/home/ada/.config/gh", "/home/ada/.config/nvim"],
                _ => &[],
            };
            names.iter().map(PathBuf::from).collect()
        };
        let holes: Vec<&Path> = holes.iter().map(Path::new).collect();
        carve(Path::new(root), &holes, &list).iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn a_folder_without_holes_is_granted_whole() {
        assert_eq!(carved("/home", &["/etc/x", "/home2"]), ["/home"]);
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
        assert_eq!(carved("/home/ada/.config", &["/home/ada/.config/later"]).len(), 2);
    }
}
