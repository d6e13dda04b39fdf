//! Which files of the repository's other checkouts a child can't read, and which it still can.
//!
//! A worktree has everything that Git tracks. A child that reads the same files elsewhere, by an environment that
//! points there, tests or edits the wrong ones.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::command::CommandSpec;
use crate::domain::origins::words;
use crate::engine::confine::real;
use crate::engine::orchestrator::Orchestrator;
use crate::engine::origins::{environment_root, expanded};

/// Variables that name a folder with an environment, or a list of folders with programs.
const ENVIRONMENTS: [&str; 5] =
    ["PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT", "NODE_PATH"];
/// Environments that tools find by themselves in the folder where they run.
const FOUND_BY_NAME: [&str; 2] = [".venv", "venv"];

/// Folders with settings that tools look for in every folder above the one where they run.
const SETTINGS_FOLDERS: [&str; 4] = [".cargo", ".claude", ".codex", ".gemini"];
/// How the names of such files end.
const SETTINGS_ENDINGS: [&str; 14] = [
    "toml",
    "json",
    "jsonc",
    "json5",
    "yaml",
    "yml",
    "cfg",
    "ini",
    "conf",
    "properties",
    "lock",
    "mod",
    "work",
    "md",
];

impl Orchestrator<'_> {
    /// Closes the repository's other checkouts to a confined child.
    pub(super) fn close_checkouts(&self, spec: &mut CommandSpec, worktree: &Path) {
        let (Some(sandbox), Some(mut confinement)) = (&self.sandbox, spec.confinement.take()) else {
            return;
        };
        let own = real(worktree);
        let config = &self.settings.config;
        let read: Vec<PathBuf> = config.sandbox_read.iter().map(|path| real(path)).collect();
        let mut closed = self.origins.checkouts.clone();
        closed.retain(|checkout| {
            // A checkout with the home folder in it can't be closed: programs and their settings lie there.
            let holds_home = sandbox.home.starts_with(checkout);
            let opened = read.iter().any(|path| checkout.starts_with(path));
            *checkout != own && !holds_home && !opened
        });
        let session = self.record.layout().session_dir();
        let mut open = read;
        open.extend([own.clone(), real(self.repository.common_dir()), real(&session)]);
        let named = [&config.sessions, &config.file, &self.settings.program, &spec.program];
        open.extend(named.map(|path| real(path)));
        open.extend(closed.iter().map(|checkout| checkout.join(".git")));
        open.extend(environments(spec, &own, config.verify.as_deref(), &closed));
        open.extend(arguments(spec, &closed));
        for checkout in closed.iter().filter(|checkout| own.starts_with(checkout)) {
            open.extend(settings_above(&own, checkout));
        }
        confinement.wall_off(closed, open);
        spec.confinement = Some(confinement);
    }
}

/// The environments inside closed checkouts that a child is meant to use: those that its variables, its program or the
/// verify command name.
fn environments(
    spec: &CommandSpec,
    worktree: &Path,
    verify: Option<&str>,
    closed: &[PathBuf],
) -> Vec<PathBuf> {
    let mut named: Vec<PathBuf> = vec![spec.program.clone()];
    for (name, value) in &spec.env {
        if ENVIRONMENTS.iter().any(|other| name == other) {
            named.extend(std::env::split_paths(value));
        }
    }
    let words = words(verify.unwrap_or_default()).filter(|word| word.contains('/'));
    named.extend(words.map(|word| PathBuf::from(expanded(word, &spec.env))));
    named.extend(FOUND_BY_NAME.map(PathBuf::from));
    // Without following the last link: `bin/python` leads out of its own environment.
    let places = named.iter().map(|path| worktree.join(path)).filter_map(|path| {
        let name = path.file_name().map(OsStr::to_owned)?;
        Some([path.parent()?.canonicalize().ok()?.join(name), path.canonicalize().ok()?])
    });
    places.flatten().filter_map(|path| environment_root(&path, closed)).collect()
}

/// What the person names in the arguments of a CLI, as a file with its settings.
fn arguments(spec: &CommandSpec, closed: &[PathBuf]) -> Vec<PathBuf> {
    let words = spec.args.iter().filter_map(|argument| argument.to_str());
    let paths = words.map(|word| word.split_once('=').map_or(word, |(_, value)| value));
    let named =
        paths.filter(|path| path.starts_with('/')).filter_map(|path| Path::new(path).canonicalize().ok());
    named.filter(|path| closed.iter().any(|checkout| path.starts_with(checkout))).collect()
}

/// Settings in the folders between a checkout and a worktree inside it. Cargo, Node, Go and the CLIs look for them on
/// their way up and fail when they can't read one.
fn settings_above(worktree: &Path, checkout: &Path) -> Vec<PathBuf> {
    let above = worktree.ancestors().skip(1).take_while(|folder| folder.starts_with(checkout));
    let mut found = Vec::new();
    for folder in above {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let settings = entries.filter(|entry| {
            let name = entry.file_name();
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            if is_file {
                is_settings_file(&name)
            } else {
                SETTINGS_FOLDERS.iter().any(|other| name == *other)
            }
        });
        found.extend(settings.map(|entry| entry.path()));
    }
    found
}

fn is_settings_file(name: &OsStr) -> bool {
    let ending = Path::new(name).extension().and_then(OsStr::to_str);
    name.as_encoded_bytes().starts_with(b".")
        || ending.is_some_and(|ending| SETTINGS_ENDINGS.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_settings_above_a_worktree_stay_open() {
        let root = tempfile::TempDir::new().unwrap();
        let checkout = root.path().canonicalize().unwrap();
        let worktree = checkout.join("wt/x");
        fs::create_dir_all(&worktree).unwrap();
        fs::create_dir(checkout.join(".cargo")).unwrap();
        fs::create_dir(checkout.join(".venv")).unwrap();
        for file in ["Cargo.toml", ".editorconfig", "pkg.py", "wt/x/Cargo.toml"] {
            fs::write(checkout.join(file), "").unwrap();
        }
        let mut found = settings_above(&worktree, &checkout);
        found.sort();
        assert_eq!(found, [".cargo", ".editorconfig", "Cargo.toml"].map(|name| checkout.join(name)));
    }

    #[test]
    fn an_environment_is_open_where_the_command_or_a_variable_names_it() {
        let root = tempfile::TempDir::new().unwrap();
        let checkout = root.path().canonicalize().unwrap();
        for folder in ["one/bin", "two/bin", "three/bin", "src"] {
            fs::create_dir_all(checkout.join(folder)).unwrap();
        }
        for environment in ["one", "two", "three"] {
            fs::write(checkout.join(environment).join("pyvenv.cfg"), "").unwrap();
        }
        fs::write(checkout.join("one/bin/python"), "").unwrap();
        let spec = CommandSpec {
            program: PathBuf::from("/bin/sh"),
            args: Vec::new(),
            env: vec![("PATH".into(), format!("/usr/bin:{}/two/bin", checkout.display()).into())],
            dir: PathBuf::from("/"),
            confinement: None,
        };
        let verify = format!("cd {0}/src && {0}/one/bin/python -m pytest", checkout.display());
        let mut found =
            environments(&spec, Path::new("/nowhere"), Some(&verify), std::slice::from_ref(&checkout));
        found.sort();
        found.dedup();
        assert_eq!(found, ["one", "two"].map(|name| checkout.join(name)));
    }
}
