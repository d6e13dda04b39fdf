//! Everything that the service can do wrong: the run goes on, the gate survives, and each message arrives, twice only where
//! the service never replied.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use samocode::domain::event::Event;
use samocode::domain::request::Who;
use samocode_testing_agent::{PLAN, QUESTIONS, Script, Step};
use samocode_testing_telegram::{Call, Fault, Message, OWNER, Phone};
use serde_json::json;

use super::{TOKEN, count, saying, toasted, with_button, with_phone};
use crate::scenario::{Running, Scenario, expect_words, until};

/// Longer than the pause between two tries after a short outage.
const AFTER_AN_OUTAGE: Duration = Duration::from_secs(40);

pub(super) const HEAD: &str = "auth waits for your answers: 2 questions";
pub(super) const FIRST: &str = "Q1: Where should tokens live?";
pub(super) const SECOND: &str = "Q2: For how long?";

/// Questions, and then the work, without a plan.
pub(super) fn asking() -> Script {
    Script::new()
        .each("investigation", Step::go("requirements"))
        .once("requirements", Step::ask(QUESTIONS))
        .each("requirements", Step::go("planning"))
        .each("planning", Step::plan(PLAN))
        .then(Script::full())
}

/// A session that asks two questions, needs no approval, and ends.
pub(super) fn start<'a>(scenario: &'a Scenario, flags: &[&str]) -> Running<'a> {
    let arguments = ["run", "auth", "--task", "Add tokens", "--approve-plan"];
    scenario.start(arguments.iter().chain(flags).copied())
}

/// The same after it was killed.
pub(super) fn start_again(scenario: &Scenario) -> Running<'_> {
    scenario.start(["run", "auth", "--approve-plan"])
}

fn pair() -> (Phone, Scenario) {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(Scenario::new().agent(asking()), &phone);
    (phone, scenario)
}

/// Answers both questions by their buttons and waits until the session is done.
pub(super) fn answer_and_finish(phone: &Phone, scenario: &Scenario, running: Running<'_>) {
    let head = with_button(phone, HEAD, "Accept all suggestions");
    phone.tap(OWNER, head.id, "Accept all suggestions");
    toasted(phone, "answered; auth goes on");
    running.end().expect_exit(0).expect_state("done");
    assert_eq!(count(phone, "auth is done"), 1);
    assert!(scenario.count(|event| matches!(event, Event::Notified { .. })) >= 1);
}

fn code(call: &Call) -> Option<u16> {
    call.code
}

/// A line of the log that everything of this process is said in.
fn lines(said: &str, words: &str) -> usize {
    said.lines().filter(|line| line.contains(words)).count()
}

#[test]
fn fault_26_down_when_a_gate_opens_and_when_the_session_ends_each_message_comes_later_and_once() {
    let (phone, scenario) = pair();
    phone.go_down();
    let mut running = start(&scenario, &[]);
    running.until_state("waiting");
    running.until_said("Telegram does not answer");
    assert!(phone.messages().is_empty());
    phone.come_up();
    let head = phone
        .wait_for("the gate", AFTER_AN_OUTAGE, |message| message.button("Accept all suggestions").is_some());
    let second = with_button(&phone, SECOND, "A · an hour");
    for words in [HEAD, FIRST, SECOND] {
        assert_eq!(count(&phone, words), 1, "{}", phone.transcript());
    }
    running.until_said("Telegram answers again");
    // What is tapped before the service goes is known to it, and the session goes on when it is back.
    phone.tap(OWNER, head.id, "Accept all suggestions");
    toasted(&phone, "answered; auth goes on");
    phone.go_down();
    scenario.until_state("done");
    assert_eq!(count(&phone, "auth is done"), 0, "the run did not wait for the service");
    phone.come_up();
    phone.wait_for("the end", AFTER_AN_OUTAGE, |message| message.text.contains("auth is done"));
    running.end().expect_exit(0).expect_state("done");
    assert_eq!(count(&phone, "auth is done"), 1);
    assert_eq!(count(&phone, SECOND), 1);
    assert!(phone.messages().iter().any(|message| message.id == second.id));
}

#[test]
fn fault_26_too_many_requests_nothing_is_sent_before_the_time_is_over() {
    let (phone, scenario) = pair();
    phone.fail("sendMessage", 1, Fault::TooMany { retry_after: 3 });
    phone.fail("getUpdates", 1, Fault::TooMany { retry_after: 4 });
    let running = start(&scenario, &[]);
    with_button(&phone, FIRST, "B · localStorage");
    let calls = phone.calls_of("sendMessage");
    let waited = calls[1].at - calls[0].at;
    assert_eq!(code(&calls[0]), Some(429));
    assert!(waited >= Duration::from_secs(3), "sent again after {waited:?}");
    assert!(waited < Duration::from_secs(6), "sent again only after {waited:?}");
    let polls = phone.wait_until("a second poll", super::SOON, |phone| {
        Some(phone.calls_of("getUpdates")).filter(|calls| calls.len() > 1)
    });
    let waited = polls[1].at - polls[0].at;
    assert!(waited >= Duration::from_secs(4), "polled again after {waited:?}");

    // The answer to a tap meets it: what else is due for the chat, and there is much now, waits with it.
    phone.fail("answerCallbackQuery", 1, Fault::TooMany { retry_after: 3 });
    let head = with_button(&phone, HEAD, "Accept all suggestions");
    phone.tap(OWNER, head.id, "Accept all suggestions");
    running.end().expect_exit(0).expect_state("done");
    toasted(&phone, "answered; auth goes on");
    let calls = phone.calls();
    let refused = calls.iter().rposition(|call| call.code == Some(429)).unwrap();
    assert_eq!(calls[refused].method, "answerCallbackQuery");
    let quiet = calls[refused].at + Duration::from_secs(3);
    let early: Vec<_> =
        calls[refused + 1..].iter().filter(|call| call.method != "getUpdates" && call.at < quiet).collect();
    assert!(early.is_empty(), "sent before the time was over: {early:?}");
    assert_eq!((count(&phone, FIRST), count(&phone, "auth is done")), (1, 1));
}

#[test]
fn fault_26_somebody_else_listens_sending_goes_on_and_listening_comes_back() {
    let (phone, scenario) = pair();
    phone.fail("getUpdates", 3, Fault::Conflict);
    let running = start(&scenario, &[]);
    with_button(&phone, SECOND, "A · an hour");
    running.until_said("the phone is not listened to: another program listens with this bot");
    answer_and_finish(&phone, &scenario, running);
    let codes: Vec<_> = phone.calls_of("getUpdates").iter().map(code).collect();
    assert_eq!(codes[..3], [Some(409); 3]);
}

#[test]
fn fault_26_markup_that_is_refused_is_sent_plain_and_a_document_is_told_in_text() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(Scenario::new().agent(asking()), &phone);
    let refusal = || Fault::BadRequest("can't parse entities: something is wrong".to_owned());
    phone.fail("sendMessage", 1, refusal());
    phone.fail("sendDocument", 1, Fault::BadRequest("file is too strange".to_owned()));
    let running = scenario.start(["run", "auth", "--task", "Add tokens"]);
    let head = with_button(&phone, HEAD, "Accept all suggestions");
    let first = with_button(&phone, FIRST, "B · localStorage");
    assert!(head.entities.is_empty(), "{:?}", head.entities);
    assert_eq!(first.marked("bold"), [FIRST]);
    phone.tap(OWNER, head.id, "Accept all suggestions");
    let plan = with_button(&phone, "was refused", "✅ Approve");
    expect_words(&plan.text, &["plan-tokens.md", "file is too strange", "it is in "]);
    phone.tap(OWNER, plan.id, "✅ Approve");
    running.end().expect_exit(0).expect_state("done");
}

#[test]
fn fault_26_a_message_refused_with_its_buttons_is_sent_without_them_and_answered_by_reply() {
    let (phone, scenario) = pair();
    phone.fail("sendMessage", 2, Fault::BadRequest("BUTTON_TYPE_INVALID".to_owned()));
    let running = start(&scenario, &[]);
    let second = with_button(&phone, SECOND, "A · an hour");
    let head = saying(&phone, HEAD);
    assert!(head.buttons.is_empty());
    phone.reply(OWNER, second.id, "A");
    phone.tap(OWNER, saying(&phone, FIRST).id, "B · localStorage");
    running.end().expect_exit(0).expect_state("done");
}

/// Runs to the end against a service that refuses everything in this way; what the log says.
fn refused(method: &str, fault: Fault) -> String {
    let (phone, scenario) = pair();
    phone.fail(method, 10_000, fault);
    let ended = start(&scenario, &["--accept-suggestions"]).end().expect_exit(0).expect_state("done");
    assert_eq!(phone.shown_in(OWNER).len(), 0);
    let log = ended.out + &ended.err;
    assert_eq!(lines(&log, "not told yet: telegram"), 1, "{log}");
    assert!(!log.contains(TOKEN));
    log
}

#[test]
fn fault_26_a_bot_that_nobody_knows_is_said_once_and_the_run_finishes() {
    let log = refused("*", Fault::Unauthorized);
    assert_eq!(lines(&log, "check TELEGRAM_BOT_TOKEN; what is to be told waits"), 1, "{log}");
    assert!(lines(&log, "TELEGRAM_BOT_TOKEN") <= 2, "one line a direction:\n{log}");
}

#[test]
fn fault_26_a_chat_that_blocked_the_bot_is_said_once_and_the_run_finishes() {
    let log = refused("sendMessage", Fault::Forbidden);
    assert_eq!(lines(&log, "press Start"), 1, "{log}");
}

#[test]
fn fault_26_a_chat_that_is_not_there_yet_gets_its_messages_when_it_is() {
    let (phone, scenario) = pair();
    phone.fail("sendMessage", 2, Fault::BadRequest("chat not found".to_owned()));
    let running = start(&scenario, &[]);
    running.until_said("press Start");
    answer_and_finish(&phone, &scenario, running);
    assert_eq!((count(&phone, FIRST), count(&phone, SECOND)), (1, 1), "{}", phone.transcript());
}

#[test]
fn fault_26_a_proxy_that_answers_in_html_and_a_connection_cut_before_lose_and_double_nothing() {
    let (phone, scenario) = pair();
    phone.fail("sendMessage", 1, Fault::ServerError);
    phone.fail("sendMessage", 1, Fault::DropBefore);
    phone.fail("getUpdates", 1, Fault::ServerError);
    phone.fail("getUpdates", 1, Fault::DropBefore);
    let running = start(&scenario, &[]);
    let first = with_button(&phone, FIRST, "B · localStorage");
    phone.tap(OWNER, first.id, "B · localStorage");
    toasted(&phone, "answered; still open: Q2");
    phone.fail("answerCallbackQuery", 1, Fault::DropBefore);
    let second = with_button(&phone, SECOND, "A · an hour");
    phone.tap(OWNER, second.id, "A · an hour");
    toasted(&phone, "answered; auth goes on");
    running.end().expect_exit(0).expect_state("done");
    for words in [HEAD, FIRST, SECOND, "auth is done"] {
        assert_eq!(count(&phone, words), 1, "{words}:\n{}", phone.transcript());
    }
    let on_the_phone = |event: &Event| matches!(event, Event::Received(received) if matches!(received.request.who, Who::Phone(_)));
    assert_eq!(scenario.count(on_the_phone), 2);
}

/// The reply to the first question's message is lost, and so it is sent twice.
fn doubled(phone: &Phone, scenario: &Scenario) -> (Message, Message) {
    // The head goes through.
    phone.fail("sendMessage", 1, Fault::Slow(Duration::ZERO));
    phone.fail("sendMessage", 1, Fault::DropAfter);
    scenario.until_state("waiting");
    with_button(phone, SECOND, "A · an hour");
    let sent: Vec<Message> =
        phone.shown_in(OWNER).into_iter().filter(|message| message.text.contains(FIRST)).collect();
    assert_eq!((sent.len(), count(phone, HEAD), count(phone, SECOND)), (2, 1, 1), "{}", phone.transcript());
    (sent[0].clone(), sent[1].clone())
}

#[test]
fn fault_26_a_message_whose_reply_was_lost_comes_twice_at_most_and_either_answers() {
    for later in [false, true] {
        let phone = Phone::start(TOKEN);
        let script = Script::new()
            .once(
                "investigation",
                [Step::Await("{records}/go".to_owned())].into_iter().chain(Step::go("requirements")),
            )
            .then(asking());
        let scenario = with_phone(Scenario::new().agent(script), &phone);
        let running = start(&scenario, &[]);
        scenario.until_called(1);
        scenario.release("go");
        let (lost, known) = doubled(&phone, &scenario);
        let tapped = if later { &known } else { &lost };
        if later {
            phone.tap(OWNER, tapped.id, "B · localStorage");
            toasted(&phone, "answered; still open: Q2");
        } else {
            phone.reply(OWNER, tapped.id, "B");
            saying(&phone, "answered; still open: Q2");
        }
        // The other one says what happened, and changes nothing.
        let other = if later { &lost } else { &known };
        let data = other.button("★ A · httpOnly cookie").unwrap().data.clone().unwrap();
        phone.tap_data(OWNER, other.id, &data);
        toasted(&phone, "Q1 is answered already");
        phone.tap(OWNER, with_button(&phone, SECOND, "A · an hour").id, "A · an hour");
        running.end().expect_exit(0).expect_state("done");
        expect_words(&scenario.prompt(3), &["B - localStorage"]);
    }
}

#[test]
fn fault_26_slow_replies_delay_no_iteration() {
    let (phone, scenario) = pair();
    phone.fail("sendMessage", 20, Fault::Slow(Duration::from_secs(3)));
    let running = start(&scenario, &[]);
    let call =
        phone.wait_until("the first message", super::SOON, |phone| phone.calls_of("sendMessage").pop());
    scenario.run(["answer", "auth", "Q1=A", "Q2=B"]).expect_exit(0);
    let done = |event: &Event| matches!(event, Event::Judged(_));
    until("iterations behind the gate", || (scenario.count(done) >= 4).then_some(()));
    let began = Timestamp::now() - jiff::SignedDuration::try_from(call.at.elapsed()).unwrap();
    let over = began + jiff::SignedDuration::from_secs(3);
    let during = scenario
        .journal()
        .into_iter()
        .filter(|entry| matches!(entry.event, Event::Started(_)) && entry.at > began && entry.at < over);
    assert!(during.count() >= 2, "iterations waited for the reply");
    running.end().expect_exit(0).expect_state("done");
    assert_eq!(count(&phone, HEAD), 1);
}

#[test]
fn fault_26_an_update_that_makes_no_sense_holds_up_nothing_behind_it() {
    let (phone, scenario) = pair();
    let running = start(&scenario, &[]);
    let head = with_button(&phone, HEAD, "Accept all suggestions");
    for (kind, odd) in [
        ("message", json!({"message_id": "seven", "chat": 1})),
        ("message", json!(null)),
        ("callback_query", json!({"id": 7, "from": []})),
        ("message", json!({"date": -1, "text": ["a"]})),
    ] {
        phone.update(kind, &odd);
    }
    phone.tap(OWNER, head.id, "Accept all suggestions");
    toasted(&phone, "answered; auth goes on");
    running.end().expect_exit(0).expect_state("done");
}

#[test]
fn fault_26_the_end_that_nobody_could_be_told_is_told_by_the_next_session() {
    let (phone, scenario) = pair();
    phone.go_down();
    let running = start(&scenario, &["--accept-suggestions"]);
    scenario.until_state("done");
    let done = Instant::now();
    let ended = running.end().expect_exit(0);
    let stayed = done.elapsed();
    expect_words(
        &(ended.out + &ended.err),
        &["not told yet: telegram; the next samocode tells what still holds"],
    );
    assert!(
        stayed >= Duration::from_secs(15) && stayed < Duration::from_secs(30),
        "it left after {stayed:?}"
    );
    assert!(phone.messages().is_empty());
    phone.come_up();
    let next = ["run", "mail", "--workflow", "quick", "--task", "Send mail"];
    scenario.set_agent(Script::quick());
    scenario.run(next).expect_exit(0);
    let told = saying(&phone, "auth is done");
    saying(&phone, "mail is done");
    expect_words(&told.text, &["all of it is done", "branch auth"]);
    assert_eq!((count(&phone, "auth is done"), count(&phone, HEAD)), (1, 0));
}
