//! Providers that cannot be started.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use samocode_testing_agent::{Script, Step};

use crate::scenario::Scenario;

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

#[test]
fn a_program_that_is_not_there_leaves_no_session_behind() {
    let scenario = Scenario::new().config("CLAUDE_PATH=bin/claude");
    let path = scenario.path("bin/claude").display().to_string();
    scenario.run(RUN).expect_exit(12).expect_err(&[&path, "CLAUDE_PATH"]);
    let named = scenario.config("CLAUDE_PATH=no-such-claude");
    named.run(RUN).expect_exit(12).expect_err(&["no-such-claude", "PATH", "npm install -g"]);
    assert!(named.session().is_none());
    assert!(!named.path("sessions").exists());
    assert_eq!(named.git(&["branch", "--list", "--format=%(refname:short)"]), "main");
}

#[test]
fn a_program_that_may_not_be_run_is_told_from_one_that_is_not_there() {
    let scenario = Scenario::new().config("CLAUDE_PATH=./claude.txt");
    fs::write(scenario.path("claude.txt"), "not a program").unwrap();
    fs::set_permissions(scenario.path("claude.txt"), fs::Permissions::from_mode(0o644)).unwrap();
    let path = scenario.path("claude.txt").display().to_string();
    scenario.run(RUN).expect_exit(12).expect_err(&[&path, "execut"]);
    assert!(scenario.session().is_none());
}

#[test]
fn codex_and_gemini_are_refused_in_words_until_they_can_be_run() {
    let scenario = Scenario::new();
    for provider in ["codex", "gemini"] {
        let run: Vec<&str> = RUN.into_iter().chain(["--provider", provider]).collect();
        scenario.run(run).expect_exit(12).expect_err(&["cannot run", provider, "claude", "demo"]);
    }
    let run: Vec<&str> = RUN.into_iter().chain(["--provider", "clade"]).collect();
    scenario.run(run).expect_exit(2).expect_err(&["--provider", "clade", "claude"]);
    assert!(scenario.session().is_none());
}

#[test]
fn a_program_that_goes_missing_in_mid_session_blocks_without_burning_retries() {
    // A confined agent could not move it; here the agent stands for whoever can.
    let scenario = Scenario::new().config("SAMOCODE_SANDBOX=off");
    let copy = scenario.path("claude");
    let original = scenario.config_value("CLAUDE_PATH");
    fs::copy(&original, &copy).unwrap();
    let scenario = scenario.config("CLAUDE_PATH=./claude").agent(
        Script::new()
            .once(
                "implementation",
                Step::run([
                    Step::shell(&format!("mv {0} {0}.gone", copy.display())),
                    Step::signal_text(r#"{"status":"continue"}"#),
                ]),
            )
            .then(Script::quick()),
    );
    scenario.run(RUN).expect_exit(12).expect_state("blocked").expect_out(&[
        &copy.display().to_string(),
        "CLAUDE_PATH",
        "samocode run auth",
    ]);
    assert_eq!(scenario.view().iteration, 1, "no iteration was used up");
    scenario.run(["run", "auth"]).expect_exit(12);
    fs::rename(scenario.path("claude.gone"), &copy).unwrap();
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

#[test]
fn an_agent_that_the_cli_did_not_load_stops_the_session_with_words() {
    let scenario = Scenario::new().agent(Script::new().each(
        "implementation",
        [Step::InitWithoutAgent, Step::signal_text(r#"{"status":"continue"}"#), Step::Result],
    ));
    scenario
        .run(RUN)
        .expect_exit(12)
        .expect_out(&["did not load the agent `samocode:implementation`", "CLAUDE_ARGS"]);
    assert_eq!(scenario.invocations().len(), 1);
}

#[test]
fn a_refused_login_stops_at_once_and_says_what_to_do() {
    let login =
        Step::Failed { subtype: "success".into(), status: Some(401), words: "Invalid API key".into() };
    let scenario =
        Scenario::new().agent(Script::new().each("implementation", [Step::Init, login, Step::Exit(1)]));
    scenario.run(RUN).expect_exit(12).expect_out(&["Invalid API key", "/login"]).expect_state("blocked");
    assert_eq!(scenario.invocations().len(), 1);
}

#[test]
fn settings_that_nothing_acts_on_are_named() {
    let scenario = Scenario::new()
        .agent(Script::quick())
        .config("SAMOCODE_REVIEWERS=codex")
        .config("PLANING_MODEL=opus")
        .config("PLANNING_MODEL=opus");
    let quick = ["run", "auth", "--task", "t", "--workflow", "quick"];
    let ended = scenario.run(quick);
    let said = ended.expect_exit(0).expect_out(&[
        "SAMOCODE_REVIEWERS is set, and nothing in this version acts on it yet",
        "PLANING_MODEL is for a phase that no workflow here has",
    ]);
    said.expect_state("done");
}
