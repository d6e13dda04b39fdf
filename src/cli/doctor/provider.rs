//! The providers that the phases use, and the outside reviewers: found, and what they say their version is.

use super::Check;
use super::project::phases;
use crate::engine::{CliVersion, Settings};
use crate::provider::Provider;

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
    let found = match settings.look_at_cli(provider) {
        Ok(found) => found,
        Err(error) => return Check::fail(name, error.to_string()),
    };
    let Some(needed) = provider.needed() else {
        return Check::ok(name, "built in; no model");
    };
    match found.version {
        None => Check::ok(name, "built in; no model"),
        Some(CliVersion::Known(version)) => {
            let newer = if version > needed.measured {
                format!("; newer than {}, which samocode was measured with", needed.measured)
            } else {
                String::new()
            };
            Check::ok(name, format!("{} {version}, {}{newer}", needed.cli, found.program.display()))
        }
        Some(CliVersion::Unsaid(why)) => {
            let least =
                format!("samocode needs {} {} or later, and tries it as it is", needed.cli, needed.least);
            Check::warn(name, why, least)
        }
        Some(CliVersion::Failed(why)) => {
            Check::fail(name, why).with_mend("install it again, or name another program in the settings")
        }
    }
}
