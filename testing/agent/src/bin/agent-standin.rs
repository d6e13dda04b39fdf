//! The stand-in as a program; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    samocode_testing_agent::run()
}
