//! What the person can ask for and say in the chat beside passing gates.

use samocode_testing_agent::{Script, Step};
use samocode_testing_telegram::{OWNER, Phone};

use super::{SOON, TOKEN, count, saying, with_button, with_phone};
use crate::scenario::{Scenario, expect_words, until};
use crate::scenarios::workflows::{RUN_ASK, asking};

#[test]
fn the_commands_say_where_sessions_stand() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(asking(), &phone);
    let running = scenario.start(RUN_ASK);
    with_button(&phone, "2 questions", "Accept all suggestions");
    phone.say(OWNER, "/list");
    saying(&phone, "auth — waiting for your answers");
    phone.say(OWNER, "/status");
    let status = saying(&phone, "auth: waiting for your answers");
    expect_words(&status.text, &["init › [requirements] › done", "branch auth"]);
    phone.say(OWNER, "/status@samocode_bot auth");
    phone.wait_until("the same for its name", SOON, |phone| {
        (count(phone, "auth: waiting for") == 2).then_some(())
    });
    phone.say(OWNER, "/status nothing");
    saying(&phone, "There is no session nothing. /list shows them.");
    phone.say(OWNER, "/start");
    expect_words(&saying(&phone, "/tell — guidance").text, &["/stop", "/status", "Reply to a question"]);
    phone.say(OWNER, "/dance");
    saying(&phone, "There is no command /dance");
    phone.say(OWNER, "hello?");
    saying(&phone, "Reply to one of my messages");
    let menu =
        phone.wait_until("the menu", SOON, |phone| Some(phone.commands()).filter(|menu| !menu.is_empty()));
    assert!(menu.iter().any(|(name, _)| name == "status"));
    phone.say(OWNER, "/stop auth");
    saying(&phone, "auth stops");
    running.end().expect_exit(13);
}

#[test]
fn guidance_from_the_phone_reaches_the_next_iteration_and_is_shown_as_read() {
    let phone = Phone::start(TOKEN);
    let wait = [Step::Await("{records}/go".to_owned())].into_iter().chain(Step::work("implementation"));
    let script = Script::new().once("implementation", wait);
    let scenario = with_phone(Scenario::new().agent(script.then(Script::quick())), &phone);
    let running = scenario.start(["run", "auth", "--workflow", "quick", "--task", "x"]);
    scenario.until_state("running");
    phone.say(OWNER, "/tell auth mind the dates");
    saying(&phone, "the next iteration will read it");
    phone.say(OWNER, "/status auth");
    saying(&phone, "guidance (unread): mind the dates");
    scenario.release("go");
    running.until_said("read by #2");
    running.end().expect_exit(0).expect_state("done");
    expect_words(&scenario.prompt(2), &["mind the dates"]);
    assert!(!scenario.prompt(3).contains("mind the dates"));
    let guidance = &scenario.view().guidance;
    assert_eq!((guidance[0].read_by, guidance.len()), (Some(2), 1));
    expect_words(&guidance[0].who, &["on the phone"]);
}

#[test]
fn a_stop_that_was_sent_before_samocode_started_stops_nothing() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(asking(), &phone);
    scenario.run(RUN_ASK.into_iter().chain(["--exit-on-wait"])).expect_exit(10);
    let before = phone.say(OWNER, "/stop auth");
    // The service's clock has whole seconds.
    let sent = phone.messages().last().unwrap().date;
    until("the next second", || {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        (now > sent).then_some(())
    });
    let running = scenario.start(["run", "auth"]);
    phone.wait_until("the old word to be heard", SOON, |phone| {
        (!phone.unconfirmed().contains(&before)).then_some(())
    });
    saying(&phone, "auth was started after that");
    phone.say(OWNER, "/stop auth");
    running.end().expect_exit(13);
}
