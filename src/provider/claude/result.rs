//! The last line of Claude Code's stream, whole or cut.
//!
//! Reads fields only; [`super::judge`] says what they mean.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::event::RunResult;
use super::super::words::{self, json};
use super::tokens::Tokens;
use crate::domain::outcome::Usage;

/// Most characters kept of the last words.
const WORDS: usize = 500;

/// How far into the line the fields before the last words reach; they took 230 bytes when measured.
const HEAD: usize = 8 * 1024;

#[derive(Deserialize)]
struct ResultLine {
    #[serde(default)]
    subtype: String,
    #[serde(default)]
    is_error: bool,
    api_error_status: Option<u16>,
    #[serde(default)]
    num_turns: u64,
    result: Option<String>,
    #[serde(default)]
    errors: Vec<String>,
    stop_reason: Option<String>,
    total_cost_usd: Option<f64>,
    usage: Option<Tokens>,
    #[serde(default, rename = "modelUsage")]
    model_usage: BTreeMap<String, ModelTokens>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct ModelTokens {
    input_tokens: u64,
    output_tokens: u64,
    cache_read_input_tokens: u64,
    cache_creation_input_tokens: u64,
}

/// The result that `line` tells, as much of it as is there: a result that cannot be read is still the end of the run.
pub(super) fn read(line: &[u8], truncated: bool) -> RunResult {
    let whole = (!truncated).then(|| json::<ResultLine>(line)).flatten();
    whole.map_or_else(|| cut(line), RunResult::from)
}

/// The result from a line whose end is missing: everything before the last words, and their beginning.
fn cut(line: &[u8]) -> RunResult {
    const WORDS_START: &[u8] = br#","result":""#;
    let head = line.get(..line.len().min(HEAD)).unwrap_or(line);
    let Some(at) = memchr::memmem::find(head, WORDS_START) else {
        return RunResult {
            is_error: memchr::memmem::find(head, br#""is_error":true"#).is_some(),
            ..RunResult::default()
        };
    };
    let (fields, rest) = head.split_at(at);
    let fields = [fields, b"}"].concat();
    let mut result = json::<ResultLine>(&fields).map_or_else(RunResult::default, RunResult::from);
    let told = rest.get(WORDS_START.len()..).unwrap_or_default();
    result.words = words::one_line(&String::from_utf8_lossy(told), WORDS);
    result.usage = None;
    result
}

impl From<ResultLine> for RunResult {
    fn from(line: ResultLine) -> Self {
        let words = line.result.filter(|words| !words.is_empty()).unwrap_or_else(|| line.errors.join("; "));
        // `usage` leaves the sub-agents out; the sums by model have everything.
        let tokens = if line.model_usage.is_empty() {
            line.usage.as_ref().map(Tokens::usage)
        } else {
            Some(sum(line.model_usage.values()))
        };
        Self {
            subtype: line.subtype,
            is_error: line.is_error,
            api_status: line.api_error_status,
            stop_reason: line.stop_reason.unwrap_or_default(),
            words: words::one_line(&words, WORDS),
            usage: tokens.map(|tokens| Usage {
                cost_usd: line.total_cost_usd,
                turns: line.num_turns,
                ..tokens
            }),
            turns: line.num_turns,
        }
    }
}

fn sum<'a>(models: impl Iterator<Item = &'a ModelTokens>) -> Usage {
    models.fold(Usage::default(), |sum, model| Usage {
        input_tokens: sum.input_tokens
            + model.input_tokens
            + model.cache_creation_input_tokens
            + model.cache_read_input_tokens,
        cached_tokens: sum.cached_tokens + model.cache_read_input_tokens,
        output_tokens: sum.output_tokens + model.output_tokens,
        ..sum
    })
}
