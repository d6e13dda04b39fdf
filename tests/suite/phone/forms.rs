//! What people send beside plain text, and what chats do: each word counts or is answered, and no gate's message is given up.

use samocode_testing_telegram::{Fault, GROUP, OWNER, Phone, Who};
use serde_json::json;

use super::service::{FIRST, HEAD, SECOND};
use super::{SOON, TOKEN, count, saying, with_button, with_phone};
use crate::scenario::{Scenario, expect_words};
use crate::scenarios::workflows::{RUN_ASK, asking};

fn pair() -> (Phone, Scenario) {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(asking(), &phone);
    (phone, scenario)
}

#[test]
fn a_caption_answers_and_what_has_no_words_is_answered_in_words() {
    let (phone, scenario) = pair();
    let running = scenario.start(RUN_ASK);
    let first = with_button(&phone, FIRST, "B · localStorage");
    let second = with_button(&phone, SECOND, "A · an hour");
    phone.send(OWNER, "voice", "", Some(first.id));
    saying(&phone, "I can't read a voice message, so it doesn't count. Reply to question Q1 in words");
    phone.send(OWNER, "sticker", "", None);
    saying(&phone, "I can't read a sticker");
    phone.send(OWNER, "photo", "B", Some(first.id));
    saying(&phone, "still open: Q2");
    phone.send(OWNER, "document", "", Some(second.id));
    saying(&phone, "I can't read a document");
    phone.reply(OWNER, second.id, "a");
    running.end().expect_exit(0);
    expect_words(&scenario.prompt(2), &["Answer: B - localStorage", "Answer: A - an hour"]);
}

#[test]
fn an_edited_message_counts_where_its_question_is_open_and_is_answered_where_it_is_not() {
    let (phone, scenario) = pair();
    let running = scenario.start(RUN_ASK);
    let first = with_button(&phone, FIRST, "B · localStorage");
    let second = with_button(&phone, SECOND, "A · an hour");
    phone.reply(OWNER, first.id, "a");
    saying(&phone, "still open: Q2");
    let mine = phone.messages().into_iter().rev().find(|message| !message.by_bot).unwrap();
    // Its preview changed, not its words.
    phone.edit(mine.id, "a");
    phone.edit(mine.id, "b");
    phone.wait_until("the second answer", SOON, |phone| (count(phone, "still open: Q2") == 2).then_some(()));
    phone.reply(OWNER, second.id, "b");
    running.end().expect_exit(0);
    expect_words(&scenario.prompt(2), &["Answer: B - localStorage", "Answer: B - a day"]);
    assert_eq!(count(&phone, "still open: Q2"), 2, "{}", phone.transcript());
}

#[test]
fn fault_26_rights_that_come_back_bring_every_message() {
    let (phone, scenario) = pair();
    for words in
        ["not enough rights to send text messages to the chat", "CHAT_WRITE_FORBIDDEN", "TOPIC_CLOSED"]
    {
        phone.fail("sendMessage", 1, Fault::BadRequest(words.to_owned()));
    }
    let running = scenario.start(RUN_ASK);
    running.until_said("the bot may not write to the chat");
    let head = with_button(&phone, HEAD, "Accept all suggestions");
    for words in [HEAD, FIRST, SECOND] {
        saying(&phone, words);
        assert_eq!(count(&phone, words), 1, "{}", phone.transcript());
    }
    phone.tap(OWNER, head.id, "Accept all suggestions");
    let ended = running.end().expect_exit(0);
    assert_eq!(ended.out.matches("may not write to the chat").count(), 1, "{}", ended.out);
}

#[test]
fn fault_26_a_gate_whose_message_is_refused_in_every_form_is_tried_until_it_is_taken() {
    let (phone, scenario) = pair();
    // As it is, plain, without buttons, and the last resort; twice.
    phone.fail("sendMessage", 8, Fault::BadRequest("MESSAGE_STRANGE".to_owned()));
    let running = scenario.start(RUN_ASK);
    running.until_said("MESSAGE_STRANGE");
    let head = with_button(&phone, HEAD, "Accept all suggestions");
    phone.tap(OWNER, head.id, "Accept all suggestions");
    running.end().expect_exit(0);
}

#[test]
fn fault_26_what_is_refused_in_every_form_but_the_shortest_is_said_in_that() {
    let (phone, scenario) = pair();
    phone.fail("sendMessage", 3, Fault::BadRequest("MESSAGE_STRANGE".to_owned()));
    let running = scenario.start(RUN_ASK);
    saying(&phone, "auth has a message that Telegram refuses. See: samocode status auth");
    let first = with_button(&phone, FIRST, "B · localStorage");
    let second = with_button(&phone, SECOND, "A · an hour");
    phone.reply(OWNER, first.id, "a");
    phone.reply(OWNER, second.id, "a");
    running.end().expect_exit(0);
}

#[test]
fn a_group_that_became_a_supergroup_is_followed_and_its_people_count_there() {
    const SUPERGROUP: i64 = -1_009_999_999_999;
    let phone = Phone::start(TOKEN);
    phone.say(Who::in_chat(OWNER, GROUP), "hello");
    phone.migrate(GROUP, SUPERGROUP);
    let scenario = with_phone(asking(), &phone)
        .config(&format!("TELEGRAM_CHAT_ID={GROUP}"))
        .config(&format!("TELEGRAM_ALLOWED_USERS={OWNER}"));
    let running = scenario.start(RUN_ASK);
    running.until_said(&format!("set TELEGRAM_CHAT_ID={SUPERGROUP}"));
    let head = with_button(&phone, HEAD, "Accept all suggestions");
    assert_eq!(head.chat, SUPERGROUP);
    phone.tap(Who::in_chat(OWNER, SUPERGROUP), head.id, "Accept all suggestions");
    running.end().expect_exit(0);
}

#[test]
fn a_strangers_group_that_moves_leads_nowhere() {
    let (phone, scenario) = pair();
    let running = scenario.start(RUN_ASK);
    let head = with_button(&phone, HEAD, "Accept all suggestions");
    phone.update(
        "message",
        &json!({
            "message_id": 9000, "date": 1, "chat": {"id": -77, "type": "group", "title": "x"},
            "from": {"id": 77, "is_bot": false, "first_name": "M"}, "migrate_to_chat_id": 78,
        }),
    );
    phone.say(OWNER, "/help");
    saying(&phone, "/status");
    phone.tap(OWNER, head.id, "Accept all suggestions");
    let ended = running.end().expect_exit(0);
    assert!(!ended.out.contains("TELEGRAM_CHAT_ID=78"), "{}", ended.out);
}

#[test]
fn in_a_topic_a_reply_to_nothing_is_no_reply_and_answers_stay_in_the_topic() {
    let (phone, scenario) = pair();
    let running = scenario.start(RUN_ASK);
    let head = with_button(&phone, HEAD, "Accept all suggestions");
    phone.update(
        "message",
        &json!({
            "message_id": 9001, "date": 4_000_000_000_i64, "text": "/list",
            "chat": {"id": OWNER, "type": "private", "first_name": "Robin"},
            "from": {"id": OWNER, "is_bot": false, "first_name": "Robin"},
            "is_topic_message": true, "message_thread_id": 5,
            "reply_to_message": {
                "message_id": head.id, "date": 1, "chat": {"id": OWNER, "type": "private"},
                "forum_topic_created": {"name": "work", "icon_color": 1},
            },
        }),
    );
    let answer = phone.wait_until("an answer in the topic", SOON, |phone| {
        let mut calls = phone.calls_of("sendMessage").into_iter();
        calls.find(|call| call.params["message_thread_id"].to_string().trim_matches('"') == "5")
    });
    expect_words(&answer.params["text"].to_string(), &["auth — waiting"]);
    phone.tap(OWNER, head.id, "Accept all suggestions");
    running.end().expect_exit(0);
}
