//! A CLI that has told its result and is still there (fault 13).

use std::time::{Duration, Instant};

use samocode::domain::event::Event;
use samocode::domain::outcome::Outcome;
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words, lives};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];
/// How long one that signalled may stay silent after its result.
const GRACE: Duration = Duration::from_secs(10);

fn first(steps: impl IntoIterator<Item = Step>) -> Scenario {
    Scenario::new().agent(Script::new().once("implementation", steps).then(Script::quick()))
}

fn on() -> Step {
    Step::signal(json!({"status": "continue", "phase": "testing", "summary": "worked"}))
}

/// How the first iteration was judged, and how long it took.
fn judged(scenario: &Scenario) -> (Outcome, Duration) {
    let mut judged = scenario.journal().into_iter().filter_map(|entry| match entry.event {
        Event::Judged(judged) => Some((judged.outcome, Duration::from_millis(judged.took_ms))),
        _ => None,
    });
    judged.next().unwrap()
}

#[test]
fn fault_13_a_cli_that_has_finished_and_stays_is_ended_after_the_grace_and_its_result_stands() {
    let scenario = first([Step::Init, on(), Step::Result, Step::Hang]);
    let started = Instant::now();
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert!(started.elapsed() >= GRACE, "{:?}", started.elapsed());
    let called = scenario.invocations();
    assert_eq!(called.len(), 3, "its signal stands");
    assert!(!lives(called[0].pid));
    let (outcome, _) = judged(&scenario);
    assert_eq!(outcome, Outcome::Completed, "its result stands");
    assert_eq!(scenario.view().usage.cost_usd, Some(0.75));
}

#[test]
fn fault_13_one_that_stays_and_ignores_signals_is_killed_and_its_result_stands() {
    let scenario = first([Step::Init, Step::IgnoreSignals, on(), Step::Result, Step::Hang]);
    scenario.run(RUN).expect_exit(0).expect_state("done");
    let (outcome, took) = judged(&scenario);
    assert_eq!(outcome, Outcome::Completed);
    assert!(took >= 2 * GRACE, "INT, 5 s, TERM, 5 s, KILL: {took:?}");
    assert!(!lives(scenario.invocations()[0].pid));
}

#[test]
fn fault_13_a_late_turn_with_a_silent_tool_is_not_cut_off() {
    let late = [
        Step::Use("cargo test".into()),
        Step::shell("sleep 12"),
        Step::Answered,
        Step::write("{records}/late", ""),
        Step::Result,
    ];
    let scenario = first([Step::Init, on(), Step::Result].into_iter().chain(late));
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert!(judged(&scenario).1 > GRACE);
    assert!(scenario.records().join("late").exists());
}

#[test]
fn fault_13_a_late_turn_may_think_for_longer_than_the_grace() {
    let late = [
        Step::Init,
        Step::shell("sleep 12"),
        Step::Use("ls".into()),
        Step::Answered,
        Step::write("{worktree}/late.txt", "late\n"),
        Step::signal(json!({"status": "handoff", "notes": "the background task found more"})),
        Step::Result,
    ];
    let scenario = first([Step::Init, on(), Step::Result].into_iter().chain(late));
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(scenario.git(&["show", "auth:late.txt"]), "late");
    assert_eq!(scenario.invocations()[1].phase, "implementation", "its last signal counts");
    expect_words(&scenario.prompt(2), &["the background task found more"]);
}

#[test]
fn fault_13_a_late_turn_that_falls_silent_for_good_is_ended_and_its_signal_stands() {
    let late = [Step::Use("ls".into()), Step::Answered, Step::Hang];
    let scenario =
        first([Step::Init, on(), Step::Result].into_iter().chain(late)).config("SAMOCODE_STALL_STREAM=12");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(scenario.invocations().len(), 3);
    assert!(matches!(judged(&scenario).0, Outcome::Stalled { .. }), "{:?}", judged(&scenario));
}
