//! Limits and budgets, and what lets a session go on after one.

use samocode_testing_agent::{Script, Step};

use super::workflows::{RUN_PLANNED, planning};
use crate::scenario::Scenario;

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

/// An agent that goes on for ever in its first phase.
fn endless() -> Scenario {
    Scenario::new().agent(Script::new().each("implementation", Step::go("implementation")))
}

#[test]
fn a_budget_of_iterations_blocks_with_its_figure_and_resume_grants_as_many_again() {
    let scenario = endless();
    let flags = ["--max-iterations", "2"];
    scenario
        .run(RUN.into_iter().chain(flags))
        .expect_exit(11)
        .expect_state("blocked")
        .expect_out(&["the budget of 2 iterations is used up", "samocode resume auth"]);
    assert_eq!(scenario.invocations().len(), 2);
    scenario.run(["run", "auth"].into_iter().chain(flags)).expect_exit(11);
    assert_eq!(scenario.invocations().len(), 2, "a start alone grants nothing");
    scenario.run(["resume", "auth"]).expect_exit(0).expect_out(&["samocode run auth"]);
    scenario.run(["run", "auth"].into_iter().chain(flags)).expect_exit(11);
    assert_eq!(scenario.invocations().len(), 4);
}

#[test]
fn budgets_of_tokens_and_of_money_block_with_their_figures() {
    for (flag, budget, words) in [
        ("--max-tokens", "400", "440 tokens were used; the budget is 400"),
        ("--max-cost", "0.30", "0.50 USD were spent; the budget is 0.30"),
    ] {
        let scenario = endless();
        scenario.run(RUN.into_iter().chain([flag, budget])).expect_exit(11).expect_out(&[words]);
        assert_eq!(scenario.invocations().len(), 2, "{flag}");
    }
}

#[test]
fn a_budget_in_the_settings_counts_and_a_flag_is_stronger() {
    let scenario = endless().config("SAMOCODE_MAX_ITERATIONS=1");
    scenario.run(RUN).expect_exit(11).expect_out(&["the budget of 1 iterations is used up"]);
    let scenario = endless().config("SAMOCODE_MAX_ITERATIONS=1");
    scenario.run(RUN.into_iter().chain(["--max-iterations", "3"])).expect_exit(11);
    assert_eq!(scenario.invocations().len(), 3);
}

#[test]
fn the_limit_of_a_phase_blocks_and_resume_grants_a_fresh_allowance() {
    let scenario = planning().config("SAMOCODE_MAX_IDLE=99");
    scenario.set_agent(
        Script::new()
            .each("planning", Step::plan("# Plan\n"))
            .times(6, "implementation", Step::go("implementation"))
            .each("implementation", Step::work("done"))
            .each("done", Step::finish()),
    );
    scenario
        .run(RUN_PLANNED.into_iter().chain(["--approve-plan"]))
        .expect_exit(11)
        .expect_out(&["phase implementation used all of its 5 iterations"]);
    assert_eq!(scenario.invocations().len(), 6);
    scenario.run(["run", "auth"]).expect_exit(11);
    assert_eq!(scenario.invocations().len(), 6);
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(scenario.invocations().len(), 9);
}

#[test]
fn the_fourth_rework_blocks() {
    let scenario = Scenario::new()
        .agent(Script::new().each("testing", Step::go("implementation")).then(Script::quick()));
    scenario.run(RUN).expect_exit(11).expect_out(&["testing asks for another rework, and all 3 are used"]);
    assert_eq!(scenario.invocations().len(), 8);
}

#[test]
fn time_at_a_gate_costs_nothing_and_the_time_of_iterations_does() {
    let slow = Step::run([
        Step::shell("sleep 1.2"),
        Step::signal_text(r#"{"status":"continue","phase":"implementation"}"#),
    ]);
    let scenario = Scenario::new().agent(Script::new().each("implementation", slow));
    scenario
        .run(RUN.into_iter().chain(["--max-time", "1s"]))
        .expect_exit(11)
        .expect_out(&["the CLI worked for", "the budget is"]);
    assert_eq!(scenario.invocations().len(), 1);
}
