//! What a machine can run out of while it is asked to start something.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What has run out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortage {
    /// Processes or threads: `EAGAIN` from `fork`, `clone` or `execve`.
    Processes,
    /// Memory: `ENOMEM`.
    Memory,
    /// Open files, of this process or of the machine: `EMFILE`, `ENFILE`.
    Files,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Processes => {
                "this machine is out of processes (see `ulimit -u` and the pids limit of the container)"
            }
            Self::Memory => "this machine is out of memory",
            Self::Files => "this machine is out of open files (see `ulimit -n`)",
        })
    }
}
