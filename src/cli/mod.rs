//! Words for people: flags, messages, exit codes.

use std::process::ExitCode;

use crate::provider::demo;

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|name| name == demo::SUBCOMMAND) {
        return demo::agent_main();
    }
    ExitCode::SUCCESS
}
