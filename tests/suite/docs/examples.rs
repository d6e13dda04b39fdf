//! Examples that samocode itself can read: entries of the journal, and signals.

use std::collections::BTreeSet;

use samocode::domain::event::Entry;
use samocode::domain::signal::{RawSignal, Signal, SignalFault};

use super::blocks::values;
use super::page::Page;
use super::pages;

const JOURNAL: &str = "docs/session-format.md";
const SIGNALS: &str = "docs/signals.md";

/// All events, by their names in the journal.
const EVENTS: [&str; 16] = [
    "created",
    "adopted",
    "began",
    "prepared",
    "moved",
    "started",
    "judged",
    "verified",
    "reviewing",
    "reviewed",
    "reviews_ended",
    "posted",
    "received",
    "notified",
    "held",
    "parked",
];

/// The names of the events that a page shows, each read as the journal is.
fn events(page: &Page) -> Result<BTreeSet<String>, String> {
    let mut shown = BTreeSet::new();
    for value in page
        .blocks
        .iter()
        .filter(|block| block.language == "json")
        .flat_map(|block| values(&block.text))
        .flatten()
    {
        if value.get("event").is_none() {
            continue;
        }
        let text = value.to_string();
        let entry: Entry = serde_json::from_value(value).map_err(|error| format!("{text}: {error}"))?;
        shown.insert(entry.event.name().to_owned());
    }
    Ok(shown)
}

#[test]
fn every_event_of_the_journal_is_shown_as_it_is_read() {
    let shown = events(&pages()[JOURNAL]).unwrap();
    assert_eq!(shown, EVENTS.map(str::to_owned).into(), "{JOURNAL}");
}

#[test]
fn an_entry_that_the_journal_could_not_hold_is_refused() {
    let page = |event: &str| {
        Page::read(&format!("```json\n{{\"v\":1,\"at\":\"2026-01-08T14:30:00Z\",\"event\":{event}}}\n```\n"))
    };
    assert_eq!(
        events(&page(r#"{"began":{"version":"1","pid":7}}"#)),
        Ok(BTreeSet::from(["began".to_owned()]))
    );
    assert!(events(&page(r#"{"began":{"version":"1"}}"#)).is_err());
    assert!(events(&page(r#"{"slept":{}}"#)).is_err());
}

/// Signals of a page that samocode would not take.
fn signals(page: &Page) -> Vec<SignalFault> {
    let shown = page
        .blocks
        .iter()
        .filter(|block| block.language == "json")
        .flat_map(|block| values(&block.text))
        .flatten();
    shown
        .filter_map(|value| Signal::read(&RawSignal::Bytes(value.to_string().into_bytes()), 7).err())
        .collect()
}

#[test]
fn every_signal_that_is_shown_is_one() {
    let page = &pages()[SIGNALS];
    assert_eq!(signals(page), []);
    for status in ["continue", "waiting", "blocked", "done", "handoff"] {
        let is_shown = |text: &str| text.contains(&format!("\"status\": \"{status}\""));
        assert!(page.blocks.iter().any(|block| is_shown(&block.text)), "{status} is not shown in {SIGNALS}");
    }
    assert_eq!(signals(&Page::read("```json\n{\"status\": \"perhaps\"}\n```\n")).len(), 1);
}
