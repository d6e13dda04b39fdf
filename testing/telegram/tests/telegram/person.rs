//! What the person does, and what a test sees of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use frankenstein::TelegramApi;
use frankenstein::methods::SendMessageParams;
use frankenstein::types::{ChatType, MaybeInaccessibleMessage};
use frankenstein::updates::UpdateContent;
use samocode_testing_telegram::{GROUP, OWNER, STRANGER, Who};
use serde_json::json;

use super::{PATIENCE, send, start, text, updates, with_buttons};

#[test]
fn what_is_said_and_replied_reaches_the_bot() {
    let (phone, bot) = start();
    let asked = send(&bot, "What name?");
    phone.say(OWNER, "/status now");
    phone.reply(OWNER, asked.message_id, "auth");
    let found = updates(&bot);
    let UpdateContent::Message(command) = &found[0].content else { panic!("no message") };
    assert_eq!(command.text.as_deref(), Some("/status now"));
    assert_eq!(command.entities.as_ref().unwrap()[0].length, 7);
    let UpdateContent::Message(reply) = &found[1].content else { panic!("no message") };
    assert_eq!(reply.reply_to_message.as_ref().unwrap().message_id, asked.message_id);
    assert_eq!(reply.from.as_ref().unwrap().id.cast_signed(), OWNER);
    assert_eq!(reply.chat.type_field, ChatType::Private);
}

#[test]
fn strangers_and_groups_are_told_apart() {
    let (phone, bot) = start();
    phone.say(STRANGER, "let me in");
    phone.say(Who::in_chat(STRANGER, GROUP), "and here");
    let found = updates(&bot);
    let places = found.iter().map(|update| match &update.content {
        UpdateContent::Message(message) => (message.chat.id, message.chat.type_field),
        other => panic!("{other:?}"),
    });
    assert_eq!(places.collect::<Vec<_>>(), [(STRANGER, ChatType::Private), (GROUP, ChatType::Supergroup)]);
    bot.send_message(&SendMessageParams::builder().chat_id(GROUP).text("no").build()).unwrap();
    assert_eq!(phone.shown_in(GROUP).len(), 1);
    assert!(phone.shown_in(OWNER).is_empty());
}

#[test]
fn an_edited_message_is_another_kind_of_update() {
    let (phone, bot) = start();
    phone.say(OWNER, "yse");
    phone.edit(phone.messages()[0].id, "yes");
    let UpdateContent::EditedMessage(message) = &updates(&bot)[1].content else { panic!("no edit") };
    assert_eq!(message.text.as_deref(), Some("yes"));
    assert!(message.edit_date.is_some());
}

#[test]
fn forged_data_comes_from_a_message_that_may_not_exist() {
    let (phone, bot) = start();
    phone.tap_data(STRANGER, 7, "approve");
    let UpdateContent::CallbackQuery(query) = updates(&bot).remove(0).content else { panic!("no tap") };
    assert_eq!(query.data.as_deref(), Some("approve"));
    let (id, date) = match query.message.unwrap() {
        MaybeInaccessibleMessage::Message(message) => (message.message_id, message.date),
        MaybeInaccessibleMessage::InaccessibleMessage(message) => (message.message_id, message.date),
    };
    assert_eq!((id, date), (7, 0));
}

#[test]
fn any_other_update_can_be_queued() {
    let (phone, bot) = start();
    let poll = json!({"poll_id": "1", "option_ids": [0], "option_persistent_ids": ["0"]});
    let id = phone.update("poll_answer", &poll);
    assert_eq!(updates(&bot)[0].update_id, id);
}

#[test]
fn waiting_finds_a_message_as_soon_as_it_comes() {
    let (phone, bot) = start();
    let sending = thread::spawn(move || send(&bot, "the plan is ready").message_id);
    let found = phone.wait_for("the plan", PATIENCE, |message| message.text.contains("plan"));
    assert_eq!(found.id, sending.join().unwrap());
}

#[test]
fn waiting_in_vain_and_a_missing_button_show_the_chat() {
    let (phone, bot) = start();
    let sent = bot.send_message(&with_buttons("Ready?", &[&[("Yes", "y"), ("No", "n")]])).unwrap().result;
    let waiting = || phone.wait_for("a plan", Duration::from_millis(10), |message| message.text == "plan");
    let tapping = || phone.tap(OWNER, sent.message_id, "Perhaps");
    let words = |panic: Box<dyn std::any::Any + Send>| *panic.downcast::<String>().unwrap();
    let vain = words(catch_unwind(AssertUnwindSafe(waiting)).unwrap_err());
    assert!(vain.contains("in vain for a plan") && vain.contains("Ready?\n     [Yes] [No]"), "{vain}");
    let missing = words(catch_unwind(AssertUnwindSafe(tapping)).unwrap_err());
    assert!(missing.contains("no button [Perhaps]") && missing.contains("[Yes] [No]"), "{missing}");
}

#[test]
fn the_transcript_tells_it_in_order() {
    let (phone, bot) = start();
    phone.say(OWNER, "/status");
    let sent = bot.send_message(&with_buttons("two lines\nof text", &[&[("Yes", "y")]])).unwrap().result;
    phone.tap(OWNER, sent.message_id, "Yes");
    bot.send_message(&text(" ")).unwrap_err();
    assert_eq!(
        phone.transcript(),
        " 101 Robin:\n     /status\n 102 samocode to Robin:\n     two lines\n     of text\n     [Yes]\n     \
         Robin taps [Yes] under 102\n   ! sendMessage refused: Bad Request: message text is empty"
    );
}
