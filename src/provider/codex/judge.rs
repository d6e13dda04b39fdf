//! How a run of Codex ended.
//!
//! It tells an error in words alone, without a status or a code, and ends with 1 whatever it was. The texts are those
//! measured with codex-cli 0.169.0 and those that users reported.

use super::phrases::{BOOK, SETTINGS};
use crate::domain::command::Exit;
use crate::domain::outcome::Outcome;
use crate::domain::reset::Clock;
use crate::provider::Seen;
use crate::provider::last_words::LastWords;
use crate::provider::program;
use crate::provider::words::detail;

const ARGUMENTS: &str = "look at `CODEX_ARGS`, or update Codex";

/// The first word of the command line's parser, and of a feature that this version does not have.
const ARGUMENT_WORDS: [&str; 3] = ["unexpected argument", "invalid value", "unknown feature flag"];
const SETTING_WORDS: [&str; 3] = ["error loading config", "error parsing", "model provider"];

/// How the run ended. See [`super::super::Provider::judge`].
pub(in super::super) fn judge(seen: &Seen, exit: Exit, stderr_tail: &str, clock: &Clock<'_>) -> Outcome {
    let said = LastWords::new(stderr_tail, seen.plain(), is_remark);
    match seen.result() {
        Some(result) if result.is_error => failed(&result.words, &said, clock),
        Some(_) => Outcome::Completed,
        None => without_result(seen, exit, &said, clock),
    }
}

/// The verdict on a turn that failed.
fn failed(words: &str, said: &LastWords, clock: &Clock<'_>) -> Outcome {
    if let Some(outcome) = BOOK.outcome(words, clock) {
        return outcome;
    }
    if words.is_empty()
        && let Some(outcome) = BOOK.outcome_of(said, true, clock)
    {
        return outcome;
    }
    let otherwise = format!("it said that the turn failed, and not why; {}", said.shown());
    Outcome::Crashed { detail: detail(words, &otherwise) }
}

/// The verdict on a run that ended in the middle of its turn or before it.
fn without_result(seen: &Seen, exit: Exit, said: &LastWords, clock: &Clock<'_>) -> Outcome {
    if let Some(outcome) = BOOK.outcome(seen.service_error(), clock) {
        return outcome;
    }
    let shown = said.shown();
    let started = seen.started().is_some();
    if !started && program::is_not_runnable(exit) {
        return Outcome::CannotStart {
            detail: format!(
                "Codex did not come up ({exit}): {shown}; start `codex --version` in a terminal, install what is missing, \
                 or set `CODEX_PATH`"
            ),
        };
    }
    let refused = if started { None } else { not_started(&said.text(), &shown) };
    if let Some(outcome) = refused.or_else(|| BOOK.outcome_of(said, started, clock)) {
        return outcome;
    }
    if let Some(retrying) = seen.retrying() {
        let by_words = BOOK.outcome(&retrying.detail, clock).filter(|_| retrying.status.is_some());
        return by_words.unwrap_or_else(|| Outcome::Overloaded {
            detail: format!(
                "it ended with {exit} while trying again ({}, try {} of {})",
                retrying.detail, retrying.attempt, retrying.max
            ),
        });
    }
    // Its last error is its last word, even if nobody knows it.
    let last = detail(seen.service_error(), &shown);
    Outcome::Crashed { detail: format!("it ended with {exit} and without the end of its turn; {last}") }
}

/// The verdict on what it says before it does anything: its command line and its settings.
fn not_started(text: &str, what: &str) -> Option<Outcome> {
    let low = text.to_lowercase();
    let detail = if ARGUMENT_WORDS.iter().any(|words| low.contains(words)) {
        format!("Codex does not take its arguments: {what}; {ARGUMENTS}")
    } else if SETTING_WORDS.iter().any(|words| low.contains(words)) {
        format!("Codex does not take its settings: {what}; {SETTINGS}")
    } else {
        return None;
    };
    Some(Outcome::CannotStart { detail })
}

/// Whether a line is a remark that comes with every run, such as one about helpers in its folder.
fn is_remark(line: &str) -> bool {
    line.starts_with("WARNING: ") || line.starts_with("Reading prompt")
}
