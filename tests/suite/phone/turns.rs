//! Several sessions with one bot: one process sends and listens for all, and the next one takes over.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use samocode::domain::event::Event;
use samocode::engine::View;
use samocode::store::{Layout, read_journal};
use samocode_testing_telegram::{Message, OWNER, Phone};

use super::service::asking;
use super::{TOKEN, toasted, with_button, with_phone};
use crate::scenario::{Running, Scenario, until};

/// Two projects of one person.
struct Pair {
    phone: Phone,
    shop: Scenario,
    mail: Scenario,
}

impl Pair {
    fn new() -> Self {
        let phone = Phone::start(TOKEN);
        let shop = with_phone(Scenario::new().agent(asking()), &phone);
        let data = shop.path("data");
        let shop = shop.env("XDG_DATA_HOME", &data);
        let mail = with_phone(Scenario::new().agent(asking()), &phone).env("XDG_DATA_HOME", &data);
        Self { phone, shop, mail }
    }

    /// The mailbox holds what was heard so far.
    fn offset(&self) -> i64 {
        let phones = std::fs::read_dir(self.shop.path("data/samocode/phone")).unwrap();
        let folders: Vec<PathBuf> = phones.map(|entry| entry.unwrap().path()).collect();
        assert_eq!(folders.len(), 1, "one bot, one mailbox");
        std::fs::read_to_string(folders[0].join("offset")).unwrap().trim().parse().unwrap()
    }

    /// No call of `getUpdates` came while another was open.
    fn no_conflict(&self) {
        let refused: Vec<_> =
            self.phone.calls_of("getUpdates").into_iter().filter(|call| call.code == Some(409)).collect();
        assert!(refused.is_empty(), "{refused:?}");
    }
}

fn start<'a>(scenario: &'a Scenario, name: &str) -> Running<'a> {
    scenario.start(["run", name, "--task", "Add tokens", "--approve-plan"])
}

fn head(phone: &Phone, name: &str) -> Message {
    with_button(phone, &format!("{name} waits for your answers"), "Accept all suggestions")
}

/// The letter's message of a question, behind its head.
fn second(phone: &Phone, head: &Message) -> Message {
    phone.wait_for("the second question", super::SOON, |message| {
        message.id > head.id && message.text.contains("Q2: For how long?")
    })
}

fn answers(layout: &Layout) -> usize {
    let entries = read_journal(&layout.journal()).unwrap().unwrap().entries;
    entries.iter().filter(|entry| matches!(entry.event, Event::Received(_))).count()
}

#[test]
fn two_projects_share_a_bot_and_each_tap_reaches_its_session() {
    let pair = Pair::new();
    let shop = start(&pair.shop, "shop");
    let head_of_shop = head(&pair.phone, "shop");
    second(&pair.phone, &head_of_shop);
    let mail = start(&pair.mail, "mail");
    let head_of_mail = head(&pair.phone, "mail");
    let of_mail = second(&pair.phone, &head_of_mail);
    pair.phone.tap(OWNER, of_mail.id, "A · an hour");
    toasted(&pair.phone, "answered; still open: Q1");
    assert_eq!((answers(&pair.shop.layout()), answers(&pair.mail.layout())), (0, 1));
    pair.phone.tap(OWNER, head_of_shop.id, "Accept all suggestions");
    toasted(&pair.phone, "answered; shop goes on");
    // Whoever served the phone is gone now; the other one goes on.
    shop.end().expect_exit(0).expect_state("done");
    pair.phone.tap(OWNER, head_of_mail.id, "Accept all suggestions");
    toasted(&pair.phone, "answered; mail goes on");
    mail.end().expect_exit(0).expect_state("done");
    for words in ["shop is done", "mail is done"] {
        assert_eq!(super::count(&pair.phone, words), 1, "{}", pair.phone.transcript());
    }
    pair.no_conflict();
}

#[test]
fn two_sessions_of_one_project_are_told_apart() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(Scenario::new().agent(asking()), &phone);
    // The script's questions are asked once in all; each session is to ask its own.
    let one = start(&scenario, "one");
    let head_of_one = head(&phone, "one");
    second(&phone, &head_of_one);
    scenario.set_agent(asking().then(asking()));
    let again = samocode_testing_agent::Script::new()
        .each("investigation", samocode_testing_agent::Step::go("requirements"))
        .told(
            "requirements",
            "Branch name: two",
            samocode_testing_agent::Step::ask(samocode_testing_agent::QUESTIONS),
        );
    scenario.set_agent(again);
    let two = start(&scenario, "two");
    let head_of_two = head(&phone, "two");
    let of_two = second(&phone, &head_of_two);
    phone.reply(OWNER, of_two.id, "three hours");
    super::saying(&phone, "answered; still open: Q1");
    let state = |name: &str| {
        let sessions = samocode::engine::list(&scenario.path("sessions")).unwrap();
        let layout = sessions.into_iter().find(|layout| layout.folder().ends_with(name)).unwrap();
        (View::read(&layout).unwrap().state, answers(&layout))
    };
    assert_eq!((state("one"), state("two")), (("waiting", 0), ("waiting", 1)));
    phone.say(OWNER, "/stop two");
    two.end().expect_exit(13);
    phone.say(OWNER, "/stop one");
    one.end().expect_exit(13);
}

#[test]
fn the_next_process_takes_over_within_three_seconds_and_no_word_is_lost_or_heard_twice() {
    let pair = Pair::new();
    let shop = start(&pair.shop, "shop");
    let head_of_shop = head(&pair.phone, "shop");
    let mail = start(&pair.mail, "mail");
    let head_of_mail = head(&pair.phone, "mail");
    let of_mail = second(&pair.phone, &head_of_mail);
    pair.phone.tap(OWNER, of_mail.id, "A · an hour");
    toasted(&pair.phone, "answered; still open: Q1");
    until("the offset", || pair.phone.unconfirmed().is_empty().then_some(()));
    let before = (pair.offset(), pair.phone.calls_of("getUpdates").len());
    // The first one holds the phone: it was there before the other.
    shop.kill();
    let killed = Instant::now();
    let word = pair.phone.reply(OWNER, head_of_mail.id, "use the corporate library");
    let took = pair.phone.wait_until("the next poll", super::SOON, |phone| {
        let calls = phone.calls_of("getUpdates");
        (calls.len() > before.1).then(|| calls[before.1].clone())
    });
    let waited = took.at.saturating_duration_since(killed);
    assert!(waited < Duration::from_secs(3), "taken over after {waited:?}");
    assert_eq!(took.params["offset"], before.0, "it goes on where the other one was");
    super::saying(&pair.phone, "the next iteration will read it");
    until("its confirmation", || (pair.offset() == i64::from(word) + 1).then_some(()));
    assert_eq!(answers(&pair.mail.layout()), 2);
    let shop = pair.shop.start(["run", "shop", "--approve-plan"]);
    let again = with_button(&pair.phone, "shop still waits for your answers", "Accept all suggestions");
    assert!(again.id > head_of_shop.id);
    pair.phone.tap(OWNER, again.id, "Accept all suggestions");
    toasted(&pair.phone, "answered; shop goes on");
    shop.end().expect_exit(0).expect_state("done");
    pair.phone.tap(OWNER, head_of_mail.id, "Accept all suggestions");
    mail.end().expect_exit(0).expect_state("done");
    assert_eq!(super::count(&pair.phone, "the next iteration will read it"), 1);
    pair.no_conflict();
}
