//! What samocode put into a person's home, as it is kept on disk. No IO.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::ProviderKind;

/// The form's version.
pub(super) const VERSION: u32 = 1;

/// All that is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// [`VERSION`].
    pub(super) v: u32,
    pub(super) files: Vec<Owned>,
    /// Folders that were made for them and for this very list, outermost first.
    pub(super) folders: Vec<PathBuf>,
}

/// An installed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Owned {
    pub(super) provider: String,
    /// The CLI's folder.
    pub(super) root: PathBuf,
    pub(super) path: PathBuf,
    /// What it holds.
    pub(super) sha256: String,
    /// What it held until now, while it is being replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<String>,
}

impl Default for Manifest {
    fn default() -> Self {
        Self { v: VERSION, files: Vec::new(), folders: Vec::new() }
    }
}

impl Owned {
    pub(super) fn is_of(&self, provider: ProviderKind) -> bool {
        self.provider == provider.as_str()
    }

    /// Whether a file with this hash is as samocode wrote it.
    pub(super) fn wrote(&self, sha256: &str) -> bool {
        self.sha256 == sha256 || self.before.as_deref() == Some(sha256)
    }
}

impl Manifest {
    /// The file of this very path.
    pub(super) fn owned(&self, path: &Path) -> Option<&Owned> {
        self.files.iter().find(|owned| owned.path == path)
    }

    /// Notes what a file is going to hold.
    pub(super) fn intend(&mut self, provider: ProviderKind, root: &Path, path: &Path, sha256: String) {
        match self.files.iter_mut().find(|owned| owned.path == path) {
            Some(owned) => owned.before = Some(std::mem::replace(&mut owned.sha256, sha256)),
            None => self.files.push(Owned {
                provider: provider.to_string(),
                root: root.to_owned(),
                path: path.to_owned(),
                sha256,
                before: None,
            }),
        }
    }

    /// Notes a folder that is going to be made.
    pub(super) fn intend_folder(&mut self, path: &Path) {
        if !self.folders.iter().any(|known| known == path) {
            self.folders.push(path.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_being_replaced_is_known_by_both_its_contents() {
        let mut manifest = Manifest::default();
        let (root, path) = (Path::new("/h/.claude"), Path::new("/h/.claude/agents/a.md"));
        manifest.intend(ProviderKind::Claude, root, path, "one".to_owned());
        manifest.intend(ProviderKind::Claude, root, path, "two".to_owned());
        let owned = manifest.owned(path).unwrap();
        assert!(owned.wrote("one") && owned.wrote("two") && !owned.wrote("three"));
        assert_eq!(manifest.files.len(), 1);
    }

    /// Lists of this form are in people's homes.
    #[test]
    fn its_form_stays() {
        let mut manifest = Manifest::default();
        manifest.intend(
            ProviderKind::Claude,
            Path::new("/h/.claude"),
            Path::new("/h/.claude/x"),
            "12".into(),
        );
        manifest.intend_folder(Path::new("/h/.claude"));
        insta::assert_snapshot!(serde_json::to_string(&manifest).unwrap(), @r#"{"v":1,"files":[{"provider":"claude","root":"/h/.claude","path":"/h/.claude/x","sha256":"12"}],"folders":["/h/.claude"]}"#);
    }
}
