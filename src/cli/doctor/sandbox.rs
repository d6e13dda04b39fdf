//! The sandbox: whether there will be one, tried out with a process that does nothing.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Check;
use crate::config::SandboxMode;
use crate::domain::command::{CommandSpec, Exit};
use crate::domain::confinement::Confinement;
use crate::engine::{Settings, random_hex};
use crate::process::{Graces, Launch, Stderr, run_bounded};
use crate::sandbox::available;

const NAME: &str = "sandbox";

/// How long the trial may take.
const LIMIT: Duration = Duration::from_secs(15);

/// What it means to have none.
const OPEN: &str = "agents can write and read what you can";

pub(super) fn sandbox(settings: &Settings) -> Check {
    let mode = settings.config.sandbox;
    if mode == SandboxMode::Off {
        return Check::warn(
            NAME,
            format!("off: {OPEN}"),
            "take `SAMOCODE_SANDBOX=off` out, or run samocode in a container",
        );
    }
    let found = available().map_err(|why| why.to_string()).and_then(|version| {
        tried(settings)?;
        Ok(version)
    });
    match (found, mode) {
        (Ok(version @ 6..), _) => Check::ok(NAME, format!("Landlock, version {version} or later")),
        (Ok(version), _) => Check::warn(
            NAME,
            format!("Landlock, version {version}: files are confined, but an agent can end your processes"),
            "Linux 6.12 or newer confines signals, too",
        ),
        (Err(why), SandboxMode::Required) => {
            Check::fail(NAME, why).with_mend("`SAMOCODE_SANDBOX=auto` goes on without, and says so")
        }
        (Err(why), _) => Check::warn(
            NAME,
            format!("none: {why}; {OPEN}"),
            "use Linux 6.2 or newer with Landlock switched on, or run samocode in a container",
        ),
    }
}

/// Runs a shell that ends at once, confined. Where samocode itself is confined too deeply, only this shows it.
fn tried(settings: &Settings) -> Result<(), String> {
    let log =
        tempfile::tempdir().map_err(|e| format!("it cannot be tried without a temporary folder: {e}"))?;
    let tag = random_hex().map_err(|e| e.to_string())?;
    let launch = Launch {
        spec: CommandSpec {
            program: PathBuf::from("/bin/sh"),
            args: vec!["-c".into(), "exit 0".into()],
            env: settings.environment(None).variables,
            dir: PathBuf::from("/"),
            confinement: Some(Confinement { writable: vec!["/dev".into()], ..Confinement::default() }),
        },
        prompt: None,
        tag: format!("doctor/{tag}"),
        graces: Graces::default(),
        keeper: settings.program.clone(),
        stdout_log: log.path().join("sandbox"),
        stderr: Stderr::WithStdout,
        stdout_tail: 512,
        redactor: Arc::clone(&settings.redactor),
    };
    let finished = run_bounded(launch, LIMIT, || false).map_err(|error| error.to_string())?;
    match finished.ended.exit {
        Exit::Code(0) => Ok(()),
        exit => Err(format!("a confined shell that does nothing ended with {exit}")),
    }
}
