//! Git, the settings, the repository and the folders.

use super::{Check, folder};
use crate::config::{Config, ProviderKind};
use crate::domain::phase::Phase;
use crate::domain::workflow::Workflow;
use crate::engine::{SET_IDENTITY, Settings};
use crate::git::{Git, Identity, Repository};

pub(super) fn git() -> Check {
    match Git::new().version() {
        Ok(version) => Check::ok("git", version),
        Err(error) => Check::fail("git", error.to_string()),
    }
}

/// The settings were read; a slip in a phase's name sets nothing, and nobody else says so.
pub(super) fn configuration(config: &Config) -> Check {
    let phases = phases();
    let strange: Vec<&str> =
        config.keys_of_other_phases(&phases).map(|setting| setting.key.as_str()).collect();
    let file = config.file.display().to_string();
    let (mut found, mut mends) = (Vec::new(), Vec::new());
    for (key, needed) in config.keys_without_effect() {
        found.push(format!("{key} does nothing"));
        mends.push(format!("set {needed}, too, or leave {key} out"));
    }
    if !strange.is_empty() {
        let known: Vec<&str> = phases.iter().map(Phase::as_str).collect();
        found.push(format!("{} is for no phase of the built-in workflows", strange.join(", ")));
        mends.push(format!("the phases are {}; with a workflow of your own all is well", known.join(", ")));
    }
    if found.is_empty() {
        return Check::ok("configuration", file);
    }
    Check::warn("configuration", format!("{file}: {}", found.join("; ")), mends.join("; "))
}

/// The phases of all built-in workflows that an agent runs.
pub(in crate::cli) fn phases() -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    for workflow in Workflow::built_in_names().filter_map(Workflow::built_in) {
        let Ok(workflow) = Workflow::parse(workflow) else {
            continue;
        };
        for rules in workflow.phases().filter(|rules| rules.agent.is_some()) {
            if !phases.contains(&rules.name) {
                phases.push(rules.name.clone());
            }
        }
    }
    phases
}

pub(super) fn repository(config: &Config) -> Vec<Check> {
    const NAME: &str = "MAIN_REPO";
    let repository = match Repository::discover(&Git::new(), &config.main_repo) {
        Ok(repository) => repository,
        Err(error) => return vec![Check::fail(NAME, error.to_string())],
    };
    let mut checks = vec![match subfolder(config, &repository) {
        None => Check::ok(NAME, repository.top().display().to_string()),
        Some(found) => Check::warn(
            NAME,
            found,
            format!(
                "write `MAIN_REPO={}`, and say in the task which folder it is about",
                repository.top().display()
            ),
        ),
    }];
    checks.push(match repository.known_base_branch() {
        Ok(base) => {
            let commit = base.commit.get(..10).unwrap_or(&base.commit);
            let found = format!("{} ({commit}); new work starts there", base.revision);
            match base.warnings.as_slice() {
                [] => Check::ok("base branch", found),
                warnings => Check::warn("base branch", found, warnings.join("\n")),
            }
        }
        Err(error) => Check::fail("base branch", error.to_string()),
    });
    checks
}

/// What a `MAIN_REPO` that is a folder inside a repository means.
pub(in crate::cli) fn subfolder(config: &Config, repository: &Repository) -> Option<String> {
    let below = repository.below_top(&config.main_repo)?;
    Some(format!(
        "MAIN_REPO is {}, inside the repository {}: a worktree has the whole repository, and agents, SAMOCODE_SETUP and \
         SAMOCODE_VERIFY start at its top, not in {}",
        config.main_repo.display(),
        repository.top().display(),
        below.display()
    ))
}

/// Whether agents could commit. Without a repository another line says what is wrong.
pub(super) fn identity(settings: &Settings) -> Option<Check> {
    const NAME: &str = "git identity";
    let repository = Repository::discover(&Git::new(), &settings.config.main_repo).ok()?;
    let demo = phases().iter().all(|phase| settings.config.for_phase(phase).provider == ProviderKind::Demo);
    Some(match repository.identity(&settings.environment(None).variables) {
        Ok(Identity::Known(who)) => Check::ok(NAME, who),
        Ok(Identity::Unknown(_)) if demo => Check::ok(NAME, "not set; the demo commits under its own name"),
        Ok(Identity::Unknown(reason)) => {
            Check::fail(NAME, format!("Git does not know who you are, so agents could not commit: {reason}"))
                .with_mend(SET_IDENTITY)
        }
        Err(error) => Check::fail(NAME, error.to_string()),
    })
}

/// Whether branches can have the prefix: git keeps a branch as a file, and a prefix as a folder.
pub(super) fn branch_prefix(config: &Config) -> Option<Check> {
    const NAME: &str = "branch prefix";
    let prefix = config.branch_prefix.as_deref()?;
    let repository = Repository::discover(&Git::new(), &config.main_repo).ok()?;
    Some(match repository.branch_in_the_way_of(prefix) {
        Ok(None) => Check::ok(NAME, format!("{prefix}/")),
        Ok(Some(existing)) => Check::fail(
            NAME,
            format!("the branch `{existing}` exists, so that no branch `{prefix}/…` can be made"),
        )
        .with_mend("rename that branch (`git branch -m`), or choose another GIT_BRANCH_PREFIX"),
        Err(error) => Check::fail(NAME, error.to_string()),
    })
}

pub(super) fn folders(config: &Config) -> Vec<Check> {
    let inside = |path: &std::path::Path| {
        if path.starts_with(&config.main_repo) { "; inside MAIN_REPO, kept out of its status" } else { "" }
    };
    [("WORKTREES", &config.worktrees), ("SESSIONS", &config.sessions)]
        .map(|(name, path)| folder(name, path, inside(path)))
        .into()
}
