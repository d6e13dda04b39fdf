//! The demo agent's stream: one JSON object a line.
//!
//! Both sides are here, so that they cannot drift apart.

use serde::{Deserialize, Serialize};

use super::super::event::{Activity, AgentEvent, MessageId, RunResult, Started};
use super::super::words;
use crate::domain::outcome::Usage;

/// Longest line that is looked at; the agent writes none near it.
const LONGEST: usize = 64 * 1024;

/// One line of the stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Line {
    /// The first line.
    Started { version: String },
    /// One step. The tokens are what a model would roughly have read and written for it; none were paid for.
    Activity { message: u64, tool: String, input_tokens: u64, output_tokens: u64 },
    /// The last line.
    Result { ok: bool, words: String },
}

impl Line {
    /// The line, unless it is none.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let line = line.get(..line.len().min(LONGEST))?;
        serde_json::from_slice(line).ok()
    }

    /// The line in samocode's own words.
    pub(super) fn into_event(self) -> AgentEvent {
        match self {
            Self::Started { version } => {
                AgentEvent::Started(Started { version, model: "none (demo)".into(), ..Started::default() })
            }
            Self::Activity { message, tool, input_tokens, output_tokens } => AgentEvent::Activity(Activity {
                message: MessageId::of(&message.to_be_bytes()),
                usage: Usage { input_tokens, output_tokens, ..Usage::default() },
                tool: Some(words::tool_label(&tool, "")),
                // It says what it did, not what it begins.
                calls: 0,
            }),
            Self::Result { ok, words } => AgentEvent::Result(RunResult {
                subtype: if ok { "success" } else { "error" }.into(),
                is_error: !ok,
                words: words::one_line(&words, 400),
                ..RunResult::default()
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_side_writes_the_other_reads() {
        let line =
            Line::Activity { message: 2, tool: "Edit greet.sh".into(), input_tokens: 10, output_tokens: 3 };
        let text = serde_json::to_vec(&line).unwrap();
        insta::assert_snapshot!(String::from_utf8_lossy(&text), @r#"{"type":"activity","message":2,"tool":"Edit greet.sh","input_tokens":10,"output_tokens":3}"#);
        assert_eq!(Line::read(&text), Some(line));
    }

    #[test]
    fn anything_else_says_nothing() {
        for line in ["", "{}", "[]", "Ahoy", r#"{"type":"other"}"#] {
            assert_eq!(Line::read(line.as_bytes()), None, "{line}");
        }
    }
}
