//! What a child may write and read, from facts about one session. Pure: whoever calls resolves the paths and looks at
//! the disk.

use std::path::{Path, PathBuf};

use super::keys;
use crate::domain::confinement::Confinement;

/// What is known of a session and the person's machine. Paths are absolute and without links.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The home folder.
    pub home: PathBuf,
    /// Folders that the child works in: worktree, the repository's git folder, session folder, and the state of its CLI.
    pub work: Vec<PathBuf>,
    /// Folders for temporary files.
    pub temporary: Vec<PathBuf>,
    /// The folder of all caches, usually `~/.cache`.
    pub caches: PathBuf,
    /// What is samocode's own: records, cache, configuration.
    pub own: Vec<PathBuf>,
    /// The person's places: no temporary folder or cache is opened in which one of them lies.
    pub places: Vec<PathBuf>,
    /// Files that hold a token, besides those that always do.
    pub tokens: Vec<PathBuf>,
}

/// Whether none of the places lies in the folder, so that all of it may be opened.
#[must_use]
pub fn lies_apart(folder: &Path, places: &[PathBuf]) -> bool {
    !places.iter().any(|place| place.starts_with(folder))
}

/// The confinement of one child. `variable` looks into its environment.
#[must_use]
pub fn plan(facts: &Facts, variable: impl Fn(&str) -> Option<String>) -> Confinement {
    let apart = |path: &PathBuf| lies_apart(path, &facts.places) && !facts.home.starts_with(path);
    let caches = keys::CACHES.iter().map(|cache| facts.home.join(cache)).chain([facts.caches.clone()]);
    let shared = facts.temporary.iter().cloned().chain(caches).filter(apart);
    let writable: Vec<PathBuf> =
        facts.work.iter().cloned().chain([PathBuf::from("/dev")]).chain(shared).collect();

    let in_home = keys::IN_HOME.iter().map(|key| facts.home.join(key));
    let named = keys::VARIABLES.iter().filter_map(|name| variable(name));
    let named = named.flat_map(|value| value.split(':').map(PathBuf::from).collect::<Vec<_>>());
    let hidden = in_home.chain(named.filter(|path| path.is_absolute())).chain(facts.tokens.iter().cloned());
    // The state of its own CLI holds a login, too; that one it needs.
    let hidden = hidden.filter(|path| !facts.work.contains(path)).collect();
    Confinement { writable, protected: facts.own.clone(), hidden }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            home: "/home/ada".into(),
            work: vec!["/code/worktrees/x".into(), "/code/app/.git".into(), "/home/ada/.claude".into()],
            temporary: vec!["/tmp".into(), "/var/tmp".into()],
            caches: "/home/ada/.cache".into(),
            own: vec!["/home/ada/.cache/samocode".into(), "/code/app/_sessions/.samocode".into()],
            places: vec!["/code/app".into()],
            tokens: vec!["/home/ada/.npmrc".into()],
        }
    }

    fn has(paths: &[PathBuf], path: &str) -> bool {
        paths.iter().any(|other| other == Path::new(path))
    }

    #[test]
    fn it_may_write_where_it_works_and_nowhere_else_of_the_person() {
        let plan = plan(&facts(), |_| None);
        for path in
            ["/code/worktrees/x", "/code/app/.git", "/tmp", "/dev", "/home/ada/.cache", "/home/ada/.npm"]
        {
            assert!(has(&plan.writable, path), "{path}");
        }
        for path in ["/", "/home/ada", "/code", "/code/app", "/code/app/_sessions"] {
            assert!(!has(&plan.writable, path), "{path}");
        }
        assert!(has(&plan.protected, "/home/ada/.cache/samocode"));
    }

    #[test]
    fn keys_are_hidden_but_the_login_of_its_own_cli() {
        let hidden = plan(&facts(), |_| None).hidden;
        for path in ["/home/ada/.ssh", "/home/ada/.config/gh", "/home/ada/.codex", "/home/ada/.npmrc"] {
            assert!(has(&hidden, path), "{path}");
        }
        assert!(!has(&hidden, "/home/ada/.claude"));
    }

    #[test]
    fn keys_that_lie_elsewhere_are_found_by_their_variables() {
        let named = |name: &str| (name == "KUBECONFIG").then(|| "/k/one:relative:/k/two".to_owned());
        let hidden = plan(&facts(), named).hidden;
        assert!(has(&hidden, "/k/one") && has(&hidden, "/k/two") && !has(&hidden, "relative"));
    }

    #[test]
    fn a_temporary_folder_with_the_project_in_it_is_not_opened() {
        let facts = Facts { places: vec!["/tmp/project".into()], ..facts() };
        let plan = plan(&facts, |_| None);
        assert!(!has(&plan.writable, "/tmp"));
        assert!(has(&plan.writable, "/var/tmp"));
    }
}
