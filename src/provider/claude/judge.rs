//! How a run of Claude Code ended.
//!
//! Fields of the result come first, the CLI's words second, and the exit code only tells an end with words from one
//! without. The texts are those measured with Claude Code 2.1.197 and those that users reported.

use super::super::Seen;
use super::super::event::RunResult;
use super::super::last_words::LastWords;
use super::super::phrases::{Meaning, meaning_of_status};
use super::super::program;
use super::super::words::detail;
use super::phrases::BOOK;
use crate::domain::command::Exit;
use crate::domain::outcome::Outcome;
use crate::domain::reset::{Clock, reset_time};

/// How the run ended. See [`super::super::Provider::judge`].
pub(in super::super) fn judge(seen: &Seen, exit: Exit, stderr_tail: &str, clock: &Clock<'_>) -> Outcome {
    if let Some(outcome) = not_loaded(seen) {
        return outcome;
    }
    let said = LastWords::new(stderr_tail, seen.plain(), |_| false);
    match seen.result() {
        Some(result) if result.stop_reason == "refusal" => {
            Outcome::Refused { detail: detail(&result.words, "the model refused the request") }
        }
        Some(result) if result.is_error => failed(seen, result, &said, clock),
        Some(_) => Outcome::Completed,
        None => without_result(seen, exit, &said, clock),
    }
}

/// The verdict on a run that came up without the agent that was asked for: it would work by other instructions.
fn not_loaded(seen: &Seen) -> Option<Outcome> {
    if seen.agent().is_empty() {
        return None;
    }
    let agents = &seen.started()?.agents;
    let asked = super::qualified(seen.agent());
    if agents.is_empty() || agents.contains(&asked) {
        return None;
    }
    Some(Outcome::CannotStart {
        detail: format!(
            "Claude Code did not load the agent `{asked}`; it has {}. Update it, or look for settings and `CLAUDE_ARGS` that switch plugins off",
            agents.join(", ")
        ),
    })
}

/// The verdict on a result that counts as a failure.
fn failed(seen: &Seen, result: &RunResult, said: &LastWords, clock: &Clock<'_>) -> Outcome {
    if result.subtype == "error_max_turns" {
        return Outcome::TurnLimit;
    }
    if result.subtype == "error_max_budget_usd" {
        return Outcome::BudgetReached {
            figures: detail(&result.words, "the run's budget of money is spent"),
        };
    }
    if seen.rejected().is_some() {
        return usage_limit(seen, &result.words, clock);
    }
    let words = result.words.as_str();
    let by_status = result.api_status.and_then(meaning_of_status);
    // Only words tell whether a 429 is the account's limit.
    if let Some(meaning) = by_status.filter(|_| result.api_status != Some(429)) {
        return BOOK.verdict(meaning, words, clock);
    }
    if let Some(outcome) = BOOK.outcome(words, clock) {
        return outcome;
    }
    if let Some(meaning) = meaning_of(seen.service_error()) {
        return BOOK.verdict(meaning, words, clock);
    }
    if words.is_empty()
        && let Some(outcome) = BOOK.outcome_of(said, true, clock)
    {
        return outcome;
    }
    let unreachable = result.api_status.is_none() && seen.retrying().is_some();
    if let Some(meaning) = by_status.or(unreachable.then_some(Meaning::Busy)) {
        return BOOK.verdict(meaning, words, clock);
    }
    let otherwise = format!("it reported `{}`; {}", result.subtype, said.shown());
    Outcome::Crashed { detail: detail(words, &otherwise) }
}

/// The verdict on a run that ended without a result.
fn without_result(seen: &Seen, exit: Exit, said: &LastWords, clock: &Clock<'_>) -> Outcome {
    let text = said.text();
    let shown = said.shown();
    if seen.rejected().is_some() {
        return usage_limit(seen, &text, clock);
    }
    // These two come before anything is loaded, from the command line itself.
    if text.contains("--agent '") && text.contains("not found") {
        return Outcome::CannotStart {
            detail: format!("Claude Code did not load samocode's agent; it said: {shown}"),
        };
    }
    if text.contains("error: unknown option") {
        return Outcome::CannotStart {
            detail: format!(
                "Claude Code does not take its arguments: {shown}; look at `CLAUDE_ARGS`, or update Claude Code"
            ),
        };
    }
    let started = seen.started().is_some();
    if !started && program::is_not_runnable(exit) {
        return Outcome::CannotStart {
            detail: format!(
                "Claude Code did not come up ({exit}): {shown}; start `claude --version` in a terminal, install what is \
                 missing, or set `CLAUDE_PATH`"
            ),
        };
    }
    if let Some(outcome) = BOOK.outcome_of(said, started, clock) {
        return outcome;
    }
    if let Some(meaning) = meaning_of(seen.service_error()) {
        return BOOK.verdict(meaning, &text, clock);
    }
    if let Some(retrying) = seen.retrying() {
        let status =
            retrying.status.map_or_else(|| "no answer".to_owned(), |status| format!("status {status}"));
        return Outcome::Overloaded {
            detail: format!(
                "it ended with {exit} while trying again ({status}, try {} of {})",
                retrying.attempt, retrying.max
            ),
        };
    }
    Outcome::Crashed { detail: format!("it ended with {exit} and without a result; {shown}") }
}

/// What Claude Code's word for an error of the service means, where that alone decides.
fn meaning_of(service_error: &str) -> Option<Meaning> {
    match service_error {
        "authentication_failed" => Some(Meaning::LoginRefused),
        "billing_error" => Some(Meaning::NoCredit),
        // A connection that is lost in mid-answer counts as one (measured with 2.1.197, which then tries no more).
        "server_error" | "rate_limit" | "overloaded" => Some(Meaning::Busy),
        _ => None,
    }
}

/// The structured event knows the second; the words only help where it names no time.
fn usage_limit(seen: &Seen, words: &str, clock: &Clock<'_>) -> Outcome {
    let limit = seen.rejected();
    let kind = limit.map(|limit| limit.kind.replace('_', "-"));
    Outcome::UsageLimit {
        until: limit.and_then(|limit| limit.resets_at).or_else(|| reset_time(words, clock)),
        detail: detail(
            words,
            &kind.map_or_else(
                || "the usage limit is reached".to_owned(),
                |kind| format!("the {kind} usage limit is reached"),
            ),
        ),
    }
}
