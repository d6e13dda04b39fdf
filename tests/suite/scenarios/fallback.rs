//! The provider that goes on while the phase's own is parked.

use samocode::domain::event::{Event, Started};
use samocode_testing_agent::{Script, Step};

use super::limits::let_it_pass;
use crate::scenario::Scenario;

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

/// The first iteration ends at a limit that resets so many seconds from now.
fn limited(seconds: i64) -> Scenario {
    let limit = Step::Limit { status: "rejected".into(), resets_in: seconds };
    let words = "You've hit your session limit";
    let failed = Step::Failed { subtype: "success".into(), status: Some(429), words: words.into() };
    let steps = [Step::Init, limit, failed, Step::Exit(1)];
    Scenario::new()
        .agent(Script::new().once("implementation", steps).then(Script::quick()))
        .env("SAMOCODE_DEMO_PACE", "0")
}

fn started(scenario: &Scenario) -> Vec<Started> {
    let entries = scenario.journal().into_iter();
    entries
        .filter_map(|entry| match entry.event {
            Event::Started(started) => Some(started),
            _ => None,
        })
        .collect()
}

fn providers(scenario: &Scenario) -> Vec<String> {
    started(scenario).into_iter().map(|started| started.provider).collect()
}

#[test]
fn while_the_provider_is_parked_for_long_the_fallback_goes_on_which_is_said_and_journaled() {
    let scenario = limited(3600).config("SAMOCODE_FALLBACK=demo");
    scenario
        .run(RUN)
        .expect_exit(0)
        .expect_state("done")
        .expect_out(&["demo started, in place of claude, which is parked: You've hit your session limit"]);
    assert_eq!(providers(&scenario), ["claude", "demo", "demo", "demo"]);
    let whys: Vec<_> = started(&scenario).into_iter().map(|started| started.instead).collect();
    assert_eq!(whys[0], None);
    assert!(whys[1..].iter().all(|why| why.as_deref() == Some("You've hit your session limit")), "{whys:?}");
    assert_eq!(scenario.invocations().len(), 1);
}

#[test]
fn the_provider_runs_again_when_its_park_is_over() {
    let scenario = limited(3600).config("SAMOCODE_FALLBACK=demo").env("SAMOCODE_DEMO_PACE", "5000");
    let running = scenario.start(RUN);
    running.until_said("demo started");
    running.ctrl_c();
    running.end().expect_exit(130);
    let_it_pass(&scenario);
    let ended = scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(providers(&scenario), ["claude", "demo", "claude", "claude", "claude"]);
    ended.expect_out(&["claude is parked no longer"]);
}

#[test]
fn a_short_park_is_waited_out_and_so_is_one_without_a_fallback() {
    let scenario = limited(-110).config("SAMOCODE_FALLBACK=demo");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(providers(&scenario), ["claude"; 4]);

    let scenario = limited(3600);
    let mut running = scenario.start(RUN);
    running.until_state("parked");
    running.ctrl_c();
    running.end().expect_exit(130);
    assert_eq!(providers(&scenario), ["claude"]);
}

#[test]
fn a_wait_that_begins_because_the_fallback_was_taken_away_is_shown_and_can_be_ended() {
    let scenario = limited(3600).config("SAMOCODE_FALLBACK=demo").env("SAMOCODE_DEMO_PACE", "5000");
    let running = scenario.start(RUN);
    running.until_said("demo started");
    assert_eq!(scenario.view().until, None, "nothing is waited for while the fallback goes on");
    running.ctrl_c();
    running.end().expect_exit(130);
    let scenario = scenario.config("SAMOCODE_FALLBACK=");
    let running = scenario.start(["run", "auth"]);
    let view = scenario.until_state("parked");
    let left = view.until.unwrap().duration_since(jiff::Timestamp::now());
    assert!((3000..3800).contains(&left.as_secs()), "{left}");
    assert_eq!(view.reason.as_deref(), Some("You've hit your session limit"));
    scenario.run(["resume", "auth"]).expect_exit(0);
    running.end().expect_exit(0).expect_state("done").expect_out(&["parked until"]);
    assert_eq!(providers(&scenario), ["claude", "demo", "claude", "claude", "claude"]);
}

#[test]
fn a_fallback_that_is_not_there_is_refused_before_anything_is_made() {
    for provider in ["codex", "gemini"] {
        let program = format!("{}_PATH=no-{provider}", provider.to_uppercase());
        let scenario = Scenario::new().config(&format!("SAMOCODE_FALLBACK={provider}")).config(&program);
        scenario.run(RUN).expect_exit(12).expect_err(&[&format!("`no-{provider}` was not found on PATH")]);
        assert!(scenario.session().is_none());
    }
}
