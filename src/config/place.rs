//! Where a path in a setting leads, and whether two places are the same.

use std::path::{Component, Path, PathBuf};

/// The absolute path that a setting means: `~` is the home folder, and all else stands relative to `base`.
pub(super) fn absolute(text: &str, base: &Path, home: &Path) -> Result<PathBuf, String> {
    let path = match text.strip_prefix('~') {
        Some("") => home.to_owned(),
        Some(rest) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        Some(_) => {
            let named = text.split('/').next().unwrap_or(text);
            return Err(format!("`{named}` is not looked up; write the folder's whole path"));
        }
        None => base.join(text),
    };
    Ok(tidy(&path))
}

/// The path without `.` and doubled `/`; a `..` in it may lead through a link, so that needs the disk.
pub(super) fn tidy(path: &Path) -> PathBuf {
    if path.components().any(|part| part == Component::ParentDir) {
        real(path)
    } else {
        path.components().collect()
    }
}

/// The path without links, as far as it exists; what does not exist yet is appended as it stands.
pub(super) fn real(path: &Path) -> PathBuf {
    let parts: Vec<Component<'_>> = path.components().collect();
    for existing in (1..=parts.len()).rev() {
        let head: PathBuf = parts[..existing].iter().collect();
        if let Ok(mut found) = head.canonicalize() {
            for part in &parts[existing..] {
                match part {
                    Component::ParentDir => {
                        found.pop();
                    }
                    Component::Normal(name) => found.push(name),
                    Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
                }
            }
            return found;
        }
    }
    path.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stand_relative_to_their_file_and_the_tilde_is_home() {
        let place = |text| absolute(text, Path::new("/p"), Path::new("/h"));
        assert_eq!(place("~"), Ok("/h".into()));
        assert_eq!(place("~/x"), Ok("/h/x".into()));
        assert_eq!(place("./a/./b/"), Ok("/p/a/b".into()));
        assert_eq!(place("."), Ok("/p".into()));
        assert_eq!(place("/abs"), Ok("/abs".into()));
        assert_eq!(place("../x"), Ok("/x".into()));
        assert!(place("~root/x").unwrap_err().contains("`~root`"));
    }

    #[test]
    fn links_are_followed_before_a_step_up() {
        let temp = tempfile::TempDir::new().unwrap();
        let root = temp.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("far/deep")).unwrap();
        std::os::unix::fs::symlink(root.join("far/deep"), root.join("link")).unwrap();
        assert_eq!(absolute("link/../new", &root, &root), Ok(root.join("far/new")));
        assert_eq!(real(&root.join("link/none/x")), root.join("far/deep/none/x"));
    }
}
