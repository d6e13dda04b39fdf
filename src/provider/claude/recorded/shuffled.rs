//! Recorded streams of each version, rewritten with other orders of keys, spacing, escapes and lengths: the events stay
//! the same. This is the test for the next version that changes how it writes its stream.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::claude;
use crate::provider::{AgentEvent, LastMessage, Message};

const STREAMS: [&str; 13] = [
    recorded!("work"),
    recorded!("sub-agent"),
    recorded!("woken"),
    recorded!("bad-key"),
    recorded!("overloaded"),
    recorded!("usage-limit"),
    recorded!("mcp-failed"),
    recorded!("2.1.332/work"),
    recorded!("2.1.332/woken"),
    recorded!("2.1.332/bad-key"),
    recorded!("2.1.332/usage-limit"),
    recorded!("2.1.332/turn-limit"),
    recorded!("2.1.332/overloaded"),
];

/// Longer than any line that a CLI was seen to write.
const LONG: usize = 300_000;

/// Rewrites lines at random, from a seed.
struct Pen {
    state: u64,
    /// Some objects get one more member, about this long.
    padding: usize,
}

impl Pen {
    /// A number under `limit` (`SplitMix64`).
    fn pick(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    fn space(&mut self, to: &mut String) {
        let spaces = ["", "", "", " ", "\t", " \r "];
        to.push_str(spaces[self.pick(spaces.len())]);
    }

    fn line(&mut self, line: &str) -> String {
        let mut text = String::new();
        self.space(&mut text);
        self.value(&serde_json::from_str(line).unwrap(), &mut text);
        self.space(&mut text);
        text
    }

    fn value(&mut self, value: &Value, to: &mut String) {
        match value {
            Value::Object(members) => self.object(members, to),
            Value::Array(elements) => {
                to.push('[');
                for (at, element) in elements.iter().enumerate() {
                    to.push_str(if at > 0 { "," } else { "" });
                    self.space(to);
                    self.value(element, to);
                    self.space(to);
                }
                to.push(']');
            }
            Value::String(text) => self.string(text, to),
            Value::Null | Value::Bool(_) | Value::Number(_) => to.push_str(&value.to_string()),
        }
    }

    /// Shuffles the members, and adds one that looks like others but is nested too deep to count.
    fn object(&mut self, members: &Map<String, Value>, to: &mut String) {
        let decoy = json!({"type": "result", "usage": {"input_tokens": 7}, "text": "\"type\":\"result\",\\"});
        let mut left = vec![(format!("from_tomorrow_{}", self.pick(100)), decoy.to_string())];
        if self.padding > 0 && self.pick(8) == 0 {
            left.push(("padding".to_owned(), json!("\\\"{[é".repeat(self.padding / 6)).to_string()));
        }
        for (key, value) in members {
            let mut text = String::new();
            self.value(value, &mut text);
            left.push((key.clone(), text));
        }
        to.push('{');
        let mut comma = "";
        while !left.is_empty() {
            let (key, value) = left.swap_remove(self.pick(left.len()));
            to.push_str(comma);
            comma = ",";
            self.space(to);
            self.string(&key, to);
            self.space(to);
            to.push(':');
            self.space(to);
            to.push_str(&value);
            self.space(to);
        }
        to.push('}');
    }

    /// At times writes every letter as an escape.
    fn string(&mut self, text: &str, to: &mut String) {
        let escaped = self.pick(6) == 0 && text.len() < 100;
        if !escaped {
            to.push_str(&Value::String(text.to_owned()).to_string());
            return;
        }
        to.push('"');
        for unit in text.encode_utf16() {
            to.push_str("\\u");
            for digit in [12, 8, 4, 0] {
                to.push(char::from_digit(u32::from(unit >> digit & 0xf), 16).unwrap_or('0'));
            }
        }
        to.push('"');
    }
}

/// Reads a stream in pieces of these sizes, over and over: its events and the last thing said.
fn said(stream: &str, sizes: &[usize]) -> (Vec<Option<AgentEvent>>, String) {
    let mut reader = claude().reader(Arc::default());
    let mut sizes = sizes.iter().cycle();
    let (mut events, mut last) = (Vec::new(), LastMessage::default());
    for line in stream.split('\n') {
        let mut rest = line.as_bytes();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
            reader.feed(piece);
            rest = after;
        }
        events.push(reader.event(true));
        for message in [reader.said(), reader.message()].into_iter().flatten() {
            assert!(matches!(message, Message::Whole(_)));
            last.note(message);
        }
        reader.next_line();
    }
    (events, last.text().to_owned())
}

fn rewritten(stream: &str, pen: &mut Pen) -> String {
    let lines: Vec<String> = stream.lines().map(|line| pen.line(line)).collect();
    lines.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_order_of_keys_the_spacing_and_the_pieces_a_stream_says_the_same(
        seed: u64,
        sizes in prop::collection::vec(1_usize..400, 1..20),
    ) {
        for stream in STREAMS {
            let rewritten = rewritten(stream, &mut Pen { state: seed, padding: 0 });
            prop_assert_eq!(said(&rewritten, &sizes), said(stream.trim_end(), &[usize::MAX]), "{}", rewritten);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn lines_of_any_length_say_the_same(seed: u64, size in 1_usize..70_000) {
        for stream in [recorded!("work"), recorded!("2.1.332/work"), recorded!("2.1.332/usage-limit")] {
            let rewritten = rewritten(stream, &mut Pen { state: seed, padding: LONG });
            prop_assert!(rewritten.len() > LONG);
            prop_assert_eq!(said(&rewritten, &[size]), said(stream.trim_end(), &[usize::MAX]));
        }
    }
}
