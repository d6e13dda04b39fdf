//! The main checkout: what changes there while an iteration runs is named and told, once, and blocks nothing.

use std::fs;

use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

fn iteration(line: &str) -> Vec<Step> {
    let again = json!({"status": "continue", "phase": "implementation", "summary": "once more"});
    Step::run([Step::shell(line), Step::signal(again)])
}

/// A first iteration that does this in the main checkout, a second one that works in the worktree only.
fn doing(line: &str) -> Scenario {
    let work = "echo x > x.txt; git add .; git commit -qm x";
    Scenario::new().config("SAMOCODE_SANDBOX=off").agent(
        Script::new()
            .once("implementation", iteration(&format!("cd {{main}}; {line}")))
            .once("implementation", iteration(work))
            .then(Script::quick()),
    )
}

fn told(line: &str, words: &[&str]) {
    told_of("the main checkout", line, words);
}

fn told_of(what: &str, line: &str, words: &[&str]) {
    let scenario = doing(line);
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    expect_words(&ended.out, words);
    expect_words(&scenario.prompt(2), words);
    expect_words(&scenario.prompt(2), &[&format!("While iteration 1 ran, {what}"), "If that was you"]);
    assert_eq!(ended.out.matches(what).count(), 1, "told once:\n{}", ended.out);
    assert!(!scenario.prompt(3).contains(what), "{}", scenario.prompt(3));
}

#[test]
fn files_that_change_in_the_main_checkout_are_named() {
    told("echo more >> README.md", &["README.md (changed)"]);
    told("echo more > new.txt", &["new.txt (new)"]);
    told("rm README.md", &["README.md (changed)"]);
    told("echo more >> README.md; git add README.md", &["README.md (staged)"]);
}

#[test]
fn commits_and_branches_are_named() {
    let shared = "the repository that all worktrees share";
    told_of(shared, "git commit -q --allow-empty -m x", &["the branch main was moved from"]);
    told("git switch -q --detach", &["HEAD was at main and is at"]);
    told_of(shared, "git branch side", &["the branch side was made at"]);
    told_of(
        shared,
        "git pack-refs --all; git branch -q other; git branch -m other third",
        &["the branch third was made at"],
    );
}

#[test]
fn a_branch_that_is_deleted_is_named_with_its_commit() {
    let scenario = doing("git branch --delete --force side");
    scenario.git(&["branch", "side"]);
    let tip = scenario.git(&["rev-parse", "--short=10", "side"]);
    scenario.run(RUN).expect_exit(0).expect_out(&[&format!("the branch side was deleted, it was at {tip}")]);
}

#[test]
fn what_the_person_left_there_before_and_what_other_sessions_do_is_not_named() {
    let scenario = doing("git -C {worktree} commit -q --allow-empty -m mine");
    fs::write(scenario.repo().join("README.md"), "changed by the person\n").unwrap();
    fs::write(scenario.repo().join("draft.txt"), "a draft\n").unwrap();
    scenario.git(&["worktree", "add", "--quiet", "-b", "elsewhere", "../elsewhere"]);
    let other = "cd {main}/../elsewhere && git commit -q --allow-empty -m theirs";
    let scenario =
        scenario.agent(Script::new().once("implementation", iteration(other)).then(Script::quick()));
    let ended = scenario.run(RUN).expect_exit(0);
    assert!(!ended.out.contains("the main checkout"), "{}", ended.out);
    assert!(!ended.out.contains("worktrees share"), "{}", ended.out);
}

#[test]
fn a_file_that_was_changed_before_is_named_when_it_changes_again() {
    let scenario = doing("echo again >> README.md");
    fs::write(scenario.repo().join("README.md"), "changed by the person\n").unwrap();
    scenario.run(RUN).expect_exit(0).expect_out(&["README.md (changed again)"]);
}

#[test]
fn what_the_person_does_between_two_starts_is_not_named() {
    let scenario = doing("true");
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"])).expect_exit(11);
    scenario.git(&["commit", "--quiet", "--allow-empty", "-m", "by the person"]);
    fs::write(scenario.repo().join("README.md"), "changed by the person\n").unwrap();
    scenario.run(["resume", "auth"]).expect_exit(0);
    let ended = scenario.run(["run", "auth"]).expect_exit(0);
    assert!(!ended.out.contains("the main checkout"), "{}", ended.out);
    assert!(!ended.out.contains("worktrees share"), "{}", ended.out);
}
