//! `init`: writes a `.samocode` for the repository around here. Never replaces one, and gives nothing to git.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::args::Files;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::{style, terminal};
use crate::config::{Overrides, dotenv};
use crate::git::{Git, GitError, Repository};

mod project;
mod proposal;
mod python;

use proposal::Proposal;

/// `init`
pub(super) fn init(files: &Files, yes: bool) -> Result<u8, Failure> {
    let here = std::env::current_dir()
        .map_err(|e| Failure::usage(format!("the working directory cannot be read: {e}")))?;
    let repository = Repository::discover(&Git::new(), &here).map_err(not_ready)?;
    if let Some(main) = main_of(&repository) {
        return Err(Failure::usage(format!(
            "{} is a linked worktree of {}",
            repository.top().display(),
            main.display()
        ))
        .with_hint(format!("run it there: cd {}", main.display())));
    }
    let file = files.config.clone().unwrap_or_else(|| repository.top().join(".samocode"));
    if file.symlink_metadata().is_ok() {
        return Ok(keep(files, &file, &Proposal::of(&repository, &file)));
    }
    let proposal = Proposal::of(&repository, &file);
    terminal::line(&style::strong("found here"));
    let base = match repository.known_base_branch() {
        Ok(base) => format!("{}; new work starts there", base.revision),
        Err(_) => "none: make a first commit before the first session".to_owned(),
    };
    let place = [("repository", repository.top().display().to_string()), ("base branch", base)];
    for (what, words) in place.into_iter().chain(proposal.found()) {
        terminal::line(&format!("  {what:<12} {words}"));
    }
    terminal::line(&format!("\n{}\n", style::strong(&file.display().to_string())));
    for line in proposal.text().lines() {
        terminal::line(format!("  {line}").trim_end());
    }
    terminal::line("");
    for note in proposal.notes() {
        terminal::line(&note);
    }
    if !yes && terminal::is_person() {
        match terminal::ask("Write it? [Y/n] ").as_deref() {
            Some("" | "y" | "Y" | "yes") => {}
            Some(_) | None => {
                terminal::line("nothing was written");
                return Ok(0);
            }
        }
    }
    write(&file, &proposal.text())?;
    // Whatever was proposed must be what a run can start with.
    let context = load(files, &file)?;
    terminal::line(&format!("wrote {}", file.display()));
    conclude(&context, &file, files.config.is_some());
    Ok(0)
}

/// Words for what is missing before there can be settings.
fn not_ready(error: GitError) -> Failure {
    match &error {
        GitError::NotARepository { path, .. } => {
            Failure::usage(format!("{} is in no git repository", path.display())).with_hint(
                "samocode works on branches of a repository. Make one here:\n  \
                 git init && git add --all && git commit -m 'first commit'\nthen run `samocode init` again",
            )
        }
        _ => error.into(),
    }
}

/// The main work tree, for a linked one.
fn main_of(repository: &Repository) -> Option<PathBuf> {
    let common = repository.common_dir();
    let main = common.parent().filter(|_| common.ends_with(".git"))?;
    (main != repository.top()).then(|| main.to_owned())
}

/// A file that stands is kept; says what it is worth, and what a new one would have that it has not.
fn keep(files: &Files, file: &Path, proposal: &Proposal) -> u8 {
    match load(files, file) {
        Ok(context) => {
            terminal::line(&format!("{} stands already and is valid; it is kept", file.display()));
            for (key, path) in folders(&context) {
                terminal::line(&format!("  {key:<10} {}", path.display()));
            }
            terminal::line(&format!("  {:<10} {}", "provider", context.config.provider));
            let missing = missing(file, proposal);
            if !missing.is_empty() {
                terminal::line("it could have, too:");
                missing.iter().for_each(|line| terminal::line(&format!("  {line}")));
            }
            terminal::line(&format!("{} checks the rest", style::command("samocode doctor")));
        }
        Err(failure) => {
            terminal::line(&format!("{} stands already and is kept, but it is not valid:", file.display()));
            terminal::line(&format!("  {}", failure.message().replace('\n', "\n  ")));
        }
    }
    0
}

/// The lines of a new file whose keys this one does not name, not even in a comment.
fn missing(file: &Path, proposal: &Proposal) -> Vec<String> {
    let stands = std::fs::read_to_string(file).unwrap_or_default();
    let named = |key: &str| {
        let known = |line: &str| line.trim_start_matches(['#', ' ']).split('=').next() == Some(key);
        stands.lines().any(known)
    };
    let text = proposal.text();
    let entry = |line: &str| dotenv::parse(line, &|_| None).into_iter().find_map(Result::ok);
    let lines = text.lines().filter(|line| entry(line).is_some_and(|entry| !named(&entry.key)));
    lines.map(str::to_owned).collect()
}

fn load(files: &Files, file: &Path) -> Result<Context, Failure> {
    let files = Files { config: Some(file.to_owned()), env_file: files.env_file.clone() };
    Context::load(&files, Overrides::default())
}

fn folders(context: &Context) -> [(&'static str, &Path); 3] {
    let config = &context.config;
    [("MAIN_REPO", &config.main_repo), ("WORKTREES", &config.worktrees), ("SESSIONS", &config.sessions)]
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let cannot = |e| Failure::usage(format!("cannot write {}: {e}", file.display()));
    let mut made = OpenOptions::new().write(true).create_new(true).open(file).map_err(cannot)?;
    made.write_all(text.as_bytes()).map_err(cannot)
}

fn conclude(context: &Context, file: &Path, named: bool) {
    let name = file.file_name().unwrap_or_default().display();
    terminal::line(&format!(
        "\nIt holds no secrets: commit it if others use samocode here, too (git add {name}).\n\
         Secrets belong in .env beside it; keep that one out of git.\n\nNext:"
    ));
    let rows = [
        ("doctor", "checks that all is there; spends nothing"),
        ("run NAME --task 'what is to be done'", "starts a session"),
    ];
    let rows = rows.map(|(words, remark)| {
        (if named { context.command(words) } else { format!("samocode {words}") }, remark)
    });
    let width = rows.iter().map(|(command, _)| command.chars().count()).max().unwrap_or(0);
    for (command, remark) in rows {
        let gap = " ".repeat(width - command.chars().count());
        let remark = style::dim(&format!("# {remark}"));
        terminal::line(&format!("  {}{gap}  {remark}", style::command(&command)));
    }
}
