//! What an agent may leave in its signal's place.

use std::path::PathBuf;

use samocode::domain::event::Event;
use samocode::domain::signal::SignalFault;
use samocode::domain::verdict::Decision;
use samocode_testing_agent::{PLAN, QUESTIONS, Script, Step};
use serde_json::json;

use super::workflows::{RUN_ASK, RUN_PLANNED, asking, planning};
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
    expect_block_on_the_third(&scenario, &RUN, "implementation", words);
}

/// The first three iterations of the session fail in this phase; then the agent does better.
fn expect_block_on_the_third(scenario: &Scenario, run: &[&str], phase: &str, words: &[&str]) {
    let ended = scenario.run(run).expect_exit(11).expect_state("blocked").expect_phase(phase).expect_out(&[
        &format!("3 failures in a row in phase {phase}"),
        "samocode resume auth",
        "samocode tell auth",
    ]);
    expect_words(&ended.out, words);
    assert_eq!(scenario.invocations().len(), 3);
    for (number, before) in [(2, 1), (3, 2)] {
        let prompt = scenario.prompt(number);
        expect_words(&prompt, &[&format!("Iteration {before} did not count as progress")]);
        expect_words(&prompt, words);
    }
    let overview = scenario.session_file("_overview.md");
    expect_words(&overview, &["Blocked: yes", &format!("Phase: {phase}")]);
    // A blocked session stays blocked until a person resumes it; then it goes on with a fresh allowance.
    scenario.run(["run", "auth"]).expect_exit(11);
    assert_eq!(scenario.invocations().len(), 3);
    scenario.run(["resume", "auth"]).expect_exit(0);
    let passing = ["run", "auth", "--accept-suggestions", "--approve-plan"];
    scenario.run(passing).expect_exit(0).expect_state("done");
}

#[test]
fn fault_07_three_ends_with_exit_0_and_no_signal_block() {
    blocks_on_the_third(&[], &["no `_signal.json` was written"]);
}

#[test]
fn fault_07_a_signal_of_one_iteration_is_not_seen_in_the_next() {
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
fn fault_07_a_signal_that_stood_before_the_start_is_not_taken() {
    let scenario = doing([vec![]]);
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"])).expect_exit(11);
    std::fs::write(scenario.layout().signal(), r#"{"status":"continue","phase":"testing"}"#).unwrap();
    scenario.set_agent(Script::new().times(2, "implementation", Step::run([])).then(Script::quick()));
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    expect_words(&scenario.prompt(3), &["Iteration 2 did not count as progress"]);
}

#[test]
fn fault_07_what_an_iteration_left_running_signals_for_no_later_one() {
    let late = "(env -i setsid sh -c 'trap \"\" TERM INT HUP; while sleep 0.05; do \
                echo \"{\\\"status\\\":\\\"continue\\\",\\\"phase\\\":\\\"done\\\"}\" > \"$0\"; done' {session}/_signal.json \
                >/dev/null 2>&1 </dev/null &)";
    let scenario = doing([
        vec![Step::shell(late), Step::signal(json!({"status": "continue", "phase": "implementation"}))],
        vec![Step::shell("sleep 1")],
    ]);
    scenario.run(RUN).expect_exit(0).expect_state("done");
    expect_words(&scenario.prompt(3), &["Iteration 2 did not count as progress: no `_signal.json`"]);
}

#[test]
fn fault_08_a_malformed_signal_three_times_blocks() {
    blocks_on_the_third(
        &[Step::signal_text(r#"{"status": "continue""#)],
        &["`_signal.json` is malformed: it ends where a comma or the closing `}` belongs"],
    );
}

#[test]
fn fault_08_an_oversized_signal_three_times_blocks() {
    let fill = Step::Fill { path: SIGNAL.into(), length: 2 * 1024 * 1024 };
    blocks_on_the_third(&[fill], &["`_signal.json` has 2097152 bytes", "65536"]);
}

#[test]
fn fault_08_a_foreign_signal_three_times_blocks() {
    let aside = Step::write("{session}/aside.json", r#"{"status":"continue","phase":"testing"}"#);
    let link = Step::Link { path: SIGNAL.into(), to: "{session}/aside.json".into() };
    blocks_on_the_third(&[aside, link], &["`_signal.json` does not count: it is a link"]);
}

#[test]
fn fault_08_every_worthless_signal_has_its_own_verdict_and_words() {
    let malformed = |text: &str, words| (vec![Step::signal_text(text)], "malformed", words);
    let refused = |text: &str, words| (vec![Step::signal_text(text)], "well-formed", words);
    let is_link = |to: &str| vec![Step::Link { path: SIGNAL.into(), to: to.into() }];
    let faults: Vec<(Vec<Step>, &str, &str)> = vec![
        (vec![], "missing", "no `_signal.json` was written"),
        (vec![Step::Folder(SIGNAL.into())], "foreign", "does not count: it is a folder"),
        (vec![Step::Fifo(SIGNAL.into())], "foreign", "does not count: it is a pipe"),
        (is_link("/dev/zero"), "foreign", "does not count: it is a link"),
        (is_link("{session}/nowhere"), "foreign", "does not count: it is a link"),
        (vec![Step::Fill { path: SIGNAL.into(), length: 2 << 20 }], "oversized", "has 2097152 bytes"),
        (vec![Step::Fill { path: SIGNAL.into(), length: 65_537 }], "oversized", "has 65537 bytes"),
        (vec![Step::Fill { path: SIGNAL.into(), length: 65_536 }], "malformed", "the file is empty"),
        malformed("", "the file is empty"),
        malformed("{}", "`status` is missing"),
        malformed("[]", "expected one JSON object, found a list"),
        malformed(r#""x""#, "expected one JSON object, found a text"),
        malformed("null", "expected one JSON object, found null"),
        malformed(r#"{"status":1}"#, "`status` is a number, not a text"),
        malformed(r#"{"status":"continue","pha"#, "the text that begins with `\"pha` has no closing quote"),
        malformed(r#"{"status":"finished"}"#, "`status` is `finished`; it is one of continue"),
        malformed(r#"{"status":"continue","phase":7}"#, "`phase` is a number"),
        malformed(r#"{"status":"continue"}{"status":"continue"}"#, "it holds 2 signals"),
        malformed("I have finished.", "expected one JSON object, found `I have finished.`"),
        malformed(&"[".repeat(60_000), "expected one JSON object"),
        malformed(&"{\"a\":".repeat(10_000), "nested more than"),
        malformed(r#"{"status":"waiting","for":"coffee"}"#, "`for` is `coffee`"),
        (
            vec![bytes(b"{\"status\":\"continue\",\"notes\":\"\xff\xfe\"}")],
            "malformed",
            "it is not UTF-8 text after",
        ),
        (vec![bytes(&[0; 100])], "malformed", "malformed"),
        (
            vec![Step::signal_text(r#"{"status":"continue","iteration":3}"#)],
            "foreign",
            "it says iteration 3, this is iteration 25",
        ),
        refused(r#"{"status":"waiting","for":"qa_answers"}"#, "implementation cannot wait"),
        refused(r#"{"status":"done"}"#, "`done` belongs to the last phase; implementation may continue to"),
        refused(r#"{"status":"continue","phase":"moon"}"#, "not to `moon`"),
    ];
    let scenario = doing(faults.iter().map(|(steps, ..)| steps.clone())).config("SAMOCODE_MAX_RETRIES=99");
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    assert!(!ended.err.contains("panicked"), "{}", ended.err);
    assert_eq!(scenario.invocations().len(), faults.len() + 3);
    let verdicts = verdicts(&scenario);
    for (number, (steps, verdict, words)) in faults.iter().enumerate() {
        assert_eq!(verdicts[number], *verdict, "after {steps:?}");
        let prompt = scenario.prompt(number + 2);
        assert!(prompt.contains(words), "after {steps:?}, `{words}` is not in:\n{prompt}");
    }
}

/// Where the session's files are checked out.
fn worktree(scenario: &Scenario) -> PathBuf {
    scenario.view().worktree.unwrap()
}

/// What was journaled of each iteration's signal.
fn verdicts(scenario: &Scenario) -> Vec<&'static str> {
    let judged = scenario.journal().into_iter().filter_map(|entry| match entry.event {
        Event::Judged(judged) => Some(judged.signal),
        _ => None,
    });
    let name = |signal| match signal {
        Ok(_) => "well-formed",
        Err(SignalFault::Missing) => "missing",
        Err(SignalFault::Malformed(_)) => "malformed",
        Err(SignalFault::Oversized(_)) => "oversized",
        Err(SignalFault::Foreign(_)) => "foreign",
        Err(SignalFault::NotAllowed(_)) => "refused",
    };
    judged.map(name).collect()
}

#[test]
fn fault_09_an_illegal_move_three_times_blocks() {
    blocks_on_the_third(
        &[Step::signal(json!({"status": "continue", "phase": "done"}))],
        &["not allowed here", "implementation may continue to", "testing", "not to `done`"],
    );
}

#[test]
fn fault_09_a_signal_that_is_not_allowed_in_its_phase_three_times_blocks() {
    blocks_on_the_third(
        &[Step::signal(json!({"status": "done", "summary": "all of it"}))],
        &["not allowed here", "`done` belongs to the last phase"],
    );
    blocks_on_the_third(
        &[Step::signal(json!({"status": "waiting", "for": "plan_approval"}))],
        &["not allowed here", "implementation cannot wait for"],
    );
}

#[test]
fn fault_09_a_jump_over_an_approval_three_times_blocks() {
    let jump = Step::run([
        Step::write("{session}/01-08-14:30-plan-tokens.md", PLAN),
        Step::signal(json!({"status": "continue", "phase": "implementation"})),
    ]);
    let scenario = planning();
    let better = Script::new()
        .each("planning", Step::plan(PLAN))
        .each("implementation", Step::work("done"))
        .each("done", Step::finish());
    scenario.set_agent(Script::new().times(3, "planning", jump).then(better));
    expect_block_on_the_third(
        &scenario,
        &RUN_PLANNED,
        "planning",
        &["not allowed here", "planning is left only by a person's approval"],
    );
}

#[test]
fn fault_09_a_jump_over_open_questions_three_times_blocks() {
    let answered = QUESTIONS.replace("_waiting_", "A");
    let jump = Step::run([
        Step::write("{session}/_qa.md", &answered),
        Step::write("{session}/01-08-14:30-requirements.md", "# Requirements\n"),
        Step::signal(json!({"status": "continue", "phase": "done"})),
    ]);
    let scenario = asking();
    let better = Script::new()
        .once("requirements", Step::ask(QUESTIONS))
        .each("requirements", Step::go("done"))
        .each("done", Step::finish());
    scenario.set_agent(Script::new().times(3, "requirements", jump).then(better));
    expect_block_on_the_third(
        &scenario,
        &RUN_ASK,
        "requirements",
        &["not allowed here", "no person has answered Q1, Q2"],
    );
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
fn a_signal_as_models_write_json_in_a_chat_is_taken() {
    let plain = r#"{"status": "continue", "phase": "implementation"}"#;
    let written = [
        format!("```json\n{plain}\n```\n"),
        format!("Here's the signal:\n\n{plain}\n\nThat's all."),
        "{\"status\": \"continue\", \"phase\": \"implementation\",}".to_owned(),
        "{\n  \"status\": \"continue\", // next\n  /* the same */ \"phase\": \"implementation\"\n}"
            .to_owned(),
        "{'status': 'continue', 'phase': 'implementation', 'summary': None}".to_owned(),
        "{\"status\": \"handoff\", \"notes\": \"two\nlines\"}".to_owned(),
    ];
    let count = written.len();
    let scenario = doing(written.map(|text| vec![Step::signal_text(&text)])).config("SAMOCODE_MAX_IDLE=99");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(scenario.invocations().len(), count + 3);
    expect_words(&scenario.prompt(count + 1), &["handed over: two\n  lines"]);
    assert_eq!(verdicts(&scenario)[..count], vec!["well-formed"; count]);
}

#[test]
fn a_signal_in_the_worktree_is_taken_and_moved_to_its_place() {
    let go = r#"{"status":"continue","phase":"testing"}"#;
    let scenario = doing([vec![Step::write("{worktree}/_signal.json", go)]]);
    scenario.run(RUN).expect_exit(0).expect_state("done").expect_out(&["it counted and was moved there"]);
    assert_eq!(scenario.invocations().len(), 3);
    expect_words(&scenario.prompt(2), &["The signal was written to", "/_signal.json`; it belongs in"]);
    assert!(!worktree(&scenario).join("_signal.json").exists());
}

#[test]
fn a_signal_in_a_folder_of_the_worktree_or_under_another_name_is_taken() {
    let go = r#"{"status":"continue","phase":"implementation"}"#;
    let scenario = doing([
        vec![Step::write("{worktree}/_sessions/auth/_signal.json", go)],
        vec![Step::write("{session}/signal.json", go)],
    ])
    .config("SAMOCODE_MAX_IDLE=99");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(verdicts(&scenario)[..2], ["well-formed", "well-formed"]);
}

#[test]
fn a_misplaced_signal_that_does_not_count_is_named_with_its_place() {
    let go = r#"{"status":"continue","phase":"testing"}"#;
    let scenario = doing([
        vec![Step::write("{worktree}/_signal.json", r#"{"status":"finished"}"#)],
        // Left there, it is not this iteration's.
        vec![],
        vec![Step::write("{worktree}/_signal.json", go), Step::write("{worktree}/sub/_signal.json", go)],
        vec![Step::shell("rm -r {worktree}/_signal.json {worktree}/sub"), Step::signal_text(go)],
    ])
    .config("SAMOCODE_MAX_RETRIES=9");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(verdicts(&scenario)[..4], ["missing", "missing", "missing", "well-formed"]);
    expect_words(
        &scenario.prompt(2),
        &[
            "no `_signal.json` was written",
            "it does not count: `_signal.json` is malformed: `status` is `finished`",
        ],
    );
    // What failed iterations were told piles up; the second one adds nothing.
    assert_eq!(scenario.prompt(3).matches("The signal was written to").count(), 1);
    expect_words(&scenario.prompt(4), &["Signals were written to", "sub/_signal.json", "write one, to"]);
}

#[test]
fn a_file_of_the_project_with_the_signals_name_is_never_taken() {
    let scenario = doing([vec![], vec![]]);
    let file = scenario.repo().join("_signal.json");
    std::fs::write(&file, r#"{"status":"continue","phase":"testing"}"#).unwrap();
    scenario.git(&["add", "_signal.json"]);
    scenario.git(&["commit", "--quiet", "-m", "a file of that name"]);
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(verdicts(&scenario)[..2], ["missing", "missing"]);
    assert!(worktree(&scenario).join("_signal.json").exists());
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
