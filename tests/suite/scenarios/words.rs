//! Failures of a service that only words tell (fault 31): in any phrasing, in the stream, in plain text on stdout or on
//! stderr; and words that tell nothing of the kind.

use jiff::Timestamp;
use samocode::domain::event::Event;
use samocode::domain::outcome::Outcome;
use samocode::domain::verdict::BlockCause;
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words};

const RUN: [&str; 8] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens", "--max-wait", "30d"];

/// A session whose first iteration ends so, with exit code 1.
fn first(steps: impl IntoIterator<Item = Step>) -> Scenario {
    let steps: Vec<Step> = steps.into_iter().chain([Step::Exit(1)]).collect();
    Scenario::new().agent(Script::new().once("implementation", steps).then(Script::quick()))
}

fn failed(status: Option<u16>, words: &str) -> Step {
    Step::Failed { subtype: "success".into(), status, words: words.into() }
}

fn plain(words: &str) -> Step {
    Step::Line(words.into())
}

/// How the first iteration ended.
fn outcome(scenario: &Scenario) -> Outcome {
    let judged = scenario.journal().into_iter().find_map(|entry| match entry.event {
        Event::Judged(judged) => Some(judged.outcome.clone()),
        _ => None,
    });
    judged.unwrap()
}

/// Runs it until it is parked after its only iteration; gives how that one ended.
#[track_caller]
fn parked(scenario: &Scenario) -> Outcome {
    let running = scenario.start(RUN);
    running.until_said("parked until");
    running.ctrl_c();
    running.end().expect_exit(130);
    assert_eq!(scenario.invocations().len(), 1);
    assert_eq!(scenario.view().used_in_phase, 0);
    outcome(scenario)
}

fn limit(until: &str) -> Option<Timestamp> {
    Some(until.parse().unwrap())
}

#[test]
fn fault_31_a_usage_limit_in_any_phrasing_parks_until_its_stated_hour() {
    let words = [
        "You’re out of extra usage · resets 2090-10-12 15:00 UTC",
        "YOU'VE HIT YOUR WEEKLY LIMIT · RESETS OCT 12, 2090 AT 3PM (UTC)",
        "Monthly spend limit reached. It resets 12 October 2090 at 15:00 UTC.",
    ];
    for (words, status) in words.into_iter().zip([None, Some(429), Some(400)]) {
        let scenario = first([Step::Init, failed(status, words)]);
        // Nobody waits that long, so the session asks at once and names the hour, with its margin of two minutes.
        scenario.run(RUN).expect_exit(11).expect_out(&["2090-10-12T15:02:00Z", "longest wait"]);
        let until = match outcome(&scenario) {
            Outcome::UsageLimit { until, .. } => until,
            other => panic!("{words}: {other:?}"),
        };
        assert_eq!(until, limit("2090-10-12T15:00:00Z"), "{words}");
        assert_eq!(scenario.invocations().len(), 1, "{words}");
    }
}

#[test]
fn fault_31_a_usage_limit_that_states_a_span_or_nothing_parks_and_says_so() {
    let stated = first([Step::Init, failed(None, "Weekly limit reached, try again in 2 days 3 hours")]);
    assert!(matches!(parked(&stated), Outcome::UsageLimit { until: Some(_), .. }));
    let unstated = first([Step::Init, failed(None, "You're out of extra usage")]);
    assert!(matches!(parked(&unstated), Outcome::UsageLimit { until: None, .. }));
    unstated.run(["status", "auth"]).expect_out(&["out of extra usage; no reset time was given"]);
}

#[test]
fn fault_31_a_usage_limit_in_plain_text_parks() {
    for step in [
        plain("You've hit your limit · resets in 5 hours"),
        Step::Stderr("You've hit your limit · resets in 5 hours".into()),
    ] {
        let scenario = first([step]);
        assert!(matches!(parked(&scenario), Outcome::UsageLimit { until: Some(_), .. }));
    }
    let older = first([plain("Claude AI usage limit reached|3811590000")]);
    older.run(RUN).expect_exit(11).expect_out(&["2090-10-13T", "longest wait"]);
}

#[test]
fn fault_31_a_lost_connection_in_the_words_of_any_library_is_waited_for() {
    let words = [
        vec![Step::Init, failed(None, "API Error: socket hang up")],
        vec![Step::Init, failed(None, "API Error: self-signed certificate in certificate chain")],
        vec![Step::Init, failed(None, "API Error: 524 status code (no body)")],
        vec![Step::Init, failed(Some(429), "Too many requests now (not your usage limit)")],
        vec![plain("<html><head><title>502 Bad Gateway</title></head></html>")],
        vec![plain(r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#)],
        vec![Step::Init, plain("API Error: getaddrinfo ENOTFOUND api.example.com")],
        vec![Step::Init, Step::Stderr("Error: read ETIMEDOUT".into())],
    ];
    for steps in words {
        let scenario = first(steps.clone());
        let outcome = parked(&scenario);
        assert!(matches!(outcome, Outcome::Overloaded { .. }), "{steps:?}: {outcome:?}");
    }
}

#[test]
fn fault_31_a_refused_login_in_plain_text_stops_at_once_with_one_notice() {
    for steps in [
        vec![plain("Invalid API key · Please run /login")],
        vec![Step::Stderr("OAuth token has expired".into())],
        vec![Step::Init, plain("Not logged in")],
        vec![Step::Stderr("401 Unauthorized".into()), plain("goodbye")],
    ] {
        let scenario = first(steps.clone());
        let ended = scenario.run(RUN).expect_exit(12).expect_state("blocked");
        expect_words(&ended.out, &["log in with `/login`"]);
        assert_eq!(ended.out.matches("samocode cannot go on").count(), 1, "{steps:?}: {}", ended.out);
        assert_eq!((scenario.invocations().len(), scenario.view().used_in_phase), (1, 0), "{steps:?}");
        assert_eq!(scenario.view().block, Some(BlockCause::Unable));
    }
    let scenario = first([plain("Credit balance is too low")]);
    scenario.run(RUN).expect_exit(12).expect_out(&["Credit balance is too low", "add credit to the account"]);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

#[test]
fn fault_31_a_cli_that_asks_for_a_login_and_waits_is_known_by_its_words() {
    let asks = [Step::Stderr("Not logged in · Please run /login".into()), Step::Hang];
    let scenario = first(asks).config("SAMOCODE_STALL_START=2");
    scenario.run(RUN).expect_exit(12).expect_out(&["Not logged in"]);
    assert_eq!(scenario.invocations().len(), 1);
}

#[test]
fn fault_31_an_unknown_failure_shows_the_last_words_of_the_cli_without_secrets() {
    let key = "sk-ant-api03-ZkR2f0c1n8Wq5t7Yb3Vx9mLp4Hs6Jd2Gf8Ea1Ku0Oi7Tz-5QwErAA";
    for steps in [
        vec![plain("wrapper 1.0"), plain(&format!("acme: the gate is shut for {key}"))],
        vec![Step::Init, plain(&format!("acme: the gate is shut for {key}"))],
        vec![Step::Init, Step::Stderr(format!("acme: the gate is shut for {key}\n    at gate.js:7\n"))],
    ] {
        let scenario = first(steps.clone()).config("SAMOCODE_RETRY_DELAY=0");
        let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
        expect_words(&ended.out, &["did not count", "acme: the gate is shut for"]);
        expect_words(&scenario.prompt(2), &["acme: the gate is shut for"]);
        for text in [&ended.out, &scenario.prompt(2)] {
            assert!(!text.contains("it said nothing") && !text.contains(key), "{steps:?}: {text}");
        }
    }
    let silent = first([]).config("SAMOCODE_RETRY_DELAY=0");
    silent.run(RUN).expect_exit(0).expect_out(&["it said nothing"]);
}

#[test]
fn fault_31_what_the_model_and_its_tools_say_judges_no_run() {
    let words = "You've hit your limit · resets 3pm. Invalid API key · Please run /login. read ECONNRESET";
    let answer = json!({"type": "user", "message": {"content": [{"type": "tool_result", "content": words}]}});
    let spoken = || {
        let tool = Step::Use(format!("echo '{words}'"));
        vec![Step::Init, Step::Say(words.into()), tool, Step::Line(answer.to_string())]
    };
    let on = Step::signal(json!({"status": "continue", "phase": "testing", "summary": "worked"}));
    let worked: Vec<Step> =
        spoken().into_iter().chain([on, Step::Report(words.into()), Step::Exit(0)]).collect();
    let scenario = first(worked);
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    assert!(!ended.out.contains("parked"), "{}", ended.out);
    assert_eq!(outcome(&scenario), Outcome::Completed);

    // A run that dies after such words failed for another reason.
    let scenario = first(spoken()).config("SAMOCODE_RETRY_DELAY=0");
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    assert!(!ended.out.contains("parked"), "{}", ended.out);
    assert!(matches!(outcome(&scenario), Outcome::Crashed { .. }), "{:?}", outcome(&scenario));
}
