//! Looks where the environment of the verify command takes its code from: another checkout of the repository, as the
//! main one, is the wrong place. Reads well-known files only, each up to a limit, and runs nothing but git.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::domain::origins::{Finding, Way, absolute};
use crate::engine::Settings;
use crate::engine::confine::real;
use crate::git::{GitError, Repository};

mod command;
mod links;
mod python;
mod said;
mod texts;

pub(super) use command::expanded;
pub(super) use said::{Origins, beside_the_result};

/// How much of a file is looked at, in bytes.
const MOST_READ: u64 = 512 * 1024;
/// How many entries of a folder are looked at.
const MOST_ENTRIES: usize = 5000;

/// Where the verify command would take code of another checkout from; `checkouts` has all of the repository's. Without a
/// worktree, the files that every worktree begins with are looked at; so those that a set-up makes are not.
///
/// # Errors
/// When git cannot list the files that it tracks.
pub fn origins(
    settings: &Settings,
    repository: &Repository,
    checkouts: &[PathBuf],
    worktree: Option<&Path>,
) -> Result<Vec<Finding>, GitError> {
    let own = worktree.map(real);
    let others = checkouts.iter().filter(|checkout| Some(*checkout) != own.as_ref());
    Ok(Look::new(settings, repository, worktree, others.cloned().collect())?.all())
}

/// One look.
struct Look<'a> {
    /// The verify command; empty for none.
    verify: &'a str,
    /// The environment in which it would run.
    env: Vec<(OsString, OsString)>,
    home: PathBuf,
    /// All other checkouts, without links.
    checkouts: Vec<PathBuf>,
    main: PathBuf,
    /// Folders inside checkouts that are no checkout's.
    apart: Vec<PathBuf>,
    /// The worktree, or where one would be.
    worktree: PathBuf,
    /// Where the files of the worktree are read: the main checkout stands in for one that isn't made yet.
    files: PathBuf,
    /// Which files a worktree that isn't made yet will have; none where there is one.
    known: Option<BTreeSet<PathBuf>>,
    found: Vec<Finding>,
}

impl<'a> Look<'a> {
    fn new(
        settings: &'a Settings,
        repository: &Repository,
        worktree: Option<&Path>,
        checkouts: Vec<PathBuf>,
    ) -> Result<Self, GitError> {
        let env = settings.environment(None).variables;
        let variable =
            |name: &str| env.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
        let config = &settings.config;
        let known = match worktree {
            Some(_) => None,
            None => {
                let mut known: BTreeSet<PathBuf> = repository.tracked(&texts::FILES)?.into_iter().collect();
                let included = text(&repository.top().join(".worktreeinclude")).unwrap_or_default();
                let lines = included.lines().map(|line| line.trim().trim_matches('/'));
                known.extend(lines.filter(|line| !line.is_empty()).map(PathBuf::from));
                Some(known)
            }
        };
        let future = real(&config.worktrees).join("new");
        let mut apart = vec![real(&config.sessions), real(repository.common_dir())];
        apart.extend(checkouts.iter().map(|checkout| checkout.join(".git")));
        Ok(Self {
            verify: config.verify.as_deref().unwrap_or_default(),
            home: variable("HOME").map(|home| real(Path::new(&home))).unwrap_or_default(),
            env,
            checkouts,
            main: real(repository.top()),
            apart,
            worktree: worktree.map_or(future, real),
            files: worktree.map_or_else(|| repository.top().to_owned(), real),
            known,
            found: Vec::new(),
        })
    }

    fn all(mut self) -> Vec<Finding> {
        self.look_at_command();
        self.look_at_variables();
        self.look_at_python();
        self.look_at_texts();
        if self.known.is_none() {
            self.look_at_links();
        }
        self.look_at_builds();
        self.found
    }

    fn variable(&self, name: &str) -> Option<&OsString> {
        self.env.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// Notes what leads into another checkout; the first reason for a place counts.
    fn note(&mut self, place: impl Into<String>, leads: Option<PathBuf>, way: Way) {
        let Some(leads) = leads else {
            return;
        };
        let place = place.into();
        if !self.found.iter().any(|known| known.place == place) {
            let in_main = self.innermost(&leads) == Some(&self.main);
            self.found.push(Finding { place, leads, in_main, way });
        }
    }

    /// The checkout that a path lies in.
    fn innermost(&self, path: &Path) -> Option<&PathBuf> {
        innermost(path, &self.checkouts)
    }

    /// Where a path leads, if that is code of another checkout: not an environment there, which has none.
    fn leads(&self, base: &Path, path: &Path) -> Option<PathBuf> {
        let named = absolute(base, path);
        let found = named.canonicalize().unwrap_or(named);
        let own = found.starts_with(&self.worktree);
        let apart = || self.apart.iter().any(|folder| found.starts_with(folder));
        let foreign = || self.checkouts.iter().any(|checkout| found.starts_with(checkout));
        let is_code = !own && !apart() && foreign() && environment_root(&found, &self.checkouts).is_none();
        is_code.then_some(found)
    }

    /// A file of the worktree as text; none where it isn't there, or a new worktree would not have it.
    fn own_text(&self, name: &str) -> Option<String> {
        if self.has(Path::new(name)) { text(&self.files.join(name)) } else { None }
    }

    /// Whether the worktree has a file, or will have it.
    fn has(&self, inner: &Path) -> bool {
        let Some(known) = &self.known else {
            return true;
        };
        known.iter().any(|path| inner.starts_with(path))
    }
}

/// The environment of programs and packages inside a checkout that a path belongs to: a virtual environment of Python's,
/// or a `node_modules`.
pub(super) fn environment_root(path: &Path, checkouts: &[PathBuf]) -> Option<PathBuf> {
    let checkout = innermost(path, checkouts)?;
    let within = path.ancestors().take_while(|folder| folder.starts_with(checkout) && folder != checkout);
    let is_python = |folder: &Path| folder.join("pyvenv.cfg").is_file() || folder.join("conda-meta").is_dir();
    let is_node = |folder: &Path| folder.file_name().is_some_and(|name| name == "node_modules");
    within.filter(|folder| is_python(folder) || is_node(folder)).last().map(Path::to_owned)
}

fn innermost<'a>(path: &Path, checkouts: &'a [PathBuf]) -> Option<&'a PathBuf> {
    let around = checkouts.iter().filter(|checkout| path.starts_with(checkout));
    around.max_by_key(|checkout| checkout.as_os_str().len())
}

/// The beginning of a regular file, as text; none where there is none.
fn text(path: &Path) -> Option<String> {
    if !path.metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MOST_READ).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The paths in a folder, in their order; none where it can't be read.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.flatten().take(MOST_ENTRIES).map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
