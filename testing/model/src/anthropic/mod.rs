//! Anthropic's interface as Claude Code 2.1.197 uses it: `HEAD /`, `POST /v1/messages` (with `?beta=true`) and
//! `POST /v1/messages/count_tokens`. Turns a request into an answer; never touches a socket.

mod body;
mod sse;
pub(crate) mod tool_result;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::faults::error_body;
use crate::http::{Answer, Request};
use crate::recorder::{Recorded, Recorder};
use crate::reply::Reply;
use crate::script::Script;
use crate::turn::Turn;

/// The answer to one request; records it, and lists it when nothing here or in the script expects it.
pub(crate) fn answer(request: &Request, script: &Mutex<Box<dyn Script>>, recorder: &Recorder) -> Answer {
    let path = request.path.split('?').next().unwrap_or_default();
    match (request.method.as_str(), path) {
        ("HEAD" | "GET", "/") => {
            recorder.other(request.line());
            Answer::json(200, "")
        }
        ("POST", "/v1/messages/count_tokens") => {
            recorder.other(request.line());
            Answer::json(200, &json!({"input_tokens": tokens(request.body.len())}).to_string())
        }
        ("POST", "/v1/messages") => {
            message(request, script, recorder).unwrap_or_else(|why| refuse(recorder, why))
        }
        _ => refuse(recorder, format!("no such request is known: `{}`", request.line())),
    }
}

/// HTTP 400, which the CLI shows and does not retry.
pub(crate) fn refuse(recorder: &Recorder, why: String) -> Answer {
    let words = format!("UNEXPECTED REQUEST TO THE MODEL STAND-IN: {why}");
    recorder.unexpected(why);
    Answer::json(400, &error_body("invalid_request_error", &words))
}

fn message(
    request: &Request,
    script: &Mutex<Box<dyn Script>>,
    recorder: &Recorder,
) -> Result<Answer, String> {
    let body: Value =
        serde_json::from_slice(&request.body).map_err(|error| format!("the body is no JSON: {error}"))?;
    let conversation = request.header("x-claude-code-session-id").unwrap_or_default();
    let turn = body::parse(&body, conversation)?;
    let streamed = body["stream"] == true;
    let recorded =
        Recorded { path: request.path.clone(), headers: request.headers.clone(), body, turn: turn.clone() };
    recorder.message(recorded);
    let input_tokens = tokens(request.body.len());
    match decide(script, &turn) {
        Reply::Unexpected(why) => Err(why),
        reply => Ok(sse::answer(&reply, &turn, input_tokens, streamed)),
    }
}

fn decide(script: &Mutex<Box<dyn Script>>, turn: &Turn) -> Reply {
    let mut script = script.lock().unwrap_or_else(PoisonError::into_inner);
    catch_unwind(AssertUnwindSafe(|| script.reply(turn))).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
        Reply::Unexpected(format!("the script panicked: {}", words.unwrap_or_default()))
    })
}

/// A rough count, so that the CLI's sums of tokens and cost are not zero.
fn tokens(bytes: usize) -> usize {
    bytes.div_ceil(4)
}
