//! What a session tells on its channels, once each, and that none of them holds it up.

use std::fs;
use std::time::{Duration, Instant};

use samocode::domain::event::Event;
use samocode_testing_agent::{Script, Step};
use samocode_testing_http::Answer;
use serde_json::{Value, json};

use super::service::Service;
use crate::scenario::{Scenario, expect_words, until};
use crate::scenarios::workflows::{RUN_ASK, asking};

/// A command that keeps every announcement, a line each.
fn keeping(scenario: Scenario) -> Scenario {
    let file = scenario.path("told.jsonl");
    scenario.config(&format!("SAMOCODE_NOTIFY_COMMAND=cat >> '{}'", file.display()))
}

fn told(scenario: &Scenario) -> Vec<Value> {
    let text = fs::read_to_string(scenario.path("told.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn kinds(scenario: &Scenario) -> Vec<String> {
    told(scenario).iter().map(|told| told["kind"].as_str().unwrap().to_owned()).collect()
}

fn journaled(scenario: &Scenario, channel: &str) -> Vec<Option<String>> {
    let entries = scenario.journal().into_iter();
    entries
        .filter_map(|entry| match entry.event {
            Event::Notified { channel: other, refused, .. } if other == channel => Some(refused),
            _ => None,
        })
        .collect()
}

#[test]
fn a_whole_session_is_told_of_once_at_each_gate_and_at_its_end() {
    let scenario = keeping(Scenario::new().agent(Script::full()));
    let running = scenario.start(["run", "auth", "--task", "Add tokens"]);
    until("the questions on the channel", || (kinds(&scenario).len() == 1).then_some(()));
    let asked = &told(&scenario)[0];
    assert_eq!(asked["title"], "auth waits for your answers");
    assert_eq!(asked["questions"][0]["title"], "Where should tokens live?");
    assert_eq!(asked["commands"], json!(["samocode answer auth"]));
    scenario.run(["answer", "auth", "--suggestions"]).expect_exit(0);
    until("the plan on the channel", || (kinds(&scenario).len() == 2).then_some(()));
    let plan = told(&scenario)[1]["plan"]["sha256"].as_str().unwrap().to_owned();
    scenario.run(["approve", "auth", "--sha256", &plan]).expect_exit(0);
    running.end().expect_exit(0).expect_state("done");
    assert_eq!(kinds(&scenario), ["waiting", "waiting", "done"]);
    let done = told(&scenario).pop().unwrap();
    assert_eq!(done["summary"], "all of it is done");
    expect_words(done["text"].as_str().unwrap(), &["1 file changed"]);
    assert_eq!(journaled(&scenario, "command"), [None, None, None]);
    // Started again, a finished session has nothing to tell.
    scenario.run(["run", "auth"]).expect_exit(0);
    assert_eq!(kinds(&scenario).len(), 3);
}

#[test]
fn a_gate_is_told_once_however_often_samocode_is_killed_at_it() {
    let scenario = keeping(asking());
    for _ in 0..3 {
        let mut running = scenario.start(RUN_ASK);
        running.until_state("waiting");
        until("the message to be journaled", || (!journaled(&scenario, "command").is_empty()).then_some(()));
        running.kill();
    }
    scenario.run(["answer", "auth", "--suggestions"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0);
    assert_eq!(kinds(&scenario), ["waiting", "done"]);
}

#[test]
fn what_was_not_told_before_a_kill_is_told_after_it() {
    let refusing = Service::saying(&Answer::json(503, "later"));
    let scenario = asking().config(&format!("SAMOCODE_NOTIFY_WEBHOOK={}", refusing.url("x")));
    let mut running = scenario.start(RUN_ASK);
    running.until_state("waiting");
    running.until_said("webhook has not taken a message yet");
    running.kill();
    let kind = Service::kind();
    let scenario = scenario.config(&format!("SAMOCODE_NOTIFY_WEBHOOK={}", kind.url("x")));
    let mut running = scenario.start(["run", "auth"]);
    running.until_state("waiting");
    until("the message", || (journaled(&scenario, "webhook").len() == 1).then_some(()));
    let id = |service: &Service| -> Value {
        let request = service.requests().pop().unwrap();
        serde_json::from_slice::<Value>(&request.body).unwrap()["id"].clone()
    };
    assert_eq!(id(&kind), id(&refusing), "another try of the same message has its id");
    running.kill();
}

#[test]
fn a_channel_that_hangs_or_refuses_delays_no_iteration() {
    let mut took = Vec::new();
    for channel in [None, Some("SAMOCODE_NOTIFY_COMMAND=sleep 25"), Some("SAMOCODE_NOTIFY_COMMAND=exit 3")] {
        let work = |phase| Step::work(phase);
        let script = Script::new()
            .once("requirements", Step::ask(samocode_testing_agent::QUESTIONS))
            .each("requirements", work("done"))
            .each("done", Step::finish());
        let scenario = asking().agent(script);
        let scenario = match channel {
            Some(line) => scenario.config(line),
            None => scenario,
        };
        let mut running = scenario.start(RUN_ASK);
        running.until_state("waiting");
        let answered = Instant::now();
        scenario.run(["answer", "auth", "--suggestions"]).expect_exit(0);
        until("the end of its work", || scenario.look().filter(|view| view.state == "done"));
        took.push(answered.elapsed());
        if channel.is_some_and(|line| line.ends_with("exit 3")) {
            running.end().expect_exit(0).expect_out(&["command did not take a message"]);
            let refused = journaled(&scenario, "command");
            assert!(refused.iter().all(|why| why.as_ref().is_some_and(|why| why.contains("exit code 3"))));
            assert!(!refused.is_empty());
        } else if channel.is_some() {
            running.ctrl_c();
            running.end();
        } else {
            running.end().expect_exit(0);
        }
    }
    assert!(took.iter().all(|took| *took < Duration::from_secs(20)), "{took:?}");
}

#[test]
fn what_ends_in_an_error_is_told_too() {
    let scenario = keeping(asking());
    let mut running = scenario.start(RUN_ASK);
    running.until_state("waiting");
    until("the questions on the channel", || (kinds(&scenario).len() == 1).then_some(()));
    // The session folder becomes a file: nothing of it can be written any more.
    let folder = scenario.layout().session_dir();
    fs::rename(&folder, scenario.path("aside")).unwrap();
    fs::write(&folder, "").unwrap();
    scenario.run(["answer", "auth", "--suggestions"]);
    let code = running.end();
    code.expect_exit(11);
    let last = told(&scenario).pop().unwrap();
    assert_eq!(last["kind"], "failed");
    expect_words(last["reason"].as_str().unwrap(), &["cannot"]);
}
