//! OpenAI's Responses interface as codex-cli 0.169.0 uses it: `POST /v1/responses`, whose answer is a stream. With a key
//! and a service of the person's own, as here, it compresses no body and asks for no list of models.

mod body;
mod sse;

use std::sync::Mutex;

use samocode_testing_http::{Answer, Request};

use crate::protocol::{self, refuse};
use crate::recorder::Recorder;
use crate::script::Script;

/// The path that this interface has and no other.
pub(crate) const PATH: &str = "/v1/responses";

/// The answer to one request; records it, and lists it when nothing here or in the script expects it.
pub(crate) fn answer(request: &Request, script: &Mutex<Box<dyn Script>>, recorder: &Recorder) -> Answer {
    if request.method != "POST" {
        return refuse(recorder, format!("no such request is known: `{}`", request.line()));
    }
    let conversation = request.header("session-id").unwrap_or_default();
    protocol::converse(
        request,
        script,
        recorder,
        |body| body::parse(body, conversation),
        |reply, turn, _, input_tokens| protocol::render(reply, &sse::Wire { turn, input_tokens }),
    )
}
