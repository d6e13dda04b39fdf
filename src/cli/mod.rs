//! Words for people: flags, messages, exit codes.

use std::process::ExitCode;

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    if std::env::args_os()
        .nth(1)
        .is_some_and(|first| first == crate::process::KEEPER_ARGUMENT)
    {
        return crate::process::keeper::main();
    }
    ExitCode::SUCCESS
}
