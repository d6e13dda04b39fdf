//! The last line of Gemini CLI's stream, whole or cut.
//!
//! Reads fields only; [`super::judge`] says what they mean.

use serde::Deserialize;

use super::fields::Field;
use crate::domain::outcome::Usage;
use crate::provider::event::RunResult;
use crate::provider::fields::Line;
use crate::provider::words;

/// Most characters kept of the error's words.
const WORDS: usize = 500;

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

/// The result that `line` tells, as much of it as is there: a result that is cut is still the end of the run.
pub(super) fn read(line: &Line<'_, Field>) -> RunResult {
    let (api_status, words) = words_of(&line.text(Field::ErrorMessage).unwrap_or_default());
    let status = line.text(Field::Status).unwrap_or_default();
    RunResult {
        is_error: status != "success",
        subtype: line.text(Field::ErrorType).unwrap_or(status),
        api_status,
        words: words::one_line(&words, WORDS),
        usage: (line.is_whole() && line.has(Field::TotalTokens)).then(|| usage(line)),
        ..RunResult::default()
    }
}

fn usage(line: &Line<'_, Field>) -> Usage {
    let number = |field| line.number(field).unwrap_or_default();
    // It counts the thoughts in the total only (measured); they are paid for as output.
    let beside_input = number(Field::TotalTokens).saturating_sub(number(Field::InputTokens));
    Usage {
        input_tokens: number(Field::InputTokens),
        cached_tokens: number(Field::CachedTokens),
        output_tokens: beside_input.max(number(Field::OutputTokens)),
        ..Usage::default()
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
