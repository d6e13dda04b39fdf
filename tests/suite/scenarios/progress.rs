//! Iterations that go on and on and change nothing (fault 10).

use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

/// Goes on with implementation after this.
fn after(step: Step) -> Vec<Step> {
    Step::run([step, Step::signal(json!({"status": "continue", "phase": "implementation"}))])
}

#[test]
fn fault_10_three_iterations_that_change_nothing_block_and_each_next_one_is_warned() {
    let scenario = Scenario::new().agent(Script::new().each("implementation", Step::go("implementation")));
    scenario.run(RUN).expect_exit(11).expect_state("blocked").expect_out(&[
        "no progress: 3 iterations in a row in phase implementation changed nothing",
        "samocode tell auth",
        "samocode resume auth",
    ]);
    assert_eq!(scenario.invocations().len(), 3);
    expect_words(&scenario.prompt(2), &["Iteration 1 changed nothing", "After 2 more"]);
    expect_words(&scenario.prompt(3), &["Iteration 2 changed nothing", "After 1 more"]);
    scenario.run(["run", "auth"]).expect_exit(11);
    assert_eq!(scenario.invocations().len(), 3, "a start alone is no reason to go on");
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(11);
    assert_eq!(scenario.invocations().len(), 6);
}

#[test]
fn fault_10_handing_over_without_a_change_is_no_progress_either() {
    let handoff = Step::run([Step::signal(json!({"status": "handoff", "notes": "go on"}))]);
    let scenario =
        Scenario::new().config("SAMOCODE_MAX_IDLE=2").agent(Script::new().each("implementation", handoff));
    scenario.run(RUN).expect_exit(11).expect_out(&["no progress: 2 iterations in a row"]);
    assert_eq!(scenario.invocations().len(), 2);
}

#[test]
fn fault_10_a_commit_a_file_a_tick_and_a_document_are_progress_each() {
    let plan = "{session}/01-08-14:30-plan-tokens.md";
    let scenario = Scenario::new().config("SAMOCODE_MAX_IDLE=2").agent(
        Script::new()
            .once("implementation", after(Step::write(plan, "# Plan\n- [ ] one\n")))
            .once("implementation", Step::go("implementation"))
            .once("implementation", after(Step::replace(plan, "[ ]", "[x]")))
            .once("implementation", Step::go("implementation"))
            .once("implementation", after(Step::write("{worktree}/new.txt", "one\n")))
            .once("implementation", Step::go("implementation"))
            .once("implementation", after(Step::write("{worktree}/new.txt", "two\n")))
            .once("implementation", Step::go("implementation"))
            .once("implementation", after(Step::git(&["commit", "--quiet", "--allow-empty", "-m", "empty"])))
            .once("implementation", Step::go("implementation"))
            .then(Script::quick()),
    );
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(scenario.invocations().len(), 13);
}

#[test]
fn fault_10_what_only_looks_like_work_is_no_progress() {
    let busy = [
        Step::shell("echo '- busy' >> {session}/_overview.md"),
        Step::shell("touch README.md {session}/01-08-14:30-plan-tokens.md"),
        Step::shell("mkdir -p empty && echo x > loose && rm loose && git stash list"),
        Step::write("{session}/01-08-14:30-plan-tokens.md", "# Plan\n- [ ] one\n"),
        Step::Say("I am making great progress".into()),
        Step::signal(json!({"status": "continue", "phase": "implementation", "summary": "great progress"})),
    ];
    let scenario = Scenario::new().agent(Script::new().each("implementation", Step::run(busy)));
    scenario.run(RUN).expect_exit(11).expect_out(&["no progress: 3 iterations in a row"]);
    assert_eq!(scenario.invocations().len(), 4, "only the first one made something: the plan");
}

#[test]
fn fault_10_words_of_the_person_give_it_another_chance() {
    let scenario = Scenario::new().agent(
        Script::new()
            .times(2, "implementation", Step::go("implementation"))
            .once(
                "implementation",
                Step::run([
                    Step::Await("{records}/told".into()),
                    Step::signal(json!({"status": "continue", "phase": "implementation"})),
                ]),
            )
            .once("implementation", Step::go("implementation"))
            .then(Script::quick()),
    );
    let running = scenario.start(RUN);
    scenario.until_called(3);
    scenario.run(["tell", "auth", "look into src"]).expect_exit(0);
    running.until_said("guidance by");
    scenario.release("told");
    running.end().expect_exit(0).expect_state("done");
}

#[test]
fn fault_10_failures_are_counted_by_themselves() {
    let silent = Step::run([]);
    let scenario = Scenario::new().agent(
        Script::new()
            .once("implementation", Step::go("implementation"))
            .times(2, "implementation", silent)
            .once("implementation", Step::go("implementation"))
            .then(Script::quick()),
    );
    scenario.run(RUN).expect_exit(0).expect_state("done");
}
