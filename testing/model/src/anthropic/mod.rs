//! Anthropic's interface as Claude Code 2.1.197 and 2.1.332 use it: `HEAD /` (the older one only), `POST /v1/messages`
//! (with `?beta=true`) and `POST /v1/messages/count_tokens`. Turns a request into an answer; never touches a socket.

mod body;
mod sse;

pub(crate) use body::texts;

use std::sync::Mutex;

use samocode_testing_http::{Answer, Request};
use serde_json::json;

use crate::protocol::{self, refuse, tokens};
use crate::recorder::Recorder;
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
            let conversation = request.header("x-claude-code-session-id").unwrap_or_default();
            protocol::converse(
                request,
                script,
                recorder,
                |body| body::parse(body, conversation),
                |reply, turn, body, input_tokens| {
                    let streamed = body["stream"] == true;
                    protocol::render(reply, &sse::Wire { turn, input_tokens, streamed })
                },
            )
        }
        _ => refuse(recorder, format!("no such request is known: `{}`", request.line())),
    }
}
