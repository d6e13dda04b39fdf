//! What an agent may leave in its signal's place.

use samocode::domain::event::Event;
use samocode::domain::verdict::Decision;
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];
const SIGNAL: &str = "{session}/_signal.json";

/// Each run of the first phase does one of these and claims that all is well.
fn doing(each: impl IntoIterator<Item = Vec<Step>>) -> Scenario {
    let script =
        each.into_iter().fold(Script::new(), |script, steps| script.once("implementation", Step::run(steps)));
    Scenario::new().agent(script.then(Script::quick()))
}

fn bytes(bytes: &[u8]) -> Step {
    Step::Bytes { path: SIGNAL.into(), bytes: bytes.to_vec() }
}

/// Three times the same fault blocks, and each next iteration was told it.
fn blocks_on_the_third(fault: &[Step], words: &[&str]) {
    let scenario = doing([fault.to_vec(), fault.to_vec(), fault.to_vec()]);
    let ended =
        scenario.run(RUN).expect_exit(11).expect_state("blocked").expect_phase("implementation").expect_out(
            &["3 failures in a row in phase implementation", "samocode resume auth", "samocode tell auth"],
        );
    expect_words(&ended.out, words);
    assert_eq!(scenario.invocations().len(), 3);
    for (number, before) in [(2, 1), (3, 2)] {
        let prompt = scenario.prompt(number);
        expect_words(&prompt, &[&format!("Iteration {before} did not count as progress")]);
        expect_words(&prompt, words);
    }
    let overview = scenario.session_file("_overview.md");
    expect_words(&overview, &["Blocked: yes", "Phase: implementation"]);
    // A blocked session stays blocked until a person resumes it; then it goes on with a fresh allowance.
    scenario.run(["run", "auth"]).expect_exit(11);
    assert_eq!(scenario.invocations().len(), 3);
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

#[test]
fn a_missing_signal_three_times_blocks() {
    blocks_on_the_third(&[], &["no `_signal.json` was written"]);
}

#[test]
fn a_malformed_signal_three_times_blocks() {
    blocks_on_the_third(
        &[Step::signal_text(r#"{"status": "continue""#)],
        &["`_signal.json` is malformed", "EOF"],
    );
}

#[test]
fn an_oversized_signal_three_times_blocks() {
    let fill = Step::Fill { path: SIGNAL.into(), length: 2 * 1024 * 1024 };
    blocks_on_the_third(&[fill], &["`_signal.json` has 2097152 bytes", "65536"]);
}

#[test]
fn a_foreign_signal_three_times_blocks() {
    let aside = Step::write("{session}/aside.json", r#"{"status":"continue","phase":"testing"}"#);
    let link = Step::Link { path: SIGNAL.into(), to: "{session}/aside.json".into() };
    blocks_on_the_third(&[aside, link], &["`_signal.json` does not count: it is a link"]);
}

#[test]
fn an_illegal_move_three_times_blocks() {
    blocks_on_the_third(
        &[Step::signal(json!({"status": "continue", "phase": "done"}))],
        &["not allowed here", "implementation may continue to", "testing", "not to `done`"],
    );
}

#[test]
fn every_worthless_signal_gets_its_own_words() {
    let text = |text: &str| vec![Step::signal_text(text)];
    let faults: Vec<(Vec<Step>, &str)> = vec![
        (vec![Step::Folder(SIGNAL.into())], "does not count: it is a folder"),
        (vec![Step::Fifo(SIGNAL.into())], "does not count: it is a pipe"),
        (vec![Step::Link { path: SIGNAL.into(), to: "/dev/zero".into() }], "does not count: it is a link"),
        (text(""), "the file is empty"),
        (text("{}"), "`status` is missing"),
        (text("[]"), "expected one JSON object, found a list"),
        (text(r#""x""#), "expected one JSON object, found a text"),
        (text("null"), "expected one JSON object, found null"),
        (text(r#"{"status":1}"#), "`status` is a number, not a text"),
        (text(r#"{"status":"finished"}"#), "`status` is `finished`; it is one of continue"),
        (text(r#"{"status":"continue","phase":7}"#), "`phase` is a number"),
        (text(r#"{"status":"continue"}{"status":"continue"}"#), "trailing"),
        (text(r#"{"status":"continue","iteration":3}"#), "it says iteration 3, this is iteration 13"),
        (vec![bytes(b"{\"status\":\"continue\",\"notes\":\"\xff\xfe\"}")], "not UTF-8 after byte"),
        (vec![bytes(&[0; 100])], "malformed"),
        (text(r#"{"status":"waiting","for":"coffee"}"#), "`for` is `coffee`"),
        (text(r#"{"status":"waiting","for":"qa_answers"}"#), "implementation cannot wait"),
        (text(r#"{"status":"done"}"#), "`done` belongs to the last phase; implementation may continue to"),
        (text(r#"{"status":"continue","phase":"moon"}"#), "not to `moon`"),
    ];
    let scenario = doing(faults.iter().map(|(steps, _)| steps.clone())).config("SAMOCODE_MAX_RETRIES=99");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(scenario.invocations().len(), faults.len() + 3);
    for (number, (steps, words)) in faults.iter().enumerate() {
        let prompt = scenario.prompt(number + 2);
        assert!(prompt.contains(words), "after {steps:?}, `{words}` is not in:\n{prompt}");
    }
}

#[test]
fn a_plain_meaning_is_taken() {
    let text = |text: &str| vec![Step::signal_text(text)];
    let lenient = [
        text(r#"{"status":"continue"}"#),
        text(
            "\u{feff}  {\"status\": \" Continue \", \"phase\": \" Implementation\\n\", \"summary\": null}\n",
        ),
        text(r#"{"status":"handoff","notes":"half of it stands"}"#),
        text(r#"{"status":"HANDOFF"}"#),
        text(r#"{"status":"continue","phase":"","mood":{"good":true},"summary":"with more"}"#),
        vec![Step::signal(json!({"status": "continue", "iteration": 6, "phase": "implementation"}))],
    ];
    let count = lenient.len();
    let scenario = doing(lenient).config("SAMOCODE_MAX_IDLE=99");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(scenario.invocations().len(), count + 3);
    expect_words(&scenario.prompt(4), &["Iteration 3 handed over: half of it stands"]);
    expect_words(&scenario.prompt(5), &["Iteration 4 handed over: none given"]);
    let kept = scenario.count(|event| {
        matches!(event, Event::Judged(judged) if judged.signal.as_ref().is_ok_and(|signal| signal.extra.contains_key("mood")))
    });
    assert_eq!(kept, 1, "unknown keys are kept in the journal");
}

#[test]
fn a_signal_of_one_iteration_is_not_seen_in_the_next() {
    let scenario = doing([
        vec![Step::signal(json!({"status": "continue", "phase": "implementation"}))],
        vec![Step::shell("test -e {session}/_signal.json && touch {records}/stale")],
    ]);
    scenario.run(RUN).expect_exit(0);
    assert!(!scenario.records().join("stale").exists());
    expect_words(
        &scenario.prompt(3),
        &["Iteration 2 did not count as progress: no `_signal.json` was written"],
    );
}

#[test]
fn a_session_does_not_enter_done_with_a_dirty_worktree() {
    let go = Step::signal(json!({"status": "continue", "phase": "done"}));
    let dirty = Step::run([Step::write("{worktree}/loose.txt", "loose\n"), go.clone()]);
    let tidy = Step::run([Step::git(&["add", "--all"]), Step::git(&["commit", "--quiet", "-m", "tidy"]), go]);
    let scenario = Scenario::new()
        .agent(Script::new().once("testing", dirty).once("testing", tidy).then(Script::quick()));
    scenario.run(RUN).expect_exit(0);
    let called = scenario.invocations();
    assert_eq!(called.len(), 4);
    assert_eq!(called[2].phase, "testing");
    expect_words(&called[2].stdin, &["not finished while", "changes that are not committed: loose.txt"]);
    assert_eq!(scenario.git(&["show", "auth:loose.txt"]), "loose");
}

#[test]
fn done_itself_is_refused_with_a_dirty_worktree() {
    let finish = Step::signal(json!({"status": "done", "summary": "all"}));
    let dirty = Step::run([Step::write("{worktree}/loose.txt", "loose\n"), finish]);
    let clean = Step::run([Step::shell("rm loose.txt"), Step::signal(json!({"status": "done"}))]);
    let scenario =
        Scenario::new().agent(Script::new().once("done", dirty).once("done", clean).then(Script::quick()));
    scenario.run(RUN).expect_exit(0).expect_out(&["none given"]);
    expect_words(&scenario.prompt(4), &["loose.txt"]);
}

#[test]
fn an_agent_that_is_stuck_blocks_with_its_reason() {
    let ask = json!({"status": "blocked", "needs": "clarification", "reason": "which of the two?"});
    let scenario = doing([vec![Step::signal(ask)]]);
    scenario.run(RUN).expect_exit(11).expect_out(&["the agent needs a clarification: which of the two?"]);
    scenario.run(["tell", "auth", "the second"]).expect_exit(0);
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0);
    expect_words(&scenario.prompt(2), &["the second"]);
    let blocks = scenario.count(
        |event| matches!(event, Event::Judged(judged) if matches!(judged.decision, Decision::Block(_))),
    );
    assert_eq!(blocks, 1);
}
