//! The clock is set back or jumps ahead. The journal's times are moved instead, by as much: to samocode it is the same.

use std::fs;

use jiff::{SignedDuration, Timestamp};
use samocode::domain::event::{Entry, Event};
use samocode::domain::verdict::Decision;
use samocode_testing_agent::{Script, Step};
use serde_json::Value;

use crate::scenario::Scenario;

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

/// Moves every time of the journal.
fn move_times(scenario: &Scenario, by: SignedDuration) {
    fn moved(value: &mut Value, by: SignedDuration) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let time = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
                    match time {
                        Some(time) if ["at", "after", "until"].contains(&name.as_str()) => {
                            *value = Value::String((time + by).to_string());
                        }
                        _ => moved(value, by),
                    }
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| moved(value, by)),
            _ => {}
        }
    }
    let path = scenario.layout().journal();
    let mut text = String::new();
    for line in fs::read_to_string(&path).unwrap().lines() {
        let mut entry: Value = serde_json::from_str(line).unwrap();
        moved(&mut entry, by);
        text += &(entry.to_string() + "\n");
    }
    let mut entries = text.lines().map(|line| serde_json::from_str::<Entry>(line).unwrap());
    assert!(
        entries.next_back().unwrap().at.duration_since(Timestamp::now()).abs()
            > SignedDuration::from_hours(20)
    );
    fs::write(path, text).unwrap();
}

/// A session that was left in the pause after a failure.
fn paused(seconds: u32) -> Scenario {
    let scenario = Scenario::new()
        .config(&format!("SAMOCODE_RETRY_DELAY={seconds}"))
        .agent(Script::new().next(Step::run([])).then(Script::quick()));
    let running = scenario.start(RUN);
    running.until_said("no `_signal.json` was written");
    running.ctrl_c();
    running.end().expect_exit(130);
    let retry = |event: &Event| matches!(event, Event::Judged(judged) if matches!(judged.decision, Decision::Retry { .. }));
    assert_eq!(scenario.count(retry), 1);
    scenario
}

/// A session that was left in a park.
fn parked() -> Scenario {
    let failed = Step::Failed { subtype: "success".into(), status: Some(529), words: "Overloaded".into() };
    let scenario =
        Scenario::new().agent(Script::new().next([Step::Init, failed, Step::Exit(1)]).then(Script::quick()));
    let mut running = scenario.start(RUN);
    running.until_state("parked");
    running.ctrl_c();
    running.end().expect_exit(130).expect_state("parked");
    scenario
}

#[test]
fn fault_21_set_back_by_a_day_a_pause_after_a_failure_is_not_a_day_longer() {
    let scenario = paused(2);
    move_times(&scenario, SignedDuration::from_hours(24));
    for command in ["status", "list", "logs"] {
        let arguments: Vec<&str> = if command == "list" { vec![command] } else { vec![command, "auth"] };
        scenario.run(arguments).expect_exit(0);
    }
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

#[test]
fn fault_21_set_back_by_a_day_a_park_is_not_a_day_longer() {
    let scenario = parked();
    move_times(&scenario, SignedDuration::from_hours(24));
    let running = scenario.start(["run", "auth"]);
    running.until_said("parked until");
    let now = Timestamp::now();
    let until = scenario.view().until.unwrap();
    assert!(until.duration_since(now) <= SignedDuration::from_secs(30), "{until} is too far from {now}");
    running.ctrl_c();
    running.end().expect_exit(130);
}

#[test]
fn fault_21_a_day_ahead_a_park_and_a_pause_are_over_at_once() {
    for scenario in [parked(), paused(600)] {
        move_times(&scenario, SignedDuration::from_hours(-24));
        scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    }
}

#[test]
fn fault_21_a_gate_waits_whatever_the_clock_says_and_is_asked_once() {
    for hours in [24, -24] {
        let scenario = Scenario::new().agent(Script::full());
        scenario.run(["run", "auth", "--task", "t", "--exit-on-wait"]).expect_exit(10);
        move_times(&scenario, SignedDuration::from_hours(hours));
        let gate = scenario.view().gate.unwrap().id;
        scenario.run(["run", "auth", "--exit-on-wait"]).expect_exit(10);
        assert_eq!(scenario.view().gate.unwrap().id, gate);
        scenario.run(["answer", "auth", "--suggestions"]).expect_exit(0);
        scenario.run(["run", "auth", "--approve-plan"]).expect_exit(0).expect_state("done");
        assert_eq!(scenario.count(|event| matches!(event, Event::Posted { .. })), 2);
        assert_eq!(scenario.invocations().len(), 8);
    }
}
