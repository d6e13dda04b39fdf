//! Two sessions at once in one repository: neither undoes what the other's samocode did, and nothing that an agent planted
//! outlives both.

use std::fs;

use samocode::engine::View;
use samocode::store::Layout;
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use super::evidence::verifies;
use super::reviewers::{reports, reviewed_by};
use crate::scenario::{Scenario, expect_words, lives, until};

fn run(name: &str) -> [&str; 6] {
    ["run", name, "--workflow", "quick", "--task", "Add tokens"]
}

fn on() -> Step {
    Step::signal(json!({"status": "continue", "phase": "testing", "summary": "worked"}))
}

/// An agent that does this in a shell, says so, and goes on when it is let.
fn held(line: &str, up: &str) -> Vec<Step> {
    let go = format!("{{records}}/go-{up}");
    Step::run([Step::shell(line), Step::write(&format!("{{records}}/{up}"), ""), Step::Await(go), on()])
}

fn until_up(scenario: &Scenario, up: &str) {
    until(up, || scenario.records().join(up).exists().then_some(()));
}

fn layout(scenario: &Scenario, name: &str) -> Layout {
    let sessions = samocode::engine::list(&scenario.path("sessions")).unwrap();
    sessions.into_iter().find(|layout| layout.folder().ends_with(name)).unwrap()
}

fn state(scenario: &Scenario, name: &str) -> &'static str {
    View::read(&layout(scenario, name)).unwrap().state
}

fn config(scenario: &Scenario) -> String {
    fs::read_to_string(scenario.repo().join(".git/config")).unwrap()
}

fn prompts(scenario: &Scenario, name: &str) -> String {
    let mine = scenario
        .invocations()
        .into_iter()
        .filter(|call| call.stdin.contains(&format!("Branch name: {name}\n")));
    mine.map(|call| call.stdin).collect()
}

const PLANT: &str =
    "git config core.fsmonitor 'touch {records}/ran; false'; git config alias.st '!touch {records}/ran'";

#[test]
fn what_one_agent_planted_is_never_taken_for_the_persons_by_the_other_session() {
    let scenario = Scenario::new()
        .agent(Script::new().next(held(PLANT, "one")).next(held("true", "two")).then(Script::quick()));
    let before = config(&scenario);
    let first = scenario.start(run("first"));
    until_up(&scenario, "one");
    assert_ne!(config(&scenario), before);
    // The second one begins after the planting, and ends after the first one has put all back.
    let second = scenario.start(run("second"));
    until_up(&scenario, "two");
    assert_eq!(config(&scenario), before, "put back before the second one's agent starts");
    scenario.release("go-one");
    first.end().expect_exit(0);
    scenario.release("go-two");
    second.end().expect_exit(0);
    assert_eq!(config(&scenario), before);
    assert_eq!((state(&scenario, "first"), state(&scenario, "second")), ("done", "done"));
    expect_words(&prompts(&scenario, "first"), &["core.fsmonitor", "put them back"]);
    assert!(!scenario.records().join("ran").exists());
}

#[test]
fn what_is_planted_while_both_are_at_work_is_put_back_by_the_first_that_ends() {
    let scenario = Scenario::new()
        .agent(Script::new().next(held("true", "one")).next(held(PLANT, "two")).then(Script::quick()));
    let before = config(&scenario);
    let first = scenario.start(run("first"));
    until_up(&scenario, "one");
    let second = scenario.start(run("second"));
    until_up(&scenario, "two");
    scenario.release("go-one");
    first.end().expect_exit(0).expect_out(&["core.fsmonitor", "put them back"]);
    assert_eq!(config(&scenario), before);
    scenario.release("go-two");
    second.end().expect_exit(0);
    assert_eq!(config(&scenario), before);
    assert!(!scenario.records().join("ran").exists());
}

#[test]
fn what_a_killed_session_left_planted_is_put_back_before_another_one_calls_git() {
    let plant = "git config core.bare true; git config filter.x.smudge 'touch {records}/ran; cat'; git config core.worktree /x";
    let scenario = Scenario::new().agent(Script::new().next(held(plant, "one")).then(Script::quick()));
    let before = config(&scenario);
    let first = scenario.start(run("first"));
    until_up(&scenario, "one");
    first.kill();
    let pid = scenario.invocations()[0].pid;
    until("its end", || (!lives(pid)).then_some(()));
    scenario.run(run("second")).expect_exit(0);
    assert_eq!(config(&scenario), before);
    assert!(!scenario.records().join("ran").exists());
    // The person changes something before the first one is taken up again: that stays, and the agent is told its own.
    scenario.git(&["config", "core.editor", "vi"]);
    scenario.run(["run", "first"]).expect_exit(0).expect_out(&["core.bare", "put them back"]);
    assert_eq!(scenario.git(&["config", "core.editor"]), "vi");
}

#[test]
fn two_sessions_at_work_leave_each_others_worktrees_branches_and_excludes_alone() {
    let scenario =
        Scenario::new().config("SESSIONS=repo/_sessions").config("WORKTREES=repo/_worktrees").agent(
            Script::new()
                .next(held("git switch -qc side --track main; git switch -q first", "one"))
                .next(held("true", "two"))
                .then(Script::quick()),
        );
    let first = scenario.start(run("first"));
    until_up(&scenario, "one");
    let second = scenario.start(run("second"));
    until_up(&scenario, "two");
    scenario.release("go-one");
    scenario.release("go-two");
    let said = [first.end().expect_exit(0).out, second.end().expect_exit(0).out].concat();
    assert!(!said.contains("put them back"), "{said}");
    assert_eq!(scenario.git(&["status", "--porcelain"]), "");
    assert_eq!(scenario.git(&["config", "branch.side.merge"]), "refs/heads/main");
    for name in ["first", "second"] {
        assert_eq!(
            scenario.git(&["worktree", "list", "--porcelain"]).matches(&format!("refs/heads/{name}")).count(),
            1
        );
    }
}

/// Another session runs in the same repository while the first one's lock is held, as by a samocode that waits for the
/// person. What the person set in Git's configuration before that has to stay.
fn expect_the_persons_settings_stay(scenario: &Scenario, name: &str) {
    let waiting = samocode::engine::take(&layout(scenario, name)).unwrap();
    scenario.git(&["config", "core.editor", "vi"]);
    let other = scenario.run(run("other"));
    assert_eq!(scenario.git(&["config", "core.editor"]), "vi", "{}", other.out);
    assert!(View::read(&layout(scenario, "other")).unwrap().iteration > 0, "{}", other.out);
    drop(waiting);
    scenario.run(["run", name]);
    assert_eq!(scenario.git(&["config", "core.editor"]), "vi");
}

#[test]
fn after_a_killed_verification_that_cannot_run_again_the_persons_settings_stay() {
    let plant =
        "[ -e $HOME/go ] || { git config alias.st status; echo $$ > $HOME/.cache/agent/pid; sleep 600; }";
    let scenario = verifies(plant).config("SAMOCODE_MAX_RETRIES=1");
    let running = scenario.start(run("auth"));
    let read = || fs::read_to_string(scenario.records().join("pid")).ok()?.trim().parse().ok();
    let pid = until("the verification", read);
    running.kill();
    until("its end", || (!lives(pid)).then_some(()));
    let worktree = scenario.view().worktree.unwrap();
    fs::write(worktree.join("README.md"), "changed by the person\n").unwrap();
    fs::write(scenario.path("home/go"), "").unwrap();
    scenario.run(["run", "auth"]).expect_exit(11).expect_out(&["not committed", "alias.st", "put them back"]);
    expect_the_persons_settings_stay(&scenario, "auth");
}

#[test]
fn after_a_killed_review_without_a_next_one_the_persons_settings_stay() {
    let scenario = reviewed_by(
        "claude",
        Script::new()
            .once("outside review", [Step::Init, Step::write("{records}/reviews", ""), Step::Hang])
            .then(reports()),
    );
    let running = scenario.start(["run", "auth", "--workflow", "reviewed.toml", "--task", "Add tokens"]);
    until_up(&scenario, "reviews");
    running.kill();
    let pid = scenario.invocations()[1].pid;
    until("its end", || (!lives(pid)).then_some(()));
    let scenario = scenario.config("SAMOCODE_MAX_COST=0.1");
    scenario.run(["run", "auth"]).expect_exit(11).expect_out(&["0.10 USD are spent"]);
    expect_the_persons_settings_stay(&scenario, "auth");
}
