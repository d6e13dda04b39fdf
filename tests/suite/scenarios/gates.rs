//! Gates are passed by a person only, once, and by hand as well as by command.

use std::fs;
use std::time::{Duration, Instant};

use samocode::domain::event::Event;
use samocode::domain::request::{Effect, Who};
use samocode_testing_agent::{PLAN, QUESTIONS, Script, Step};

use super::workflows::{RUN_ASK, RUN_PLANNED, asking, planning};
use crate::scenario::{Scenario, expect_words, until};

/// A file that a person edits has to rest that long.
const QUIET: Duration = Duration::from_secs(3);

fn posted(scenario: &Scenario) -> usize {
    scenario.count(|event| matches!(event, Event::Posted { .. }))
}

#[test]
fn the_questions_are_asked_with_options_suggestions_and_what_to_type() {
    let scenario = asking();
    scenario.run(RUN_ASK.into_iter().chain(["--exit-on-wait"])).expect_exit(10).expect_out(&[
        "samocode needs you: 2 questions",
        "Q1: Where should tokens live?",
        "A) httpOnly cookie  ← suggested",
        "B) a day  ← suggested",
        "samocode answer auth Q1=A Q2=B",
        "samocode answer auth --suggestions",
        "_qa.md",
    ]);
    expect_words(&scenario.session_file("_overview.md"), &["Blocked: waiting_human"]);
}

#[test]
fn answers_written_by_hand_count_once_all_are_there_and_the_file_rests() {
    let scenario = asking();
    let mut running = scenario.start(RUN_ASK);
    running.until_state("waiting");
    scenario.edit("_qa.md", "_waiting_", "B, but encrypted");
    let half = Instant::now();
    until("a pause that would be long enough", || {
        (half.elapsed() > QUIET + Duration::from_secs(1)).then_some(())
    });
    assert_eq!(scenario.view().state, "waiting", "one question is still open");
    scenario.edit("_qa.md", "_waiting_", "a");
    let edited = Instant::now();
    running.end().expect_exit(0).expect_state("done");
    assert!(edited.elapsed() >= QUIET, "{:?}", edited.elapsed());
    let prompt = scenario.prompt(2);
    expect_words(&prompt, &["answered by an edit of _qa.md", "B, but encrypted", "Answer: A - an hour"]);
}

#[test]
fn a_letter_that_is_no_option_is_said_and_waited_for() {
    let scenario = asking();
    let mut running = scenario.start(RUN_ASK);
    running.until_state("waiting");
    scenario.edit("_qa.md", "_waiting_", "Z");
    scenario.edit("_qa.md", "_waiting_", "a");
    running.until_said("_qa.md does not count yet: Q1 has no option `Z`");
    assert_eq!(scenario.view().state, "waiting");
    scenario.edit("_qa.md", "**Answer:** Z", "**Answer:** b");
    running.end().expect_exit(0).expect_state("done");
    expect_words(&scenario.prompt(2), &["Answer: B - localStorage", "Answer: A - an hour"]);
}

#[test]
fn answers_that_the_agent_filled_in_itself_are_put_back() {
    let cheating = QUESTIONS.replacen("_waiting_", "A", 1).replacen("_waiting_", "B", 1);
    let scenario = asking().agent(
        Script::new()
            .once("requirements", Step::ask(&cheating))
            .each("requirements", Step::go("done"))
            .each("done", Step::finish()),
    );
    let mut running = scenario.start(RUN_ASK);
    running.until_state("waiting");
    assert_eq!(scenario.session_file("_qa.md"), QUESTIONS);
    running.until_said("were put back");
    let opened = Instant::now();
    until("a pause that would be long enough", || {
        (opened.elapsed() > QUIET + Duration::from_secs(1)).then_some(())
    });
    assert_eq!(scenario.view().state, "waiting");
    scenario.run(["answer", "auth", "Q1=B", "Q2=B"]).expect_exit(0);
    running.end().expect_exit(0);
    expect_words(&scenario.prompt(2), &["Answer: B - localStorage", "by ada at a terminal"]);
}

#[test]
fn an_agent_that_goes_on_without_the_persons_answers_is_refused() {
    let mut cheating = Step::go("done");
    cheating.insert(1, Step::write("{session}/_qa.md", &QUESTIONS.replace("_waiting_", "A")));
    cheating.insert(1, Step::write("{session}/01-08-14:30-requirements.md", "# Requirements\n"));
    let scenario = asking().agent(Script::new().each("requirements", cheating));
    scenario
        .run(RUN_ASK)
        .expect_exit(11)
        .expect_out(&["no person has answered Q1, Q2"])
        .expect_phase("requirements");
}

#[test]
fn an_agents_own_phase_edit_passes_nothing() {
    let mut steps = Step::plan(PLAN);
    steps.insert(1, Step::replace("{session}/_overview.md", "Phase: planning", "Phase: implementation"));
    let scenario = planning().agent(Script::new().each("planning", steps));
    let mut running = scenario.start(RUN_PLANNED);
    running.until_state("waiting");
    expect_words(&scenario.session_file("_overview.md"), &["Phase: planning"]);
    let opened = Instant::now();
    until("a pause that would be long enough", || {
        (opened.elapsed() > QUIET + Duration::from_secs(1)).then_some(())
    });
    assert_eq!(scenario.view().state, "waiting");
    assert_eq!(scenario.count(|event| matches!(event, Event::Received(_))), 0);
}

#[test]
fn a_legal_phase_written_by_hand_passes_the_gate_and_an_illegal_one_is_put_back() {
    let scenario = planning();
    let mut running = scenario.start(RUN_PLANNED);
    running.until_state("waiting");
    scenario.edit("_overview.md", "Phase: planning", "Phase: done");
    running.until_said("`Phase:` in _overview.md was put back: phase planning does not lead to done");
    expect_words(&scenario.session_file("_overview.md"), &["Phase: planning"]);
    assert_eq!(scenario.view().state, "waiting");
    scenario.edit("_overview.md", "Phase: planning", "Phase: Implementation");
    running.end().expect_exit(0).expect_state("done");
    expect_words(&scenario.prompt(2), &["was approved by an edit of _overview.md"]);
    assert_eq!(fs::read_to_string(scenario.layout().approved_plan()).unwrap(), PLAN);
}

#[test]
fn killed_while_it_waits_it_asks_the_gate_once_and_keeps_what_was_answered_meanwhile() {
    let scenario = asking();
    let mut running = scenario.start(RUN_ASK);
    running.until_state("waiting");
    let gate = scenario.view().gate.unwrap().id;
    scenario.run(["answer", "auth", "Q1=B"]).expect_exit(0).expect_out(&["still open: Q2"]);
    running.kill();
    // Nobody works on it: by hand and by command, what is said now is kept.
    scenario
        .run(["answer", "auth", "Q2=two days"])
        .expect_exit(0)
        .expect_out(&["kept for auth", "samocode run auth"]);
    scenario.run(["status", "auth"]).expect_exit(0).expect_out(&["waits for your answers", "start it"]);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(scenario.invocations().len(), 3);
    assert_eq!(posted(&scenario), 1, "the gate was opened once");
    let ids = scenario.count(|event| matches!(event, Event::Posted { gate: id } if id.as_str() == gate));
    assert_eq!(ids, 1);
    expect_words(&scenario.prompt(2), &["Answer: B - localStorage", "Answer: two days"]);
    expect_words(&scenario.session_file("_qa.md"), &["**Answer:** B - localStorage", "**Answer:** two days"]);
}

#[test]
fn what_was_filled_in_by_hand_while_nobody_worked_on_it_counts_at_the_next_start() {
    let scenario = asking();
    scenario.run(RUN_ASK.into_iter().chain(["--exit-on-wait"])).expect_exit(10);
    scenario.edit("_qa.md", "_waiting_", "A");
    scenario.edit("_qa.md", "_waiting_", "B");
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    expect_words(&scenario.prompt(2), &["Answer: A - httpOnly cookie", "Answer: B - a day"]);
}

#[test]
fn suggestions_are_taken_by_flag_and_waited_for_where_one_is_missing() {
    let missing = QUESTIONS.replace("**Suggestion:** B - fewer logins\n", "");
    let scenario = asking().agent(
        Script::new()
            .once("requirements", Step::ask(&missing))
            .each("requirements", Step::go("done"))
            .each("done", Step::finish()),
    );
    let flags = ["--accept-suggestions", "--exit-on-wait"];
    scenario
        .run(RUN_ASK.into_iter().chain(flags))
        .expect_exit(10)
        .expect_state("waiting")
        .expect_out(&["the flag --accept-suggestions", "Q2"]);
    scenario.run(["answer", "auth", "--suggestions"]).expect_exit(2).expect_err(&["Q2", "no suggestion"]);
    scenario.run(["answer", "auth", "Q2=A"]).expect_exit(0);
    scenario.run(["run", "auth", "--accept-suggestions"]).expect_exit(0);
    let by_flag = scenario.count(|event| {
        matches!(event, Event::Received(received)
            if matches!(received.request.who, Who::Flag(_)) && matches!(received.effect, Effect::Answered { .. }))
    });
    assert_eq!(by_flag, 1);
}

#[test]
fn every_act_at_a_gate_is_journaled_with_who_and_the_gates_id() {
    let scenario = planning();
    let mut running = scenario.start(RUN_PLANNED);
    running.until_state("waiting");
    scenario.run(["approve", "auth"]).expect_exit(0).expect_out(&["sha256", "goes on with implementation"]);
    running.end().expect_exit(0);
    let approvals = scenario.count(|event| {
        matches!(event, Event::Received(received)
            if received.request.who == Who::Terminal("ada".into()) && matches!(received.effect, Effect::Approved { .. }))
    });
    assert_eq!(approvals, 1);
}

#[test]
fn what_only_a_person_can_do_waits_for_resume() {
    let wait = r#"{"status":"waiting","for":"human_action","reason":"insert the card"}"#;
    let scenario = planning().agent(
        Script::new()
            .each("planning", Step::plan(PLAN))
            .once("implementation", Step::run([Step::signal_text(wait)]))
            .each("implementation", Step::work("done"))
            .each("done", Step::finish()),
    );
    let flags = ["--approve-plan", "--exit-on-wait"];
    scenario.run(RUN_PLANNED.into_iter().chain(flags)).expect_exit(10).expect_out(&[
        "something only you can do",
        "insert the card",
        "samocode resume auth",
    ]);
    scenario.run(["approve", "auth"]).expect_exit(2).expect_err(&["waits for something only you can do"]);
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    expect_words(&scenario.prompt(3), &["What only a person could do is done"]);
}

#[test]
fn questions_that_are_deleted_while_they_wait_come_back_with_the_answers_given() {
    let scenario = asking();
    let mut running = scenario.start(RUN_ASK);
    running.until_state("waiting");
    scenario.run(["answer", "auth", "Q1=B"]).expect_exit(0);
    fs::remove_file(scenario.layout().qa()).unwrap();
    running.until_said("_qa.md was deleted while its questions wait; it is put back");
    expect_words(&scenario.session_file("_qa.md"), &["Q1: Where should tokens live?", "**Answer:** B - "]);
    scenario.run(["answer", "auth", "--suggestions"]).expect_exit(0);
    running.end().expect_exit(0).expect_state("done");
}
