//! Two projects with one bot and a chat of its own each: whoever serves the phone, each has its messages and its people.

use samocode_testing_agent::PLAN;
use samocode_testing_telegram::{GROUP, OWNER, Phone, Who};

use super::{SOON, TOKEN, with_phone};
use crate::scenario::{Scenario, until};
use crate::scenarios::workflows::{RUN_PLANNED, planning};

const NAMED: i64 = 4242;

fn in_chat(phone: &Phone, chat: i64) -> samocode_testing_telegram::Message {
    phone.wait_for(&format!("the plan in chat {chat}"), SOON, |message| {
        message.chat == chat && message.button("✅ Approve").is_some()
    })
}

#[test]
fn each_project_talks_in_its_own_chat_with_its_own_people_whoever_serves_the_phone() {
    let phone = Phone::start(TOKEN);
    phone.say(Who::in_chat(NAMED, GROUP), "hello");
    let own = with_phone(planning(), &phone);
    // One data folder, as two projects of one person have.
    let data = own.path("data");
    let own = own.env("XDG_DATA_HOME", &data);
    let team = with_phone(planning(), &phone)
        .config(&format!("TELEGRAM_CHAT_ID={GROUP}"))
        .config(&format!("TELEGRAM_ALLOWED_USERS={NAMED}"))
        .env("XDG_DATA_HOME", &data);
    let first = own.start(RUN_PLANNED);
    let mine = in_chat(&phone, OWNER);
    let second = team.start(RUN_PLANNED);
    let ours = in_chat(&phone, GROUP);
    assert_eq!((mine.document_text(), ours.document_text()), (PLAN.to_owned(), PLAN.to_owned()));

    // Neither's people act on the other's session, not even with the right data.
    let data = |message: &samocode_testing_telegram::Message| {
        message.button("✅ Approve").unwrap().data.clone().unwrap()
    };
    phone.tap_data(OWNER, mine.id, &data(&ours));
    phone.tap_data(Who::in_chat(NAMED, GROUP), ours.id, &data(&mine));
    phone.wait_until("two answers that nothing is known", SOON, |phone| {
        (phone.toasts().iter().filter(|toast| toast.text.contains("too old")).count() == 2).then_some(())
    });
    phone.say(Who::in_chat(NAMED, GROUP), "/list");
    let list = phone.wait_for("the team's list", SOON, |message| {
        message.chat == GROUP && message.text.contains("auth — waiting")
    });
    assert_eq!(list.text.matches("auth").count(), 1, "{}", list.text);
    assert_eq!((state(&own), state(&team)), ("waiting", "waiting"));

    phone.tap(Who::in_chat(NAMED, GROUP), ours.id, "✅ Approve");
    second.end().expect_exit(0).expect_state("done");
    phone.tap(OWNER, mine.id, "✅ Approve");
    first.end().expect_exit(0).expect_state("done");
    let done =
        |chat| until("both ends", || phone.shown_in(chat).into_iter().find(|m| m.text.contains("is done")));
    assert_eq!((done(OWNER).chat, done(GROUP).chat), (OWNER, GROUP));
}

fn state(scenario: &Scenario) -> &'static str {
    scenario.view().state
}

#[test]
fn a_chat_that_the_bot_may_not_write_to_holds_up_no_other() {
    let phone = Phone::start(TOKEN);
    let data = tempfile::tempdir().unwrap();
    let shut = with_phone(planning(), &phone).config("TELEGRAM_CHAT_ID=77").env("XDG_DATA_HOME", data.path());
    let own = with_phone(planning(), &phone).env("XDG_DATA_HOME", data.path());
    let first = shut.start(RUN_PLANNED);
    first.until_said("chat not found");
    let second = own.start(RUN_PLANNED);
    let mine = in_chat(&phone, OWNER);
    phone.tap(OWNER, mine.id, "✅ Approve");
    second.end().expect_exit(0).expect_state("done");
    assert_eq!(first.said().matches("chat not found").count(), 1, "{}", first.said());
    assert_eq!(state(&shut), "waiting");
}
