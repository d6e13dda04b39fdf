//! Gates and blocks that are passed on the phone in the ways that the walk does not take.

use samocode_testing_agent::{QUESTIONS, Script, Step};
use samocode_testing_telegram::{OWNER, Phone};
use serde_json::json;

use super::{SOON, TOKEN, count, saying, toasted, with_button, with_phone};
use crate::scenario::{Scenario, expect_words};
use crate::scenarios::workflows::{RUN_ASK, RUN_PLANNED, asking, planning};

#[test]
fn all_suggestions_are_accepted_by_one_tap() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(asking(), &phone);
    let running = scenario.start(RUN_ASK);
    with_button(&phone, "Q2:", "★ B · a day");
    let head = with_button(&phone, "2 questions", "Accept all suggestions");
    phone.tap(OWNER, head.id, "Accept all suggestions");
    toasted(&phone, "answered; auth goes on");
    running.end().expect_exit(0);
    expect_words(&scenario.prompt(2), &["Answer: A - httpOnly cookie", "Answer: B - a day", "on the phone"]);
    let answered =
        phone.wait_for("the answer in its message", SOON, |message| message.text.contains("✔ B - a day"));
    assert!(answered.text.starts_with("Q2") && answered.buttons.is_empty());
}

#[test]
fn a_reply_of_several_letters_counts_and_one_that_is_no_option_is_explained() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(asking(), &phone);
    let running = scenario.start(RUN_ASK);
    let first = with_button(&phone, "Q1:", "B · localStorage");
    let second = with_button(&phone, "Q2:", "A · an hour");
    phone.reply(OWNER, first.id, "Z");
    saying(&phone, "Q1 has no option `Z`");
    assert_eq!(scenario.view().state, "waiting");
    phone.reply(OWNER, first.id, "a, b");
    saying(&phone, "still open: Q2");
    phone.reply(OWNER, second.id, "suggestion");
    running.end().expect_exit(0);
    expect_words(&scenario.prompt(2), &["A - httpOnly cookie", "B - localStorage", "Answer: B - a day"]);
}

#[test]
fn questions_without_a_suggestion_have_no_button_that_takes_it() {
    let phone = Phone::start(TOKEN);
    let questions = format!("{QUESTIONS}\n### Q3: In your own words?\n**Answer:** _waiting_\n");
    let script = Script::new()
        .once("requirements", Step::ask(&questions))
        .each("requirements", Step::go("done"))
        .each("done", Step::finish());
    let scenario = with_phone(asking().agent(script), &phone);
    let running = scenario.start(RUN_ASK);
    let head = with_button(&phone, "3 questions", "Accept the 2 suggestions");
    let open = saying(&phone, "Q3: In your own words?");
    assert!(open.buttons.is_empty());
    expect_words(&open.text, &["Reply to this message with your answer."]);
    phone.tap(OWNER, head.id, "Accept the 2 suggestions");
    toasted(&phone, "still open: Q3");
    phone.reply(OWNER, open.id, "as small as it can be");
    running.end().expect_exit(0);
    expect_words(&scenario.prompt(2), &["as small as it can be"]);
}

#[test]
fn words_that_agree_reject_no_plan() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(planning(), &phone);
    let running = scenario.start(RUN_PLANNED);
    let plan = with_button(&phone, "plan-tokens", "✅ Approve");
    phone.reply(OWNER, plan.id, "Looks good!");
    saying(&phone, "To approve the plan, tap Approve");
    assert_eq!(scenario.view().state, "waiting");
    phone.reply(OWNER, plan.id, "one item more");
    saying(&phone, "sent back; auth revises the plan");
    let again = phone.wait_for("the plan once more", SOON, |message| {
        message.id > plan.id && message.button("✅ Approve").is_some()
    });
    phone.tap(OWNER, again.id, "✅ Approve");
    running.end().expect_exit(0).expect_state("done");
    expect_words(&scenario.prompt(2), &["one item more"]);
}

fn acting() -> Scenario {
    let ask = json!({
        "status": "waiting", "for": "human_action", "reason": "enter the payment key", "summary": "stopped"
    });
    let script = Script::new()
        .each("planning", Step::plan(samocode_testing_agent::PLAN))
        .once("implementation", Step::run([Step::signal(ask)]))
        .each("implementation", Step::work("done"))
        .each("done", Step::finish());
    planning().agent(script)
}

#[test]
fn what_only_the_person_can_do_is_done_by_a_tap_or_with_words() {
    for in_words in [false, true] {
        let phone = Phone::start(TOKEN);
        let scenario = with_phone(acting(), &phone);
        let running = scenario.start(RUN_PLANNED.into_iter().chain(["--approve-plan"]));
        let asked = with_button(&phone, "enter the payment key", "✅ Done, go on");
        if in_words {
            phone.reply(OWNER, asked.id, "it is in the vault");
            saying(&phone, "reads this first");
        } else {
            phone.tap(OWNER, asked.id, "✅ Done, go on");
            toasted(&phone, "auth goes on");
        }
        running.end().expect_exit(0).expect_state("done");
        assert_eq!(scenario.prompt(3).contains("it is in the vault"), in_words);
    }
}

fn blocking() -> Script {
    let block = json!({"status": "blocked", "reason": "which database?", "needs": "human_decision"});
    Script::new().once("implementation", Step::run([Step::signal(block)])).then(Script::quick())
}

const RUN_QUICK: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

#[test]
fn a_blocked_session_waits_for_the_decision_that_comes_by_reply() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(Scenario::new().agent(blocking()), &phone);
    let running = scenario.start(RUN_QUICK);
    let asked = with_button(&phone, "auth is blocked: you decide", "▶️ Go on");
    expect_words(&asked.text, &["which database?"]);
    phone.reply(OWNER, asked.id, "the one we have");
    saying(&phone, "auth goes on, and reads this first");
    running.end().expect_exit(0).expect_state("done");
    expect_words(&scenario.prompt(2), &["the one we have"]);
    let closed = phone.wait_for("what happened under it", SOON, |message| {
        message.id == asked.id && message.text.contains("resumed by")
    });
    assert!(closed.buttons.is_empty());
}

#[test]
fn a_blocked_session_is_left_at_once_where_that_was_asked_for_and_told_all_the_same() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(Scenario::new().agent(blocking()), &phone);
    scenario.run(RUN_QUICK.into_iter().chain(["--exit-on-wait"])).expect_exit(11);
    saying(&phone, "auth is blocked: you decide");
    // Blocked, it is not told again by a start that changes nothing.
    scenario.run(["run", "auth", "--exit-on-wait"]).expect_exit(11);
    assert_eq!(count(&phone, "auth is blocked"), 1);
}

#[test]
fn a_gate_that_a_flag_passes_is_no_message() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(Scenario::new().agent(Script::full()), &phone);
    let flags = ["run", "auth", "--task", "x", "--accept-suggestions", "--approve-plan"];
    scenario.run(flags).expect_exit(0).expect_state("done");
    saying(&phone, "auth is done");
    assert_eq!(phone.shown_in(OWNER).len(), 1, "{}", phone.transcript());
}
