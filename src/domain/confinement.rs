//! What a child may write and read, as plain data, and what is said between the two processes that put it in force.
//!
//! The process layer starts the child's first stage with it, the sandbox layer is that stage; neither imports the
//! other, so what both speak stands here. Nothing here touches a disk or asks the kernel.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::shortage::Shortage;

/// The hidden first argument that makes the `samocode` program the confined stage of a child.
pub const CONFINE_ARGUMENT: &str = "__confine";

/// What a child may do with files. All paths are absolute and without links.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// Folders and files that it may change, with all that is in them now and later.
    #[serde(with = "paths")]
    pub writable: Vec<PathBuf>,
    /// What it may not change even within a writable folder. The folders above it are then opened only child by child,
    /// so that it can be neither renamed nor replaced.
    #[serde(with = "paths")]
    pub protected: Vec<PathBuf>,
    /// What it may neither read nor change. Names of files can be listed everywhere.
    #[serde(with = "paths")]
    pub hidden: Vec<PathBuf>,
    /// Other checkouts of the repository, whose files it may not read, except what is [`readable`](Self::readable) or
    /// [`writable`](Self::writable).
    #[serde(with = "paths")]
    pub walled: Vec<PathBuf>,
    /// Folders and files inside walled ones that it may read.
    #[serde(with = "paths")]
    pub readable: Vec<PathBuf>,
}

impl Confinement {
    /// Closes checkouts, but leaves open what is named inside them. Naming a whole checkout opens nothing: it isn't
    /// inside itself.
    pub fn wall_off(&mut self, checkouts: Vec<PathBuf>, mut open: Vec<PathBuf>) {
        open.retain(|path| checkouts.iter().any(|checkout| path.starts_with(checkout) && path != checkout));
        open.sort();
        open.dedup();
        self.walled = checkouts;
        self.readable = open;
    }

    /// Whether a path belongs to another checkout and can't be read.
    #[must_use]
    pub fn is_walled(&self, path: &Path) -> bool {
        let within = |all: &[PathBuf]| all.iter().any(|folder| path.starts_with(folder));
        within(&self.walled) && !within(&self.readable) && !within(&self.writable)
    }
}

/// What the stage is told on its stdin; the program and its arguments stand in its argv.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagePlan {
    /// What to put in force.
    pub confinement: Confinement,
    /// The program's stdin; without one it reads `/dev/null`.
    #[serde(with = "path")]
    pub prompt: Option<PathBuf>,
}

/// What the stage answers on the same socket when it could not become the program. It says nothing when it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageFailure {
    /// The kernel refused the confinement, so the program was not started.
    NotConfined {
        /// Why.
        words: String,
    },
    /// The machine had nothing to build the confinement with.
    Short {
        /// What has run out.
        shortage: Shortage,
    },
    /// The program could not be executed.
    NotExecuted {
        /// The system's error number.
        errno: i32,
    },
}

/// Paths without loss, whether they are UTF-8 or not.
mod paths {
    use std::ffi::OsString;
    use std::path::PathBuf;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(paths: &[PathBuf], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(paths.iter().map(|path| path.as_os_str()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PathBuf>, D::Error> {
        Ok(Vec::<OsString>::deserialize(from)?.into_iter().map(PathBuf::from).collect())
    }
}

/// One path without loss.
mod path {
    use std::ffi::OsString;
    use std::path::PathBuf;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(path: &Option<PathBuf>, to: S) -> Result<S::Ok, S::Error> {
        path.as_ref().map(|path| path.as_os_str()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
        Ok(Option::<OsString>::deserialize(from)?.map(PathBuf::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_checkout_is_closed_except_for_what_is_named_inside_it() {
        let mut confinement =
            Confinement { writable: vec!["/code/app/wt/x".into()], ..Confinement::default() };
        let open = ["/code/app/.git", "/code/app", "/usr", "/code/app/.git"].map(PathBuf::from);
        confinement.wall_off(vec!["/code/app".into()], open.into());
        assert_eq!(confinement.readable, [PathBuf::from("/code/app/.git")]);
        assert!(confinement.is_walled(Path::new("/code/app/src/lib.rs")));
        for open in ["/code/app/.git/HEAD", "/code/app/wt/x/src/lib.rs", "/code/apple", "/usr/bin/env"] {
            assert!(!confinement.is_walled(Path::new(open)), "{open}");
        }
    }
}
