//! The command line: its flags and their words. What stands below them in `--help` is in `examples`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Walk-away AI coding: give a task, answer its questions, approve its plan, find the branch.
#[derive(Debug, Parser)]
#[command(name = "samocode", version)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) files: Files,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) short: Short,
}

/// Which settings apply.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Files {
    /// The project's settings [default: the nearest .samocode upward from here]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// More settings, e.g. what git should not keep [default: .env beside .samocode]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) env_file: Option<PathBuf>,
}

/// The short form of `run`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Short form of `run`")]
pub(super) struct Short {
    /// The session's name
    #[arg(long, value_name = "NAME")]
    pub(super) session: Option<String>,
    #[command(flatten)]
    pub(super) options: RunOptions,
}

/// What a run may be told.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct RunOptions {
    /// What is to be done; for a session that is under way, guidance
    #[arg(long, value_name = "TEXT", conflicts_with = "task_file")]
    pub(super) task: Option<String>,
    /// The task from a file, or from standard input with -
    #[arg(long, value_name = "FILE")]
    pub(super) task_file: Option<PathBuf>,
    /// What to investigate; without a task, that is all that is done
    #[arg(long, value_name = "TOPIC")]
    pub(super) dive: Option<String>,
    /// full, design, research, quick, or a file [default: full; research for a dive alone]
    #[arg(long, value_name = "NAME|FILE")]
    pub(super) workflow: Option<String>,
    /// claude, codex, gemini or demo
    #[arg(long, value_name = "NAME")]
    pub(super) provider: Option<String>,
    /// The model, in the provider's words
    #[arg(long, value_name = "MODEL")]
    pub(super) model: Option<String>,
    /// Longest time of one iteration, in seconds
    #[arg(long, value_name = "SECONDS")]
    pub(super) timeout: Option<String>,
    /// Work in the background, beyond this terminal; `attach` shows it
    #[arg(long)]
    pub(super) detach: bool,
    /// Set by --detach for the process in the background.
    #[arg(long, hide = true)]
    pub(super) detached: bool,
    /// Take over a session folder that samocode has no record of
    #[arg(long)]
    pub(super) adopt: bool,
    /// Work on a branch of the session's name that exists already
    #[arg(long)]
    pub(super) attach_branch: bool,
    /// Pass the questions with the agent's own suggestions
    #[arg(long)]
    pub(super) accept_suggestions: bool,
    /// Pass the plan without a look
    #[arg(long)]
    pub(super) approve_plan: bool,
    /// Leave with exit code 10 when a person is needed, instead of waiting
    #[arg(long)]
    pub(super) exit_on_wait: bool,
    /// Budget: iterations
    #[arg(long, value_name = "N")]
    pub(super) max_iterations: Option<String>,
    /// Budget: US dollars, where the provider reports cost
    #[arg(long, value_name = "USD")]
    pub(super) max_cost: Option<String>,
    /// Budget: tokens, in and out
    #[arg(long, value_name = "N")]
    pub(super) max_tokens: Option<String>,
    /// Budget: time that the CLI works, e.g. 90m or 3h
    #[arg(long, value_name = "TIME")]
    pub(super) max_time: Option<String>,
    /// Longest wait for a usage limit, e.g. 6h
    #[arg(long, value_name = "TIME")]
    pub(super) max_wait: Option<String>,
}

/// What samocode can do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// See a whole session, without an account, a network or a model
    Demo {
        /// Pass the two gates yourself, on this terminal
        #[arg(long)]
        ask: bool,
        /// Make it in this folder [default: a new one in the system's temporary folder]
        #[arg(long, value_name = "DIR")]
        keep: Option<PathBuf>,
    },
    /// Write .samocode for the repository around here; one that stands is kept
    Init {
        /// Take what is proposed, without asking
        #[arg(long, short)]
        yes: bool,
    },
    /// Check that all is there that a session needs; spends no token and, without --fix, changes nothing
    Doctor {
        /// Mend what can be mended safely: folders, modes of files with secrets, leftovers of killed writes
        #[arg(long)]
        fix: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Start a session, or go on with one
    Run {
        /// The session's name
        session: String,
        #[command(flatten)]
        options: Box<RunOptions>,
    },
    /// Where a session stands, and what it waits for
    Status {
        /// The session [default: the one that changed last]
        session: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// All sessions, a line each
    List {
        /// Those that were archived, in place of the others
        #[arg(long)]
        archived: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a session live; Ctrl-C leaves the view and stops nothing
    Attach {
        /// The session
        session: String,
    },
    /// A screen with all sessions: look, answer, approve, tell; `?` there shows its keys. Leaving it stops nothing
    Watch {
        /// The session to begin with [default: the list]
        session: Option<String>,
    },
    /// The log of a session
    Logs {
        /// The session
        session: String,
        /// Go on until samocode leaves the session
        #[arg(long, short)]
        follow: bool,
        /// The provider's own stream, of that iteration [default: the newest]
        #[arg(long, value_name = "ITERATION", num_args = 0..=1)]
        raw: Option<Option<u32>>,
        /// Only the last lines
        #[arg(long, short = 'n', value_name = "LINES")]
        lines: Option<usize>,
    },
    /// What a session's branch changes
    Diff {
        /// The session
        session: String,
        /// Commits and files only
        #[arg(long)]
        stat: bool,
    },
    /// Answer the questions of a session; asks one by one when none are given
    Answer {
        /// The session
        session: String,
        /// Answers: a letter, letters, or words
        #[arg(value_name = "Q1=A")]
        answers: Vec<String>,
        /// Take the agent's suggestion for every question that is still open
        #[arg(long, short)]
        suggestions: bool,
    },
    /// Approve the plan
    Approve {
        /// The session
        session: String,
        /// Approve exactly the plan with this SHA-256
        #[arg(long, value_name = "HASH")]
        sha256: Option<String>,
    },
    /// Send the plan back, with what to change
    Reject {
        /// The session
        session: String,
        /// What to change
        #[arg(long, short, value_name = "TEXT")]
        message: String,
    },
    /// Give guidance to the next iteration
    Tell {
        /// The session
        session: String,
        /// The guidance
        #[arg(required = true, value_name = "TEXT")]
        message: Vec<String>,
    },
    /// End the running iteration and leave; everything is kept
    Stop {
        /// The session
        session: String,
    },
    /// Let a session go on that is blocked, parked, or waits for something only you could do
    Resume {
        /// The session
        session: String,
    },
    /// Take a finished session back to work
    Reopen {
        /// The session
        session: String,
        /// What is to be done
        #[arg(long, short, value_name = "TEXT")]
        message: String,
        /// implementation or planning [default: implementation]
        #[arg(long, value_name = "PHASE")]
        phase: Option<String>,
    },
    /// Bring the worktree back to a kept state; without one, list them
    Restore {
        /// The session
        session: String,
        #[command(flatten)]
        options: RestoreOptions,
    },
    /// How samocode reaches you beside this terminal
    Notify {
        #[command(subcommand)]
        command: NotifyCommand,
    },
    /// Put skills, sub-agents and slash commands (/dive, /do, …) where the CLIs find them at their own prompts
    Install {
        #[command(flatten)]
        options: HomeOptions,
    },
    /// Remove exactly what `install` put there; what you changed is kept
    Uninstall {
        #[command(flatten)]
        options: HomeOptions,
    },
    /// Put a session away: its folder moves to _archive, its branch stays, and its worktree if something would be lost
    Archive {
        /// The session
        session: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print what lets a shell complete commands and flags
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, in the form that `man` reads
    Man {
        /// The page of this command [default: the page of samocode]
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
        /// Write all pages into this folder
        #[arg(long, value_name = "DIR", conflicts_with = "command")]
        dir: Option<PathBuf>,
    },
}

/// A shell that completes.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Shell {
    /// With the package bash-completion
    Bash,
    /// As it is
    Fish,
    /// After `compinit`
    Zsh,
}

/// What can be done with the channels.
#[derive(Debug, Subcommand)]
pub(super) enum NotifyCommand {
    /// Send a message to every channel that is set up
    Test {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

/// What to do in the person's home.
#[derive(Debug, Clone, Args)]
pub(super) struct HomeOptions {
    /// claude, codex or gemini [default: all; `install`: all that are found]
    #[arg(long, value_name = "NAME")]
    pub(super) provider: Option<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// How to restore.
#[derive(Debug, Clone, Args)]
pub(super) struct RestoreOptions {
    /// The number of an iteration, or another name that the list shows
    #[arg(value_name = "ITERATION")]
    pub(super) state: Option<String>,
    /// Move the session's branch back, too; without it no commit and no branch changes
    #[arg(long, requires = "state")]
    pub(super) branch: bool,
    /// Do not ask
    #[arg(long, short, requires = "state")]
    pub(super) yes: bool,
    /// As JSON; with an iteration it says what would be done, and does it only with `--yes`
    #[arg(long)]
    pub(super) json: bool,
    /// Show all there is, and compare all of it, however much
    #[arg(long)]
    pub(super) all: bool,
}
