//! Which service a request is meant for, and what their interfaces have in common. Never touches a socket.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use crate::anthropic;
use crate::faults::error_body;
use crate::http::{Answer, Request};
use crate::recorder::Recorder;
use crate::reply::Reply;
use crate::script::Script;
use crate::turn::Turn;

/// The answer to one request; records it, and lists it when nothing here or in the script expects it.
pub(crate) fn answer(request: &Request, script: &Mutex<Box<dyn Script>>, recorder: &Recorder) -> Answer {
    anthropic::answer(request, script, recorder)
}

/// HTTP 400, which the CLIs show and do not retry.
pub(crate) fn refuse(recorder: &Recorder, why: String) -> Answer {
    let words = format!("UNEXPECTED REQUEST TO THE MODEL STAND-IN: {why}");
    recorder.unexpected(why);
    Answer::json(400, &error_body("invalid_request_error", &words))
}

/// What the script says to a turn.
pub(crate) fn decide(script: &Mutex<Box<dyn Script>>, turn: &Turn) -> Reply {
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
