//! Who is not the configured sender in the configured chat gets no answer and changes nothing. What is too late, twice or
//! forged approves nothing, and the right person is told what happened.

use std::fs;

use samocode::domain::event::Event;
use samocode_testing_agent::PLAN;
use samocode_testing_telegram::{GROUP, OWNER, Phone, STRANGER, Who};

use super::{SOON, TOKEN, count, saying, toasted, with_button, with_phone};
use crate::scenario::{Scenario, until};
use crate::scenarios::workflows::{RUN_ASK, RUN_PLANNED, asking, planning};

fn received(scenario: &Scenario) -> usize {
    scenario.count(|event| matches!(event, Event::Received(_)))
}

#[test]
fn fault_27_a_strangers_chat_taps_and_words_approve_nothing_and_get_no_answer() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(planning(), &phone);
    let running = scenario.start(RUN_PLANNED);
    let plan = with_button(&phone, "plan-tokens", "✅ Approve");
    let data = plan.button("✅ Approve").unwrap().data.clone().unwrap();
    phone.say(STRANGER, "/stop auth");
    phone.reply(STRANGER, plan.id, "looks bad");
    phone.tap_data(STRANGER, plan.id, &data);
    phone.say(Who::in_chat(OWNER, GROUP), "/stop auth");
    let last = phone.say(STRANGER, "/status");
    phone.wait_until("all of it to be heard", SOON, |phone| {
        (!phone.unconfirmed().contains(&last)).then_some(())
    });
    running.until_said(&format!("of user {STRANGER} (chat {STRANGER}), in another chat"));
    assert_eq!(scenario.view().state, "waiting");
    assert_eq!(received(&scenario), 0);
    assert!(
        phone.toasts().is_empty() && phone.shown_in(STRANGER).is_empty() && phone.shown_in(GROUP).is_empty()
    );
    let said = running.said();
    assert_eq!(said.matches(&format!("of user {STRANGER}")).count(), 1, "one line for each stranger: {said}");
    phone.tap(OWNER, plan.id, "✅ Approve");
    running.end().expect_exit(0).expect_state("done");
}

#[test]
fn fault_27_in_a_group_only_the_named_users_count() {
    const NAMED: i64 = 4242;
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(planning(), &phone)
        .config(&format!("TELEGRAM_CHAT_ID={GROUP}"))
        .config(&format!("TELEGRAM_ALLOWED_USERS={NAMED}"));
    phone.say(Who::in_chat(NAMED, GROUP), "hello");
    let running = scenario.start(RUN_PLANNED);
    let plan = with_button(&phone, "plan-tokens", "✅ Approve");
    let tapped = phone.tap(Who::in_chat(OWNER, GROUP), plan.id, "✅ Approve");
    phone.wait_until("the tap to be heard", SOON, |phone| {
        (!phone.unconfirmed().contains(&tapped)).then_some(())
    });
    running.until_said("who is not among TELEGRAM_ALLOWED_USERS");
    assert_eq!((scenario.view().state, received(&scenario), phone.toasts().len()), ("waiting", 0, 0));
    phone.tap(Who::in_chat(NAMED, GROUP), plan.id, "✅ Approve");
    running.end().expect_exit(0).expect_state("done");
}

#[test]
fn fault_27_a_double_tap_acts_once_and_the_second_is_told_what_happened() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(asking(), &phone);
    let running = scenario.start(RUN_ASK);
    let first = with_button(&phone, "Q1:", "B · localStorage");
    let second = with_button(&phone, "Q2:", "A · an hour");
    let data = first.button("B · localStorage").unwrap().data.clone().unwrap();
    let other = first.button("★ A · httpOnly cookie").unwrap().data.clone().unwrap();
    phone.tap_data(OWNER, first.id, &data);
    phone.tap_data(OWNER, first.id, &data);
    phone.tap_data(OWNER, first.id, &other);
    toasted(&phone, "answered; still open: Q2");
    phone.wait_until("two taps that were too late", SOON, |phone| {
        let late =
            phone.toasts().into_iter().filter(|toast| toast.text.contains("Q1 is answered already: B"));
        (late.count() == 2).then_some(())
    });
    assert_eq!(received(&scenario), 1);
    phone.tap(OWNER, second.id, "A · an hour");
    running.end().expect_exit(0).expect_state("done");
}

#[test]
fn fault_27_an_old_button_says_what_happened_to_its_gate() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(planning(), &phone);
    let running = scenario.start(RUN_PLANNED);
    let plan = with_button(&phone, "plan-tokens", "✅ Approve");
    let data = plan.button("✅ Approve").unwrap().data.clone().unwrap();
    scenario.run(["reject", "auth", "-m", "smaller"]).expect_exit(0);
    let again = phone.wait_for("the plan once more", SOON, |message| {
        message.id > plan.id && message.button("✅ Approve").is_some()
    });
    phone.tap_data(OWNER, plan.id, &data);
    toasted(&phone, "the plan was rejected by ada at a terminal: smaller");
    assert_eq!(scenario.view().state, "waiting", "the old button approved the new plan");
    for forged in [
        "",
        "x",
        "0123456789abcdef:0:0",
        &data.replace(":0", ":7"),
        &format!("{}:0:0:0", data.split(':').next().unwrap()),
    ] {
        if !forged.is_empty() {
            phone.tap_data(OWNER, again.id, forged);
        }
    }
    phone.wait_until("answers to forged buttons", SOON, |phone| {
        let old = phone.toasts().into_iter().filter(|toast| toast.text.contains("too old")).count();
        (old >= 3).then_some(())
    });
    assert_eq!(scenario.view().state, "waiting");
    phone.tap(OWNER, again.id, "✅ Approve");
    running.end().expect_exit(0).expect_state("done");
}

#[test]
fn fault_27_a_button_of_a_plan_that_changed_approves_nothing_and_the_new_plan_is_sent() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(planning(), &phone);
    let running = scenario.start(RUN_PLANNED);
    let plan = with_button(&phone, "plan-tokens", "✅ Approve");
    let data = plan.button("✅ Approve").unwrap().data.clone().unwrap();
    scenario.edit("01-08-14:30-plan-tokens.md", "read it", "read it twice");
    phone.tap_data(OWNER, plan.id, &data);
    toasted(&phone, "The plan changed since this message");
    let changed = PLAN.replace("read it", "read it twice");
    let new = phone.wait_for("the plan as it is now", SOON, |message| {
        message.document.is_some() && message.document_text() == changed
    });
    assert_eq!(received(&scenario), 0);
    phone.tap_data(OWNER, plan.id, &data);
    toasted(&phone, "the newer message shows it");
    phone.tap(OWNER, new.id, "✅ Approve");
    running.end().expect_exit(0).expect_state("done");
    assert_eq!(fs::read_to_string(scenario.layout().approved_plan()).unwrap(), changed);
    assert_eq!(count(&phone, "is done"), 1);
}

#[test]
fn fault_27_a_button_of_a_session_that_is_over_says_so() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(asking(), &phone);
    let running = scenario.start(RUN_ASK);
    let question = with_button(&phone, "Q1:", "B · localStorage");
    let data = question.button("B · localStorage").unwrap().data.clone().unwrap();
    scenario.run(["answer", "auth", "--suggestions"]).expect_exit(0);
    running.end().expect_exit(0).expect_state("done");
    // Nobody listens now; the service keeps the tap until another session does.
    phone.tap_data(OWNER, question.id, &data);
    let mut other = scenario.start(["run", "other", "--workflow", "ask.toml", "--task", "more"]);
    toasted(&phone, "questions answered by ada at a terminal");
    phone.reply(OWNER, question.id, "B");
    saying(&phone, "Too late: questions answered by ada at a terminal");
    other.ctrl_c();
    until("the other's end", || other.is_over().then_some(()));
}
