//! The providers that the phases use, and the outside reviewers: found, and what they say their version is.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::Check;
use super::project::phases;
use crate::domain::command::{CommandSpec, Exit};
use crate::engine::{Settings, random_hex};
use crate::process::{Cut, Graces, Launch, Stderr, run_bounded};
use crate::provider::Provider;

/// A program that is slow to say its version is slow to start, too.
const LIMIT: Duration = Duration::from_secs(15);

/// A check for each provider that some phase uses, and for the fallback and the reviewers.
pub(super) fn all(settings: &Settings) -> Vec<Check> {
    let mut checks = used(settings);
    for kind in &settings.config.reviewers {
        let name = format!("reviewer {kind}");
        let known = |check: &Check| check.name == name || check.name == format!("provider {kind}");
        if !checks.iter().any(known) {
            checks.push(one(name, settings, &settings.adapter(*kind)).without_harm());
        }
    }
    checks
}

fn used(settings: &Settings) -> Vec<Check> {
    let mut checks: Vec<Check> = Vec::new();
    let phases = phases().into_iter().map(|phase| settings.config.for_phase(&phase).provider);
    for kind in phases.chain(settings.config.fallback) {
        let name = format!("provider {kind}");
        if checks.iter().any(|check| check.name == name) {
            continue;
        }
        checks.push(one(name, settings, &settings.adapter(kind)));
    }
    checks
}

fn one(name: String, settings: &Settings, provider: &Provider) -> Check {
    let program = match provider.check(&settings.person_env) {
        Ok(program) => program,
        Err(error) => return Check::fail(name, error.to_string()),
    };
    if matches!(provider, Provider::Demo(_)) {
        return Check::ok(name, "built in; no model");
    }
    match version(settings, provider, &program) {
        Ok(version) => Check::ok(name, format!("{version}, {}", program.display())),
        Err(why) => Check::fail(name, format!("`{} --version` {why}", program.display()))
            .with_mend("install it again, or name another program in the settings"),
    }
}

/// What `--version` prints, in the environment that an iteration would give it. Nothing of it is left running.
fn version(settings: &Settings, provider: &Provider, program: &Path) -> Result<String, String> {
    let log = tempfile::tempdir().map_err(|e| format!("needs a temporary folder: {e}"))?;
    let tag = random_hex().map_err(|e| e.to_string())?;
    let launch = Launch {
        spec: CommandSpec {
            program: program.to_owned(),
            args: vec!["--version".into()],
            env: settings.environment(Some(provider)).variables,
            dir: settings.config.main_repo.clone(),
            confinement: None,
        },
        prompt: None,
        tag: format!("doctor/{tag}"),
        graces: Graces::default(),
        keeper: settings.program.clone(),
        stdout_log: log.path().join("version"),
        stderr: Stderr::WithStdout,
        stdout_tail: 4096,
        redactor: Arc::clone(&settings.redactor),
    };
    let finished = run_bounded(launch, LIMIT, || false).map_err(|e| format!("could not be started: {e}"))?;
    let printed = String::from_utf8_lossy(&finished.ended.stdout_tail).into_owned();
    let first: String =
        printed.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(80).collect();
    match (finished.cut, finished.ended.exit) {
        (Some(Cut::TimeLimit | Cut::Stopped), _) => Err(format!("did not end within {} s", LIMIT.as_secs())),
        (None, Exit::Code(0)) => Ok(first),
        (None, exit) => Err(format!("ended with {exit}: {first}")),
    }
}
