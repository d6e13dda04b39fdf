//! `doctor`: whether all is there that a session needs, each line with its mend. Spends no token,
//! and changes nothing unless it is told to mend what is safe to mend.

use std::path::Path;

use serde::Serialize;

use crate::cli::args::{Files, RunOptions};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, UNABLE};
use crate::cli::status::to_json;
use crate::cli::wrap::hanging;
use crate::cli::{run, style, terminal};
use crate::config::{Config, Dirs, Overrides, Source};
use crate::engine;

mod contact;
mod fix;
mod leftovers;
mod origins;
pub(super) mod project;
mod provider;
mod sandbox;
mod secrets;
mod system;
mod verify;

/// What mends it.
const FIX: &str = "`samocode doctor --fix`";

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// As it should be.
    Ok,
    /// A session can run, but somebody should know.
    Warn,
    /// No session can run.
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: String,
    state: State,
    found: String,
    mend: Option<String>,
}

impl Check {
    fn ok(name: impl Into<String>, found: impl Into<String>) -> Self {
        Self { name: name.into(), state: State::Ok, found: found.into(), mend: None }
    }

    fn warn(name: impl Into<String>, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { name: name.into(), state: State::Warn, found: found.into(), mend: Some(mend.into()) }
    }

    /// The words of an error, which say what to do about it.
    fn fail(name: impl Into<String>, found: impl Into<String>) -> Self {
        Self { name: name.into(), state: State::Fail, found: found.into(), mend: None }
    }

    /// The same where no session depends on it.
    fn without_harm(mut self) -> Self {
        if self.state == State::Fail {
            self.state = State::Warn;
            self.mend.get_or_insert_with(|| "without it, its review is left out".to_owned());
        }
        self
    }

    fn with_mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
        self
    }
}

/// A setting that somebody made.
#[derive(Debug, Serialize)]
struct Set {
    key: String,
    value: String,
    origin: String,
}

#[derive(Debug, Serialize)]
struct Report {
    ok: bool,
    /// What `--fix` did, in words.
    fixed: Vec<String>,
    checks: Vec<Check>,
    settings: Vec<Set>,
}

/// `doctor`
pub(super) fn doctor(files: &Files, fix: bool, json: bool) -> Result<u8, Failure> {
    let mut checks = vec![project::git()];
    let mut settings = Vec::new();
    let mut fixed = Vec::new();
    let mut next = None;
    match Context::load(files, Overrides::default()) {
        Ok(context) => {
            // Git is asked next: what an agent planted would run as the person.
            if let Err(error) = engine::put_back_lost(&context.config.sessions, None) {
                checks.push(Check::fail("Git's settings", error.to_string()));
            }
            if fix {
                let done = fix::all(&context.config);
                fixed = done.done;
                checks.extend(done.failed);
            }
            checks.push(project::configuration(&context.config));
            checks.extend(project::repository(&context.config));
            checks.extend(project::branch_prefix(&context.config));
            checks.extend(project::folders(&context.config));
            let settings_of_run = run::settings(&context, &RunOptions::default())?;
            checks.extend(project::identity(&settings_of_run));
            checks.extend(provider::all(&settings_of_run, &context.dirs.home));
            checks.push(sandbox::sandbox(&settings_of_run));
            checks.extend(verify::command(&settings_of_run));
            checks.extend(origins::check(&settings_of_run));
            checks.extend(contact::all(&settings_of_run));
            checks.extend(secrets::all(&context.config));
            checks.extend(leftovers::check(&context.config));
            checks.push(system::space(&[&context.config.worktrees, &context.config.sessions]));
            settings = made(&context.config);
            let fresh = engine::list(&context.config.sessions).is_ok_and(|sessions| sessions.is_empty());
            next = fresh.then(|| context.command("run NAME --task 'what is to be done'"));
        }
        Err(failure) => checks.push(Check::fail("configuration", failure.message())),
    }
    match Dirs::of_user(&|name| std::env::var(name).ok()) {
        Some(dirs) => checks.push(system::cache(&dirs.cache)),
        None => checks.push(Check::fail("cache", "the home folder is not known").with_mend("set HOME")),
    }
    checks.push(system::kernel());
    checks.push(system::clock());
    checks.push(system::sleep());
    let ok = checks.iter().all(|check| check.state != State::Fail);
    let report = Report { ok, fixed, checks, settings };
    terminal::line(&if json { to_json(&report)? } else { sheet(&report) });
    if let Some(next) = next.filter(|_| ok && !json) {
        terminal::line(&format!("next: {}", style::command(&next)));
    }
    Ok(if ok { 0 } else { UNABLE })
}

/// What is set anywhere, with the place. Secrets are hidden.
fn made(config: &Config) -> Vec<Set> {
    let made = config.explain().iter().filter(|setting| setting.origin.source != Source::Default);
    made.map(|setting| Set {
        key: setting.key.clone(),
        value: setting.value.clone(),
        origin: setting.origin.to_string(),
    })
    .collect()
}

fn sheet(report: &Report) -> String {
    let width = report.checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
    let indent = width + 8;
    let below = |text: &str, indent: usize| {
        let lines: Vec<String> = text.lines().map(|line| hanging(line, indent)).collect();
        lines.join(&format!("\n{}", " ".repeat(indent)))
    };
    let mut lines: Vec<String> =
        report.fixed.iter().map(|done| format!("{}  {done}", style::good("done"))).collect();
    if !lines.is_empty() {
        lines.push(String::new());
    }
    for check in &report.checks {
        let state = match check.state {
            State::Ok => style::good("ok  "),
            State::Warn => style::call("warn"),
            State::Fail => style::bad("fail"),
        };
        lines.push(format!("{state}  {:width$}  {}", check.name, below(&check.found, indent)));
        if let Some(mend) = &check.mend {
            lines.push(format!("{}→ {}", " ".repeat(indent), below(mend, indent + 2)));
        }
    }
    if !report.settings.is_empty() {
        lines.push(format!("\n{}", style::strong("settings that are not the default")));
        let width = report.settings.iter().map(|set| set.key.len()).max().unwrap_or(0);
        for set in &report.settings {
            let origin = style::dim(&format!("({})", set.origin));
            lines.push(format!("{:width$} = {}  {origin}", set.key, set.value));
        }
    }
    let count = |state| report.checks.iter().filter(|check| check.state == state).count();
    let verdict = match (count(State::Fail), count(State::Warn)) {
        (0, 0) => style::good("all is well"),
        (0, warnings) => format!("sessions can run; {warnings} to know about"),
        (failures, _) => style::bad(&format!(
            "no session can run before {failures} of these {} mended",
            if failures == 1 { "is" } else { "are" }
        )),
    };
    lines.push(format!("\n{verdict}"));
    lines.join("\n")
}

/// The nearest folder of a path that exists.
fn nearest(path: &Path) -> &Path {
    path.ancestors().find(|ancestor| ancestor.is_dir()).unwrap_or(Path::new("/"))
}

/// Whether a folder can be written, or made where it is not there.
fn folder(name: &str, path: &Path, remark: &str) -> Check {
    let stands = nearest(path);
    let writable = rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK;
    let shown = path.display();
    if let Err(error) = rustix::fs::access(stands, writable) {
        let error = std::io::Error::from(error);
        return Check::fail(name, format!("{shown}: cannot write in {}: {error}", stands.display()))
            .with_mend("mend its permissions, or name another folder");
    }
    let made = if stands == path { "" } else { ", will be made" };
    Check::ok(name, format!("{shown}{made}{remark}"))
}
