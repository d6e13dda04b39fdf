//! Providers that cannot be started.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use samocode::domain::event::Event;
use samocode_testing_agent::{Script, Step};

use crate::scenario::{Running, Scenario, until};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

#[test]
fn fault_17_a_program_that_is_not_there_leaves_no_session_behind() {
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
fn fault_17_a_program_that_may_not_be_run_is_told_from_one_that_is_not_there() {
    let scenario = Scenario::new().config("CLAUDE_PATH=./claude.txt");
    fs::write(scenario.path("claude.txt"), "not a program").unwrap();
    fs::set_permissions(scenario.path("claude.txt"), fs::Permissions::from_mode(0o644)).unwrap();
    let path = scenario.path("claude.txt").display().to_string();
    scenario.run(RUN).expect_exit(12).expect_err(&[&path, "execut"]);
    assert!(scenario.session().is_none());
}

#[test]
fn codex_and_gemini_are_missed_by_the_keys_that_name_them() {
    let scenario = Scenario::new().config("CODEX_PATH=no-codex").config("GEMINI_PATH=no-gemini");
    for provider in ["codex", "gemini"] {
        let run: Vec<&str> = RUN.into_iter().chain(["--provider", provider]).collect();
        let (program, key) = (format!("`no-{provider}`"), format!("{}_PATH", provider.to_uppercase()));
        scenario.run(run).expect_exit(12).expect_err(&[&program, "npm install -g", &key, "`samocode demo`"]);
    }
    let run: Vec<&str> = RUN.into_iter().chain(["--provider", "clade"]).collect();
    scenario.run(run).expect_exit(2).expect_err(&["--provider", "clade", "claude"]);
    assert!(scenario.session().is_none());
}

#[test]
fn fault_17_a_program_that_goes_missing_in_mid_session_burns_no_retries() {
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

/// What stands in the program's place, and what is said of it.
const BROKEN: [(&[u8], &str); 3] = [
    (&[0; 64], "is not a program that this system can run"),
    (b"#!/no/such/interpreter\n", "the interpreter or loader that it names does not"),
    (b"#!/usr/bin/env no-such-node\n", "no-such-node"),
];

/// It cannot go on, says so once, and goes on when the program is mended.
fn expect_no_retry(scenario: &Scenario, words: &str) {
    let program = scenario.path("claude");
    let before = scenario.invocations().len();
    let run = if scenario.session().is_some() { vec!["run", "auth"] } else { RUN.to_vec() };
    let ended =
        scenario.run(run).expect_exit(12).expect_state("blocked").expect_out(&[words, "samocode run auth"]);
    assert_eq!(ended.out.matches("samocode cannot go on").count(), 1, "{}", ended.out);
    assert_eq!(scenario.invocations().len(), before);
    let tried = scenario.count(|event| matches!(event, Event::Started(_)));
    assert!(tried <= before + 1, "{tried} iterations were started");
    put_program(scenario, &program);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

/// Puts the stand-in there in one step, as an installer does.
fn put_program(scenario: &Scenario, path: &Path) {
    let copy = path.with_extension("new");
    fs::copy(scenario.config_value("CODEX_PATH"), &copy).unwrap();
    fs::rename(copy, path).unwrap();
}

/// A scenario whose program is a copy of the stand-in; where the stand-in itself is stands in a key that nobody uses.
fn with_own_program() -> Scenario {
    let scenario = Scenario::new();
    let original = scenario.config_value("CLAUDE_PATH");
    let scenario = scenario.config("CLAUDE_PATH=./claude").config(&format!("CODEX_PATH={original}"));
    put_program(&scenario, &scenario.path("claude"));
    scenario
}

fn put_bytes(path: &Path, bytes: &[u8]) {
    let copy = path.with_extension("new");
    fs::write(&copy, bytes).unwrap();
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).unwrap();
    fs::rename(copy, path).unwrap();
}

#[test]
fn fault_17_a_program_that_this_system_cannot_run_is_said_once() {
    for (bytes, words) in BROKEN {
        for sandbox in ["off", "required"] {
            let scenario = with_own_program().config(&format!("SAMOCODE_SANDBOX={sandbox}"));
            put_bytes(&scenario.path("claude"), bytes);
            expect_no_retry(&scenario, words);
        }
    }
}

#[test]
fn fault_17_a_program_that_breaks_between_two_iterations_is_said_once() {
    for (bytes, words) in BROKEN {
        let scenario = with_own_program();
        scenario.run(RUN.into_iter().chain(["--max-iterations", "1"])).expect_exit(11);
        put_bytes(&scenario.path("claude"), bytes);
        scenario.run(["resume", "auth"]).expect_exit(0);
        expect_no_retry(&scenario, words);
    }
}

/// A run whose first agent is at work, and goes on once `go` is released.
fn started(scenario: &Scenario) -> Running<'_> {
    let steps = [Step::write("{records}/up", ""), Step::Await("{records}/go".into())];
    let first: Vec<Step> = steps.into_iter().chain(Step::work("testing")).collect();
    scenario.set_agent(Script::new().next(first).then(Script::quick()));
    let running = scenario.start(RUN);
    until("the agent", || scenario.records().join("up").exists().then_some(()));
    running
}

#[test]
fn fault_17_a_program_that_is_replaced_while_it_runs_finishes_and_the_next_iteration_starts_the_new_one() {
    let scenario = with_own_program();
    let running = started(&scenario);
    let newer = format!("#!/bin/sh\nNEWER=1 exec {} \"$@\"\n", scenario.config_value("CODEX_PATH"));
    put_bytes(&scenario.path("claude"), newer.as_bytes());
    scenario.release("go");
    running.end().expect_exit(0).expect_state("done");
    let newer: Vec<bool> =
        scenario.invocations().iter().map(|called| called.env.contains_key("NEWER")).collect();
    assert_eq!(newer, [false, true, true]);
}

#[test]
fn fault_17_a_program_that_is_deleted_while_it_runs_finishes_and_its_absence_is_said_once() {
    let scenario = with_own_program();
    let running = started(&scenario);
    fs::remove_file(scenario.path("claude")).unwrap();
    scenario.release("go");
    let path = scenario.path("claude").display().to_string();
    running.end().expect_exit(12).expect_state("blocked").expect_phase("testing").expect_out(&[&path]);
    assert_eq!(scenario.view().iteration, 1, "its work counts, and no iteration was used up after it");
    expect_no_retry(&scenario, &path);
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
        .config("SAMOCODE_NOTIFY_NTFY_TOKEN=tk_abcdefgh")
        .config("PLANING_MODEL=opus")
        .config("PLANNING_MODEL=opus");
    let quick = ["run", "auth", "--task", "t", "--workflow", "quick"];
    let ended = scenario.run(quick);
    let said = ended.expect_exit(0).expect_out(&[
        "SAMOCODE_NOTIFY_NTFY_TOKEN does nothing, for SAMOCODE_NOTIFY_NTFY is not set",
        "PLANING_MODEL is for a phase that no workflow here has",
    ]);
    said.expect_state("done");
}
