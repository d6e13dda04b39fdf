//! Three kinds of silence, each with its own limit (fault 14).

use samocode::domain::event::Event;
use samocode::domain::outcome::{Outcome, Silence};
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

fn first(steps: impl IntoIterator<Item = Step>) -> Scenario {
    Scenario::new().agent(Script::new().once("implementation", steps).then(Script::quick()))
}

/// The call's answer, as Claude Code 2.1.197 prints it.
fn answered() -> Step {
    Step::Line(
        r#"{"type":"user","message":{"role":"user","content":[{"tool_use_id":"t","type":"tool_result","content":"ok"}]}}"#
            .to_owned(),
    )
}

fn stalls(scenario: &Scenario, wanted: Silence) -> usize {
    let is = |outcome: &Outcome| matches!(outcome, Outcome::Stalled { at, .. } if *at == wanted);
    scenario.count(|event| matches!(event, Event::Judged(judged) if is(&judged.outcome)))
}

#[test]
fn fault_14_a_cli_that_never_says_a_word_is_ended_and_tried_again() {
    let scenario = first([Step::Hang]).config("SAMOCODE_STALL_START=3");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(stalls(&scenario, Silence::Start), 1);
    assert_eq!(scenario.invocations().len(), 4);
    expect_words(
        &scenario.prompt(2),
        &["Iteration 1 did not count as progress", "said nothing at all for 3 s"],
    );
}

#[test]
fn fault_14_a_stream_that_falls_silent_with_no_tool_at_work_is_ended() {
    let scenario =
        first([Step::Init, Step::Use("ls".into()), answered(), Step::Hang]).config("SAMOCODE_STALL_STREAM=4");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(stalls(&scenario, Silence::Stream), 1);
    expect_words(&scenario.prompt(2), &["fell silent for 4 s with no tool at work"]);
}

#[test]
fn fault_14_a_tool_may_be_silent_for_longer() {
    let on = Step::signal(json!({"status": "continue", "phase": "testing", "summary": "worked"}));
    let scenario = first([
        Step::Init,
        Step::Use("cargo test".into()),
        Step::shell("sleep 6"),
        answered(),
        on,
        Step::Result,
    ])
    .config("SAMOCODE_STALL_STREAM=4");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(scenario.invocations().len(), 3, "nothing was ended");
}

#[test]
fn fault_14_a_tool_that_hangs_is_ended_at_a_limit_of_its_own() {
    let scenario =
        first([Step::Init, Step::Use("cargo test".into()), Step::Hang]).config("SAMOCODE_STALL_TOOL=3");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(stalls(&scenario, Silence::Tool), 1);
    expect_words(&scenario.prompt(2), &["a tool ran for 3 s without a word"]);
}
