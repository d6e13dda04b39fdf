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
    /// Folders and files that the child works in: worktree, the repository's git folder, session folder, those of its
    /// CLI's state that are no settings, and what the person opened.
    pub work: Vec<PathBuf>,
    /// Folders and files that hold a key and are the child's own: the state of its CLI, where its login lies.
    pub readable: Vec<PathBuf>,
    /// Folders for temporary files.
    pub temporary: Vec<PathBuf>,
    /// Package caches.
    pub caches: Vec<PathBuf>,
    /// What is samocode's own: records, cache, configuration.
    pub own: Vec<PathBuf>,
    /// The person's places: no temporary folder or cache is opened in which one of them lies.
    pub places: Vec<PathBuf>,
    /// Files that hold a token, besides those that always do.
    pub tokens: Vec<PathBuf>,
    /// Whether it may push, and so read what that takes.
    pub may_push: bool,
}

/// Whether none of the places lies in the folder, so that all of it may be opened.
#[must_use]
pub fn lies_apart<'a>(folder: &Path, places: impl IntoIterator<Item = &'a PathBuf>) -> bool {
    !places.into_iter().any(|place| place.starts_with(folder))
}

/// The confinement of one child. `variable` looks into its environment.
#[must_use]
pub fn plan(facts: &Facts, variable: impl Fn(&str) -> Option<String>) -> Confinement {
    let hidden = hidden(facts, variable);
    let apart = |path: &Path| lies_apart(path, facts.places.iter().chain([&facts.home]));
    let temporary = facts.temporary.iter().filter(|path| apart(path) && lies_apart(path, &facts.own));
    // A cache that is a link to a key or to samocode's own would open what it leads to.
    let closed = |path: &Path| hidden.iter().chain(&facts.own).any(|closed| path.starts_with(closed));
    let caches = facts.caches.iter().filter(|path| apart(path) && !closed(path));
    let writable = facts.work.iter().chain(temporary).chain(caches).cloned();
    Confinement {
        writable: writable.chain([PathBuf::from("/dev")]).collect(),
        protected: facts.own.clone(),
        hidden,
        ..Confinement::default()
    }
}

fn hidden(facts: &Facts, variable: impl Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let pushing = if facts.may_push { &[] } else { keys::FOR_PUSHING };
    let in_home = keys::IN_HOME.iter().chain(pushing).map(|key| facts.home.join(key));
    let named = keys::VARIABLES.iter().filter_map(|name| variable(name));
    let named = named.flat_map(|value| value.split(':').map(PathBuf::from).collect::<Vec<_>>());
    let all = in_home.chain(named.filter(|path| path.is_absolute())).chain(facts.tokens.iter().cloned());
    all.filter(|path| !facts.work.contains(path) && !facts.readable.contains(path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            home: "/home/ada".into(),
            work: vec![
                "/code/worktrees/x".into(),
                "/code/app/.git".into(),
                "/home/ada/.claude/projects".into(),
            ],
            readable: vec!["/home/ada/.claude".into()],
            temporary: vec!["/tmp".into(), "/var/tmp".into()],
            caches: vec!["/home/ada/.cache".into(), "/home/ada/.npm".into()],
            own: vec!["/home/ada/.cache/samocode".into(), "/code/app/_sessions/.samocode".into()],
            places: vec!["/code/app".into()],
            tokens: vec!["/home/ada/.npmrc".into()],
            may_push: false,
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
        for path in ["/", "/home/ada", "/home/ada/.claude", "/code", "/code/app", "/code/app/_sessions"] {
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
    fn what_a_push_takes_is_hidden_unless_it_may_push() {
        let hidden = |may_push| plan(&Facts { may_push, ..facts() }, |_| None).hidden;
        assert!(has(&hidden(false), "/home/ada/.ssh") && !has(&hidden(true), "/home/ada/.ssh"));
        assert!(has(&hidden(true), "/home/ada/.aws"));
    }

    #[test]
    fn a_cache_that_leads_to_a_key_to_samocode_or_to_the_person_is_not_opened() {
        let caches = ["/home/ada/.ssh", "/home/ada/.cache/samocode/x", "/home/ada", "/code"];
        let facts = Facts { caches: caches.map(PathBuf::from).into(), ..facts() };
        let plan = plan(&facts, |_| None);
        for cache in caches {
            assert!(!has(&plan.writable, cache), "{cache}");
        }
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
        let own = Facts { own: vec!["/var/tmp/config/samocode".into()], ..facts };
        assert!(!has(&super::plan(&own, |_| None).writable, "/var/tmp"));
    }
}
