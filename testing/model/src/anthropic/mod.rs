//! Anthropic's interface as Claude Code 2.1.197 uses it: `HEAD /`, `POST /v1/messages` (with `?beta=true`) and
//! `POST /v1/messages/count_tokens`. Turns a request into an answer; never touches a socket.

mod body;
mod sse;

pub(crate) use body::texts;

use std::sync::Mutex;

use serde_json::{Value, json};

use crate::http::{Answer, Request};
use crate::protocol::{decide, refuse, tokens};
use crate::recorder::{Recorded, Recorder};
use crate::reply::Reply;
use crate::script::Script;

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
