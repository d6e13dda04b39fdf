//! How a run of Gemini CLI ended.
//!
//! Fields of the result come first, the CLI's words second. Its exit code carries what a result without a status leaves
//! out: the HTTP status modulo 256. The texts are those measured with Gemini CLI 0.61.0.

use super::phrases::BOOK;
use crate::domain::command::Exit;
use crate::domain::outcome::Outcome;
use crate::domain::reset::{Clock, reset_time};
use crate::domain::watch::LONGEST_WAIT;
use crate::provider::Seen;
use crate::provider::event::RunResult;
use crate::provider::last_words::LastWords;
use crate::provider::phrases::{Meaning, meaning_of_status};
use crate::provider::words::detail;

/// What starts lines of its stderr that say nothing about an end.
const NOISE: [&str; 5] = [
    "Warning: 256-color support",
    "YOLO mode is enabled",
    "Ripgrep is not available",
    "[STARTUP]",
    "Approval mode overridden",
];

/// How the run ended. See [`super::super::Provider::judge`].
pub(in super::super) fn judge(seen: &Seen, exit: Exit, stderr_tail: &str, clock: &Clock<'_>) -> Outcome {
    let said =
        LastWords::new(stderr_tail, seen.plain(), |line| NOISE.iter().any(|noise| line.starts_with(noise)));
    match seen.result() {
        Some(result) if !result.is_error => Outcome::Completed,
        result => asleep(seen, clock).unwrap_or_else(|| match result {
            Some(result) => failed(seen, result, exit, &said, clock),
            None => without_result(seen, exit, &said, clock),
        }),
    }
}

/// The verdict on a run that had gone to sleep for longer than anybody would wait, and was ended for it.
///
/// The wait itself is up to a fifth longer than what the service asked for.
fn asleep(seen: &Seen, clock: &Clock<'_>) -> Option<Outcome> {
    let retrying = seen.retrying().filter(|retrying| retrying.wait > LONGEST_WAIT)?;
    Some(Outcome::UsageLimit {
        until: reset_time(&retrying.detail, clock).or_else(|| clock.now.checked_add(retrying.wait).ok()),
        detail: detail(&retrying.detail, "the quota is used up"),
    })
}

/// The verdict on a result that counts as a failure.
fn failed(seen: &Seen, result: &RunResult, exit: Exit, said: &LastWords, clock: &Clock<'_>) -> Outcome {
    if result.subtype == "FatalTurnLimitedError" {
        return Outcome::TurnLimit;
    }
    // An answer of the model's that is no good is told in a line of its own, before the result.
    let words = if result.words.is_empty() { seen.service_error() } else { &result.words };
    if let Some(outcome) = BOOK.outcome(words, clock) {
        return outcome;
    }
    let status = result.api_status.or_else(|| status_of(exit));
    if let Some(meaning) = status.and_then(meaning_of_status) {
        return BOOK.verdict(meaning, words, clock);
    }
    if words.is_empty()
        && let Some(outcome) = BOOK.outcome_of(said, true, clock)
    {
        return outcome;
    }
    let otherwise = format!("it reported `{}`; {}", result.subtype, said.shown());
    Outcome::Crashed { detail: detail(words, &otherwise) }
}

/// The verdict on a run that ended without a result.
fn without_result(seen: &Seen, exit: Exit, said: &LastWords, clock: &Clock<'_>) -> Outcome {
    let (text, shown) = (said.text(), said.shown());
    let cannot_start = |advice: &str| Outcome::CannotStart {
        detail: format!("Gemini CLI did not start: {shown}; {advice}"),
    };
    match exit {
        Exit::Code(41) => return BOOK.verdict(Meaning::LoginRefused, &text, clock),
        Exit::Code(42) => {
            return cannot_start("look at `GEMINI_ARGS`: the prompt comes on its standard input");
        }
        Exit::Code(44) => return cannot_start(OWN_SANDBOX),
        Exit::Code(52) => {
            return cannot_start("mend `~/.gemini/settings.json`, or the system's or the project's settings");
        }
        Exit::Code(53) => return Outcome::TurnLimit,
        Exit::Code(55) => {
            return cannot_start(
                "look at `GEMINI_ARGS` and at the system's settings for the trust in folders",
            );
        }
        Exit::Code(126 | 127) if seen.started().is_none() => {
            return cannot_start(
                "start `gemini --version` in a terminal, install what is missing, or set `GEMINI_PATH`",
            );
        }
        _ if text.contains("Unknown argument") => {
            return cannot_start("look at `GEMINI_ARGS`, or update Gemini CLI");
        }
        _ if text.contains("FatalSandboxError") => return cannot_start(OWN_SANDBOX),
        _ => {}
    }
    if let Some(outcome) = BOOK.outcome_of(said, seen.started().is_some(), clock) {
        return outcome;
    }
    if let Some(retrying) = seen.retrying() {
        return Outcome::Overloaded {
            detail: format!(
                "it ended with {exit} while trying again: {}",
                detail(&retrying.detail, "no answer")
            ),
        };
    }
    let what = match exit {
        Exit::Code(54) => "a tool of its own failed for good",
        Exit::Code(130) => "it was cancelled",
        _ => "it ended without a result",
    };
    // The last error in the stream is its last word, even if nobody knows it.
    Outcome::Crashed { detail: format!("{what} ({exit}); {}", detail(seen.service_error(), &shown)) }
}

const OWN_SANDBOX: &str = "its own sandbox cannot be used; switch it off in its settings, samocode has one";

/// The HTTP status that an exit code is the rest of: a process hands on 8 bits of it.
fn status_of(exit: Exit) -> Option<u16> {
    match exit {
        Exit::Code(code @ 144..=255) => u16::try_from(code + 256).ok(),
        _ => None,
    }
}
