//! `init`: writes a `.samocode` for the repository around here. Never replaces one, and gives nothing to git.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use rustix::fs::Access;

use crate::cli::args::Files;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::{style, terminal};
use crate::config::Overrides;
use crate::git::{Git, GitError, Repository};

/// Set-up commands of fresh worktrees, by the file that shows that one is needed.
const SET_UPS: &[(&str, &str)] = &[
    ("package-lock.json", "npm ci"),
    ("pnpm-lock.yaml", "pnpm install --frozen-lockfile"),
    ("yarn.lock", "yarn install --frozen-lockfile"),
    ("uv.lock", "uv sync"),
    ("poetry.lock", "poetry install"),
];

/// What shows that the work is whole, by a file of the project.
const VERIFIES: &[(&str, &str)] = &[
    ("Cargo.toml", "cargo test"),
    ("package.json", "npm test"),
    ("go.mod", "go test ./..."),
    ("pytest.ini", "pytest"),
];

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
        return Ok(keep(files, &file));
    }
    let proposal = Proposal::of(&repository, &file);
    terminal::line(&format!("{}\n", style::strong(&file.display().to_string())));
    for line in proposal.text().lines() {
        terminal::line(&format!("  {line}"));
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
        GitError::NotARepository { path } => {
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

/// A file that stands is kept; says what it is worth.
fn keep(files: &Files, file: &Path) -> u8 {
    match load(files, file) {
        Ok(context) => {
            terminal::line(&format!("{} stands already and is valid; it is kept", file.display()));
            for (key, path) in folders(&context) {
                terminal::line(&format!("  {key:<10} {}", path.display()));
            }
            terminal::line(&format!("  {:<10} {}", "provider", context.config.provider));
            terminal::line(&format!("{} checks the rest", style::command("samocode doctor")));
        }
        Err(failure) => {
            terminal::line(&format!("{} stands already and is kept, but it is not valid:", file.display()));
            terminal::line(&format!("  {}", failure.message().replace('\n', "\n  ")));
        }
    }
    0
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
    for (words, remark) in [
        ("doctor", "checks that all is there; spends nothing"),
        ("run NAME --task 'what is to be done'", "starts a session"),
    ] {
        let command = if named { context.command(words) } else { format!("samocode {words}") };
        let command = style::command(&command);
        terminal::line(&format!("  {command}   {}", style::dim(&format!("# {remark}"))));
    }
}

/// What is proposed.
struct Proposal {
    main_repo: String,
    worktrees: String,
    sessions: String,
    provider: &'static str,
    verify: Option<&'static str>,
    set_up: Option<&'static str>,
    inside: bool,
}

impl Proposal {
    fn of(repository: &Repository, file: &Path) -> Self {
        let top = repository.top();
        let beside = file.parent().and_then(|folder| folder.canonicalize().ok()).is_some_and(|f| f == top);
        let name = top.file_name().unwrap_or_default().display().to_string();
        let above = top.parent().filter(|above| rustix::fs::access(*above, Access::WRITE_OK).is_ok());
        let place = |kind: &str| match (above, beside) {
            (Some(_), true) => format!("../{name}-{kind}"),
            (Some(above), false) => above.join(format!("{name}-{kind}")).display().to_string(),
            (None, true) => format!("./_{kind}"),
            (None, false) => top.join(format!("_{kind}")).display().to_string(),
        };
        let found = which::which("claude").is_ok();
        Self {
            main_repo: if beside { ".".to_owned() } else { top.display().to_string() },
            worktrees: place("worktrees"),
            sessions: place("sessions"),
            provider: if found { "claude" } else { "demo" },
            verify: VERIFIES.iter().find(|(sign, _)| top.join(sign).exists()).map(|(_, command)| *command),
            set_up: SET_UPS.iter().find(|(sign, _)| top.join(sign).exists()).map(|(_, command)| *command),
            inside: above.is_none(),
        }
    }

    fn text(&self) -> String {
        let Self { main_repo, worktrees, sessions, provider, .. } = self;
        let [main_repo, worktrees, sessions] = [main_repo, worktrees, sessions].map(|path| quoted(path));
        let mut text = format!(
            "# Settings of samocode for this project. Paths are relative to this file.\n\
             MAIN_REPO={main_repo}\n\
             # One folder a session, made when needed: the branch's files, and its documents.\n\
             WORKTREES={worktrees}\n\
             SESSIONS={sessions}\n\
             # claude, or demo: a built-in agent without a model\n\
             SAMOCODE_PROVIDER={provider}\n"
        );
        if let Some(command) = self.set_up {
            text.push_str(
                "# A fresh worktree has no dependencies; this would install them:\n# SAMOCODE_SETUP=",
            );
            text.push_str(&quoted(command));
            text.push('\n');
        }
        text.push_str(
            "# samocode runs this itself before a session may end; the summary says with which result:\n",
        );
        text.push_str("# SAMOCODE_VERIFY=");
        text.push_str(&quoted(self.verify.unwrap_or("make test")));
        text.push('\n');
        text
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.provider == "demo" {
            notes.push(
                "claude was not found on PATH, so the provider is the demo, which is no model. Install\n\
                 Claude Code (npm install -g @anthropic-ai/claude-code) and set SAMOCODE_PROVIDER=claude.\n"
                    .to_owned(),
            );
        }
        if self.inside {
            notes.push(
                "The folder above the repository cannot be written, so the folders are inside of it;\n\
                 samocode keeps them out of `git status`.\n"
                    .to_owned(),
            );
        }
        notes
    }
}

/// A value as `.samocode` takes it.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "./_-+@:,".contains(c);
    if value.chars().all(plain) {
        return value.to_owned();
    }
    if !value.contains('\'') {
        return format!("'{value}'");
    }
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::dotenv;

    proptest! {
        #[test]
        fn any_folder_name_reads_back_as_it_was(name in "[a-z ./$#\"'\\\\=~{}üé]{1,20}") {
            let text = format!("KEY={}\n", quoted(&name));
            let entries = dotenv::parse(&text, &|_| None);
            prop_assert_eq!(&entries[0].as_ref().unwrap().value, &name);
        }
    }
}
