//! How a Python project is tested, and the environment that its worktrees get for that.
//!
//! An environment that is shared with the main checkout usually imports the main checkout, by an editable install; so one
//! is proposed that is made in the worktree.

use super::project::{Found, Project, Root, found};

/// Files that describe a project, the most telling first.
const ABOUT: [&str; 6] =
    ["pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "requirements.txt", "uv.lock"];
/// Files that only tests have.
const OF_TESTS: [&str; 5] =
    ["pytest.ini", "conftest.py", "requirements-dev.txt", "requirements-test.txt", "poetry.lock"];
/// Lists of packages.
const REQUIRED: [&str; 3] = ["requirements.txt", "requirements-dev.txt", "requirements-test.txt"];
/// Extras in which projects keep what their tests need.
const EXTRAS: [&str; 4] = ["test", "tests", "testing", "dev"];

pub(super) fn python(root: &Root<'_>) -> Project {
    let Some(file) = root.first(&ABOUT).or_else(|| root.first(&OF_TESTS)) else {
        return Project::default();
    };
    let names = ABOUT.iter().chain(&OF_TESTS);
    let has_pytest = root.first(&["pytest.ini", "conftest.py", "tests/conftest.py"]).is_some()
        || names.into_iter().any(|name| root.text(name).contains("pytest"));
    let has_tests = has_pytest || root.first(&["tests", "test"]).is_some();
    let module = if has_pytest { "pytest" } else { "unittest" };
    let (tests, set_up) = if root.has("uv.lock") {
        let words = if has_pytest { "uv run pytest" } else { "uv run python -m unittest" };
        (found(words, "uv.lock"), Some(found("uv sync", "uv.lock")))
    } else if root.has("poetry.lock") {
        let set_up = Found { needed: true, ..found("poetry install", "poetry.lock") };
        (found(format!("poetry run python -m {module}"), "poetry.lock"), Some(set_up))
    } else if root.has("tox.ini") {
        (found("tox", "tox.ini"), None)
    } else {
        let folder = root.first(&["tests", "test"]).filter(|_| !has_pytest);
        let folder = folder.map(|folder| format!(" discover -s {folder}")).unwrap_or_default();
        let set_up = environment(root, has_pytest);
        let program = if set_up.is_some() { ".venv/bin/python" } else { "python3" };
        let set_up = set_up.map(|command| Found { needed: has_tests, ..found(command, file) });
        (found(format!("{program} -m {module}{folder}"), file), set_up)
    };
    Project { tests: if has_tests { vec![tests] } else { Vec::new() }, set_up }
}

/// What makes an environment in the worktree; none where nothing would be in it.
fn environment(root: &Root<'_>, has_pytest: bool) -> Option<String> {
    let mut parts: Vec<String> =
        REQUIRED.iter().filter(|name| root.has(name)).map(|name| format!("-r {name}")).collect();
    let project: toml::Table = toml::from_str(&root.text("pyproject.toml")).unwrap_or_default();
    let extra = extra(&project);
    let in_extra = extra.is_some_and(|(_, packages)| names_pytest(packages));
    let is_package = project.contains_key("project")
        || project.contains_key("build-system")
        || root.has("setup.py")
        || root.text("setup.cfg").contains("[metadata]");
    if is_package {
        parts.push(extra.map_or_else(|| "-e .".to_owned(), |(name, _)| format!("-e \".[{name}]\"")));
    }
    let brings_pytest = in_extra || REQUIRED.iter().any(|name| root.text(name).contains("pytest"));
    if has_pytest && !brings_pytest {
        parts.push("pytest".to_owned());
    }
    if parts.is_empty() {
        return None;
    }
    // Python before 3.13 leaves the folder visible to git.
    let hidden =
        if root.text(".gitignore").contains("venv") { "" } else { "echo \"*\" > .venv/.gitignore && " };
    Some(format!("python3 -m venv .venv && {hidden}.venv/bin/pip install {}", parts.join(" ")))
}

/// The extra with what the tests need, and its packages.
fn extra(project: &toml::Table) -> Option<(&'static str, &toml::Value)> {
    let extras = project.get("project")?.get("optional-dependencies")?.as_table()?;
    EXTRAS.into_iter().find_map(|name| Some((name, extras.get(name)?)))
}

fn names_pytest(packages: &toml::Value) -> bool {
    let packages = packages.as_array().into_iter().flatten().filter_map(toml::Value::as_str);
    packages.into_iter().any(|package| package.starts_with("pytest"))
}
