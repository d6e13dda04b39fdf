//! A short set on the oldest versions that samocode is tested with: a whole session, its limits, its reviewers.

use std::process::Command;

use samocode::provider::Version;

use crate::clis::Cli;
use crate::scratch::Scratch;
use crate::{
    session_ends, session_full, session_limits, session_reviewers, session_skills, session_troubles,
};

/// What a program says its version is.
fn version(cli: Cli) -> Version {
    let scratch = Scratch::new();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let said = Command::new(cli.program())
        .arg("--version")
        .env_clear()
        .envs([("PATH", path), ("HOME", scratch.home().into()), ("DISABLE_AUTOUPDATER", "1".into())])
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&said.stdout);
    cli.needed().sure_answer(&printed).unwrap().0
}

#[test]
fn the_installed_versions_are_those_that_samocode_names_as_tested() {
    for cli in Cli::ALL {
        assert_eq!(version(cli), cli.needed().newest_tested, "{cli:?}");
    }
    for cli in [Cli::OldestClaude, Cli::OldestCodex] {
        assert_eq!(version(cli), cli.needed().oldest_tested, "{cli:?}");
    }
    let gemini = Cli::Gemini.needed();
    assert_eq!(gemini.oldest_tested, gemini.newest_tested, "one version of it is installed");
}

#[test]
fn oldest_claude_makes_a_task_a_branch() {
    session_full::passes_the_gates_by_commands(Cli::OldestClaude);
}

#[test]
fn oldest_codex_makes_a_task_a_branch() {
    session_full::passes_the_gates_by_commands(Cli::OldestCodex);
}

#[test]
fn oldest_claude_loads_a_skill_and_starts_its_sub_agent() {
    session_skills::loads_a_skill_and_starts_its_sub_agent(Cli::OldestClaude);
}

#[test]
fn oldest_claude_parks_at_a_usage_limit() {
    session_troubles::a_subscription_is_used_up(Cli::OldestClaude, "You've hit your session limit");
}

#[test]
fn oldest_codex_parks_at_a_usage_limit() {
    session_troubles::codex_is_used_up(Cli::OldestCodex);
}

#[test]
fn oldest_claude_waits_for_no_limit_by_itself() {
    session_troubles::waits_for_no_limit_by_itself(Cli::OldestClaude, "You've hit your session limit");
}

#[test]
fn oldest_claude_ends_at_a_budget_of_money() {
    session_limits::ends_at_a_budget_of_money(Cli::OldestClaude);
}

#[test]
fn oldest_claude_leaves_nothing_after_ctrl_c() {
    session_ends::ends_by_ctrl_c(Cli::OldestClaude, 14);
}

#[test]
fn oldest_claude_reviews() {
    session_reviewers::claude_reviews(Cli::OldestClaude);
}

#[test]
fn oldest_codex_reviews() {
    session_reviewers::codex_reviews(Cli::OldestCodex);
}
