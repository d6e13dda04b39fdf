//! Limits that the person set, reached in the middle of a run of the real CLI.

use samocode::domain::event::Event;
use samocode::domain::outcome::Outcome;
use samocode_testing_model::{Detours, Reply, ToolCall, Turn, Walkthrough};

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
