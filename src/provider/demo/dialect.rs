//! The demo agent's stream: one JSON object a line.
//!
//! Both sides are here, so that they cannot drift apart.

use serde::Serialize;

use super::super::event::{Activity, AgentEvent, MessageId, RunResult, Started};
use super::super::fields::{Members, Want};
use super::super::{fields, words};
use crate::domain::outcome::Usage;

/// One line of the stream, as the agent writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Line {
    /// The first line.
    Started { version: String },
    /// One step. The tokens are what a model would roughly have read and written for it; none were paid for.
    Activity { message: u64, tool: String, input_tokens: u64, output_tokens: u64 },
    /// The last line.
    Result { ok: bool, words: String },
}

/// What is read of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Field {
    Type,
    Version,
    Message,
    Tool,
    InputTokens,
    OutputTokens,
    Ok,
    Words,
}

/// More than the agent writes, in bytes.
const MOST: usize = 16 * 1024;

/// A line, as it is read.
pub(in super::super) static WANTED: Members<Field> = Members::of(&[
    ("type", Want::Value(Field::Type, MOST)),
    ("version", Want::Value(Field::Version, MOST)),
    ("message", Want::Value(Field::Message, MOST)),
    ("tool", Want::Value(Field::Tool, MOST)),
    ("input_tokens", Want::Value(Field::InputTokens, MOST)),
    ("output_tokens", Want::Value(Field::OutputTokens, MOST)),
    ("ok", Want::Value(Field::Ok, MOST)),
    ("words", Want::Value(Field::Words, MOST)),
]);

/// The line in samocode's own words.
pub(in super::super) fn event(line: &fields::Line<'_, Field>) -> Option<AgentEvent> {
    if !line.is_whole() {
        return None;
    }
    let text = |field| line.text(field).unwrap_or_default();
    let number = |field| line.number(field).unwrap_or_default();
    Some(match line.word(Field::Type).as_ref() {
        "started" => AgentEvent::Started(Started {
            version: text(Field::Version),
            model: "none (demo)".into(),
            ..Started::default()
        }),
        "activity" => AgentEvent::Activity(Activity {
            message: MessageId::of(&number(Field::Message).to_be_bytes()),
            usage: Usage {
                input_tokens: number(Field::InputTokens),
                output_tokens: number(Field::OutputTokens),
                ..Usage::default()
            },
            tool: Some(words::tool_label(&text(Field::Tool), "")),
            // It says what it did, not what it begins.
            calls: 0,
        }),
        "result" => {
            let ok = line.is_true(Field::Ok);
            AgentEvent::Result(RunResult {
                subtype: if ok { "success" } else { "error" }.into(),
                is_error: !ok,
                words: words::one_line(&text(Field::Words), 400),
                ..RunResult::default()
            })
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::DemoSettings;
    use super::*;
    use crate::provider::{Provider, replay};

    #[test]
    fn what_one_side_writes_the_other_reads() {
        let line =
            Line::Activity { message: 2, tool: "Edit greet.sh".into(), input_tokens: 10, output_tokens: 3 };
        let text = serde_json::to_string(&line).unwrap();
        insta::assert_snapshot!(text, @r#"{"type":"activity","message":2,"tool":"Edit greet.sh","input_tokens":10,"output_tokens":3}"#);
        let events = replay::events(&demo(), &text);
        let [AgentEvent::Activity(activity)] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!(activity.message, MessageId::of(&2_u64.to_be_bytes()));
        assert_eq!(activity.tool.as_deref(), Some("Edit greet.sh"));
        assert_eq!((activity.usage.input_tokens, activity.usage.output_tokens), (10, 3));
    }

    #[test]
    fn anything_else_says_nothing() {
        for line in ["", "{}", "[]", "Ahoy", r#"{"type":"other"}"#] {
            assert_eq!(replay::events(&demo(), line), [], "{line}");
        }
    }

    fn demo() -> Provider {
        Provider::Demo(DemoSettings { program: "/samocode".into() })
    }
}
