//! Settings files in which people write paths: build files, workspaces, overrides of dependencies.

use std::path::{Path, PathBuf};

use super::links::is_own_folder;
use super::{Look, entries, text};
use crate::domain::origins::{Way, absolute, cmake_source, mentions, words};

/// Files of a project that may name another checkout.
pub(super) const FILES: [&str; 52] = [
    ".bazelrc",
    ".cargo/config",
    ".cargo/config.toml",
    ".env",
    ".envrc",
    ".npmrc",
    "CMakePresets.json",
    "CMakeUserPresets.json",
    "Cargo.toml",
    "GNUmakefile",
    "Gemfile",
    "Justfile",
    "Makefile",
    "Package.swift",
    "Pipfile",
    "Taskfile.yml",
    "build.gradle",
    "build.gradle.kts",
    "compose.override.yaml",
    "compose.override.yml",
    "compose.yaml",
    "compose.yml",
    "composer.json",
    "conftest.py",
    "docker-compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
    "go.mod",
    "go.work",
    "gradle.properties",
    "jest.config.cjs",
    "jest.config.js",
    "jest.config.ts",
    "justfile",
    "local.properties",
    "makefile",
    "mise.toml",
    "mix.exs",
    "noxfile.py",
    "package.json",
    "pnpm-workspace.yaml",
    "pom.xml",
    "pubspec.yaml",
    "pyproject.toml",
    "pytest.ini",
    "requirements.txt",
    "settings.gradle",
    "settings.gradle.kts",
    "setup.cfg",
    "tox.ini",
    "tsconfig.json",
];

/// Of these, such as tools look for in every folder above.
const LOOKED_FOR_ABOVE: [&str; 3] = [".cargo/config", ".cargo/config.toml", "go.work"];
/// How the names of a container's descriptions begin.
const CONTAINERS: [&str; 2] = ["compose.", "docker-compose."];
/// Files that show a folder to be a build's.
const BUILT: [&str; 2] = ["build.ninja", "config.status"];
/// How many words of one text are looked up on the disk.
const MOST_WORDS: usize = 3000;

impl Look<'_> {
    pub(super) fn look_at_texts(&mut self) {
        for name in FILES {
            let Some(text) = self.own_text(name) else {
                continue;
            };
            let container = CONTAINERS.iter().any(|start| name.starts_with(start));
            let way = if container { Way::Container } else { Way::Settings };
            let leads = self.mentioned(&text, &folder_of(&self.worktree, name));
            self.note(format!("`{name}`"), leads, way);
        }
        let above: Vec<PathBuf> = self.worktree.ancestors().skip(1).map(Path::to_owned).collect();
        let mut files: Vec<(PathBuf, PathBuf)> = Vec::new();
        for folder in &above {
            files.extend(LOOKED_FOR_ABOVE.iter().map(|name| (folder.join(name), folder_of(folder, name))));
        }
        let cargo = self.variable("CARGO_HOME").map_or_else(|| self.home.join(".cargo"), PathBuf::from);
        files.push((cargo.join("config.toml"), self.home.clone()));
        for (file, base) in files {
            let leads = text(&file).and_then(|text| self.mentioned(&text, &base));
            self.note(format!("`{}`", file.display()), leads, Way::Settings);
        }
    }

    /// Build folders that were copied from where they were made.
    pub(super) fn look_at_builds(&mut self) {
        let top = entries(&self.files).into_iter().filter(|path| {
            let inner = path.strip_prefix(&self.files).unwrap_or(path);
            is_own_folder(path) && self.has(inner)
        });
        let folders: Vec<PathBuf> =
            top.flat_map(|folder| [entries(&folder), vec![folder]].concat()).collect();
        for folder in folders {
            let shown = folder.strip_prefix(&self.files).unwrap_or(&folder).display().to_string();
            let cache = text(&folder.join("CMakeCache.txt"));
            if let Some(source) = cache.as_deref().and_then(cmake_source) {
                let leads = self.leads(&folder, Path::new(source));
                self.note(format!("`{shown}/CMakeCache.txt`"), leads, Way::Build);
                continue;
            }
            let built = BUILT.iter().find_map(|name| Some((name, text(&folder.join(name))?)));
            if let Some((name, text)) = built {
                let leads = self.absolute_mention(&text);
                self.note(format!("`{shown}/{name}`"), leads, Way::Build);
            }
        }
    }

    /// The first path in a text that leads into another checkout.
    pub(super) fn mentioned(&self, text: &str, base: &Path) -> Option<PathBuf> {
        let first = self.absolute_mention(text);
        first.or_else(|| {
            let words = words(text).filter(|word| !word.contains("//") || word.starts_with("//"));
            let mut paths = words.map(|word| super::expanded(word, &self.env)).take(MOST_WORDS);
            paths.find_map(|word| self.leads_elsewhere(base, Path::new(&word)))
        })
    }

    pub(super) fn absolute_mention(&self, text: &str) -> Option<PathBuf> {
        let all = self.checkouts.iter().filter_map(|checkout| checkout.to_str());
        all.flat_map(|checkout| mentions(text, checkout))
            .find_map(|path| self.leads(&self.worktree, Path::new(path)))
    }

    /// As [`Look::leads`], without a look at the disk for words that stay in the worktree.
    fn leads_elsewhere(&self, base: &Path, path: &Path) -> Option<PathBuf> {
        let stays = absolute(base, path).starts_with(&self.worktree);
        if stays { None } else { self.leads(base, path) }
    }
}

/// From where the paths in a file count. Cargo counts from the folder around `.cargo`.
/// Source: <https://doc.rust-lang.org/cargo/reference/config.html#config-relative-paths>
fn folder_of(top: &Path, name: &str) -> PathBuf {
    let file = top.join(name);
    let folder = file.parent().unwrap_or(top);
    if folder.ends_with(".cargo") { top.to_owned() } else { folder.to_owned() }
}
