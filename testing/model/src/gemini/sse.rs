//! A message as server-sent events, each with a piece of it and the tokens so far.

use samocode_testing_http::{Answer, End};
use serde_json::{Value, json};

use crate::protocol::{Wire, pieces, stream, tokens};
use crate::reply::ToolCall;

/// What the model says to one request.
pub(super) struct Message {
    pub(super) input_tokens: usize,
}

impl Wire for Message {
    fn calls(&self, calls: &[ToolCall]) -> Answer {
        let part = |call: &ToolCall| json!({"functionCall": {"name": call.name, "args": call.input}});
        stream(self.events(calls.iter().map(part), Some("STOP")), End::Finish)
    }

    fn text(&self, text: &str) -> Answer {
        self.stopped(text, "STOP")
    }

    fn stopped(&self, text: &str, reason: &str) -> Answer {
        let reason = match reason {
            "refusal" => "SAFETY",
            "max_tokens" => "MAX_TOKENS",
            other => other,
        };
        stream(self.events(texts(text), Some(reason)), End::Finish)
    }

    fn begun(&self, text: &str) -> Vec<String> {
        self.events(texts(text), None)
    }
}

impl Message {
    /// One event a part; the last one says why the message ends.
    fn events(&self, parts: impl Iterator<Item = Value>, reason: Option<&str>) -> Vec<String> {
        let mut parts = parts.peekable();
        let mut events = Vec::new();
        while let Some(part) = parts.next() {
            let reason = reason.filter(|_| parts.peek().is_none());
            events.push(format!("data: {}\r\n\r\n", chunk(&part, reason, self.input_tokens)));
        }
        events
    }
}

/// No text is one empty piece.
fn texts(text: &str) -> impl Iterator<Item = Value> {
    let mut pieces = pieces(text);
    if pieces.is_empty() {
        pieces.push(String::new());
    }
    pieces.into_iter().map(|piece| json!({"text": piece}))
}

/// A piece of a message, as it comes in a stream or alone.
pub(super) fn chunk(part: &Value, reason: Option<&str>, input_tokens: usize) -> Value {
    let output_tokens = tokens(part.to_string().len());
    let mut candidate = json!({"content": {"role": "model", "parts": [part]}, "index": 0});
    if let Some(reason) = reason {
        candidate["finishReason"] = json!(reason);
    }
    json!({
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": input_tokens, "candidatesTokenCount": output_tokens,
            "totalTokenCount": input_tokens + output_tokens
        },
        "modelVersion": "stand-in"
    })
}

#[cfg(test)]
mod tests {
    use super::Message;
    use crate::protocol::Wire;

    #[test]
    fn the_last_event_says_why_the_message_ends() {
        let message = Message { input_tokens: 1 };
        let events = message.begun(&"ä".repeat(5000));
        assert_eq!(events.len(), 2);
        assert!(events.iter().all(|event| event.starts_with("data: {") && !event.contains("finishReason")));
        assert_eq!(message.begun("").len(), 1);
    }
}
