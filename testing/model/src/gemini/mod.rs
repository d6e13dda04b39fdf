//! Google's interface as Gemini CLI 0.61.0 uses it: `POST /v1beta/models/M:streamGenerateContent?alt=sse` for the
//! conversations, and `…:generateContent` for what the CLI asks by itself. Turns a request into an answer; never touches
//! a socket.

mod body;
mod sse;

use std::sync::Mutex;

use samocode_testing_http::{Answer, Request};
use serde_json::{Value, json};

use crate::protocol::{converse, refuse, render, tokens};
use crate::recorder::Recorder;
use crate::script::Script;

/// How all of its paths begin.
pub(crate) const PATHS: &str = "/v1beta/models/";

/// The answer to one request; records it, and lists it when nothing here or in the script expects it.
pub(crate) fn answer(request: &Request, script: &Mutex<Box<dyn Script>>, recorder: &Recorder) -> Answer {
    let path = request.path.split('?').next().unwrap_or_default();
    match (request.method.as_str(), path.trim_start_matches(PATHS).split_once(':')) {
        ("POST", Some((model, "streamGenerateContent"))) => converse(
            request,
            script,
            recorder,
            |body| body::parse(body, model),
            |reply, _, _, input_tokens| render(reply, &sse::Message { input_tokens }),
        ),
        ("POST", Some((_, "generateContent"))) if asks_for_a_score(request) => {
            recorder.other(request.line());
            score(request)
        }
        _ => refuse(recorder, format!("no such request is known: `{}`", request.line())),
    }
}

/// With the model `auto` it asks a small one how hard the prompt is, and chooses by the score.
fn asks_for_a_score(request: &Request) -> bool {
    let body: Option<Value> = serde_json::from_slice(&request.body).ok();
    let wanted = body.map(|mut body| body["generationConfig"]["responseJsonSchema"]["properties"].take());
    wanted.is_some_and(|properties| !properties["complexity_score"].is_null())
}

fn score(request: &Request) -> Answer {
    let score =
        json!({"complexity_reasoning": "A task of several steps.", "complexity_score": 90}).to_string();
    Answer::json(
        200,
        &sse::chunk(&json!({"text": score}), Some("STOP"), tokens(request.body.len())).to_string(),
    )
}

/// The body of every error of the interface.
pub(crate) fn error_body(code: u16, status: &str, message: &str, details: &[Value]) -> String {
    let mut error = json!({"code": code, "message": message, "status": status});
    if !details.is_empty() {
        error["details"] = json!(details);
    }
    json!({ "error": error }).to_string()
}
