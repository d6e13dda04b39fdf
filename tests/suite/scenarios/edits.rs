//! What a person edited while no samocode ran: it counts at the next start, or is named once with what is missing.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use samocode_testing_agent::{PLAN, QUESTIONS};

use super::workflows::{RUN_ASK, RUN_PLANNED, asking, planning};
use crate::scenario::{Scenario, expect_words};

const PLAN_FILE: &str = "01-08-14:30-plan-tokens.md";
const AGAIN: [&str; 3] = ["run", "auth", "--exit-on-wait"];

/// A session that has asked its two questions, and that nothing works on.
fn asked() -> Scenario {
    let scenario = asking();
    scenario.run(RUN_ASK.into_iter().chain(["--exit-on-wait"])).expect_exit(10);
    scenario
}

/// A session that has asked for the approval of its plan, and that nothing works on.
fn planned() -> Scenario {
    let scenario = planning();
    scenario.run(RUN_PLANNED.into_iter().chain(["--exit-on-wait"])).expect_exit(10);
    scenario
}

/// Writes a file as if that had been a minute ago.
fn write_earlier(scenario: &Scenario, name: &str, bytes: impl AsRef<[u8]>) {
    let path = scenario.layout().session_dir().join(name);
    fs::write(&path, bytes).unwrap();
    let earlier = SystemTime::now() - Duration::from_secs(60);
    File::options().write(true).open(&path).unwrap().set_modified(earlier).unwrap();
}

fn answered() -> String {
    QUESTIONS.replacen("_waiting_", "A", 1).replacen("_waiting_", "b - fewer logins, please", 1)
}

fn said(scenario: &Scenario, words: &str) -> usize {
    scenario.session_file("session.log").matches(words).count()
}

#[test]
fn fault_30_answers_count_at_a_start_that_exits_on_wait_as_soon_as_the_file_rests() {
    let scenario = asked();
    fs::write(scenario.layout().qa(), answered()).unwrap();
    scenario.run(AGAIN).expect_exit(0).expect_state("done");
    expect_words(
        &scenario.prompt(2),
        &["answered by an edit of _qa.md", "Answer: A - httpOnly cookie", "Answer: b - fewer logins, please"],
    );
}

#[test]
fn fault_30_answers_count_in_every_encoding_and_form_that_editors_save() {
    let text = answered().replace("For how long?", "Für wie lange?");
    let utf16 =
        |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let marked = format!("\u{feff}{text}");
    let latin: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    let saved = [
        ("a byte order mark", marked.clone().into_bytes()),
        ("UTF-16, little-endian", utf16(&marked, u16::to_le_bytes)),
        ("UTF-16, big-endian", utf16(&marked, u16::to_be_bytes)),
        ("UTF-16 without a mark", utf16(&text, u16::to_le_bytes)),
        ("Latin-1", latin),
        ("line ends of Windows", text.replace('\n', "\r\n").into_bytes()),
        ("tabs", text.replace("**Answer:** ", "**Answer:**\t").into_bytes()),
        ("answers on the next line", text.replace("**Answer:** ", "**Answer:**\n").into_bytes()),
        ("a small letter and a bracket", text.replace("**Answer:** A", "**answer:** a)").into_bytes()),
    ];
    for (what, bytes) in saved {
        let scenario = asked();
        write_earlier(&scenario, "_qa.md", bytes);
        let ended = scenario.run(AGAIN);
        assert_eq!(ended.code, Some(0), "{what}: {}", ended.out);
        expect_words(&scenario.prompt(2), &["Answer: A - httpOnly cookie", "Answer: b - fewer logins"]);
        assert!(
            String::from_utf8(fs::read(scenario.layout().qa()).unwrap()).is_ok(),
            "{what}: agents read UTF-8"
        );
    }
}

#[test]
fn fault_30_an_edit_that_does_not_count_is_said_once_with_what_is_missing() {
    let whole = answered();
    let second = whole.find("### Q2").unwrap();
    let cases = [
        (whole.replacen("**Answer:** A", "A", 1), "Q1 has no `**Answer:**` line any more"),
        (QUESTIONS.replacen("_waiting_", "A", 1), "Q2 is still open"),
        (whole[..second].to_owned(), "Q2 is not in the file any more"),
        (whole.replace("### Q2: For how long?", "### For how long?"), "Q2 is not in the file any more"),
        (whole.replacen("**Answer:** A", "**Answer:** Z", 1), "Q1 has no option `Z`"),
        (format!("{QUESTIONS}\nTake A for both.\n"), "Q1 is still open"),
        (String::new(), "Q1 is not in the file any more"),
    ];
    let scenario = asked();
    for (edited, missing) in cases {
        let before = said(&scenario, "_qa.md does not count yet");
        write_earlier(&scenario, "_qa.md", &edited);
        scenario.run(AGAIN).expect_exit(10).expect_out(&[
            "_qa.md does not count yet",
            missing,
            "samocode answer auth",
        ]);
        assert_eq!(said(&scenario, "_qa.md does not count yet"), before + 1, "said once for {edited}");
        assert_eq!(scenario.session_file("_qa.md"), edited, "what the person wrote is left alone");
    }
    scenario.run(AGAIN).expect_exit(10);
    write_earlier(&scenario, "_qa.md", QUESTIONS);
    let ended = scenario.run(AGAIN).expect_exit(10);
    assert!(!ended.out.contains("does not count"), "nothing was edited: {}", ended.out);
}

#[test]
fn fault_30_while_samocode_waits_such_an_edit_is_said_once_and_then_mended() {
    let scenario = asking();
    let mut running = scenario.start(RUN_ASK);
    running.until_state("waiting");
    scenario.edit("_qa.md", "_waiting_", "B");
    running.until_said("Q2 is still open");
    scenario.edit("_qa.md", "**Answer:** _waiting_", "A");
    running.until_said("Q2 has no `**Answer:**` line any more");
    scenario.edit("_qa.md", "fewer logins\nA", "fewer logins\n**Answer:** A");
    running.end().expect_exit(0).expect_state("done");
    assert_eq!(said(&scenario, "_qa.md does not count yet"), 2);
    expect_words(&scenario.prompt(2), &["Answer: B - localStorage", "Answer: A - an hour"]);
}

#[test]
fn fault_30_a_question_that_was_deleted_still_needs_its_answer() {
    let scenario = asked();
    let second = QUESTIONS.find("### Q2").unwrap();
    write_earlier(&scenario, "_qa.md", &QUESTIONS[..second]);
    scenario.run(["answer", "auth", "Q1=A"]).expect_exit(0);
    scenario.run(AGAIN).expect_exit(10).expect_out(&["Q2 still open", "Q2: For how long?"]);
    scenario.run(["answer", "auth", "Q2=B"]).expect_exit(0);
    scenario.run(AGAIN).expect_exit(0).expect_state("done");
    expect_words(&scenario.prompt(2), &["Answer: A - httpOnly cookie", "Answer: B - a day"]);
}

#[test]
fn fault_30_suggestions_taken_by_flag_replace_no_answer_of_the_file() {
    let scenario = asked();
    write_earlier(&scenario, "_qa.md", QUESTIONS.replacen("_waiting_", "B", 1));
    scenario.run(["run", "auth", "--accept-suggestions"]).expect_exit(0).expect_state("done");
    expect_words(&scenario.prompt(2), &["Answer: B - localStorage", "Answer: B - a day"]);
}

#[test]
fn fault_30_a_plan_that_was_edited_is_named_shown_and_approved_as_it_is_now() {
    let edited = PLAN.replace("the cookie", "the signed cookie");
    let scenario = planned();
    write_earlier(&scenario, PLAN_FILE, &edited);
    scenario.run(AGAIN).expect_exit(10).expect_out(&[
        &format!("{PLAN_FILE} was edited after its approval was asked for"),
        "the signed cookie",
        "changed since the agent asked",
    ]);
    scenario.run(["run", "auth", "--approve-plan"]).expect_exit(0).expect_state("done");
    assert_eq!(fs::read_to_string(scenario.layout().approved_plan()).unwrap(), edited);
}

#[test]
fn fault_30_a_plan_that_is_gone_is_named_with_what_to_do() {
    let scenario = planned();
    let path = scenario.layout().session_dir().join(PLAN_FILE);
    fs::rename(&path, path.with_extension("moved")).unwrap();
    scenario.run(AGAIN).expect_exit(10).expect_out(&[PLAN_FILE, "cannot be read", "samocode reject auth"]);
}

#[test]
fn fault_30_a_phase_written_into_the_notebook_counts_at_a_start_that_exits_on_wait() {
    let scenario = planned();
    let overview = scenario.session_file("_overview.md");
    write_earlier(&scenario, "_overview.md", overview.replace("Phase: planning", "Phase: done"));
    scenario
        .run(AGAIN)
        .expect_exit(10)
        .expect_out(&["`Phase:` in _overview.md was put back: phase planning does not lead to done"]);
    write_earlier(&scenario, "_overview.md", overview.replace("Phase: planning", "Phase: implementation"));
    scenario.run(AGAIN).expect_exit(0).expect_state("done");
    expect_words(&scenario.prompt(2), &["was approved by an edit of _overview.md"]);
}

#[test]
fn fault_30_a_phase_written_into_the_notebook_without_an_open_gate_is_put_back_and_said() {
    let scenario = Scenario::new();
    let run = ["run", "auth", "--workflow", "quick", "--task", "Add tokens", "--max-iterations", "1"];
    scenario.run(run).expect_exit(11);
    let overview = scenario.session_file("_overview.md");
    let phase = scenario.view().phase;
    write_earlier(&scenario, "_overview.md", overview.replace(&format!("Phase: {phase}"), "Phase: done"));
    scenario.run(["run", "auth"]).expect_exit(11).expect_out(&[
        "`Phase: done` in _overview.md does not count",
        &format!("put back to {phase}"),
        "samocode tell auth",
    ]);
    expect_words(&scenario.session_file("_overview.md"), &[&format!("Phase: {phase}")]);
    let ended = scenario.run(["run", "auth"]).expect_exit(11);
    assert!(!ended.out.contains("does not count"), "{}", ended.out);
}
