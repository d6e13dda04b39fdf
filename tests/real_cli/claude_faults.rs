//! The signatures of a service in trouble, as the table in the provider's notes has them.

use std::time::{SystemTime, UNIX_EPOCH};

use samocode_testing_model::{Model, Reply, Steps, faults};
use serde_json::Value;

use crate::claude::{Claude, Outcome};
use crate::scratch::Scratch;

fn run(replies: Vec<Reply>) -> Outcome {
    let scratch = Scratch::new();
    let model = Model::start(Steps::new(replies));
    let outcome = Claude::new(&model, &scratch).run();
    model.assert_nothing_unexpected();
    outcome
}

fn assert_ends_with(outcome: &Outcome, status: u16, words: &str) {
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    let result = outcome.result();
    assert_eq!(result["subtype"], "success");
    assert_eq!(result["is_error"], true);
    assert_eq!(result["api_error_status"], status);
    assert!(outcome.text().contains(words), "{}", outcome.text());
}

fn retries(outcome: &Outcome) -> Vec<(&str, i64)> {
    let retries = outcome.events.iter().filter(|event| event["subtype"] == "api_retry");
    retries
        .map(|event| {
            (event["error"].as_str().unwrap_or_default(), event["error_status"].as_i64().unwrap_or(0))
        })
        .collect()
}

#[test]
fn an_invalid_key() {
    let outcome = run(vec![faults::invalid_key(), faults::invalid_key()]);
    assert_ends_with(&outcome, 401, "Invalid API key");
}

#[test]
fn a_rate_limit() {
    let outcome = run(vec![faults::rate_limited(), faults::rate_limited()]);
    assert_ends_with(&outcome, 429, "429");
    assert_eq!(retries(&outcome), [("rate_limit", 429)]);
}

#[test]
fn an_overloaded_service_is_tried_again_and_may_recover() {
    let outcome = run(vec![faults::overloaded(), Reply::text("finished")]);
    assert_eq!(outcome.code, Some(0));
    assert_eq!(outcome.text(), "finished");
    assert_eq!(retries(&outcome), [("overloaded", 529)]);
}

#[test]
fn an_overloaded_service_that_stays_so() {
    let outcome = run(vec![faults::overloaded(), faults::overloaded()]);
    assert_ends_with(&outcome, 529, "Overloaded");
}

#[test]
fn a_prompt_that_is_too_long() {
    assert_ends_with(&run(vec![faults::prompt_too_long()]), 400, "Prompt is too long");
}

#[test]
fn no_credit_left() {
    assert_ends_with(&run(vec![faults::no_credit()]), 400, "Credit balance is too low");
}

/// In an hour: a reset that is far off is worded in another way.
fn in_an_hour() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 3600
}

/// Runs with a login token, as of a subscription; tells the limit that the CLI reports.
fn assert_limit(reply: Reply, reset: u64, words: &str) -> Value {
    let scratch = Scratch::new();
    let model = Model::start(Steps::new([reply]));
    let outcome = Claude::new(&model, &scratch)
        .without_env("ANTHROPIC_API_KEY")
        .env("CLAUDE_CODE_OAUTH_TOKEN", "sk-ant-oat01-fake")
        .run();
    model.assert_nothing_unexpected();
    assert_ends_with(&outcome, 429, words);
    assert!(retries(&outcome).is_empty(), "a used-up limit is not tried again");
    let limit = outcome.last("rate_limit_event", None).unwrap()["rate_limit_info"].clone();
    assert_eq!(limit["status"], "rejected", "{limit}");
    assert_eq!(limit["resetsAt"], reset);
    assert_eq!(limit["rateLimitType"], "five_hour");
    limit
}

#[test]
fn a_subscriptions_usage_limit_tells_when_it_resets() {
    let reset = in_an_hour();
    assert_limit(faults::usage_limit(reset), reset, "You've hit your 5-hour limit · resets ");
}

#[test]
fn a_usage_limit_without_overage_is_worded_differently() {
    let reset = in_an_hour();
    let limit =
        assert_limit(faults::usage_limit_without_overage(reset), reset, "You've hit your limit · resets ");
    assert_eq!(limit["overageStatus"], "rejected");
}

#[test]
fn a_stream_that_is_cut_is_asked_for_again() {
    let cut = Reply::CutMidStream("half".to_owned());
    let outcome = run(vec![cut, Reply::text("finished")]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(outcome.text(), "finished");
}
