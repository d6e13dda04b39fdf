//! How a phrase is found in a message, and what every table has to be.

use super::shared::SHARED;
use super::*;

const CASES: &[Row] = &[
    Row { meaning: Meaning::UsageLimit, source: "a test", phrases: &["hit your * limit", "? limit reached"] },
    Row { meaning: Meaning::Busy, source: "a test", phrases: &["api error 5xx", "slow down"] },
    Row { meaning: Meaning::Connection, source: "a test", phrases: &["^ terminated $", "econnreset"] },
    Row { meaning: Meaning::LoginRefused, source: "a test", phrases: &["log in", "you're out"] },
];

fn found(message: &str) -> Option<Meaning> {
    meaning(message, &[CASES])
}

#[test]
fn case_punctuation_and_the_kind_of_apostrophe_do_not_matter() {
    for message in
        ["You're out", "YOU’RE OUT!", "so (you‘re… out)", "you're\n  out", "\u{1b}[31mYou're\u{1b}[0m out"]
    {
        assert_eq!(found(message), Some(Meaning::LoginRefused), "{message}");
    }
    for message in ["your out", "youre outside", "you're not out", ""] {
        assert_eq!(found(message), None, "{message}");
    }
}

#[test]
fn a_gap_is_short_and_makes_no_limit_of_another_kind() {
    for message in
        ["hit your limit", "You've hit your Opus weekly limit", "hit your org's monthly spend limit"]
    {
        assert_eq!(found(message), Some(Meaning::UsageLimit), "{message}");
    }
    for message in [
        "hit your rate limit",
        "hit your context limit",
        "hit your head very hard on some limit",
        "turn limit reached",
        "limit reached",
    ] {
        assert_eq!(found(message), None, "{message}");
    }
}

#[test]
fn a_status_is_a_number_of_its_own() {
    assert_eq!(found("API Error: 529 {\"type\":\"error\"}"), Some(Meaning::Busy));
    for message in ["API Error: 429", "API Error: 5290", "API Error: 5x1", "src/main.rs:529:7"] {
        assert_eq!(found(message), None, "{message}");
    }
}

#[test]
fn an_anchored_phrase_is_a_line() {
    for message in
        ["terminated", "API Error: terminated", "TypeError: terminated", "trying\nError: terminated\nbye"]
    {
        assert_eq!(found(message), Some(Meaning::Connection), "{message}");
    }
    for message in ["process terminated", "terminated by a signal"] {
        assert_eq!(found(message), None, "{message}");
    }
}

#[test]
fn the_first_meaning_counts_and_a_network_error_is_no_refused_login() {
    assert_eq!(found("slow down: you've hit your limit, log in again"), Some(Meaning::UsageLimit));
    assert_eq!(found("cannot log in: ECONNRESET"), Some(Meaning::Connection));
}

#[test]
fn every_phrase_can_be_said_and_every_row_names_its_source() {
    let rows = SHARED.iter().chain(crate::provider::tables().into_iter().flatten());
    for row in rows {
        assert!(row.source.len() > 10, "{row:?}");
        for phrase in row.phrases {
            let said = phrase.replace("^ ", "").replace(" $", "").replace("* ", "").replace("5xx", "503");
            let said = said.replace('?', "weekly");
            assert_eq!(words(&said).join(" "), said, "this phrase can never be found: {phrase}");
            assert!(meaning(&said, &[std::slice::from_ref(row)]).is_some(), "{phrase}");
        }
    }
}

mod messages;
