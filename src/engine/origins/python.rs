//! Python's environments: which are in use, and what was installed there from another checkout.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::{Look, entries, expanded, text};
use crate::domain::origins::{Finding, Way, absolute, egg_link, installed_from, path_file, words};

/// Variables that name an environment.
const VARIABLES: [&str; 3] = ["VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT"];
/// Environments that tools make or find in a project.
const IN_PROJECT: [&str; 3] = [".venv", "venv", "env"];
/// Folders in which tools make several.
const SEVERAL: [&str; 2] = [".tox", ".nox"];
/// Programs by which an environment on the search path is found.
const PROGRAMS: [&str; 3] = ["python", "python3", "pytest"];
/// Folders of packages below an environment's `lib/python3.x`.
const PACKAGES: [&str; 2] = ["site-packages", "dist-packages"];

impl Look<'_> {
    pub(super) fn look_at_python(&mut self) {
        let mut environments = self.named_by_command();
        if environments.is_empty() {
            environments = self.found_by_tools();
        }
        environments.sort();
        environments.dedup();
        for environment in environments {
            for packages in package_folders(&environment) {
                self.look_at_packages_of_python(&packages);
            }
        }
    }

    /// The environments whose programs the command names, and those that such a program says it runs in: a copied
    /// environment still runs the Python of the original.
    fn named_by_command(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for word in words(self.verify).filter(|word| word.contains('/')) {
            let program = absolute(&self.worktree, Path::new(&expanded(word, &self.env)));
            let inner = program.strip_prefix(&self.worktree).ok().filter(|inner| self.has(inner));
            let program = inner.map_or_else(|| program.clone(), |inner| self.files.join(inner));
            let interpreter = text(&program).and_then(|text| shebang(&text));
            found.extend(
                [Some(program), interpreter].into_iter().flatten().filter_map(|path| environment_of(&path)),
            );
        }
        found
    }

    /// Those that a tool would find by itself.
    fn found_by_tools(&self) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = VARIABLES
            .iter()
            .filter_map(|name| self.variable(name))
            .map(|path| self.worktree.join(path))
            .collect();
        let in_project = IN_PROJECT.iter().filter(|name| self.has(Path::new(name)));
        found.extend(in_project.map(|name| self.files.join(name)));
        let several = SEVERAL.iter().filter(|name| self.has(Path::new(name)));
        found.extend(several.flat_map(|name| entries(&self.files.join(name))));
        for name in PROGRAMS {
            let Some(program) = self.on_search_path(OsStr::new(name)) else {
                continue;
            };
            let target = program.canonicalize().ok();
            let of_program = |path: &Path| path.parent().and_then(Path::parent).map(Path::to_owned);
            found.extend(
                [Some(program.as_path()), target.as_deref()].into_iter().flatten().filter_map(of_program),
            );
            let interpreter = text(&program).and_then(|text| shebang(&text));
            found.extend(interpreter.and_then(|path| of_program(&path)));
        }
        // Packages that were installed for the person alone.
        found.push(self.home.join(".local"));
        let versions = self.variable("PYENV_ROOT").map_or_else(|| self.home.join(".pyenv"), PathBuf::from);
        found.extend(entries(&versions.join("versions")));
        found
    }

    fn look_at_packages_of_python(&mut self, packages: &Path) {
        let mut editable = Vec::new();
        for entry in entries(packages) {
            let shown = format!("`{}`", entry.display());
            let ending = entry.extension().and_then(OsStr::to_str).unwrap_or_default();
            if entry.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
                let leads = self.leads(packages, &entry);
                self.note(shown.clone(), leads, Way::Editable);
            }
            match ending {
                "pth" => {
                    let leads = text(&entry).and_then(|text| self.path_file_leads(packages, &text));
                    self.note(shown, leads, Way::Editable);
                }
                "egg-link" => {
                    let text = text(&entry).unwrap_or_default();
                    let leads = egg_link(&text).and_then(|folder| self.leads(packages, Path::new(folder)));
                    self.note(shown, leads, Way::Editable);
                }
                "dist-info" => {
                    let text = text(&entry.join("direct_url.json")).unwrap_or_default();
                    let Some(from) = installed_from(&text) else {
                        continue;
                    };
                    let leads = self.leads(packages, &from.path);
                    if from.editable {
                        editable.push((shown, leads));
                    } else {
                        self.note(shown, leads, Way::Copied);
                    }
                }
                _ => {}
            }
        }
        // Usually its `.pth` file was found, too, which is what counts.
        let start = format!("`{}", packages.display());
        let is_found = |finding: &Finding| finding.way == Way::Editable && finding.place.starts_with(&start);
        if !self.found.iter().any(is_found) {
            for (shown, leads) in editable {
                self.note(shown, leads, Way::Editable);
            }
        }
    }

    /// Where a `.pth` file leads, by itself or by the modules that it imports.
    fn path_file_leads(&self, packages: &Path, text_of_file: &str) -> Option<PathBuf> {
        let file = path_file(text_of_file);
        let folder = file.folders.iter().find_map(|folder| self.leads(packages, Path::new(folder)));
        folder.or_else(|| {
            let modules = file.modules.iter().filter_map(|name| text(&packages.join(format!("{name}.py"))));
            modules.into_iter().find_map(|module| self.absolute_mention(&module))
        })
    }
}

/// The environment that a program belongs to.
fn environment_of(program: &Path) -> Option<PathBuf> {
    let is_one = |folder: &&Path| folder.join("pyvenv.cfg").is_file() || folder.join("conda-meta").is_dir();
    program.ancestors().skip(1).take(3).find(is_one).map(Path::to_owned)
}

/// The interpreter that a script names in its first line.
fn shebang(script: &str) -> Option<PathBuf> {
    let line = script.strip_prefix("#!")?.lines().next()?;
    let program = line.split_whitespace().next()?;
    program.starts_with('/').then(|| PathBuf::from(program))
}

fn package_folders(environment: &Path) -> Vec<PathBuf> {
    let libraries = ["lib", "lib64"].map(|name| environment.join(name));
    let versions = libraries.iter().flat_map(|library| entries(library));
    let python = versions
        .filter(|path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"python")));
    let mut found: Vec<PathBuf> = python
        .flat_map(|version| PACKAGES.map(|name| version.join(name)))
        .filter_map(|folder| folder.canonicalize().ok())
        .collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_interpreter_with_a_path_is_one() {
        assert_eq!(
            shebang("#!/code/app/.venv/bin/python\nimport x\n"),
            Some("/code/app/.venv/bin/python".into())
        );
        assert_eq!(shebang("import x\n"), None);
    }
}
