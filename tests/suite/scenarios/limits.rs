//! Usage limits and outages (faults 1, 2, 4, 5, 6 and 21): what is waited for, for how long, and what is said of it.

use std::fs;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustix::process::Signal;
use samocode::domain::event::Event;
use samocode::domain::outcome::Outcome;
use samocode::domain::verdict::{BlockCause, Decision};
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words, until};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];
/// Seconds that samocode adds to a stated reset.
const MARGIN: i64 = 120;

fn limit(status: &str, resets_in: i64) -> Step {
    Step::Limit { status: status.into(), resets_in }
}

fn failed(status: u16, words: &str) -> Step {
    Step::Failed { subtype: "success".into(), status: Some(status), words: words.into() }
}

/// A run that ends at a limit whose park lasts for so many seconds from now on, whatever the words say.
fn limited(seconds: i64) -> Vec<Step> {
    let words = failed(429, "You've hit your session limit · resets 3am (Mars/Olympus)");
    vec![Step::Init, limit("rejected", seconds - MARGIN), words, Step::Exit(1)]
}

fn first(steps: impl IntoIterator<Item = Step>) -> Scenario {
    Scenario::new().agent(Script::new().once("implementation", steps).then(Script::quick()))
}

/// Lets all the time pass that parks have left, as if samocode had not run meanwhile.
pub(super) fn let_it_pass(scenario: &Scenario) {
    let journal = scenario.layout().journal();
    let text = fs::read_to_string(&journal).unwrap();
    let entries: Vec<String> = text
        .lines()
        .map(|line| {
            let mut entry: serde_json::Value = serde_json::from_str(line).unwrap();
            let time = |value: &serde_json::Value| value.as_str().unwrap().parse::<Timestamp>().unwrap();
            let until = entry.pointer("/event/judged/decision/park/until").map(time);
            if let Some(until) = until.filter(|until| *until > Timestamp::now()) {
                let passed = until.duration_since(Timestamp::now()) + SignedDuration::from_secs(1);
                entry["at"] = json!((time(&entry["at"]) - passed).to_string());
                entry["event"]["judged"]["decision"]["park"]["until"] = json!((until - passed).to_string());
            }
            entry.to_string() + "\n"
        })
        .collect();
    fs::write(journal, entries.concat()).unwrap();
}

/// How often a text holds these words.
fn times(text: &str, words: &str) -> usize {
    text.matches(words).count()
}

#[test]
fn fault_01_a_usage_limit_parks_until_its_stated_reset_and_a_margin_and_costs_nothing() {
    let scenario = first(limited(10));
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(times(&ended.out, "parked until"), 1, "{}", ended.out);
    assert_eq!(times(&ended.out, "is parked no longer"), 1, "{}", ended.out);
    expect_words(&ended.out, &["`samocode resume auth` tries at once, `samocode stop auth` gives up"]);
    let view = scenario.view();
    let counted: Vec<u32> = scenario.journal().iter().filter_map(counts).collect();
    assert_eq!((view.iteration, counted), (4, vec![2, 3, 4]));
    expect_words(&scenario.prompt(2), &["Iteration 1 was cut short: You've hit your session limit"]);
}

fn counts(entry: &samocode::domain::event::Entry) -> Option<u32> {
    match &entry.event {
        Event::Judged(judged) => judged.counts().then_some(judged.iteration),
        _ => None,
    }
}

#[test]
fn fault_01_a_park_is_told_once_at_its_start_and_once_at_its_end_however_often_it_is_tried_again() {
    let scenario =
        Scenario::new().agent(Script::new().times(3, "implementation", limited(3600)).then(Script::quick()));
    let mut said = String::new();
    for _ in 0..3 {
        let running = scenario.start(if said.is_empty() { RUN.to_vec() } else { vec!["run", "auth"] });
        running.until_said("parked until");
        running.ctrl_c();
        said += &running.end().expect_exit(130).out;
        let_it_pass(&scenario);
    }
    said += &scenario.run(["run", "auth"]).expect_exit(0).expect_state("done").out;
    assert_eq!(scenario.invocations().len(), 6);
    assert_eq!(times(&said, "→ parked until"), 1, "{said}");
    assert_eq!(times(&said, "→ still parked until"), 2, "{said}");
    assert_eq!(times(&said, "is parked no longer"), 1, "{said}");
}

#[test]
fn fault_01_a_park_survives_a_restart_in_its_middle() {
    let scenario = first(limited(20));
    let mut running = scenario.start(RUN);
    running.until_state("parked");
    running.kill();
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done").expect_out(&["still parked until"]);
    let parked = scenario.journal().into_iter().find_map(|entry| match entry.event {
        Event::Judged(judged) => match judged.decision {
            Decision::Park(park) => Some(park.until),
            _ => None,
        },
        _ => None,
    });
    let second = scenario.journal().into_iter().find_map(|entry| match entry.event {
        Event::Started(started) if started.iteration == 2 => Some(entry.at),
        _ => None,
    });
    assert!(second > parked, "{second:?} is not after {parked:?}");
}

#[test]
fn fault_02_a_limit_that_still_allows_work_parks_nothing() {
    for status in ["allowed", "allowed_warning", "a_word_to_come"] {
        let on = Step::signal(json!({"status": "continue", "phase": "testing", "summary": "worked"}));
        let scenario = first([Step::Init, limit(status, 5 * 3600), on, Step::Result]);
        let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
        assert!(!ended.out.contains("parked"), "{status}: {}", ended.out);
        assert_eq!(scenario.invocations().len(), 3, "{status}");
    }
}

#[test]
fn fault_04_a_limit_that_outlasts_its_reset_is_met_with_growing_waits() {
    let scenario = Scenario::new().agent(Script::new().each("implementation", limited(60)));
    let parks = || -> Vec<i64> {
        let entries = scenario.journal().into_iter();
        let lengths = entries.filter_map(|entry| match entry.event {
            Event::Judged(judged) => match judged.decision {
                Decision::Park(park) => Some(park.until.duration_since(entry.at).as_secs()),
                _ => None,
            },
            _ => None,
        });
        lengths.collect()
    };
    for tries in 1..=4 {
        let running = scenario.start(if tries == 1 { RUN.to_vec() } else { vec!["run", "auth"] });
        until("one more park", || (scenario.look().is_some() && parks().len() == tries).then_some(()));
        running.ctrl_c();
        running.end().expect_exit(130);
        let_it_pass(&scenario);
    }
    let grown = parks();
    assert!(grown[0] <= 60 && grown[1] >= 239 && grown[2] >= 479 && grown[3] >= 959, "{grown:?}");
    assert_eq!(scenario.invocations().len(), 4);
}

#[test]
fn waits_that_nobody_stated_are_together_no_longer_than_the_longest_wait() {
    let overloaded = [Step::Init, failed(529, "Overloaded"), Step::Exit(1)];
    let scenario = Scenario::new().agent(Script::new().each("implementation", overloaded));
    let mut running = scenario.start(RUN.into_iter().chain(["--max-wait", "40s"]));
    running.until_state("parked");
    running.ctrl_c();
    running.end().expect_exit(130);
    let_it_pass(&scenario);
    // The first wait was about half a minute; nothing sensible is left after it.
    let said = ["s were waited already", "40 s is the longest wait", "samocode resume auth", "--max-wait"];
    scenario.run(["run", "auth", "--max-wait", "40s"]).expect_exit(11).expect_out(&said);
    assert_eq!(scenario.invocations().len(), 2);
    assert_eq!(scenario.view().block, Some(BlockCause::Limit));
}

#[test]
fn fault_05_a_refused_login_and_a_lack_of_credit_stop_at_once_with_one_notice_that_says_what_to_do() {
    for (status, words, mend) in [
        (401, "Invalid API key · Fix external API key", "log in with `/login`"),
        (400, "Credit balance is too low", "add credit to the account"),
    ] {
        let scenario = first([Step::Init, failed(status, words), Step::Exit(1)]);
        let ended = scenario.run(RUN).expect_exit(12).expect_state("blocked").expect_out(&[mend]);
        assert_eq!(times(&ended.out, "samocode cannot go on"), 1, "{}", ended.out);
        assert_eq!((scenario.invocations().len(), scenario.view().used_in_phase), (1, 0));
        scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    }
}

#[test]
fn fault_05_a_run_that_is_silent_while_its_service_is_out_is_not_to_blame() {
    let retry = Step::Line(
        r#"{"type":"system","subtype":"api_retry","attempt":4,"max_retries":10,"retry_delay_ms":4000,"error_status":529,"error":"overloaded"}"#
            .to_owned(),
    );
    let scenario = first([Step::Init, retry, Step::Hang]).config("SAMOCODE_STALL_STREAM=2");
    let mut running = scenario.start(RUN);
    running.until_state("parked");
    assert_eq!(scenario.view().used_in_phase, 0);
    let outage = |event: &Event| matches!(event, Event::Judged(judged) if matches!(judged.outcome, Outcome::Overloaded { .. }));
    assert_eq!(scenario.count(outage), 1);
    scenario.run(["status", "auth"]).expect_out(&["status 529, try 4 of 10"]);
    running.ctrl_c();
    running.end().expect_exit(130);
}

#[test]
fn fault_06_an_exhausted_context_starts_the_phase_fresh_with_what_was_left_in_words() {
    let scenario = first([
        Step::Init,
        Step::shell("echo half >half.txt"),
        failed(400, "Prompt is too long"),
        Step::Exit(1),
    ])
    .config("SAMOCODE_RETRY_DELAY=600");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    let calls = scenario.invocations();
    assert_eq!(calls[1].phase, "implementation");
    assert!(calls.iter().all(|call| !call.argv.iter().any(|word| word.contains("resume") || word == "-c")));
    expect_words(&calls[1].stdin, &["the context was exhausted", "half.txt"]);
}

#[test]
fn fault_21_a_machine_that_slept_through_the_end_of_a_wait_goes_on_when_it_wakes() {
    let scenario = first(limited(10));
    let mut running = scenario.start(RUN);
    running.until_state("parked");
    let parked = scenario.view().until.unwrap();
    running.signal(Signal::STOP);
    until("the end of the wait", || (Timestamp::now() > parked + SignedDuration::from_secs(1)).then_some(()));
    assert_eq!(scenario.invocations().len(), 1);
    running.signal(Signal::CONT);
    let woke = Timestamp::now();
    scenario.until_called(2);
    let late = Timestamp::now().duration_since(woke).unsigned_abs();
    assert!(late < Duration::from_secs(10), "{late:?}");
    running.end().expect_exit(0).expect_state("done");
}

#[test]
fn fault_21_a_wait_that_ended_while_nothing_ran_is_over_at_the_next_start() {
    let scenario = first(limited(3600));
    let mut running = scenario.start(RUN);
    running.until_state("parked");
    running.kill();
    let_it_pass(&scenario);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}
