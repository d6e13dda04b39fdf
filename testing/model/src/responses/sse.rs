//! From what the model says to the events of a stream.

use samocode_testing_http::{Answer, End};
use serde_json::{Value, json};

use crate::protocol::{self, event, pieces, stream};
use crate::reply::ToolCall;
use crate::turn::Turn;

/// How this interface writes the answer to one turn.
pub(super) struct Wire<'a> {
    pub(super) turn: &'a Turn,
    pub(super) input_tokens: usize,
}

impl protocol::Wire for Wire<'_> {
    fn calls(&self, calls: &[ToolCall]) -> Answer {
        let items = calls.iter().enumerate().map(|(at, call)| self.function_call(at, call));
        self.complete(&items.collect::<Vec<_>>())
    }

    fn text(&self, text: &str) -> Answer {
        let mut events = self.begun(text);
        events.push(event(&json!({"type": "response.output_item.done", "item": message(text)})));
        events.push(self.completed(text.len()));
        stream(events, End::Finish)
    }

    fn stopped(&self, text: &str, reason: &str) -> Answer {
        let mut events = self.begun(text);
        events.push(event(&json!({
            "type": "response.incomplete",
            "response": {"id": self.id(), "incomplete_details": {"reason": reason}}
        })));
        stream(events, End::Finish)
    }

    fn begun(&self, text: &str) -> Vec<String> {
        let mut events =
            vec![self.created(), event(&json!({"type": "response.output_item.added", "item": message("")}))];
        events.extend(pieces(text).iter().map(|piece| {
            event(&json!({"type": "response.output_text.delta", "item_id": "msg", "delta": piece}))
        }));
        events
    }
}

impl Wire<'_> {
    fn id(&self) -> String {
        format!("resp_{:04}", self.turn.answers + 1)
    }

    fn created(&self) -> String {
        event(&json!({"type": "response.created", "response": {"id": self.id()}}))
    }

    fn complete(&self, items: &[Value]) -> Answer {
        let done =
            items.iter().map(|item| event(&json!({"type": "response.output_item.done", "item": item})));
        let length = items.iter().map(|item| item.to_string().len()).sum();
        let events = [self.created()].into_iter().chain(done).chain([self.completed(length)]).collect();
        stream(events, End::Finish)
    }

    fn completed(&self, length: usize) -> String {
        let output = protocol::tokens(length);
        event(&json!({
            "type": "response.completed",
            "response": {"id": self.id(), "usage": {
                "input_tokens": self.input_tokens, "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": output, "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": self.input_tokens + output
            }}
        }))
    }

    fn function_call(&self, at: usize, call: &ToolCall) -> Value {
        let id = format!("call_{:04}_{at}", self.turn.answers + 1);
        let mut item = json!({"type": "function_call", "id": format!("fc_{id}"), "call_id": id,
                              "name": call.name, "arguments": call.input.to_string()});
        if let Some((space, name)) = call.name.split_once('.') {
            item["namespace"] = json!(space);
            item["name"] = json!(name);
        }
        item
    }
}

fn message(text: &str) -> Value {
    json!({"type": "message", "role": "assistant", "id": "msg", "content": [{"type": "output_text", "text": text}]})
}
