//! The AI CLIs: those that the phases use, the outside reviewers, and the others that are installed. Each is found, says
//! what its version is, and has a login or not. None of it spends a token.

use std::path::Path;

use super::project::phases;
use super::{Check, State};
use crate::cli::remarks;
use crate::config::ProviderKind;
use crate::engine::{CliVersion, Settings};
use crate::provider::{Login, Provider};

/// A check for each provider that some phase uses, for the fallback and the reviewers, and for what else is there; each
/// with its login, where it was found.
pub(super) fn all(settings: &Settings, home: &Path) -> Vec<Check> {
    let mut checks = used(settings);
    for kind in &settings.config.reviewers {
        let name = format!("reviewer {kind}");
        let known = |check: &Check| check.name == name || check.name == format!("provider {kind}");
        if !checks.iter().any(known) {
            checks.push(one(name, settings, &settings.adapter(*kind)).without_harm());
        }
    }
    for kind in ProviderKind::ALL {
        let adapter = settings.adapter(kind);
        let named = |check: &Check| check.name.split_once(' ').is_some_and(|(_, name)| name == kind.as_str());
        let Some(at) = checks.iter().position(named) else {
            let installed = kind != ProviderKind::Demo && adapter.check(&settings.person_env).is_ok();
            checks.extend(installed.then(|| other(settings, &adapter)));
            continue;
        };
        checks.extend(cautions(settings, kind, &adapter, home));
        let login = adapter.login(home, &settings.person_env).filter(|_| checks[at].state != State::Fail);
        checks.extend(login.map(|login| logged_in(kind, login)));
    }
    checks
}

/// A line for each thing that a person should know of a CLI in use.
fn cautions(settings: &Settings, kind: ProviderKind, adapter: &Provider, home: &Path) -> Vec<Check> {
    let phases = phases().into_iter().map(|phase| settings.config.for_phase(&phase));
    let of_phases = phases.filter(|phase| phase.provider == kind).map(|phase| phase.model);
    let others =
        settings.config.reviewers.iter().chain(&settings.config.fallback).filter(|other| **other == kind);
    let of_others = others.map(|_| settings.config.provider_settings(kind).model.clone());
    let models: Vec<String> = of_phases.chain(of_others).map(Option::unwrap_or_default).collect();
    let models: Vec<&str> = models.iter().map(String::as_str).collect();
    let cautions = adapter.cautions(&models, home, &settings.person_env).into_iter();
    cautions.map(|caution| Check::warn(format!("about {kind}"), caution.found, caution.advice)).collect()
}

/// A CLI that is there and has nothing to do.
fn other(settings: &Settings, provider: &Provider) -> Check {
    let check = one(format!("unused {}", provider.name()), settings, provider).without_harm();
    match check.state {
        State::Ok => Check { found: format!("{}; no phase uses it", check.found), ..check },
        State::Warn | State::Fail => check.with_mend("no phase uses it; nothing to do unless you want it"),
    }
}

fn logged_in(kind: ProviderKind, login: Login) -> Check {
    let name = format!("login {kind}");
    match login {
        Login::Found(how) => Check::ok(name, format!("{how}; whether it still holds, the first run shows")),
        Login::NotFound(how) => Check::warn(name, "none found", how),
    }
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
    let built_in = || Check::ok(&*name, format!("built in, for a look; {}", remarks::NO_MODEL));
    let Some(needed) = provider.needed() else {
        return built_in();
    };
    match found.version {
        None => built_in(),
        Some(CliVersion::Known(version)) => {
            let found = format!("{} {version}, {}", needed.cli, found.program.display());
            let (oldest, newest) = (needed.oldest_tested, needed.newest_tested);
            if version < oldest {
                let update = format!("update it with `{}`", needed.update);
                let untested =
                    format!("{found}; older than {oldest}, the oldest that samocode is tested with");
                Check::warn(name, untested, update)
            } else if version > newest {
                Check::ok(
                    name,
                    format!("{found}; newer than {newest}, the newest that samocode is tested with"),
                )
            } else if oldest == newest {
                Check::ok(name, format!("{found}; samocode is tested with {newest}"))
            } else {
                Check::ok(name, format!("{found}; samocode is tested with {oldest} to {newest}"))
            }
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
