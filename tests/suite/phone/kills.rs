//! samocode is killed while it tells: everything is told all the same, and nothing twice whose reply was heard.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use samocode::domain::event::Event;
use samocode_testing_agent::Script;
use samocode_testing_telegram::{Fault, OWNER, Phone};

use super::service::{FIRST, HEAD, SECOND, answer_and_finish, asking, start, start_again};
use super::{TOKEN, count, saying, toasted, with_button, with_phone};
use crate::scenario::{Scenario, expect_words, until};

/// Long enough to be killed in.
const ENDLESS: Duration = Duration::from_secs(600);

fn pair() -> (Phone, Scenario) {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(Scenario::new().agent(asking()), &phone);
    (phone, scenario)
}

fn told(scenario: &Scenario) -> usize {
    scenario.count(|event| matches!(event, Event::Notified { channel, .. } if channel == "telegram"))
}

fn parts(phone: &Phone) -> [usize; 3] {
    [HEAD, FIRST, SECOND].map(|words| count(phone, words))
}

/// The folder of the phone's letters.
fn mailbox(scenario: &Scenario) -> PathBuf {
    let phones = scenario.path("home/.local/share/samocode/phone");
    fs::read_dir(phones).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn fault_26_killed_before_the_first_message_all_is_told_once() {
    let (phone, scenario) = pair();
    phone.go_down();
    let running = start(&scenario, &[]);
    scenario.until_state("waiting");
    let letters = || fs::read_dir(mailbox(&scenario).join("letters")).unwrap().count();
    until("the letter", || (letters() > 0).then_some(()));
    running.kill();
    phone.come_up();
    let running = start_again(&scenario);
    with_button(&phone, SECOND, "A · an hour");
    assert_eq!(parts(&phone), [1, 1, 1], "{}", phone.transcript());
    answer_and_finish(&phone, &scenario, running);
    assert_eq!(count(&phone, "still waits"), 0, "it had not been told before");
}

#[test]
fn fault_26_killed_between_two_messages_the_rest_is_told_and_none_twice() {
    let (phone, scenario) = pair();
    phone.fail("sendMessage", 1, Fault::Slow(Duration::ZERO));
    phone.fail("sendMessage", 1, Fault::TooMany { retry_after: 300 });
    let running = start(&scenario, &[]);
    phone.wait_until("the refusal", super::SOON, |phone| {
        phone.calls_of("sendMessage").iter().any(|call| call.code == Some(429)).then_some(())
    });
    running.kill();
    assert_eq!(parts(&phone), [1, 0, 0]);
    let running = start_again(&scenario);
    with_button(&phone, SECOND, "A · an hour");
    assert_eq!(parts(&phone), [1, 1, 1], "{}", phone.transcript());
    answer_and_finish(&phone, &scenario, running);
}

#[test]
fn fault_26_killed_while_the_service_replies_only_that_message_comes_twice() {
    let (phone, scenario) = pair();
    phone.fail("sendMessage", 1, Fault::Slow(Duration::ZERO));
    phone.fail("sendMessage", 1, Fault::Slow(ENDLESS));
    let running = start(&scenario, &[]);
    saying(&phone, FIRST);
    running.kill();
    assert_eq!(parts(&phone), [1, 1, 0]);
    let running = start_again(&scenario);
    with_button(&phone, SECOND, "A · an hour");
    assert_eq!(parts(&phone), [1, 2, 1], "{}", phone.transcript());
    answer_and_finish(&phone, &scenario, running);
}

#[test]
fn fault_26_a_gate_is_told_again_after_a_restart_and_its_earlier_buttons_say_so() {
    let (phone, scenario) = pair();
    let running = start(&scenario, &[]);
    let first = with_button(&phone, FIRST, "B · localStorage");
    let head = with_button(&phone, HEAD, "Accept all suggestions");
    until("the notice in the journal", || (told(&scenario) == 1).then_some(()));
    running.kill();
    let running = start_again(&scenario);
    let again =
        with_button(&phone, "auth still waits for your answers: 2 questions", "Accept all suggestions");
    phone.wait_until("all parts of it", super::SOON, |phone| (count(phone, SECOND) == 2).then_some(()));
    assert_eq!((count(&phone, HEAD), count(&phone, FIRST)), (1, 2), "{}", phone.transcript());
    let data = first.button("B · localStorage").unwrap().data.clone().unwrap();
    phone.tap_data(OWNER, first.id, &data);
    toasted(&phone, "asked again, in a newer message");
    phone.wait_for("the earlier message without its buttons", super::SOON, |message| {
        message.id == head.id && message.buttons.is_empty() && message.text.contains("asked again")
    });
    assert_eq!(
        scenario.count(|event| matches!(event, Event::Received(_))),
        0,
        "the old button changed nothing"
    );
    phone.tap(OWNER, again.id, "Accept all suggestions");
    running.end().expect_exit(0).expect_state("done");
    assert_eq!(count(&phone, "auth is done"), 1);
}

#[test]
fn fault_26_killed_at_its_end_the_last_word_is_told_by_the_next_session_once() {
    let (phone, scenario) = pair();
    phone.fail("sendMessage", 1, Fault::TooMany { retry_after: 300 });
    let running = start(&scenario, &["--accept-suggestions"]);
    phone.wait_until("the refusal", super::SOON, |phone| {
        phone.calls_of("sendMessage").iter().any(|call| call.code == Some(429)).then_some(())
    });
    scenario.until_state("done");
    running.kill();
    scenario.set_agent(Script::quick());
    scenario.run(["run", "mail", "--workflow", "quick", "--task", "Send mail"]).expect_exit(0);
    assert_eq!(
        (count(&phone, "auth is done"), count(&phone, "mail is done")),
        (1, 1),
        "{}",
        phone.transcript()
    );
}

#[test]
fn fault_26_an_update_that_is_heard_twice_acts_once() {
    let (phone, scenario) = pair();
    let running = start(&scenario, &[]);
    let head = with_button(&phone, HEAD, "Accept all suggestions");
    until("the notice in the journal", || (told(&scenario) == 1).then_some(()));
    with_button(&phone, SECOND, "A · an hour");
    // The answer to the word never comes, and so the word is not confirmed.
    phone.fail("sendMessage", 1, Fault::Slow(ENDLESS));
    let word = phone.reply(OWNER, head.id, "use the corporate cookie library");
    let guided = |event: &Event| matches!(event, Event::Received(_));
    until("the guidance", || (scenario.count(guided) == 1).then_some(()));
    saying(&phone, "the next iteration will read it");
    assert_eq!(phone.unconfirmed(), [word]);
    running.kill();
    // Gone or not there yet: the service hands it on again in either case.
    drop(fs::remove_file(mailbox(&scenario).join("offset")));
    let running = start_again(&scenario);
    let again = with_button(&phone, "auth still waits", "Accept all suggestions");
    phone.wait_until("its confirmation", super::SOON, |phone| phone.unconfirmed().is_empty().then_some(()));
    assert_eq!(count(&phone, "the next iteration will read it"), 2, "the lost answer came after all");
    assert_eq!(scenario.count(guided), 1, "heard twice, done once");
    phone.tap(OWNER, again.id, "Accept all suggestions");
    running.end().expect_exit(0).expect_state("done");
    let prompts: String = scenario.invocations().into_iter().skip(2).map(|call| call.stdin).collect();
    expect_words(&prompts, &["use the corporate cookie library"]);
}
