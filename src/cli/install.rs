//! `install` and `uninstall`: samocode's skills, sub-agents and slash commands in the person's own CLIs.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use serde::Serialize;

use crate::cli::args::{Files, HomeOptions};
use crate::cli::context::{dirs, spec};
use crate::cli::failure::{BLOCKED, Failure};
use crate::cli::request::refuse_inside;
use crate::cli::status::to_json;
use crate::cli::wrap::hanging;
use crate::cli::{style, terminal};
use crate::config::{Config, Overrides, Program, ProviderKind};
use crate::engine::{self, Deed, InstallStep};
use crate::provider::bundle::Bundle;
use crate::provider::{ClaudeSettings, CodexSettings, GeminiSettings, Home, Provider, ProviderError};

/// Columns before the words of a line.
const INDENT: usize = 10;

/// What is told to programs.
#[derive(Debug, Serialize)]
struct Report {
    dry_run: bool,
    clis: Vec<CliReport>,
    files: Vec<InstallStep>,
}

/// One CLI of a report.
#[derive(Debug, Serialize)]
struct CliReport {
    provider: &'static str,
    /// Whether its program is there.
    found: bool,
    /// Whether files are put there.
    installed: bool,
    /// Where they go.
    dir: Option<PathBuf>,
    /// What a person types.
    commands: Vec<String>,
}

/// `install`
pub(super) fn install(files: &Files, options: &HomeOptions) -> Result<u8, Failure> {
    refuse_inside()?;
    let only = wanted(options)?;
    let dirs = dirs()?;
    let programs = Config::programs(&spec(files, &dirs, Overrides::default())?)?;
    let env: Vec<(OsString, OsString)> = std::env::vars_os().collect();
    let bundle = Bundle::embedded().map_err(ProviderError::from).map_err(engine::EngineError::from)?;
    let (mut homes, mut clis) = (Vec::new(), Vec::new());
    for (kind, program) in programs {
        let Some(provider) = adapter(kind, &program) else { continue };
        if only.is_some_and(|only| only != kind) {
            continue;
        }
        let found = provider.check(&env).is_ok();
        let home = provider.home(&bundle, &dirs.home, &env).map_err(ProviderError::from);
        let home = home.map_err(engine::EngineError::from)?;
        let home = home.filter(|_| found || only.is_some());
        clis.push(CliReport {
            provider: kind.as_str(),
            found,
            installed: home.is_some(),
            dir: home.as_ref().map(|home| home.dir.clone()),
            commands: home.as_ref().map(|home| commands(&bundle, home)).unwrap_or_default(),
        });
        homes.extend(home.map(|home| (kind, home)));
    }
    if homes.is_empty() {
        return Err(none_found());
    }
    let files = engine::install(&dirs, &homes, options.dry_run)?;
    let foreign = files.iter().any(|step| step.deed == Deed::LeaveForeign);
    let report = Report { dry_run: options.dry_run, clis, files };
    if options.json {
        terminal::line(&to_json(&report)?);
    } else {
        installed_sheet(&report);
    }
    Ok(if foreign { BLOCKED } else { 0 })
}

/// `uninstall`
pub(super) fn uninstall(options: &HomeOptions) -> Result<u8, Failure> {
    refuse_inside()?;
    let only = wanted(options)?;
    let files = engine::uninstall(&dirs()?, only, options.dry_run)?;
    let report = Report { dry_run: options.dry_run, clis: Vec::new(), files };
    if options.json {
        terminal::line(&to_json(&report)?);
    } else {
        uninstalled_sheet(&report);
    }
    Ok(0)
}

/// The CLI that is asked for.
fn wanted(options: &HomeOptions) -> Result<Option<ProviderKind>, Failure> {
    let Some(name) = &options.provider else {
        return Ok(None);
    };
    match name.parse() {
        Ok(ProviderKind::Demo) => {
            Err(Failure::usage("the demo has no prompt of its own; name claude, codex or gemini"))
        }
        Ok(kind) => Ok(Some(kind)),
        Err(problem) => Err(Failure::usage(problem)),
    }
}

fn none_found() -> Failure {
    Failure::unable("none of claude, codex and gemini is installed here: none was found on PATH").with_hint(
        "install one, or name it: CLAUDE_PATH, CODEX_PATH or GEMINI_PATH; `--provider claude` installs for one that is to come",
    )
}

/// The adapter, for its program and its home.
fn adapter(kind: ProviderKind, program: &Program) -> Option<Provider> {
    let (program, args) = (program.to_string(), Vec::new());
    match kind {
        ProviderKind::Claude => Some(Provider::Claude(ClaudeSettings { program, max_turns: 1, args })),
        ProviderKind::Codex => Some(Provider::Codex(CodexSettings { program, args })),
        ProviderKind::Gemini => Some(Provider::Gemini(GeminiSettings { program, args })),
        ProviderKind::Demo => None,
    }
}

fn commands(bundle: &Bundle, home: &Home) -> Vec<String> {
    let called = bundle.skills.iter().filter(|skill| skill.is_command());
    called.map(|skill| format!("{}{}", home.sign, skill.name)).collect()
}

fn installed_sheet(report: &Report) {
    for cli in &report.clis {
        let Some(dir) = &cli.dir else {
            line(cli.provider, &style::dim("not found; nothing was done for it"));
            continue;
        };
        line(cli.provider, &format!("{}: {}", dir.display(), counts(report, Some(cli.provider))));
        if !cli.found {
            line("", "its program was not found here; this is for when it is");
        }
        line("", &format!("type {}", cli.commands.join(" ")));
    }
    for step in &report.files {
        let (what, why) = match step.deed {
            Deed::LeaveForeign => ("left", "it is not samocode's"),
            Deed::KeepChanged => ("kept", "you changed it"),
            _ => continue,
        };
        named(step, what, &format!("{why}; move it away and install again to get samocode's"));
    }
    if report.dry_run {
        terminal::line("\nnothing was done");
    } else {
        terminal::line(&format!(
            "\na CLI that is open finds them when it is started again; {} removes all of it",
            style::command("samocode uninstall")
        ));
    }
}

fn uninstalled_sheet(report: &Report) {
    if report.files.is_empty() {
        terminal::line("nothing is installed");
        return;
    }
    for provider in [ProviderKind::Claude, ProviderKind::Codex, ProviderKind::Gemini] {
        if report.files.iter().any(|step| step.provider == provider.as_str()) {
            line(provider.as_str(), &counts(report, Some(provider.as_str())));
        }
    }
    for step in report.files.iter().filter(|step| step.deed == Deed::KeepChanged) {
        named(step, "kept", "you changed it, so it is yours now");
    }
    if report.dry_run {
        terminal::line("\nnothing was done");
    }
}

/// `22 installed, 1 kept`; in the future tense of a dry run.
fn counts(report: &Report, provider: Option<&str>) -> String {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for step in report.files.iter().filter(|step| provider.is_none_or(|name| step.provider == name)) {
        *count.entry(word(step.deed)).or_default() += 1;
    }
    let order = [
        Deed::Install,
        Deed::Update,
        Deed::Unchanged,
        Deed::Shared,
        Deed::Remove,
        Deed::Gone,
        Deed::KeepChanged,
        Deed::LeaveForeign,
    ];
    let told =
        order.into_iter().filter_map(|deed| Some(format!("{} {}", count.get(word(deed))?, word(deed))));
    let told = told.collect::<Vec<_>>().join(", ");
    if report.dry_run { format!("would be {told}") } else { told }
}

fn word(deed: Deed) -> &'static str {
    match deed {
        Deed::Install => "installed",
        Deed::Update => "updated",
        Deed::Unchanged => "as they should be",
        Deed::Shared => "shared with another CLI by a link",
        Deed::Remove => "removed",
        Deed::Gone => "gone already",
        Deed::KeepChanged => "kept (changed by you)",
        Deed::LeaveForeign => "left (not samocode's)",
    }
}

fn named(step: &InstallStep, what: &str, advice: &str) {
    let words = format!("{}: {advice}", step.path.display());
    terminal::line(&format!("{} {}", style::call(&format!("{what:<9}")), hanging(&words, INDENT)));
}

fn line(label: &str, words: &str) {
    terminal::line(&format!("{label:<9} {}", hanging(words, INDENT)));
}
