//! What a project says of itself: how it is tested, and what a fresh copy of it needs first. Reads files of its root and
//! runs nothing.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::python::python;

/// A command, and the file that it was concluded from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) command: String,
    pub(super) from: &'static str,
    /// For a set-up: the first test command does not work without it.
    pub(super) needed: bool,
}

/// What was found; the likeliest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Project {
    pub(super) tests: Vec<Found>,
    pub(super) set_up: Option<Found>,
}

/// Looks at the root of a project.
pub(super) fn look(top: &Path) -> Project {
    let mut project = Project::default();
    for kind in [rust, node, python, go, java, make] {
        let found = kind(&Root(top));
        let first = project.tests.is_empty();
        project.tests.extend(found.tests);
        if let Some(set_up) = found.set_up.filter(|_| project.set_up.is_none()) {
            project.set_up = Some(Found { needed: set_up.needed && first, ..set_up });
        }
    }
    project.tests.dedup_by(|one, other| one.command == other.command);
    project
}

/// The root folder.
pub(super) struct Root<'a>(&'a Path);

impl Root<'_> {
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.join(name).exists()
    }

    /// The first of these that is there.
    pub(super) fn first<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().copied().find(|name| self.has(name))
    }

    /// A file's text; empty where there is none.
    pub(super) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_default()
    }
}

pub(super) fn found(command: impl Into<String>, from: &'static str) -> Found {
    Found { command: command.into(), from, needed: false }
}

fn tested(command: impl Into<String>, from: &'static str) -> Project {
    Project { tests: vec![found(command, from)], set_up: None }
}

fn rust(root: &Root<'_>) -> Project {
    if !root.has("Cargo.toml") {
        return Project::default();
    }
    let workspace = root.text("Cargo.toml").lines().any(|line| line.trim() == "[workspace]");
    tested(if workspace { "cargo test --workspace" } else { "cargo test" }, "Cargo.toml")
}

/// Lock files of Node's package managers, with the manager and what installs exactly what the file says.
const LOCKS: [(&str, &str, &str); 6] = [
    ("package-lock.json", "npm", "npm ci"),
    ("npm-shrinkwrap.json", "npm", "npm ci"),
    ("pnpm-lock.yaml", "pnpm", "pnpm install --frozen-lockfile"),
    ("yarn.lock", "yarn", "yarn install --frozen-lockfile"),
    ("bun.lock", "bun", "bun install --frozen-lockfile"),
    ("bun.lockb", "bun", "bun install --frozen-lockfile"),
];

fn node(root: &Root<'_>) -> Project {
    let lock = LOCKS.iter().find(|(file, ..)| root.has(file));
    let package: Value = serde_json::from_str(&root.text("package.json")).unwrap_or_default();
    let manager = lock.map_or("npm", |(_, manager, _)| manager);
    let script = package["scripts"]["test"].as_str().unwrap_or_default();
    // What `npm init` writes fails always.
    let tests = !script.is_empty() && !script.contains("no test specified");
    let command = if manager == "bun" { "bun run test".to_owned() } else { format!("{manager} test") };
    let lists = ["dependencies", "devDependencies"];
    let depends = lists.iter().any(|list| package[list].as_object().is_some_and(|list| !list.is_empty()));
    // Packages of a workspace find each other by links that an install makes.
    let needed = depends || package["workspaces"].is_array() || root.has("pnpm-workspace.yaml");
    let set_up = match lock {
        // Since its second version yarn has another word for it.
        Some((file, "yarn", _)) if root.has(".yarnrc.yml") => Some(found("yarn install --immutable", file)),
        Some((file, _, install)) => Some(found(*install, file)),
        None => needed.then(|| found("npm install", "package.json")),
    };
    Project {
        tests: if tests { vec![found(command, "package.json")] } else { Vec::new() },
        set_up: set_up.map(|set_up| Found { needed: needed && tests, ..set_up }),
    }
}

fn go(root: &Root<'_>) -> Project {
    if root.has("go.mod") { tested("go test ./...", "go.mod") } else { Project::default() }
}

fn java(root: &Root<'_>) -> Project {
    let kinds = [
        ("gradlew", "./gradlew test"),
        ("mvnw", "./mvnw test"),
        ("build.gradle", "gradle test"),
        ("build.gradle.kts", "gradle test"),
        ("pom.xml", "mvn test"),
    ];
    let kind = kinds.into_iter().find(|(file, _)| root.has(file));
    kind.map_or_else(Project::default, |(file, command)| tested(command, file))
}

fn make(root: &Root<'_>) -> Project {
    let Some(file) = root.first(&["Makefile", "makefile", "GNUmakefile"]) else {
        return Project::default();
    };
    let text = root.text(file);
    let target = |name: &str| {
        text.lines().any(|line| {
            line.strip_prefix(name).is_some_and(|rest| {
                rest.trim_start().strip_prefix(':').is_some_and(|rest| !rest.starts_with('='))
            })
        })
    };
    let target = ["test", "check"].into_iter().find(|name| target(name));
    target.map_or_else(Project::default, |name| tested(format!("make {name}"), file))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test commands, and the set-up with a `!` where it is needed, of a root with these files.
    fn seen(files: &[(&str, &str)]) -> String {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let project = look(dir.path());
        let tests: Vec<String> = project.tests.into_iter().map(|found| found.command).collect();
        let set_up = project
            .set_up
            .map(|set_up| format!(" after {}{}", set_up.command, if set_up.needed { "!" } else { "" }));
        tests.join(", ") + &set_up.unwrap_or_default()
    }

    #[test]
    fn a_kind_of_project_is_known_by_its_files() {
        assert_eq!(seen(&[]), "");
        assert_eq!(seen(&[("README.md", "")]), "");
        assert_eq!(seen(&[("Cargo.toml", "[package]\n")]), "cargo test");
        assert_eq!(seen(&[("Cargo.toml", "[workspace]\nmembers = []\n")]), "cargo test --workspace");
        assert_eq!(seen(&[("go.mod", "")]), "go test ./...");
        assert_eq!(seen(&[("gradlew", ""), ("build.gradle", "")]), "./gradlew test");
        assert_eq!(seen(&[("mvnw", ""), ("pom.xml", "")]), "./mvnw test");
        assert_eq!(seen(&[("pom.xml", "")]), "mvn test");
    }

    #[test]
    fn a_node_project_is_tested_by_the_manager_of_its_lock_file() {
        let package = r#"{"scripts": {"test": "node --test"}, "devDependencies": {"a": "1"}}"#;
        let with = |lock: &str| seen(&[("package.json", package), (lock, "")]);
        assert_eq!(with("package-lock.json"), "npm test after npm ci!");
        assert_eq!(with("pnpm-lock.yaml"), "pnpm test after pnpm install --frozen-lockfile!");
        assert_eq!(with("yarn.lock"), "yarn test after yarn install --frozen-lockfile!");
        assert_eq!(with("bun.lock"), "bun run test after bun install --frozen-lockfile!");
        assert_eq!(with("other"), "npm test after npm install!");
        let berry = [("package.json", package), ("yarn.lock", ""), (".yarnrc.yml", "")];
        assert_eq!(seen(&berry), "yarn test after yarn install --immutable!");
        let plain = r#"{"scripts": {"test": "node --test"}}"#;
        assert_eq!(seen(&[("package.json", plain), ("package-lock.json", "")]), "npm test after npm ci");
        assert_eq!(seen(&[("package.json", plain)]), "npm test");
    }

    #[test]
    fn a_test_script_that_always_fails_is_none() {
        let placeholder = r#"{"scripts": {"test": "echo \"Error: no test specified\" && exit 1"}}"#;
        assert_eq!(seen(&[("package.json", placeholder)]), "");
        assert_eq!(seen(&[("package.json", "{}"), ("package-lock.json", "")]), " after npm ci");
        assert_eq!(seen(&[("package.json", "not JSON")]), "");
    }

    #[test]
    fn a_workspace_needs_its_set_up_even_without_dependencies() {
        let package = r#"{"scripts": {"test": "x"}, "workspaces": ["packages/*"]}"#;
        assert_eq!(seen(&[("package.json", package), ("package-lock.json", "")]), "npm test after npm ci!");
    }

    #[test]
    fn a_python_project_is_tested_as_its_files_say() {
        let pytest = ("pyproject.toml", "[tool.pytest.ini_options]\n");
        let ignored = (".gitignore", ".venv/\n");
        let venv = |parts: &str| format!("after python3 -m venv .venv && .venv/bin/pip install {parts}");
        assert_eq!(seen(&[pytest, ignored]), format!(".venv/bin/python -m pytest {}!", venv("pytest")));
        assert_eq!(seen(&[pytest, ("uv.lock", "")]), "uv run pytest after uv sync");
        assert_eq!(seen(&[pytest, ("poetry.lock", "")]), "poetry run python -m pytest after poetry install!");
        assert_eq!(seen(&[("tox.ini", "[tox]\n"), ("tests/test_a.py", "")]), "tox");
        assert_eq!(seen(&[("pyproject.toml", "[project]\n"), ignored]), format!(" {}", venv("-e .")));
    }

    #[test]
    fn a_python_package_is_tested_in_an_environment_of_the_worktree() {
        let ignored = (".gitignore", ".venv/\n");
        let test = ("tests/test_a.py", "import unittest");
        let venv = |parts: &str| format!("after python3 -m venv .venv && .venv/bin/pip install {parts}!");
        let package = [("pyproject.toml", "[project]\n"), test, ignored];
        let unittest = ".venv/bin/python -m unittest discover -s tests";
        assert_eq!(seen(&package), format!("{unittest} {}", venv("-e .")));
        let extra = "[project]\n[project.optional-dependencies]\ntest = [\"pytest\"]\n";
        let with_extra = [("pyproject.toml", extra), test, ignored];
        assert_eq!(seen(&with_extra), format!(".venv/bin/python -m pytest {}", venv("-e \".[test]\"")));
        let required = [("requirements.txt", "x\n"), ("requirements-dev.txt", "pytest\n"), ignored];
        let parts = "-r requirements.txt -r requirements-dev.txt";
        assert_eq!(seen(&required), format!(".venv/bin/python -m pytest {}", venv(parts)));
        let old = [("setup.py", ""), ("conftest.py", ""), ignored];
        assert_eq!(seen(&old), format!(".venv/bin/python -m pytest {}", venv("-e . pytest")));
        let bare = [("tox.ini.bak", ""), ("setup.cfg", "[flake8]\n"), test];
        assert_eq!(seen(&bare), "python3 -m unittest discover -s tests");
    }

    #[test]
    fn an_environment_that_git_would_see_is_hidden_from_it() {
        let seen = seen(&[("setup.py", ""), ("conftest.py", "")]);
        assert!(seen.contains("venv .venv && echo \"*\" > .venv/.gitignore && .venv/bin/pip"), "{seen}");
    }

    #[test]
    fn a_makefile_counts_where_it_has_the_target() {
        assert_eq!(seen(&[("Makefile", "all:\n\ntest: all\n\t./run\n")]), "make test");
        assert_eq!(seen(&[("Makefile", "check :\n\t./run\n")]), "make check");
        assert_eq!(seen(&[("Makefile", "test := 1\ntests:\n")]), "");
        let both = [("Cargo.toml", ""), ("Makefile", "test:\n")];
        assert_eq!(seen(&both), "cargo test, make test");
    }

    #[test]
    fn a_set_up_is_needed_only_by_the_test_that_is_proposed() {
        let package = r#"{"scripts": {"test": "x"}, "dependencies": {"a": "1"}}"#;
        let both = [("Cargo.toml", ""), ("package.json", package), ("package-lock.json", "")];
        assert_eq!(seen(&both), "cargo test, npm test after npm ci");
    }
}
