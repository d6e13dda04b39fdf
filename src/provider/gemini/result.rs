//! The last line of Gemini CLI's stream, whole or cut.
//!
//! Reads fields only; [`super::judge`] says what they mean.

use serde::Deserialize;

use super::stream::head;
use crate::domain::outcome::Usage;
use crate::provider::event::RunResult;
use crate::provider::words::{self, json};

/// Most characters kept of the error's words.
const WORDS: usize = 500;

#[derive(Deserialize)]
struct ResultLine {
    #[serde(default)]
    status: String,
    error: Option<Error>,
    stats: Option<Stats>,
}

#[derive(Deserialize)]
struct Error {
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Stats {
    total_tokens: u64,
    input_tokens: u64,
    output_tokens: u64,
    cached: u64,
}

/// What the service says in the place of words.
#[derive(Deserialize)]
struct Refusal {
    error: RefusalError,
}

#[derive(Deserialize)]
struct RefusalError {
    code: Option<u16>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Vec<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    reason: Option<String>,
}

/// The result that `line` tells, as much of it as is there: a result that cannot be read is still the end of the run.
pub(super) fn read(line: &[u8], truncated: bool) -> RunResult {
    let whole = (!truncated).then(|| json::<ResultLine>(line)).flatten();
    whole.map_or_else(
        || RunResult {
            is_error: memchr::memmem::find(head(line), br#""status":"success""#).is_none(),
            ..RunResult::default()
        },
        RunResult::from,
    )
}

impl From<ResultLine> for RunResult {
    fn from(line: ResultLine) -> Self {
        let failed = line.error.as_ref().map(|error| error.r#type.clone());
        let message = line.error.map(|error| error.message).unwrap_or_default();
        let (api_status, words) = words_of(&message);
        Self {
            is_error: line.status != "success",
            subtype: failed.unwrap_or(line.status),
            api_status,
            words: words::one_line(&words, WORDS),
            usage: line.stats.map(|stats| Usage {
                input_tokens: stats.input_tokens,
                cached_tokens: stats.cached,
                // It counts the thoughts in the total only (measured); they are paid for as output.
                output_tokens: stats.total_tokens.saturating_sub(stats.input_tokens).max(stats.output_tokens),
                ..Usage::default()
            }),
            ..Self::default()
        }
    }
}

/// The status and the words of `[API Error: {"error": {…}}]`, or the words of any other message.
fn words_of(message: &str) -> (Option<u16>, String) {
    let refusal = message.find(r#"{"error""#).and_then(|at| {
        let text = message.get(at..)?;
        serde_json::Deserializer::from_str(text).into_iter::<Refusal>().next()?.ok()
    });
    let Some(Refusal { error }) = refusal else {
        let plain = message.strip_prefix("[API Error: ").map(|rest| rest.replacen(']', "", 1));
        return (None, plain.unwrap_or_else(|| message.to_owned()));
    };
    let reasons = error.details.iter().filter_map(|detail| detail.reason.as_deref());
    let reasons: String = reasons.map(|reason| format!(" ({reason})")).collect();
    (error.code, format!("{}{reasons}", error.message))
}
