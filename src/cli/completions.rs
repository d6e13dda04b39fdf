//! `completions`: what lets a shell complete samocode's commands and flags, from the same source as `--help`.

use std::collections::BTreeSet;

use clap::builder::{PossibleValuesParser, ValueParser};
use clap::{Arg, Command, ValueHint};

use crate::cli::args::Shell;
use crate::cli::terminal;
use crate::config::ProviderKind;

/// Prints the script of a shell.
pub(super) fn completions(shell: Shell) -> u8 {
    let mut script = Vec::new();
    let generator = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Fish => clap_complete::Shell::Fish,
        Shell::Zsh => clap_complete::Shell::Zsh,
    };
    let mut command = with_values(super::command());
    clap_complete::generate(generator, &mut command, "samocode", &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    for flag in hidden(&command) {
        // clap_complete shows them: bash has them in lists of words, fish and zsh a line for each.
        script = script.replace(&format!(" --{flag} "), " ");
        let (fish, zsh) = (format!(" -l {flag} "), format!("'--{flag}["));
        script = script
            .split_inclusive('\n')
            .filter(|line| !line.contains(&fish) && !line.contains(&zsh))
            .collect();
    }
    terminal::verbatim(script.as_bytes());
    0
}

/// The long flags that nobody types, of a command and all below it.
fn hidden(command: &Command) -> BTreeSet<&str> {
    let own = command.get_arguments().filter(|arg| arg.is_hide_set()).filter_map(Arg::get_long);
    own.chain(command.get_subcommands().flat_map(hidden)).collect()
}

/// The command line with the values that the program itself checks later, in words of its own.
fn with_values(command: Command) -> Command {
    let providers = ProviderKind::ALL.map(ProviderKind::as_str);
    let command = command.mut_args(|arg| match arg.get_id().as_str() {
        "provider" => arg.value_parser(ValueParser::from(PossibleValuesParser::new(providers))),
        "workflow" => arg.value_hint(ValueHint::FilePath),
        _ => arg,
    });
    command.mut_subcommands(with_values)
}
