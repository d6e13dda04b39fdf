//! A person looks at a session while Git's settings may hold what an agent planted: nothing of it runs as the person.

use std::fs;

use samocode_testing_agent::{Script, Step};

use super::evidence::verifies;
use super::reviewers::{reports, reviewed_by};
use crate::scenario::{Running, Scenario, Terminal, expect_words, lives, until};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

/// Every file is filtered by a program, and Git has to read one of them to know whether it changed: its size is the same.
const FILTER: &str = "git config filter.x.clean \"touch $HOME/.cache/agent/ran; cat\"; \
    echo \"* filter=x\" >> $(git rev-parse --git-common-dir)/info/attributes; touch -d 2020-01-01 README.md";

/// Commits a file, takes it out of the repository, and names a program to fetch it with.
const FETCH: &str = "echo more >> README.md; git commit -qam more; d=$(git rev-parse --path-format=absolute --git-common-dir); \
    b=$(git rev-parse HEAD:README.md); rm -f $d/objects/$(echo $b | cut -c1-2)/$(echo $b | cut -c3-); \
    printf \"#!/bin/sh\\ntouch $HOME/.cache/agent/ran\\n\" > $HOME/.cache/agent/evil; chmod +x $HOME/.cache/agent/evil; \
    git config core.repositoryFormatVersion 1; git config extensions.partialClone evil; \
    git config remote.evil.url \"ext::$HOME/.cache/agent/evil\"; git config remote.evil.promisor true; \
    git config protocol.ext.allow always";

fn planted(plant: &str) -> Vec<Step> {
    vec![Step::Init, Step::shell(plant), Step::write("{records}/up", ""), Step::Hang]
}

fn until_planted(scenario: &Scenario) {
    until("the planting", || scenario.records().join("up").exists().then_some(()));
}

fn expect_nothing_ran(scenario: &Scenario, when: &str) {
    assert!(!scenario.records().join("ran").exists(), "what was planted ran as the person: {when}");
}

/// Looks in every way that asks Git.
fn look(scenario: &Scenario, when: &str) {
    for arguments in
        [&["diff", "auth"][..], &["diff", "auth", "--stat"], &["restore", "auth"], &["status", "auth"]]
    {
        scenario.run(arguments.iter().copied());
        expect_nothing_ran(scenario, &format!("{when}: {}", arguments.join(" ")));
    }
    let terminal = Terminal::open();
    let window = terminal.look(100, 40);
    let watching = scenario.start_on(&terminal, ["watch", "auth"]);
    window.until_shown(&["auth"]);
    window.type_in("6");
    window.until_shown(&["since main"]);
    drop(watching);
    expect_nothing_ran(scenario, &format!("{when}: watch"));
}

/// Looks while it runs, and when samocode was killed.
fn look_then_and_after_a_kill(scenario: &Scenario, running: Running<'_>, pid: u32, state: &str) {
    assert_eq!(scenario.view().state, state);
    look(scenario, state);
    let ended = scenario.run(["diff", "auth"]);
    expect_words(&ended.err, &["files that are not committed are not listed"]);
    running.kill();
    until("the end of what it ran", || (!lives(pid)).then_some(()));
    // `restore` puts back what was planted, so it comes last.
    for arguments in [&["diff", "auth"][..], &["doctor"], &["restore", "auth"]] {
        scenario.run(arguments.iter().copied());
        expect_nothing_ran(scenario, &format!("killed while {state}: {}", arguments.join(" ")));
    }
}

#[test]
fn a_planted_filter_does_not_run_while_an_iteration_does_or_was_killed() {
    let scenario = Scenario::new().agent(Script::new().next(planted(FILTER)).then(Script::quick()));
    let running = scenario.start(RUN);
    until_planted(&scenario);
    let pid = scenario.invocations()[0].pid;
    look_then_and_after_a_kill(&scenario, running, pid, "running");
}

#[test]
fn a_planted_filter_does_not_run_while_the_verify_command_does_or_was_killed() {
    let scenario = verifies(&format!("{FILTER}; echo $$ > $HOME/.cache/agent/up; sleep 600"));
    let running = scenario.start(RUN);
    let read = || fs::read_to_string(scenario.records().join("up")).ok()?.trim().parse().ok();
    let pid = until("the verification", read);
    look_then_and_after_a_kill(&scenario, running, pid, "verifying");
}

#[test]
fn a_planted_filter_does_not_run_while_reviewers_do_or_were_killed() {
    let reviewing = Script::new().once("outside review", planted(FILTER));
    let scenario = reviewed_by("claude", reviewing.then(reports())).config("SAMOCODE_SANDBOX=off");
    let running = scenario.start(["run", "auth", "--workflow", "reviewed.toml", "--task", "Add tokens"]);
    until_planted(&scenario);
    let pid = scenario.invocations()[1].pid;
    look_then_and_after_a_kill(&scenario, running, pid, "reviewing");
}

#[test]
fn a_planted_program_that_fetches_objects_does_not_run() {
    let scenario = Scenario::new().agent(Script::new().next(planted(FETCH)).then(Script::quick()));
    let running = scenario.start(RUN);
    until_planted(&scenario);
    for arguments in [&["diff", "auth"][..], &["diff", "auth", "--stat"], &["restore", "auth"], &["doctor"]] {
        scenario.run(arguments.iter().copied());
        expect_nothing_ran(&scenario, &arguments.join(" "));
    }
    running.ctrl_c();
    running.end().expect_exit(130);
}

#[test]
fn what_another_sessions_agent_planted_does_not_run_either() {
    let scenario = Scenario::new();
    scenario.run(RUN).expect_exit(0);
    let worktree = scenario.view().worktree.unwrap();
    scenario.set_agent(Script::new().each("implementation", planted(FILTER)));
    let running = scenario.start(["run", "other", "--workflow", "quick", "--task", "Add tokens"]);
    until_planted(&scenario);
    fs::write(worktree.join("README.md"), "A project\n").unwrap();
    let ended = scenario.run(["diff", "auth"]).expect_exit(0);
    expect_words(&ended.err, &["files that are not committed are not listed"]);
    expect_nothing_ran(&scenario, "diff of a session at rest");
    running.ctrl_c();
    running.end().expect_exit(130);
    let ended = scenario.run(["diff", "auth"]).expect_exit(0);
    expect_words(&ended.err, &["README.md"]);
}
