//! Tells what the sandbox kept a child from, where a tool failed because of it: the next iteration, and the person, once
//! for each path, with what would open it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use crate::domain::confinement::Confinement;
use crate::engine::orchestrator::Orchestrator;

/// How many paths are told of after one iteration.
const MOST_TOLD: usize = 5;

/// What is known of refusals so far.
#[derive(Debug, Default)]
pub(super) struct Refused {
    /// In force for the newest child.
    pub(super) confinement: Option<Confinement>,
    /// What its tools were refused, as they said it.
    pub(super) paths: BTreeSet<String>,
    said: BTreeSet<PathBuf>,
}

impl Orchestrator<'_> {
    /// What to tell of the refusals of an iteration.
    pub(super) fn tell_refused(&mut self, iteration: u32) -> Vec<String> {
        let paths = std::mem::take(&mut self.refused.paths);
        let Some(confinement) = self.refused.confinement.take() else {
            return Vec::new();
        };
        let home = self.home();
        let mut told = Vec::new();
        let mut walled = false;
        for path in paths.iter().map(PathBuf::from) {
            let Some(kept) = kept_by(&confinement, &path) else {
                continue;
            };
            let opens = if kept == Kept::Walled { path.clone() } else { opening(&path, &home) };
            if told.len() == MOST_TOLD || !self.refused.said.insert(opens.clone()) {
                continue;
            }
            walled |= kept == Kept::Walled;
            let mend = match kept {
                Kept::Hidden => "it holds keys or logins, which agents do not read".to_owned(),
                Kept::Walled => format!(
                    "it belongs to another checkout, and the worktree has its own files; \
                     `SAMOCODE_SANDBOX_READ={}` lets agents and the verify command read it",
                    path.display()
                ),
                Kept::Own => "it is samocode's own".to_owned(),
                Kept::Closed => format!(
                    "`SAMOCODE_SANDBOX_WRITE={}` would open it, `SAMOCODE_SANDBOX=off` everything",
                    opens.display()
                ),
            };
            self.say.line(&format!("#{iteration} the sandbox kept a tool from {}: {mend}", path.display()));
            told.push(format!("`{}`", path.display()));
        }
        if told.is_empty() {
            return told;
        }
        vec![format!(
            "In iteration {iteration} the sandbox kept tools from {}. That is no fault of the system and does not pass: the \
             worktree, the session folder, `$TMPDIR` and package caches can be written, all else is the person's{}. Work \
             without it, or signal `blocked` and say which path is needed.",
            told.join(", "),
            if walled {
                ", and other checkouts of the repository can't be read: use the worktree's files"
            } else {
                ""
            }
        )]
    }
}

/// Why a path is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// It is a key.
    Hidden,
    /// It belongs to another checkout of the repository.
    Walled,
    /// It is samocode's.
    Own,
    /// It is just not among what is open.
    Closed,
}

/// Whether the sandbox is why a path was refused: not where it is open, and not where the person may not go either.
fn kept_by(confinement: &Confinement, path: &Path) -> Option<Kept> {
    let within = |all: &[PathBuf]| all.iter().any(|closed| path.starts_with(closed));
    if within(&confinement.hidden) {
        return may(path, Access::READ_OK).then_some(Kept::Hidden);
    }
    if within(&confinement.protected) {
        return Some(Kept::Own);
    }
    if confinement.is_walled(path) {
        return may(path, Access::READ_OK).then_some(Kept::Walled);
    }
    // A folder with something closed in it is opened child by child, and takes no new ones.
    let closed = || confinement.hidden.iter().chain(&confinement.protected);
    let whole = |root: &&PathBuf| !closed().any(|closed| closed.starts_with(root));
    let open = confinement.writable.iter().filter(whole).any(|root| path.starts_with(root));
    (!open && may(path, Access::WRITE_OK)).then_some(Kept::Closed)
}

/// Whether this process, which is not confined, may do it there, or in the nearest folder that exists.
fn may(path: &Path, what: Access) -> bool {
    path.ancestors().find(|path| path.exists()).is_some_and(|path| access(path, what).is_ok())
}

/// What a person would open for it: a tool's whole folder in the home folder, else the folder around it.
fn opening(path: &Path, home: &Path) -> PathBuf {
    match path.strip_prefix(home).ok().and_then(|inner| inner.components().next()) {
        Some(first) if home.join(first) != path => home.join(first),
        Some(_) => path.to_owned(),
        None => path.parent().filter(|parent| parent.parent().is_some()).unwrap_or(path).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confinement(root: &Path) -> Confinement {
        Confinement {
            writable: vec![root.join("work"), root.join("cache")],
            protected: vec![root.join("cache/samocode")],
            hidden: vec![root.join(".ssh")],
            walled: vec![root.join("app")],
            readable: vec![root.join("app/.git")],
        }
    }

    #[test]
    fn only_what_the_sandbox_closed_is_its_doing() {
        let root = tempfile::TempDir::new().unwrap();
        let confinement = confinement(root.path());
        let kept = |path: &str| kept_by(&confinement, &root.path().join(path));
        assert_eq!(kept("x"), Some(Kept::Closed));
        assert_eq!(kept(".ssh/id"), Some(Kept::Hidden));
        assert_eq!(kept("cache/samocode/x"), Some(Kept::Own));
        assert_eq!(kept("cache/new"), Some(Kept::Closed));
        assert_eq!(kept("app/src/x"), Some(Kept::Walled));
        assert_eq!(kept("app/.git/x"), Some(Kept::Closed));
        assert_eq!(kept("work/x"), None);
    }

    #[test]
    fn what_is_opened_is_a_tool_s_folder() {
        let home = Path::new("/home/ada");
        for (path, opens) in [
            ("/home/ada/.tool/a/b", "/home/ada/.tool"),
            ("/home/ada/file", "/home/ada/file"),
            ("/srv/data/x", "/srv/data"),
            ("/x", "/x"),
        ] {
            assert_eq!(opening(Path::new(path), home), Path::new(opens));
        }
    }
}
