//! What a child may write and read, as plain data, and what is said between the two processes that put it in force.
//!
//! The process layer starts the child's first stage with it, the sandbox layer is that stage; neither imports the
//! other, so what both speak stands here. Nothing here touches a disk or asks the kernel.

use std::path::PathBuf;

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
