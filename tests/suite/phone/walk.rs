//! A whole session that is answered, sent back, approved and followed on the phone alone.

use samocode::domain::event::Event;
use samocode::domain::request::Who;
use samocode_testing_agent::{PLAN, QUESTIONS, Script, Step};
use samocode_testing_telegram::{OWNER, Phone};

use super::{SOON, TOKEN, saying, toasted, with_button, with_phone};
use crate::scenario::{Scenario, expect_words};

fn script() -> Script {
    Script::new()
        .each("investigation", Step::go("requirements"))
        .once("requirements", Step::ask(QUESTIONS))
        .each("requirements", Step::go("planning"))
        .once("planning", Step::plan(PLAN))
        .each("planning", Step::plan(&format!("{PLAN}- [ ] test it\n")))
        .then(Script::full())
}

#[test]
fn a_whole_session_is_driven_by_the_phone_alone() {
    let phone = Phone::start(TOKEN);
    let scenario = with_phone(Scenario::new().agent(script()), &phone);
    let running = scenario.start(["run", "auth", "--task", "Add tokens"]);

    // Questions: one by a button, one in words.
    let head = with_button(&phone, "auth waits for your answers: 2 questions", "Accept all suggestions");
    let first = with_button(&phone, "Q1: Where should tokens live?", "★ A · httpOnly cookie");
    assert_eq!(first.labels(), ["★ A · httpOnly cookie", "B · localStorage"]);
    let second = with_button(&phone, "Q2: For how long?", "A · an hour");
    phone.tap(OWNER, first.id, "B · localStorage");
    toasted(&phone, "answered; still open: Q2");
    let shown = phone.wait_for("the answer in its message", SOON, |message| {
        message.id == first.id && message.text.contains("✔ B - localStorage")
    });
    assert!(shown.buttons.is_empty());
    phone.reply(OWNER, second.id, "two hours, then ask again");
    saying(&phone, "answered; auth goes on");
    phone.wait_for("why its buttons are gone", SOON, |message| {
        message.id == head.id && message.text.contains("answered by") && message.buttons.is_empty()
    });

    // The plan: sent back with words, then approved as it was shown.
    let plan = phone.wait_for("the plan", SOON, |message| message.document.is_some());
    assert_eq!(plan.document_text(), PLAN);
    expect_words(&saying(&phone, "waits for your approval of a plan").text, &["• Plan: tokens", "2 items"]);
    phone.tap(OWNER, plan.id, "✏️ Request changes");
    let prompt = phone.wait_for("the question what to change", SOON, |message| message.force_reply);
    phone.reply(OWNER, prompt.id, "test it, too");
    saying(&phone, "sent back; auth revises the plan");
    let revised = phone.wait_for("the revised plan", SOON, |message| {
        message.document.is_some() && message.document_text().contains("test it")
    });
    phone.tap(OWNER, revised.id, "✅ Approve");
    toasted(&phone, "approved; auth goes on with implementation");

    let done = saying(&phone, "auth is done");
    expect_words(
        &done.text,
        &[
            "all of it is done",
            "branch auth, from main",
            "1 file changed, 1 insertion",
            "verified: ",
            "iterations",
        ],
    );
    running.end().expect_exit(0).expect_state("done");
    check_record(&scenario);
}

/// Every act is the person's on the phone, by name and number; the agents were told so, and the token is nowhere.
fn check_record(scenario: &Scenario) {
    let acts: Vec<String> = scenario
        .journal()
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Received(received) => match &received.request.who {
                Who::Phone(sender) => Some(sender.clone()),
                other => panic!("{other}"),
            },
            _ => None,
        })
        .collect();
    assert_eq!(acts.len(), 4);
    assert!(acts.iter().all(|sender| sender.contains(&OWNER.to_string())), "{acts:?}");
    let prompts: Vec<String> = scenario.invocations().into_iter().map(|call| call.stdin).collect();
    expect_words(&prompts[2], &["B - localStorage", "two hours, then ask again", "on the phone"]);
    expect_words(&prompts[4], &["test it, too"]);
    let told = |event: &Event| matches!(event, Event::Notified { channel, refused: None, .. } if channel == "telegram");
    // A gate that is passed at once is not due any more when its message is written down.
    assert!(scenario.count(told) >= 1);
    assert_eq!(scenario.journal().last().map(|entry| told(&entry.event)), Some(true), "the end was told");
    no_token_below(&scenario.root());
}

/// No file below a folder holds the token, but the settings that the person wrote.
pub(super) fn no_token_below(folder: &std::path::Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            no_token_below(&path);
        } else if path.is_file() && path.file_name().is_some_and(|name| name != ".samocode") {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
            assert!(!found, "the token is in {}", path.display());
        }
    }
}
