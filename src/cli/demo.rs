//! `demo`: a whole session in a small repository of its own, with both gates shown. Never touches anything outside of
//! its folder, and never reads the person's settings.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::args::{Files, RunOptions};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::{run, signals, style, terminal};
use crate::domain::name::SessionName;
use crate::domain::workflow::Workflow;
use crate::engine::{self, EngineError, Happenings, NewSession};
use crate::git::{Git, Repository};
use crate::process::TAG_VARIABLE;
use crate::provider::demo::{TASK, write_repository};
use crate::store::Layout;

mod person;

use person::{DemoScreen, Person};

/// The session's name.
const NAME: &str = "greeting";
/// The repository's folder.
const REPOSITORY: &str = "greet";
/// The settings of the demo.
const SETTINGS: &str = "\
# The settings of the samocode demo.
MAIN_REPO=greet
WORKTREES=worktrees
SESSIONS=sessions
SAMOCODE_PROVIDER=demo
SAMOCODE_VERIFY='sh test.sh'
";

/// Shows a session from the task to the branch.
pub(super) fn demo(files: &Files, ask: bool, keep: Option<&Path>) -> Result<u8, Failure> {
    if files.config.is_some() || files.env_file.is_some() {
        return Err(Failure::usage(
            "the demo has settings of its own; leave `--config` and `--env-file` out",
        ));
    }
    if std::env::var_os(TAG_VARIABLE).is_some() {
        return Err(Failure::usage("samocode cannot run inside one of its own iterations"));
    }
    if ask && !terminal::is_person() {
        return Err(Failure::usage("`--ask` asks on a terminal, and there is none")
            .with_hint("`samocode demo` without it passes the gates in your place"));
    }
    let happenings = Happenings::default();
    signals::listen(&happenings)?;
    let git = Git::new();
    git.version()?;
    let folder = folder(keep)?;
    let repository = make(&git, &folder)?;
    introduce(&folder, ask);
    let context = Context::alone(&folder.join(".samocode"))?;
    let settings = run::settings(&context, &RunOptions::default())?;
    let name = SessionName::parse(NAME).map_err(EngineError::from)?;
    let workflow = Workflow::built_in("full").unwrap_or_default().to_owned();
    let new = NewSession { name, workflow, task: Some(TASK.to_owned()), dive: None };
    let record = engine::create(&settings, &repository, new)?;
    let layout = record.layout().clone();
    let screen = DemoScreen::new(&context, Person::new(&layout, NAME, ask));
    let code = run::drive_on(&context, &settings, record, repository, &happenings, screen)?;
    if code == 0 {
        conclude(&folder, &layout);
    } else {
        terminal::line(&format!("(in the demo's folder: cd {})", folder.display()));
    }
    Ok(code)
}

/// The folder of the demo: empty, and it stays.
fn folder(keep: Option<&Path>) -> Result<PathBuf, Failure> {
    let cannot = |path: &Path, e: std::io::Error| {
        Failure::usage(format!("cannot make the demo in {}: {e}", path.display()))
            .with_hint("`samocode demo --keep DIR` makes it elsewhere")
    };
    let Some(keep) = keep else {
        let temporary = std::env::temp_dir();
        let made = tempfile::Builder::new().prefix("samocode-demo-").tempdir_in(&temporary);
        return Ok(made.map_err(|e| cannot(&temporary, e))?.keep());
    };
    fs::create_dir_all(keep).map_err(|e| cannot(keep, e))?;
    if fs::read_dir(keep).map_err(|e| cannot(keep, e))?.next().is_some() {
        return Err(Failure::usage(format!("{} is not empty", keep.display()))
            .with_hint("the demo needs a new or an empty folder"));
    }
    keep.canonicalize().map_err(|e| cannot(keep, e))
}

fn make(git: &Git, folder: &Path) -> Result<Repository, Failure> {
    let top = folder.join(REPOSITORY);
    let cannot = |e| Failure::usage(format!("cannot write the demo to {}: {e}", folder.display()));
    write_repository(&top).map_err(cannot)?;
    fs::write(folder.join(".samocode"), SETTINGS).map_err(cannot)?;
    Ok(Repository::create(git, &top, "A program that greets")?)
}

fn introduce(folder: &Path, ask: bool) {
    terminal::line(&style::strong("samocode demo: no account, no network, no model"));
    let stops = if ask { "asks you" } else { "acts in your place" };
    terminal::line(&format!(
        "A built-in agent plays the AI CLI from a script; its token counts are guesses.\n\
         All else is real: processes, files, tests, the branch. Twice a session needs\n\
         its person; the demo {stops}.\n"
    ));
    terminal::line(&format!("{} {}", style::dim("folder"), folder.display()));
    terminal::line(&format!("       {REPOSITORY}/ is the project: a program, its test, one commit"));
    terminal::line("       commands below are as you would type them in that folder");
    terminal::line(&format!("{}   {}\n", style::dim("task"), TASK.replace(", and ", ",\n       and ")));
    terminal::line(&style::command(&format!("$ samocode run {NAME} --task '…'")));
}

fn conclude(folder: &Path, layout: &Layout) {
    let session = layout.folder();
    let rows = [
        (format!("cd {}", folder.display()), ""),
        (format!("git -C {REPOSITORY} log --oneline main..{NAME}"), "the commits"),
        (format!("git -C {REPOSITORY} diff main...{NAME}"), "what they change"),
        (format!("sh worktrees/{session}/greet.sh Ada"), "what it does now"),
        (format!("ls sessions/{session}"), "findings, plan, reports"),
        (format!("samocode status {NAME}"), "where it stands"),
    ];
    let width = rows.iter().skip(1).map(|(command, _)| command.chars().count()).max().unwrap_or(0);
    terminal::line(&format!("\n{}", style::strong("To look at it:")));
    for (command, remark) in &rows {
        let gap = if remark.is_empty() { 0 } else { width.saturating_sub(command.chars().count()) };
        let remark = if remark.is_empty() { String::new() } else { style::dim(&format!("  # {remark}")) };
        terminal::line(&format!("  {}{}{remark}", style::command(command), " ".repeat(gap)));
    }
    terminal::line(&format!(
        "\nNo model ran. All of it is in that folder; delete it when you have seen enough.\n\
         For real work go to a repository of yours: {}, then\n\
         {}.",
        style::command("samocode init"),
        style::command("samocode run NAME --task 'what is to be done'")
    ));
}
