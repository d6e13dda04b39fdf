//! What ends a run of the real CLI in its middle: a budget, silence, a service that is out of reach.

use std::fs;

use samocode::domain::event::Event;
use samocode::domain::outcome::{Outcome, Silence};
use samocode_testing_model::{Detours, Dialect, Reply, ToolCall, Turn, Walkthrough, faults};

use crate::clis::Cli;
use crate::stage::{Stage, TASK, git};

/// How the iterations ended that were judged so far.
fn endings(stage: &Stage) -> Vec<Outcome> {
    let judged = stage.journal().into_iter().filter_map(|entry| match entry.event {
        Event::Judged(judged) => Some(judged.outcome),
        _ => None,
    });
    judged.collect()
}

#[test]
fn a_budget_of_tokens_ends_a_run_in_its_middle_keeps_its_work_and_asks() {
    let endless =
        |turn: &Turn| Reply::call(ToolCall::bash(&format!("echo {} >>work.txt; sleep 0.3", turn.answers)));
    let stage = Stage::new(Detours::from(Walkthrough::full().with_task(TASK)).in_iteration(1, endless));

    let flags = ["--exit-on-wait", "--max-tokens", "20k"];
    stage.begin(&flags).wait().with_code(11).saying(" of 20,000 tokens are used").saying("resume greet");

    let ended = endings(&stage);
    assert!(matches!(ended[..], [Outcome::BudgetReached { .. }]), "{ended:?}");
    let tokens = stage.session().counters.spent.tokens;
    assert!((20_000..40_000).contains(&tokens), "it went on for too long: {tokens}");
    let kept = git(&stage.main(), &["for-each-ref", "--format=%(refname)", "refs/samocode"]);
    assert!(git(&stage.main(), &["show", &format!("{kept}:work.txt")]).starts_with('0'), "{kept}");
    stage.act("resume", &[]).with_code(0);
    stage.go_on(&["--exit-on-wait"]).wait().with_code(10);
    stage.was_told(2, "Iteration 1 was ended in its middle");
    stage.model.assert_nothing_unexpected();
}

#[test]
fn a_budget_of_money_ends_a_run_in_its_middle_keeps_its_work_and_asks() {
    ends_at_a_budget_of_money(Cli::Claude);
}

/// The CLI itself ends the run: its stream names no cost before the end.
pub(crate) fn ends_at_a_budget_of_money(cli: Cli) {
    let endless = |turn: &Turn| Reply::call(ToolCall::bash(&format!("echo {} >>work.txt", turn.answers)));
    let script = Detours::from(Walkthrough::full().with_task(TASK)).in_iteration(1, endless);
    let stage = Stage::with(&[cli], script);

    let flags = ["--exit-on-wait", "--max-cost", "0.2"];
    stage.begin(&flags).wait().with_code(11).saying(" of 0.20 USD are spent").saying("resume greet");

    let ended = endings(&stage);
    assert!(matches!(ended[..], [Outcome::BudgetReached { .. }]), "{ended:?}");
    let spent = stage.session().counters.spent.cost_usd;
    assert!((0.2..0.4).contains(&spent), "it went on for too long: {spent}");
    let kept = git(&stage.main(), &["for-each-ref", "--format=%(refname)", "refs/samocode"]);
    assert!(git(&stage.main(), &["show", &format!("{kept}:work.txt")]).starts_with('0'), "{kept}");
    stage.model.assert_nothing_unexpected();
}

/// A walkthrough whose first iteration meets this reply, as often as it asks.
fn first_meets(reply: Reply) -> Stage {
    on(Cli::Claude, reply)
}

/// The same on another CLI.
fn on(cli: Cli, reply: Reply) -> Stage {
    Stage::with(&[cli], Detours::from(Walkthrough::full().with_task(TASK)).always_in_iteration(1, reply))
}

fn assert_stalls(stage: &Stage, silence: Silence, told: &str) {
    stage.begin(&["--exit-on-wait"]).wait().with_code(10);
    let ended = endings(stage);
    assert!(matches!(ended[0], Outcome::Stalled { at, .. } if at == silence), "{ended:?}");
    assert_eq!(stage.phases(), ["investigation", "investigation", "requirements"]);
    stage.was_told(2, told);
}

#[test]
fn fault_14_a_service_that_never_sends_a_first_byte_is_given_up() {
    let stage = first_meets(Reply::Hang).setting("SAMOCODE_STALL_STREAM=4");
    // The CLI itself says its first line before it asks the service.
    assert_stalls(&stage, Silence::Stream, "fell silent for 4 s with no tool at work");
}

#[test]
fn fault_14_a_service_that_falls_silent_in_mid_stream_is_given_up() {
    let stage = first_meets(Reply::HangMidStream("half a sen".to_owned())).setting("SAMOCODE_STALL_STREAM=4");
    assert_stalls(&stage, Silence::Stream, "fell silent for 4 s with no tool at work");
}

#[test]
fn fault_14_a_tool_that_hangs_is_given_up_later() {
    let stage = first_meets(Reply::call(ToolCall::bash("sleep 299")))
        .setting("SAMOCODE_STALL_STREAM=3")
        .setting("SAMOCODE_STALL_TOOL=8");
    assert_stalls(&stage, Silence::Tool, "a tool ran for 8 s without a word");
}

/// The session parks for an outage and counts nothing.
fn assert_backs_off(stage: &Stage) {
    let mut run = stage.begin(&["--exit-on-wait"]);
    run.hears("parked until");
    let ended = endings(stage);
    assert!(matches!(ended[..], [Outcome::Overloaded { .. }]), "{ended:?}");
    assert_eq!(stage.session().used_in_phase(), 0, "it counts against nothing");
    run.interrupt();
    run.wait().with_code(130);
}

#[test]
fn fault_05_a_connection_that_is_cut_again_and_again_backs_off() {
    assert_backs_off(&first_meets(Reply::CutMidStream("half a sen".to_owned())));
}

#[test]
fn codex_fault_05_a_connection_that_is_cut_again_and_again_backs_off() {
    assert_backs_off(&on(Cli::Codex, Reply::CutMidStream("half a sen".to_owned())));
}

#[test]
fn gemini_fault_05_an_overloaded_service_backs_off() {
    assert_backs_off(&on(Cli::Gemini, faults::gemini::overloaded()));
}

#[test]
fn gemini_fault_05_a_connection_that_is_cut_again_and_again_backs_off() {
    assert_backs_off(&on(Cli::Gemini, Reply::CutMidStream("half a sen".to_owned())));
}

#[test]
fn gemini_fault_05_a_service_that_cannot_be_reached_backs_off() {
    assert_backs_off(&on(Cli::Gemini, Reply::Hang).env("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:1"));
}

#[test]
fn gemini_fault_14_a_tool_that_hangs_is_given_up_later() {
    let sleep = Dialect::Gemini.bash("sleep 299");
    let stage = on(Cli::Gemini, Reply::call(sleep))
        .setting("SAMOCODE_STALL_STREAM=8")
        .setting("SAMOCODE_STALL_TOOL=12");
    assert_stalls(&stage, Silence::Tool, "a tool ran for 12 s without a word");
}

/// By itself it would try for ever.
#[test]
fn codex_fault_05_a_service_that_cannot_be_reached_backs_off() {
    let stage = on(Cli::Codex, Reply::Hang);
    let config = stage.scratch.path("home/.codex/config.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace(&stage.model.base_url(), "http://127.0.0.1:1")).unwrap();
    assert_backs_off(&stage);
}

#[test]
fn fault_05_a_service_that_cannot_be_reached_backs_off() {
    // Nothing listens on port 1.
    assert_backs_off(&first_meets(Reply::Hang).env("ANTHROPIC_BASE_URL", "http://127.0.0.1:1"));
}
