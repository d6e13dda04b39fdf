//! From what the model says to the bytes of an answer: a stream of server-sent events, or one JSON body when the CLI
//! asked for no stream.

use samocode_testing_http::{Answer, End};
use serde_json::{Value, json};

use crate::protocol::{self, event, pieces, stream};
use crate::reply::ToolCall;
use crate::turn::Turn;

/// How this interface writes the answer to one turn.
pub(super) struct Wire<'a> {
    pub(super) turn: &'a Turn,
    pub(super) input_tokens: usize,
    pub(super) streamed: bool,
}

impl protocol::Wire for Wire<'_> {
    fn calls(&self, calls: &[ToolCall]) -> Answer {
        let blocks = calls.iter().enumerate().map(|(at, call)| self.tool_use(at, call)).collect();
        self.complete(blocks, "tool_use")
    }

    fn text(&self, text: &str) -> Answer {
        self.complete(vec![text_block(text)], "end_turn")
    }

    fn stopped(&self, text: &str, reason: &str) -> Answer {
        self.complete(vec![text_block(text)], reason)
    }

    fn begun(&self, text: &str) -> Vec<String> {
        let mut events = vec![event(&json!({"type": "message_start", "message": self.message()}))];
        events.extend(block_events(0, &text_block(text)));
        events
    }
}

impl Wire<'_> {
    fn tool_use(&self, at: usize, call: &ToolCall) -> Value {
        let id = format!("toolu_{:04}_{at}", self.turn.answers + 1);
        json!({"type": "tool_use", "id": id, "name": call.name, "input": call.input})
    }

    fn message(&self) -> Value {
        json!({
            "id": format!("msg_{:04}", self.turn.answers + 1), "type": "message", "role": "assistant",
            "model": self.turn.model, "content": [], "stop_reason": null, "stop_sequence": null,
            "usage": {"input_tokens": self.input_tokens, "output_tokens": 1,
                      "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
        })
    }

    fn complete(&self, blocks: Vec<Value>, stop_reason: &str) -> Answer {
        let mut message = self.message();
        let output_tokens = protocol::tokens(blocks.iter().map(|block| block.to_string().len()).sum());
        if !self.streamed {
            message["content"] = Value::Array(blocks);
            message["stop_reason"] = json!(stop_reason);
            message["usage"]["output_tokens"] = json!(output_tokens);
            return Answer::json(200, &message.to_string());
        }
        let mut events = vec![event(&json!({"type": "message_start", "message": message}))];
        for (index, block) in blocks.iter().enumerate() {
            events.extend(block_events(index, block));
            events.push(event(&json!({"type": "content_block_stop", "index": index})));
        }
        events.push(event(&json!({
            "type": "message_delta",
            "delta": {"stop_reason": stop_reason, "stop_sequence": null},
            "usage": {"output_tokens": output_tokens}
        })));
        events.push(event(&json!({"type": "message_stop"})));
        stream(events, End::Finish)
    }
}

fn text_block(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

/// The start of a block and its pieces.
fn block_events(index: usize, block: &Value) -> Vec<String> {
    let is_text = block["type"] == "text";
    let mut empty = block.clone();
    let whole = if is_text {
        empty["text"] = json!("");
        block["text"].as_str().unwrap_or_default().to_owned()
    } else {
        empty["input"] = json!({});
        block["input"].to_string()
    };
    let mut events =
        vec![event(&json!({"type": "content_block_start", "index": index, "content_block": empty}))];
    for piece in pieces(&whole) {
        let delta = if is_text {
            json!({"type": "text_delta", "text": piece})
        } else {
            json!({"type": "input_json_delta", "partial_json": piece})
        };
        events.push(event(&json!({"type": "content_block_delta", "index": index, "delta": delta})));
    }
    events
}
