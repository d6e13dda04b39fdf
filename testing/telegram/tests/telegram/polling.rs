//! `getUpdates`: long polls, confirmations, and two instances of one bot.

use std::thread;
use std::time::{Duration, Instant};

use frankenstein::methods::GetUpdatesParams;
use frankenstein::types::AllowedUpdate;
use frankenstein::{Error, TelegramApi};
use samocode_testing_telegram::{OWNER, Phone};

use super::{PATIENCE, bot, refused, send, start, updates, with_buttons};

fn long_poll() -> GetUpdatesParams {
    GetUpdatesParams::builder().timeout(50_u32).build()
}

fn until_polled(phone: &Phone) {
    phone.wait_until("a long poll", PATIENCE, |phone| phone.is_polled().then_some(()));
}

#[test]
fn a_long_poll_returns_as_soon_as_something_comes() {
    let (phone, bot) = start();
    let began = Instant::now();
    let poll = thread::spawn(move || bot.get_updates(&long_poll()).unwrap().result);
    until_polled(&phone);
    let id = phone.say(OWNER, "hello");
    let found = poll.join().unwrap();
    assert_eq!(found[0].update_id, id);
    assert!(began.elapsed() < PATIENCE, "it did not wait for its timeout");
}

#[test]
fn a_long_poll_without_news_ends_after_its_time() {
    let (_phone, bot) = start();
    let began = Instant::now();
    let params = GetUpdatesParams::builder().timeout(1_u32).build();
    assert!(bot.get_updates(&params).unwrap().result.is_empty());
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[test]
fn updates_come_again_until_an_offset_confirms_them() {
    let (phone, bot) = start();
    let ids = ["a", "b", "c"].map(|text| phone.say(OWNER, text));
    let limited = GetUpdatesParams::builder().limit(2_u32).build();
    assert_eq!(bot.get_updates(&limited).unwrap().result.len(), 2);
    assert_eq!(updates(&bot).len(), 3, "nothing was confirmed");
    let confirming = GetUpdatesParams::builder().offset(i64::from(ids[1]) + 1).build();
    let left = bot.get_updates(&confirming).unwrap().result;
    assert_eq!(left.iter().map(|update| update.update_id).collect::<Vec<_>>(), [ids[2]]);
    assert_eq!(phone.unconfirmed(), [ids[2]]);
}

#[test]
fn a_negative_offset_keeps_the_last_ones() {
    let (phone, bot) = start();
    let ids = ["a", "b", "c"].map(|text| phone.say(OWNER, text));
    let last = bot.get_updates(&GetUpdatesParams::builder().offset(-1_i64).build()).unwrap().result;
    assert_eq!(last[0].update_id, ids[2]);
    assert_eq!(phone.unconfirmed(), [ids[2]]);
}

#[test]
fn kinds_that_are_not_wanted_do_not_come() {
    let (phone, bot) = start();
    let wanted = GetUpdatesParams::builder().allowed_updates(vec![AllowedUpdate::CallbackQuery]).build();
    assert!(bot.get_updates(&wanted).unwrap().result.is_empty());
    let sent = bot.send_message(&with_buttons("open", &[&[("Yes", "y")]])).unwrap().result;
    phone.say(OWNER, "hello");
    let id = phone.tap(OWNER, sent.message_id, "Yes");
    let found = updates(&bot);
    assert_eq!(found.iter().map(|update| update.update_id).collect::<Vec<_>>(), [id]);
}

#[test]
fn a_second_poll_ends_the_earlier_one() {
    let (phone, first) = start();
    let second = bot(&phone);
    let earlier = thread::spawn(move || refused(first.get_updates(&long_poll())));
    until_polled(&phone);
    let later = thread::spawn(move || second.get_updates(&long_poll()).unwrap().result);
    let (code, why) = earlier.join().unwrap();
    assert_eq!(code, 409);
    assert_eq!(
        why,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    );
    phone.say(OWNER, "hello");
    assert_eq!(later.join().unwrap().len(), 1, "the later one goes on");
}

#[test]
fn a_poll_whose_client_is_gone_meets_no_conflict() {
    let (phone, bot) = start();
    let hasty = super::hasty(&bot.api_url, Duration::from_secs(1));
    hasty.get_updates(&long_poll()).unwrap_err();
    until_polled(&phone);
    // Its connection is kept for another request until the client itself is dropped.
    drop(hasty);
    assert!(updates(&bot).is_empty());
    phone.wait_until("the end of the first poll", PATIENCE, |phone| (!phone.is_polled()).then_some(()));
    let refused = phone.calls().remove(0);
    assert_eq!(refused.code, None, "nobody was told");
    assert_eq!(phone.happenings(), []);
}

#[test]
fn dropping_the_stand_in_ends_a_long_poll_at_once() {
    let (phone, bot) = start();
    let poll = thread::spawn(move || bot.get_updates(&long_poll()));
    until_polled(&phone);
    let began = Instant::now();
    drop(phone);
    assert!(began.elapsed() < PATIENCE);
    let outcome = poll.join().unwrap();
    assert!(outcome.is_ok() || matches!(outcome, Err(Error::HttpUreq(_))), "{outcome:?}");
}

#[test]
fn other_calls_pass_while_a_poll_waits() {
    let (phone, polling) = start();
    let poll = thread::spawn(move || polling.get_updates(&long_poll()));
    until_polled(&phone);
    send(&bot(&phone), "meanwhile");
    phone.say(OWNER, "enough");
    assert_eq!(poll.join().unwrap().unwrap().result.len(), 1);
}
