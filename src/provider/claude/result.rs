//! The result line of Claude Code's stream, whole or cut.
//!
//! Reads fields only; [`super::judge`] says what they mean.

use super::super::event::RunResult;
use super::super::fields::Line;
use super::super::words;
use super::fields::Field;
use crate::domain::outcome::Usage;

/// Most characters kept of the last words.
const WORDS: usize = 500;

/// The result that `line` tells, as much of it as is there: a result that is cut is still the end of the run.
pub(super) fn read(line: &Line<'_, Field>) -> RunResult {
    let said = line.text(Field::LastWords).filter(|words| !words.is_empty());
    let words = said.unwrap_or_else(|| line.texts(Field::Errors).collect::<Vec<_>>().join("; "));
    let turns = line.number(Field::Turns).unwrap_or_default();
    // `usage` leaves the sub-agents out, and after a woken turn it counts that turn only; the sums by model have everything.
    let by_model = line.has(Field::ModelInputTokens) || line.has(Field::ModelOutputTokens);
    let used = if by_model { tokens_by_model(line) } else { tokens(line) };
    let is_told = by_model || line.has(Field::InputTokens) || line.has(Field::Cost);
    let usage = Usage { cost_usd: line.decimal(Field::Cost), turns, ..used };
    RunResult {
        subtype: line.text(Field::Subtype).unwrap_or_default(),
        is_error: line.is_true(Field::IsError),
        api_status: line.number(Field::ApiErrorStatus).and_then(|status| u16::try_from(status).ok()),
        stop_reason: line.text(Field::StopReason).unwrap_or_default(),
        words: words::one_line(&words, WORDS),
        usage: (line.is_whole() && is_told).then_some(usage),
        since_last: !by_model,
        turns,
    }
}

/// The tokens of a `usage`: what was read from the cache stands beside `input_tokens`, not within.
pub(super) fn tokens(line: &Line<'_, Field>) -> Usage {
    let number = |field| line.number(field).unwrap_or_default();
    let cached = number(Field::CacheReadTokens);
    Usage {
        input_tokens: number(Field::InputTokens)
            .saturating_add(number(Field::CacheCreationTokens))
            .saturating_add(cached),
        cached_tokens: cached,
        output_tokens: number(Field::OutputTokens),
        ..Usage::default()
    }
}

fn tokens_by_model(line: &Line<'_, Field>) -> Usage {
    let cached = line.sum(Field::ModelCacheReadTokens);
    Usage {
        input_tokens: line
            .sum(Field::ModelInputTokens)
            .saturating_add(line.sum(Field::ModelCacheCreationTokens))
            .saturating_add(cached),
        cached_tokens: cached,
        output_tokens: line.sum(Field::ModelOutputTokens),
        ..Usage::default()
    }
}
