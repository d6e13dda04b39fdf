//! Starts programs, empties their output, and ends them with everything that they started.
//!
//! Between samocode and a program stands a [`keeper`]: a small process of the same binary that adopts whatever the
//! program's descendants leave as orphans, so that nothing escapes by a session of its own, a double fork or a cleared
//! environment, and that ends all of it when samocode itself dies. The second net is a tag in the environment
//! ([`end_tagged`]). Not Linux: best effort, see `elsewhere.rs`.
//!
//! This layer knows nothing of providers, sessions or git, never judges what a program prints, and never starts a
//! program again.

mod attend;
mod awake;
mod bounded;
mod drain;
mod error;
pub mod keeper;
mod ladder;
mod launch;
mod lines;
mod log;
mod lost;
mod pid;
mod poll;
mod running;
mod sweep;
mod table;
mod tagged;
mod tail;
mod wire;

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
use elsewhere as system;
#[cfg(target_os = "linux")]
use linux as system;

pub use awake::{Awake, try_inhibitor};
pub use bounded::{Cut, Finished, run_bounded};
pub use error::{ProcessError, StartFailure};
pub use ladder::Graces;
pub use launch::{KEEPER_ARGUMENT, Launch, Stderr, launch};
pub(crate) use lines::Cutter;
pub use lines::{LONGEST_LINE, Line, Piece};
pub use pid::Pid;
pub use running::{Ended, ProcessEvent, Running, STDERR_TAIL};
pub use sweep::Swept;
pub use tagged::{TAG_VARIABLE, Tagged, end_tagged};
pub(crate) use tail::Tail;

/// The path by which this very program can be started again as a keeper, even after its file was replaced.
///
/// # Errors
/// Where the system does not tell.
pub fn this_program() -> std::io::Result<std::path::PathBuf> {
    system::this_program()
}
