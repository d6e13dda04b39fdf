//! A stand-in for the Claude Code CLI: a program that does what a script says and records how it was called.
//!
//! It is put in the CLI's place with `CLAUDE_PATH`, finds its script through [`SCRIPT_VARIABLE`], and speaks the CLI's
//! stream on stdout. It never talks to a network and decides nothing by itself.

mod invocation;
mod labels;
mod perform;
mod script;
mod step;
mod stream;
mod usual;

pub use invocation::Invocation;
pub use perform::{TROUBLE, run};
pub use script::{Run, Script};
pub use step::Step;
pub use usual::{PLAN, QUESTIONS};

/// Names the script's file; set on samocode, which hands it on.
pub const SCRIPT_VARIABLE: &str = "SAMOCODE_TEST_SCRIPT";
