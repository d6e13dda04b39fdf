//! Links in the worktree that lead into another checkout: packages of Node's, and what a set-up linked.

use std::path::{Path, PathBuf};

use super::{Look, entries};
use crate::domain::origins::Way;

impl Look<'_> {
    pub(super) fn look_at_links(&mut self) {
        let top = self.worktree.clone();
        self.look_at_modules(&top);
        for path in entries(&top) {
            self.note_link(&path, Way::Link);
            if !is_own_folder(&path) {
                continue;
            }
            // Workspaces may have their own packages, one or two folders down.
            self.look_at_modules(&path);
            for inner in entries(&path).into_iter().filter(|path| is_own_folder(path)) {
                self.look_at_modules(&inner);
            }
        }
    }

    /// A linked package may lead there by way of a global folder: `npm link` makes two links.
    fn look_at_modules(&mut self, folder: &Path) {
        let modules = folder.join("node_modules");
        let is_link = modules.symlink_metadata().is_ok_and(|found| found.is_symlink());
        if is_link {
            let leads = modules.canonicalize().ok().and_then(|target| self.leads_by_link(&target));
            self.note(self.shown(&modules), leads, Way::Node);
        }
        for package in entries(&modules) {
            self.note_link(&package, Way::Node);
            if package.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"@")) {
                for scoped in entries(&package) {
                    self.note_link(&scoped, Way::Node);
                }
            }
        }
    }

    fn note_link(&mut self, path: &Path, way: Way) {
        if path.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
            let leads = self.leads(&self.worktree, path);
            self.note(self.shown(path), leads, way);
        }
    }

    fn shown(&self, path: &Path) -> String {
        format!("`{}`", path.strip_prefix(&self.worktree).unwrap_or(path).display())
    }

    /// A linked `node_modules` is told, although it is an environment: its packages may be copies or links of the
    /// project's own.
    fn leads_by_link(&self, target: &Path) -> Option<PathBuf> {
        let foreign = self.checkouts.iter().any(|checkout| target.starts_with(checkout));
        let own = target.starts_with(&self.worktree);
        (foreign && !own).then(|| target.to_owned())
    }
}

/// A folder of the project's code, as far as a name shows it.
pub(super) fn is_own_folder(path: &Path) -> bool {
    let plain = path.symlink_metadata().is_ok_and(|found| found.is_dir());
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    plain && !name.starts_with(b".") && name != b"node_modules"
}
