//! A machine on which git does not know who commits.

use std::fs;

use samocode_testing_agent::Script;

use crate::scenario::{Scenario, expect_words};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

/// What Git asks for.
const COMMANDS: [&str; 2] = ["git config --global user.name", "git config --global user.email"];

/// Git derives a name and an address from user and host where it may; here it may not, as it cannot in most containers.
fn anonymous() -> Scenario {
    let scenario = Scenario::new();
    set(&scenario, "");
    scenario
}

fn set(scenario: &Scenario, more: &str) {
    let text = format!("[user]\n\tuseConfigOnly = true\n{more}");
    fs::write(scenario.path("home/.gitconfig"), text).unwrap();
}

const ADA: &str = "[user]\n\tname = Ada\n\temail = ada@localhost\n";

#[test]
fn fault_36_without_an_identity_no_iteration_starts_and_with_one_the_same_session_goes_on() {
    let scenario = anonymous();
    let ended = scenario.run(RUN).expect_exit(12).expect_state("blocked").expect_out(&COMMANDS);
    expect_words(&ended.out, &["Git does not know who you are", "no email was given"]);
    assert_eq!(scenario.invocations().len(), 0);
    scenario.run(["run", "auth"]).expect_exit(12).expect_out(&COMMANDS);
    set(&scenario, ADA);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

#[test]
fn fault_36_a_name_without_an_address_is_no_identity() {
    let scenario = anonymous();
    set(&scenario, "\tname = Ada\n");
    scenario.run(RUN).expect_exit(12).expect_out(&["no email was given"]);
    assert_eq!(scenario.invocations().len(), 0);
}

#[test]
fn fault_36_doctor_says_that_git_does_not_know_who_commits() {
    let scenario = anonymous();
    let ended = scenario.run(["doctor"]).expect_exit(12).expect_out(&["git identity"]);
    expect_words(&ended.out, &COMMANDS);
    set(&scenario, ADA);
    scenario.run(["doctor"]).expect_exit(0).expect_out(&["Ada <ada@localhost>"]);
}

#[test]
fn an_identity_in_the_environment_is_enough() {
    let mut scenario = anonymous();
    for who in ["AUTHOR", "COMMITTER"] {
        scenario = scenario.env(&format!("GIT_{who}_NAME"), "Ada").env(&format!("GIT_{who}_EMAIL"), "a@b");
    }
    scenario.run(["doctor"]).expect_exit(0);
    scenario.run(RUN).expect_exit(0).expect_state("done");
}

#[test]
fn fault_36_an_author_without_a_committer_is_no_identity() {
    let scenario = anonymous().env("GIT_AUTHOR_NAME", "Ada").env("GIT_AUTHOR_EMAIL", "a@b");
    scenario.run(RUN).expect_exit(12).expect_out(&COMMANDS);
}

#[test]
fn fault_36_an_identity_that_holds_for_the_main_checkout_alone_is_found_to_be_missing_in_the_worktree() {
    let scenario = anonymous();
    fs::write(scenario.path("home/ada"), ADA).unwrap();
    let git_dir = scenario.repo().join(".git").display().to_string();
    set(&scenario, &format!("[includeIf \"gitdir:{git_dir}\"]\n\tpath = ada\n"));
    scenario.git(&["var", "GIT_COMMITTER_IDENT"]);
    scenario.run(RUN).expect_exit(12).expect_out(&COMMANDS);
    assert_eq!(scenario.invocations().len(), 0);
}

#[test]
fn fault_36_an_identity_that_was_taken_away_later_is_missed_before_the_next_iteration() {
    let scenario = Scenario::new();
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"])).expect_exit(11);
    scenario.run(["resume", "auth"]).expect_exit(0);
    set(&scenario, "");
    scenario.run(["run", "auth"]).expect_exit(12).expect_out(&COMMANDS);
    assert_eq!(scenario.invocations().len(), 1);
}

#[test]
fn the_demo_needs_no_identity() {
    let scenario = anonymous().config("SAMOCODE_PROVIDER=demo").agent(Script::new());
    scenario.run(RUN).expect_exit(0).expect_state("done");
    scenario.run(["doctor"]).expect_exit(0);
}
