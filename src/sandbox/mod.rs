//! Confines a child's reach into the disk, by Landlock where the kernel has it.
//!
//! [`plan`] says what a child may write and read, from facts that the caller gathers; [`stage`] is the process that puts
//! it in force on itself and then becomes the child. Grants only add, so what stays closed is left out: the folders
//! above it are opened child by child, listed anew at each start. Never confines the process that calls it but in the
//! stage, and starts nothing else.

mod caches;
mod carve;
mod keys;
mod plan;
pub mod stage;
mod tokens;

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
use elsewhere as system;
#[cfg(target_os = "linux")]
use linux as system;

pub use caches::{Cache, caches};
pub use plan::{Facts, lies_apart, plan};
pub use tokens::token_files;

/// Why a sandbox cannot be counted on. Only the first reason says that there is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The kernel has none, or none that is good enough.
    #[error("{0}")]
    None(String),
    /// The kernel could not be asked: it may have one.
    #[error("whether this kernel has a sandbox could not be asked: {why}")]
    NotAsked {
        /// What was in the way.
        why: String,
        /// Whether that passes: the machine has run out of something.
        passes: bool,
    },
}

/// Whether this system can confine a child in full, and by which version of its rules at least. Confines nothing.
///
/// # Errors
/// Why it cannot, in words.
pub fn available() -> Result<u32, Unavailable> {
    system::available()
}
