//! From a [`Reply`] to the bytes of an answer: a stream of server-sent events, or one JSON body when the CLI asked
//! for no stream.

use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Answer, End};
use crate::reply::{Reply, ToolCall};
use crate::turn::Turn;

/// The longest piece of text or of a tool's input in one event, in characters: small enough that a reader has to join
/// pieces, large enough to be quick.
const PIECE: usize = 4096;

/// The answer for a reply that is not [`Reply::Unexpected`].
pub(super) fn answer(reply: &Reply, turn: &Turn, input_tokens: usize, streamed: bool) -> Answer {
    match reply {
        Reply::Status { code, headers, body } => {
            Answer::Whole { code: *code, headers: headers.clone(), body: body.clone() }
        }
        Reply::Hang => Answer::Silence,
        Reply::Slow { every, reply } => match answer(reply, turn, input_tokens, streamed) {
            Answer::Stream { events, end, .. } => Answer::Stream { events, every: *every, end },
            other => other,
        },
        Reply::HangMidStream(text) => broken(text, turn, input_tokens, End::Hang),
        Reply::CutMidStream(text) => broken(text, turn, input_tokens, End::Cut),
        Reply::ToolCalls(calls) => {
            let blocks = calls.iter().enumerate().map(|(at, call)| tool_use(turn, at, call)).collect();
            complete(blocks, "tool_use", turn, input_tokens, streamed)
        }
        Reply::Text(text) => complete(vec![text_block(text)], "end_turn", turn, input_tokens, streamed),
        Reply::Stopped { text, stop_reason } => {
            complete(vec![text_block(text)], stop_reason, turn, input_tokens, streamed)
        }
        Reply::Unexpected(why) => Answer::json(400, why),
    }
}

fn text_block(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn tool_use(turn: &Turn, at: usize, call: &ToolCall) -> Value {
    let id = format!("toolu_{:04}_{at}", turn.answers + 1);
    json!({"type": "tool_use", "id": id, "name": call.name, "input": call.input})
}

fn message(turn: &Turn, input_tokens: usize) -> Value {
    json!({
        "id": format!("msg_{:04}", turn.answers + 1), "type": "message", "role": "assistant", "model": turn.model,
        "content": [], "stop_reason": null, "stop_sequence": null,
        "usage": {"input_tokens": input_tokens, "output_tokens": 1,
                  "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    })
}

fn complete(
    blocks: Vec<Value>,
    stop_reason: &str,
    turn: &Turn,
    input_tokens: usize,
    streamed: bool,
) -> Answer {
    let mut message = message(turn, input_tokens);
    let output_tokens = crate::protocol::tokens(blocks.iter().map(|block| block.to_string().len()).sum());
    if !streamed {
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
    Answer::Stream { events, every: Duration::ZERO, end: End::Finish }
}

/// A stream that stops inside its first block.
fn broken(text: &str, turn: &Turn, input_tokens: usize, end: End) -> Answer {
    let mut events = vec![event(&json!({"type": "message_start", "message": message(turn, input_tokens)}))];
    events.extend(block_events(0, &text_block(text)));
    Answer::Stream { events, every: Duration::ZERO, end }
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

fn pieces(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(PIECE).map(|piece| piece.iter().collect()).collect()
}

fn event(data: &Value) -> String {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{PIECE, event, pieces};

    #[test]
    fn an_event_names_its_type_and_ends_with_a_blank_line() {
        let data = serde_json::json!({"type": "message_stop"});
        assert_eq!(event(&data), "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    }

    #[test]
    fn long_text_comes_in_pieces_that_join_to_the_same() {
        let text = "ä".repeat(2 * PIECE + 1);
        let pieces = pieces(&text);
        assert_eq!(pieces.len(), 3);
        assert_eq!(pieces.concat(), text);
    }
}
