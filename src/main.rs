//! The `samocode` program: a thin shell around [`samocode::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    samocode::cli::main()
}
