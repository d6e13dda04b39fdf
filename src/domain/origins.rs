//! Whose code a verification runs: findings that lead to another checkout of the repository, and the texts in which
//! tools keep such paths. Pure; reads no file.

use std::path::{Component, Path, PathBuf};

mod python;
mod text;

pub use python::{InstalledFrom, PathFile, egg_link, installed_from, path_file};
pub use text::{cmake_source, mentions, words};

/// A place from which a tool takes code of another checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What leads there: a file, a variable, the verify command.
    pub place: String,
    /// Where it leads.
    pub leads: PathBuf,
    /// The checkout that this lies in is the main one.
    pub in_main: bool,
    /// How.
    pub way: Way,
}

/// How code of another checkout gets into a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A Python environment imports the package from there.
    Editable,
    /// A Python environment has a copy that was installed from there.
    Copied,
    /// A package below `node_modules`, or that folder, is a link.
    Node,
    /// Another link in the worktree.
    Link,
    /// A build folder was configured for the sources there.
    Build,
    /// A container is given files from there.
    Container,
    /// A variable names it.
    Variable,
    /// The verify command names it.
    Command,
    /// A settings file names it.
    Settings,
}

impl Way {
    /// Whether the code is used without reading the other checkout, so that closing it changes nothing.
    #[must_use]
    pub fn is_at_second_hand(self) -> bool {
        matches!(self, Self::Copied | Self::Build | Self::Container)
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Editable | Self::Copied => {
                "give the worktree its own environment: `SAMOCODE_SETUP='python3 -m venv .venv && .venv/bin/pip install \
                 -e .'`, and `.venv/bin/python` in SAMOCODE_VERIFY"
            }
            Self::Node => "let the worktree have its own packages, e.g. `SAMOCODE_SETUP='npm ci'`",
            Self::Link => "copy it with `.worktreeinclude`, or open it with SAMOCODE_SANDBOX_READ",
            Self::Build => {
                "configure the build in the worktree (`SAMOCODE_SETUP='cmake -B build'`) instead of copying the build folder"
            }
            Self::Container => "use a path relative to the compose file",
            Self::Variable => {
                "unset the variable, or set it in SAMOCODE_VERIFY to a path relative to the worktree"
            }
            Self::Command => "use paths relative to the worktree, which is where SAMOCODE_VERIFY runs",
            Self::Settings => "use a path relative to the worktree",
        }
    }
}

impl Finding {
    /// What leads where.
    #[must_use]
    pub fn words(&self) -> String {
        let checkout = if self.in_main { "the main checkout" } else { "another checkout" };
        let leads = format!("{checkout} ({})", self.leads.display());
        let place = &self.place;
        match self.way {
            Way::Editable => format!("{place} imports from {leads}: an editable install"),
            Way::Copied => format!("{place} is a copy installed from {leads}"),
            Way::Build => format!("{place} was configured for the sources in {leads}"),
            Way::Node | Way::Link => format!("{place} is a link into {leads}"),
            Way::Container | Way::Variable | Way::Command | Way::Settings => {
                format!("{place} points to {leads}")
            }
        }
    }
}

/// A path without `.` and `..`, by its words alone; `path` counts from `base`.
#[must_use]
pub fn absolute(base: &Path, path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in base.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            part => result.push(part),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_path_counts_from_its_base() {
        let at = |path| absolute(Path::new("/code/wt/x"), Path::new(path));
        assert_eq!(at("../../app/./src"), Path::new("/code/app/src"));
        assert_eq!(at("/app"), Path::new("/app"));
        assert_eq!(at("../../../../../etc"), Path::new("/etc"));
    }
}
