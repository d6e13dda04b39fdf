//! Words for people: flags, messages, exit codes. The only layer that writes to a terminal.

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

mod adopt_ask;
mod answer;
mod approve;
mod archive;
mod args;
mod attach;
mod completions;
mod context;
mod demo;
mod detach;
mod diff;
mod doctor;
mod examples;
mod failure;
mod follow;
mod init;
mod install;
mod logs;
mod man;
mod needed;
mod notify;
mod remarks;
mod request;
mod restore;
mod run;
mod screen;
mod signals;
mod status;
mod style;
mod terminal;
mod watch;
mod wrap;

use crate::domain::confinement::CONFINE_ARGUMENT;
use args::{Cli, Command, NotifyCommand};
pub use examples::EXIT_CODES;
use failure::Failure;

/// The whole command line, as `--help`, the manual pages and the shells' completions show it.
pub fn command() -> clap::Command {
    examples::attach(Cli::command(), "")
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    // The three hidden roles of the binary are told apart before anything else is set up.
    match std::env::args_os().nth(1).as_deref().and_then(std::ffi::OsStr::to_str) {
        Some(crate::process::KEEPER_ARGUMENT) => return crate::process::keeper::main(),
        Some(CONFINE_ARGUMENT) => return crate::sandbox::stage::main(),
        Some(crate::provider::demo::SUBCOMMAND) => return crate::provider::demo::agent_main(),
        _ => {}
    }
    let matched = command().try_get_matches();
    let cli = match matched.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            // A terminal that is gone cannot be told about it.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    signals::outlive_full_files();
    match dispatch(cli) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => failure.print(),
    }
}

fn dispatch(cli: Cli) -> Result<u8, Failure> {
    let Cli { files, command, short } = cli;
    let Some(command) = command else {
        let Some(session) = short.session else {
            return Err(Failure::usage("no command was given").with_hint("`samocode --help` lists them"));
        };
        return run::run(&files, &session, &short.options);
    };
    if short.session.is_some() {
        return Err(Failure::usage("`--session` belongs to the short form, without a command"));
    }
    match command {
        Command::Demo { ask, keep } => demo::demo(&files, ask, keep.as_deref()),
        Command::Init { yes } => init::init(&files, yes),
        Command::Doctor { fix, json } => doctor::doctor(&files, fix, json),
        Command::Run { session, options } => run::run(&files, &session, &options),
        Command::Status { session, json } => status::status(&files, session.as_deref(), json),
        Command::List { archived, json } => status::list(&files, archived, json),
        Command::Attach { session } => attach::attach(&files, &session),
        Command::Watch { session } => watch::watch(&files, session.as_deref()),
        Command::Logs { session, follow, raw, lines } => {
            logs::logs(&files, &session, &logs::Wanted { follow, raw, lines })
        }
        Command::Diff { session, stat } => diff::diff(&files, &session, stat),
        Command::Answer { session, answers, suggestions } => {
            answer::answer(&files, &session, &answers, suggestions)
        }
        Command::Approve { session, sha256 } => approve::approve(&files, &session, sha256.as_deref()),
        Command::Reject { session, message } => request::reject(&files, &session, &message),
        Command::Tell { session, message } => request::tell(&files, &session, &message.join(" ")),
        Command::Stop { session } => request::stop(&files, &session),
        Command::Resume { session } => request::resume(&files, &session),
        Command::Restore { session, options } => restore::restore(&files, &session, &options),
        Command::Notify { command: NotifyCommand::Test { json } } => notify::test(&files, json),
        Command::Install { options } => install::install(&files, &options),
        Command::Uninstall { options } => install::uninstall(&options),
        Command::Archive { session, json } => archive::archive(&files, &session, json),
        Command::Completions { shell } => Ok(completions::completions(shell)),
        Command::Man { command, dir } => man::man(&command, dir.as_deref()),
        Command::Reopen { session, message, phase } => {
            request::reopen(&files, &session, &message, phase.as_deref())
        }
    }
}
