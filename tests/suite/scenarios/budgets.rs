//! Limits and budgets, and what lets a session go on after one.

use std::time::{Duration, Instant};

use samocode::domain::event::Event;
use samocode::domain::outcome::Outcome;
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use super::workflows::{RUN_PLANNED, planning};
use crate::scenario::{Scenario, expect_words, until};

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
        .expect_out(&["2 of 2 iterations are used", "samocode resume auth"]);
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
        ("--max-tokens", "400", "440 of 400 tokens are used"),
        ("--max-cost", "0.30", "0.50 of 0.30 USD are spent"),
    ] {
        let scenario = endless();
        scenario.run(RUN.into_iter().chain([flag, budget])).expect_exit(11).expect_out(&[words]);
        assert_eq!(scenario.invocations().len(), 2, "{flag}");
    }
}

/// The last line of a run that its CLI ended at `--max-budget-usd`, as Claude Code 2.1.197 prints it.
fn ended_by_its_cli(spent: f64) -> Step {
    let usage = r#"{"input_tokens":200,"output_tokens":20}"#;
    Step::Line(format!(
        r#"{{"type":"result","subtype":"error_max_budget_usd","is_error":true,"num_turns":2,"stop_reason":"tool_use","total_cost_usd":{spent},"usage":{usage},"errors":["Reached maximum budget ($0.3)"]}}"#
    ))
}

/// The dollars that a run's command line lets it spend.
fn allowed(scenario: &Scenario, run: usize) -> Option<f64> {
    let argv = &scenario.invocations()[run - 1].argv;
    let at = argv.iter().position(|arg| arg == "--max-budget-usd")?;
    Some(argv[at + 1].parse().unwrap())
}

#[test]
fn each_run_may_spend_what_is_left_of_the_money() {
    let scenario = endless();
    scenario.run(RUN.into_iter().chain(["--max-cost", "0.60"])).expect_exit(11);
    for (run, left) in (1..).zip([0.60, 0.35, 0.10]) {
        let may = allowed(&scenario, run).unwrap();
        assert!((may - left).abs() < 1e-6, "run {run}: {may}");
    }
    let scenario = endless();
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"])).expect_exit(11);
    assert_eq!(allowed(&scenario, 1), None);
}

#[test]
fn a_run_that_its_cli_ends_at_the_budget_of_money_asks_and_is_not_tried_again() {
    let scenario = Scenario::new().agent(
        Script::new()
            .once("implementation", [Step::Init, ended_by_its_cli(0.4), Step::Exit(1)])
            .then(Script::quick()),
    );
    let flags = ["--max-cost", "0.30"];
    scenario
        .run(RUN.into_iter().chain(flags))
        .expect_exit(11)
        .expect_state("blocked")
        .expect_out(&["0.40 of 0.30 USD are spent; `samocode resume auth` grants a fresh allowance"]);
    assert_eq!((ended_at_budgets(&scenario), scenario.invocations().len()), (1, 1));
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth", "--max-cost", "3"]).expect_exit(0).expect_state("done");
    expect_words(&scenario.prompt(2), &["0.40 of 0.30 USD are spent"]);
}

#[test]
fn a_budget_in_the_settings_counts_and_a_flag_is_stronger() {
    let scenario = endless().config("SAMOCODE_MAX_ITERATIONS=1");
    scenario.run(RUN).expect_exit(11).expect_out(&["1 of 1 iterations are used"]);
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
    let scenario = planning();
    scenario.set_agent(
        Script::new().each("planning", Step::plan("# Plan\n")).each("implementation", [Step::Hang]),
    );
    let waiting = scenario.start(RUN_PLANNED.into_iter().chain(["--max-time", "4s"]));
    scenario.until_state("waiting");
    let opened = Instant::now();
    until("a gate that is open for longer", || (opened.elapsed() > Duration::from_secs(4)).then_some(()));
    scenario.run(["approve", "auth"]).expect_exit(0);
    waiting
        .end()
        .expect_exit(11)
        .expect_phase("implementation")
        .expect_out(&[" of 4 s with the CLI at work"]);
    let worked = Duration::from_millis(scenario.view().worked_ms);
    assert!(worked > Duration::from_secs(4) && worked < Duration::from_secs(30), "{worked:?}");
}

/// Tokens of a message under way, as Claude Code 2.1.197 prints them.
fn used(tokens: u64) -> Step {
    let usage = json!({"input_tokens": tokens, "output_tokens": 0});
    let message =
        json!({"id": format!("m{tokens}"), "content": [{"type": "text", "text": "…"}], "usage": usage});
    Step::Line(json!({"type": "assistant", "message": message}).to_string())
}

fn ended_at_budgets(scenario: &Scenario) -> usize {
    let is = |outcome: &Outcome| matches!(outcome, Outcome::BudgetReached { .. });
    scenario.count(|event| matches!(event, Event::Judged(judged) if is(&judged.outcome)))
}

#[test]
fn a_budget_that_is_reached_in_mid_run_ends_it_keeps_its_work_and_asks() {
    let scenario = Scenario::new().agent(
        Script::new()
            .once(
                "implementation",
                [Step::Init, Step::shell("echo half >half.txt"), used(300_000), used(112_000), Step::Hang],
            )
            .then(Script::quick()),
    );
    let flags = ["--max-tokens", "400k"];
    scenario
        .run(RUN.into_iter().chain(flags))
        .expect_exit(11)
        .expect_state("blocked")
        .expect_out(&["412,000 of 400,000 tokens are used; `samocode resume auth` grants a fresh allowance"]);
    assert_eq!(ended_at_budgets(&scenario), 1);
    let kept = format!("refs/samocode/{}/1", scenario.view().folder);
    assert_eq!(scenario.git(&["show", &format!("{kept}:half.txt")]), "half");
    scenario.run(["run", "auth"].into_iter().chain(flags)).expect_exit(11);
    assert_eq!(scenario.invocations().len(), 1, "a start alone grants nothing");
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"].into_iter().chain(flags)).expect_exit(0).expect_state("done");
    expect_words(&scenario.prompt(2), &["Iteration 1 was ended in its middle", "412,000 of 400,000 tokens"]);
}

#[test]
fn a_signal_that_stands_when_a_budget_ends_its_run_counts() {
    let on = Step::signal(json!({"status": "continue", "phase": "testing", "summary": "worked"}));
    let scenario = Scenario::new().agent(
        Script::new()
            .once("implementation", [Step::Init, on, used(500_000), Step::Hang])
            .then(Script::quick()),
    );
    scenario
        .run(RUN.into_iter().chain(["--max-tokens", "400k"]))
        .expect_exit(11)
        .expect_phase("testing")
        .expect_out(&["500,000 of 400,000 tokens are used"]);
    assert_eq!((ended_at_budgets(&scenario), scenario.invocations().len()), (1, 1));
}

#[test]
fn what_a_run_had_used_when_samocode_was_killed_counts_after_the_restart() {
    let scenario = Scenario::new()
        .agent(Script::new().each("implementation", [Step::Init, used(300_000), Step::shell("sleep 600")]));
    let flags = ["--max-tokens", "400k"];
    let running = scenario.start(RUN.into_iter().chain(flags));
    let told = || scenario.look()?.live.filter(|live| live.usage.input_tokens == 300_000);
    until("the tokens of the running iteration", told);
    running.kill();
    let again = scenario.start(["run", "auth"].into_iter().chain(flags));
    again.end().expect_exit(11).expect_out(&["600,000 of 400,000 tokens are used"]);
    assert_eq!(scenario.invocations().len(), 2);
    assert_eq!(scenario.view().usage.input_tokens, 600_000);
}
