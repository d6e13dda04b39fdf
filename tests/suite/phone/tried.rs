//! `notify test` and `doctor` for the phone.

use samocode_testing_telegram::{Fault, OWNER, Phone};

use super::{TOKEN, saying, with_phone};
use crate::scenario::Scenario;

#[test]
fn a_test_message_arrives_and_the_doctor_sends_nothing() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(Scenario::new(), &phone);
    let doctor = scenario.run(["doctor"]);
    assert!(phone.calls().is_empty());
    doctor.expect_out(&["telegram", &format!("chat {OWNER}, where 1 person can answer")]);
    scenario.run(["notify", "test"]).expect_exit(0).expect_out(&["telegram", "delivered"]);
    saying(&phone, "samocode can reach you here");
}

#[test]
fn what_is_wrong_is_said_with_what_to_do_and_without_the_token() {
    for (fault, words) in [
        (Fault::Unauthorized, "check TELEGRAM_BOT_TOKEN"),
        (Fault::Forbidden, "press Start"),
        (Fault::ServerError, "Telegram does not answer"),
    ] {
        let phone = Phone::start(TOKEN);
        phone.fail("*", 9, fault);
        let scenario = with_phone(Scenario::new(), &phone);
        let said = scenario.run(["notify", "test"]).expect_exit(12).expect_out(&[words]);
        assert!(!said.out.contains(TOKEN) && !said.err.contains(TOKEN));
    }
}

#[test]
fn a_chat_that_the_bot_does_not_know_is_named() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(Scenario::new(), &phone).config("TELEGRAM_CHAT_ID=77");
    scenario.run(["notify", "test"]).expect_exit(12).expect_out(&["chat not found"]);
}
