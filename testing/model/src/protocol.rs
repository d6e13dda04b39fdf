//! Which service a request is meant for, and what their interfaces have in common. Never touches a socket.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use std::time::Duration;

use samocode_testing_http::{Answer, End, Request};
use serde_json::Value;

use crate::faults::error_body;
use crate::recorder::{Recorded, Recorder};
use crate::reply::{Reply, ToolCall};
use crate::script::Script;
use crate::turn::Turn;
use crate::{anthropic, gemini, responses};

/// The longest piece of text or of a tool's input in one event, in characters: small enough that a reader has to join
/// pieces, large enough to be quick.
const PIECE: usize = 4096;

/// The answer to one request; records it, and lists it when nothing here or in the script expects it.
pub(crate) fn answer(request: &Request, script: &Mutex<Box<dyn Script>>, recorder: &Recorder) -> Answer {
    match request.path.split('?').next() {
        Some(path) if path.starts_with(gemini::PATHS) => gemini::answer(request, script, recorder),
        Some(responses::PATH) => responses::answer(request, script, recorder),
        _ => anthropic::answer(request, script, recorder),
    }
}

/// The answer to a request for a message: recorded, and decided by the script.
pub(crate) fn converse(
    request: &Request,
    script: &Mutex<Box<dyn Script>>,
    recorder: &Recorder,
    parse: impl FnOnce(&Value) -> Result<Turn, String>,
    render: impl FnOnce(&Reply, &Turn, &Value, usize) -> Answer,
) -> Answer {
    let body = serde_json::from_slice(&request.body).map_err(|error| format!("the body is no JSON: {error}"));
    let (body, turn) = match body.and_then(|body| parse(&body).map(|turn| (body, turn))) {
        Ok(read) => read,
        Err(why) => return refuse(recorder, why),
    };
    recorder.message(Recorded {
        path: request.path.clone(),
        headers: request.headers.clone(),
        body: body.clone(),
        turn: turn.clone(),
    });
    match decide(script, &turn) {
        Reply::Unexpected(why) => refuse(recorder, why),
        reply => render(&reply, &turn, &body, tokens(request.body.len())),
    }
}

/// How a service writes what the model says.
pub(crate) trait Wire {
    /// A message with these calls.
    fn calls(&self, calls: &[ToolCall]) -> Answer;

    /// A message of text, the last one.
    fn text(&self, text: &str) -> Answer;

    /// A message of text that ends for another reason than its end.
    fn stopped(&self, text: &str, reason: &str) -> Answer;

    /// The events of a message of text up to the end of the text.
    fn begun(&self, text: &str) -> Vec<String>;
}

/// The answer for a reply that is not [`Reply::Unexpected`].
pub(crate) fn render(reply: &Reply, wire: &impl Wire) -> Answer {
    match reply {
        Reply::Status { code, headers, body } => {
            Answer::Whole { code: *code, headers: headers.clone(), body: body.clone() }
        }
        Reply::Hang => Answer::Silence,
        Reply::Slow { every, reply } => match render(reply, wire) {
            Answer::Stream { events, end, .. } => Answer::Stream { events, every: *every, end },
            other => other,
        },
        Reply::HangMidStream(text) => stream(wire.begun(text), End::Hang),
        Reply::CutMidStream(text) => stream(wire.begun(text), End::Cut),
        Reply::ToolCalls(calls) => wire.calls(calls),
        Reply::Text(text) => wire.text(text),
        Reply::Stopped { text, stop_reason } => wire.stopped(text, stop_reason),
        Reply::Unexpected(why) => Answer::json(400, why),
    }
}

/// Events without a pause between them.
pub(crate) fn stream(events: Vec<String>, end: End) -> Answer {
    Answer::Stream { events, every: Duration::ZERO, end }
}

/// One server-sent event, which says its type twice.
pub(crate) fn event(data: &Value) -> String {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap_or_default())
}

pub(crate) fn pieces(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(PIECE).map(|piece| piece.iter().collect()).collect()
}

/// HTTP 400, which the CLIs show and do not retry.
pub(crate) fn refuse(recorder: &Recorder, why: String) -> Answer {
    let words = format!("UNEXPECTED REQUEST TO THE MODEL STAND-IN: {why}");
    recorder.unexpected(why);
    Answer::json(400, &error_body("invalid_request_error", &words))
}

/// What the script says to a turn.
fn decide(script: &Mutex<Box<dyn Script>>, turn: &Turn) -> Reply {
    let mut script = script.lock().unwrap_or_else(PoisonError::into_inner);
    catch_unwind(AssertUnwindSafe(|| script.reply(turn))).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
        Reply::Unexpected(format!("the script panicked: {}", words.unwrap_or_default()))
    })
}

/// A rough count, so that the CLI's sums of tokens and cost are not zero.
pub(crate) fn tokens(bytes: usize) -> usize {
    bytes.div_ceil(4)
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
