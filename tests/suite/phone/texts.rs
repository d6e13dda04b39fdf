//! Texts of every kind: none is refused, and what can be seen of each arrives.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use samocode::config::{Secret, Telegram};
use samocode::notify::telegram::{Bot, Button, Fault, LONGEST_TEXT, Rich, Style, Update};
use samocode_testing_agent::{Script, Step};
use samocode_testing_http::{Answer, Client, Handler, Request, Server};
use samocode_testing_telegram::{OWNER, Phone};
use serde_json::json;

use super::{SOON, TOKEN, saying, toasted, with_button, with_phone};
use crate::scenario::{Scenario, expect_words, until};

const TEXTS: u64 = 10_000;
const LONG_ONES: u64 = 12;
const SEED: u64 = 0x5a_0c0d_e004;

const PIECES: &[&str] = &[
    "word",
    "x",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    "\0",
    "\u{1}",
    "\u{8}",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{200d}",
    "\u{200e}",
    "\u{200f}",
    "\u{2028}",
    "\u{2029}",
    "\u{202a}",
    "\u{202b}",
    "\u{202d}",
    "\u{202e}",
    "\u{2060}",
    "\u{2066}",
    "\u{2069}",
    "\u{2800}",
    "\u{3164}",
    "\u{feff}",
    "\u{fffc}",
    "\u{fe0f}",
    "\u{e0041}",
    "\u{fdd0}",
    "\u{10ffff}",
    "שלום",
    "مرحبا",
    "你好",
    "é",
    "e\u{301}",
    "\u{301}",
    "\u{20dd}",
    "Z\u{334}\u{335}\u{336}\u{337}",
    "😀",
    "👍🏽",
    "👨‍👩‍👧‍👦",
    "🇩🇪",
    "🏴\u{e0067}\u{e0062}\u{e007f}",
    "1\u{fe0f}\u{20e3}",
    "*",
    "**",
    "_",
    "__",
    "~",
    "`",
    "```",
    "||",
    ">",
    "#",
    "+",
    "-",
    "=",
    "{",
    "}",
    ".",
    "!",
    "\\",
    "[a](http://x)",
    "[",
    "](",
    ")",
    "<",
    "<b>",
    "</b>",
    "<i",
    "<a href=\"",
    "<tg-spoiler>",
    "&",
    "&lt;",
    "&#",
    "@someone",
    "/stop",
    "https://x.test/?a=b&c",
    "\"",
    "'",
    "$",
    "%s",
    "{session}",
];

/// Numbers that look random and are the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn text(&mut self, pieces: usize) -> String {
        (0..pieces).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }

    /// A text in several styles, and all that was put in.
    fn rich(&mut self, pieces: usize) -> (Rich, String) {
        let (mut rich, mut source) = (Rich::default(), String::new());
        let mut left = pieces;
        while left > 0 {
            let here = 1 + self.below(left.min(12));
            let text = self.text(here);
            rich = match self.below(4) {
                0 => rich.bold(&text),
                1 => rich.code(&text),
                2 => rich.styled(Style::Italic, &text),
                _ => rich.plain(&text),
            };
            source.push_str(&text);
            left -= here;
        }
        (rich, source)
    }
}

/// What a reader sees: no blanks, no controls, nothing that has no shape or steers what is around it.
fn seen(text: &str) -> String {
    let hidden = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(
                u32::from(c),
                0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180e
            )
            || matches!(u32::from(c), 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0x2800 | 0x3164)
            || matches!(u32::from(c), 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff9..=0xfffc | 0xe0000..=0xe0fff)
    };
    text.chars().filter(|c| !hidden(*c)).collect()
}

fn telegram(api_url: String) -> Telegram {
    Telegram {
        bot_token: Secret::new(TOKEN),
        chat_id: OWNER,
        allowed_users: BTreeSet::from([OWNER.unsigned_abs()]),
        api_url,
    }
}

/// Sends a text with a button, in as many messages as it takes, and checks what came.
fn send(phone: &Phone, bot: &Bot, rich: &Rich, source: &str, (seed, number): (u64, u64)) {
    let label = Rich::default().plain(source).shortened(48).text().to_owned();
    let buttons = vec![vec![Button { label: label.clone(), data: number.to_string() }]];
    let mut came = String::new();
    let known = phone.messages().len();
    for piece in rich.split(LONGEST_TEXT) {
        if let Err(fault) = bot.send(&piece, &buttons, None) {
            panic!("seed {seed}, text {number}: {fault}: {source:?}");
        }
    }
    for message in &phone.messages()[known..] {
        assert_eq!(message.labels(), [label.as_str()], "seed {seed}, text {number}");
        came.push_str(&message.text);
    }
    let expected = Some(seen(source)).filter(|text| !text.is_empty()).unwrap_or_else(|| "(empty)".to_owned());
    assert_eq!(seen(&came), expected, "seed {seed}, text {number}: {source:?}");
    let start = seen(label.trim_end_matches('…'));
    assert!(expected.starts_with(&start), "seed {seed}, text {number}: {label:?} of {source:?}");
}

fn toast(phone: &Phone, bot: &Bot, source: &str, (seed, number): (u64, u64), offset: i64) -> i64 {
    phone.tap_data(OWNER, 1, "x");
    let updates: Vec<Update> = bot.updates(offset, Duration::from_secs(5)).unwrap();
    let Some(samocode::notify::telegram::Said::Tap { id, .. }) =
        updates[0].word.as_ref().map(|word| &word.said)
    else {
        panic!("no tap: {updates:?}");
    };
    if let Err(fault) = bot.answer(id, source, false) {
        panic!("seed {seed}, toast {number}: {fault}: {source:?}");
    }
    let shown = phone.toasts().pop().unwrap().text;
    let expected = Some(seen(source)).filter(|text| !text.is_empty()).unwrap_or_else(|| "(empty)".to_owned());
    assert!(
        !seen(&shown).is_empty() && expected.starts_with(&seen(shown.trim_end_matches('…'))),
        "{shown:?}"
    );
    updates[0].id + 1
}

/// Sends a hundred texts to a stand-in of their own: it keeps all that it was told.
fn hundred(seed: u64) {
    let mut chance = Chance(seed);
    let phone = Phone::start(TOKEN);
    let bot = Bot::new(&telegram(phone.base_url()));
    let mut offset = 0;
    for number in 0..100 {
        let pieces = 1 + chance.below(if number == 0 { 2_000 } else { 30 });
        let (rich, source) = chance.rich(pieces);
        send(&phone, &bot, &rich, &source, (seed, number));
        if number % 10 == 0 {
            offset = toast(&phone, &bot, &source, (seed, number), offset);
        }
    }
}

#[test]
fn ten_thousand_texts_of_every_kind_are_taken_and_seen_as_they_are() {
    std::thread::scope(|scope| {
        for part in 0..4_u64 {
            scope.spawn(move || (part..TEXTS / 100).step_by(4).for_each(|batch| hundred(SEED + batch)));
        }
    });
}

#[test]
fn texts_of_a_megabyte_are_split_or_shortened() {
    let phone = Phone::start(TOKEN);
    let bot = Bot::new(&telegram(phone.base_url()));
    let mut chance = Chance(SEED + 1);
    for number in 0..LONG_ONES {
        let (rich, source) = match number {
            0 => (Rich::default().bold(&"x".repeat(1 << 20)), "x".repeat(1 << 20)),
            1 => (Rich::default().code(&"\u{301}".repeat(1 << 19)), "\u{301}".repeat(1 << 19)),
            2 => (Rich::default().bold(&"👨‍👩‍👧".repeat(58_000)), "👨‍👩‍👧".repeat(58_000)),
            3 => (Rich::default().plain(&" ".repeat(1 << 20)), String::new()),
            _ => chance.rich(150_000),
        };
        if number % 3 == 2 {
            let short = rich.shortened(LONGEST_TEXT);
            assert!(short.units() <= LONGEST_TEXT);
            bot.send(&short, &[], None).unwrap();
            assert!(seen(&source).starts_with(&seen(short.text().trim_end_matches('…'))));
        } else {
            send(&phone, &bot, &rich, &source, (SEED + 1, number));
        }
    }
}

/// A service that did what it was asked, and says so in a way of its own.
struct Newer;

impl Handler for Newer {
    fn answer(&self, request: &Request, _: &Client<'_>) -> Answer {
        if request.path.ends_with("/sendMessage") {
            let message = json!({"message_id": 77, "date": "at noon", "chat": {"id": 1, "type": "hologram"}});
            Answer::json(200, &json!({"ok": true, "result": message}).to_string())
        } else if request.path.ends_with("/editMessageText") {
            Answer::json(200, &json!({"ok": true, "result": {"message_id": 77}}).to_string())
        } else {
            let wait = json!({"retry_after": 86_400});
            Answer::json(
                429,
                &json!({"ok": false, "error_code": 429, "description": "x", "parameters": wait}).to_string(),
            )
        }
    }

    fn unreadable(&self, why: String) -> Answer {
        Answer::json(400, &json!({"ok": false, "error_code": 400, "description": why}).to_string())
    }

    fn turned_away(&self, _: String) {}
}

#[test]
fn fault_26_what_was_done_is_not_done_again_because_its_reply_reads_oddly() {
    let server = Server::start("newer", 0, Arc::new(Newer)).unwrap();
    let bot = Bot::new(&telegram(format!("http://{}", server.address())));
    let text = Rich::default().plain("hi");
    assert_eq!(bot.send(&text, &[], None), Ok(77));
    assert_eq!(bot.rewrite(77, &text, &[]), Ok(()));
    assert_eq!(bot.take_buttons(77), Err(Fault::TooMany(Duration::from_secs(86_400))));
}

/// One line of hostile words: a file's line ends at a break.
fn line(chance: &mut Chance) -> String {
    let text = chance.text(30);
    let clean: String =
        text.chars().filter(|c| !c.is_control() && !"\u{2028}\u{2029}".contains(*c)).collect();
    // What ends in words keeps its place in the file, whatever comes before.
    format!("w{}w", clean.replace("{session}", ""))
}

fn questions(chance: &mut Chance) -> String {
    let mut text = String::from("# Questions\n");
    for number in 1..=30 {
        let title = match number {
            7 => "long ".repeat(40_000),
            8 => "two messages ".repeat(500),
            _ => line(chance),
        };
        write!(
            text,
            "\n### Q{number}: {title}\nA) {}\nB) {}\n**Suggestion:** A - {}\n**Answer:** _waiting_\n",
            line(chance),
            line(chance),
            line(chance)
        )
        .unwrap();
    }
    text
}

#[test]
fn a_session_of_hostile_words_is_told_and_answered_on_the_phone() {
    let mut chance = Chance(SEED + 2);
    let phone = Phone::start(TOKEN);
    let asked = questions(&mut chance);
    let file = "01-08-14:30-plan-<b>*_`[x](y)&amp;\"😀שלום.md";
    let mut plan =
        format!("# Plan: {}\n\n## {}\n- [ ] {}\n", line(&mut chance), line(&mut chance), line(&mut chance));
    while plan.len() < 5_000_000 {
        writeln!(plan, "- [ ] {}", line(&mut chance)).unwrap();
    }
    let summary = line(&mut chance);
    let script = Script::new()
        .each("investigation", Step::go("requirements"))
        .once("requirements", Step::ask(&asked))
        .each("requirements", Step::go("planning"))
        .each(
            "planning",
            Step::run([
                Step::write(&format!("{{session}}/{file}"), &plan),
                Step::signal(json!({"status": "waiting", "for": "plan_approval", "file": file, "summary": line(&mut chance)})),
            ]),
        )
        .each("implementation", Step::work("testing"))
        .once("testing", Step::run([Step::signal(json!({"status": "blocked", "reason": line(&mut chance)}))]))
        .each("testing", Step::go("quality"))
        .each("quality", Step::go("done"))
        .each("done", Step::run([Step::signal(json!({"status": "done", "summary": summary}))]));
    let scenario = with_phone(Scenario::new().agent(script), &phone);
    let running = scenario.start(["run", "auth", "--task", "Add tokens"]);
    let head = with_button(&phone, "waits for your answers: 30 questions", "Accept all suggestions");
    phone.wait_for("the last question", SOON, |message| message.text.starts_with("Q30:"));
    let long = phone.wait_for("the long question", SOON, |message| message.document.is_some());
    assert!(long.document_text().len() > 200_000 && long.text.starts_with("Q7: long long"));
    let label = long.labels()[1].to_owned();
    phone.tap(OWNER, long.id, &label);
    toasted(&phone, "answered; still open");
    phone.wait_for("the long question without its buttons", SOON, |message| {
        message.id == long.id && message.buttons.is_empty()
    });
    phone.tap(OWNER, head.id, "Accept all suggestions");
    let plan_message = phone.wait_for("the plan", SOON, |message| message.button("✅ Approve").is_some());
    assert!(plan_message.document_text() == plan, "the plan's very bytes");
    assert!(plan_message.document.as_ref().is_some_and(|document| document.name.ends_with("שלום.md")));
    phone.tap(OWNER, plan_message.id, "✅ Approve");
    phone.wait_for("the answer to a question of two messages", SOON, |message| {
        message.text.contains("two messages two messages")
            && message.buttons.is_empty()
            && message.text.contains("✔ A - w")
    });
    let blocked = with_button(&phone, "is blocked: you decide", "▶️ Go on");
    phone.tap(OWNER, blocked.id, "▶️ Go on");
    running.end().expect_exit(0).expect_state("done");
    assert!(seen(&saying(&phone, "auth is done").text).contains(&seen(&summary)));
    let refused: Vec<_> = phone.calls().into_iter().filter(|call| call.refused.is_some()).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn a_plan_that_was_gone_when_it_was_told_can_be_approved_when_it_is_back() {
    let phone = Phone::start(TOKEN);
    let script = Script::full();
    let scenario = with_phone(Scenario::new().agent(script), &phone);
    let running = scenario.start(["run", "auth", "--task", "Add tokens", "--accept-suggestions"]);
    with_button(&phone, "", "✅ Approve");
    let told = |event: &samocode::domain::event::Event| event.name() == "notified";
    until("the notice in the journal", || (scenario.count(told) > 0).then_some(()));
    running.kill();
    let plan = scenario.layout().session_dir().join("01-08-14:30-plan-tokens.md");
    let text = std::fs::read(&plan).unwrap();
    std::fs::remove_file(&plan).unwrap();
    let running = scenario.start(["run", "auth"]);
    let message = with_button(&phone, "cannot be read", "✅ Approve");
    phone.tap(OWNER, message.id, "✅ Approve");
    toasted(&phone, "The plan cannot be read now");
    std::fs::write(&plan, text).unwrap();
    phone.tap(OWNER, message.id, "✅ Approve");
    toasted(&phone, "look at the new one below");
    let shown = phone.wait_for("the plan again", SOON, |shown| {
        shown.id > message.id && shown.document.is_some() && shown.button("✅ Approve").is_some()
    });
    phone.tap(OWNER, shown.id, "✅ Approve");
    expect_words(&saying(&phone, "auth is done").text, &["all of it is done"]);
    running.end().expect_exit(0).expect_state("done");
}
