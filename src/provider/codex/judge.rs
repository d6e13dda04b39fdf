//! How a run of Codex ended.
//!
//! It tells an error in words alone, without a status or a code, and ends with 1 whatever it was. The texts are those
//! measured with codex-cli 0.169.0 and those that users reported.

use crate::domain::command::Exit;
use crate::domain::outcome::Outcome;
use crate::domain::reset::{Clock, reset_time};
use crate::provider::Seen;
use crate::provider::program;
use crate::provider::words::detail;

const LOGIN: &str = "log in with `codex login` in a terminal, or put a working OPENAI_API_KEY or CODEX_API_KEY into the environment";
const KEY: &str = "put it into the environment; samocode passes on the keys that Codex's config.toml names";
const CREDIT: &str = "add credit to the account, or log in with another one";
const MODEL: &str = "set `CODEX_MODEL` to a model that the account has";
const ARGUMENTS: &str = "look at `CODEX_ARGS`, or update Codex";
const SETTINGS: &str = "mend `config.toml` in `~/.codex` (or in CODEX_HOME), or look at `CODEX_ARGS`";

/// The first word of the command line's parser, and of a feature that this version does not have.
const ARGUMENT_WORDS: [&str; 3] = ["unexpected argument", "invalid value", "unknown feature flag"];
const SETTING_WORDS: [&str; 3] = ["error loading config", "error parsing", "model provider"];
const LOGIN_WORDS: [&str; 7] = [
    "unexpected status 401",
    "unexpected status 403",
    "401 unauthorized",
    "not logged in",
    "log out and sign in again",
    "refresh token",
    "provided authentication token",
];
const CREDIT_WORDS: [&str; 6] = [
    "quota exceeded",
    "insufficient_quota",
    "unexpected status 402",
    "out of credits",
    "to use codex with your chatgpt plan",
    "spend cap",
];
const MODEL_WORDS: [&str; 3] =
    ["does not exist or you do not have access", "model is not supported", "model not found"];
const REFUSED_WORDS: [&str; 5] =
    ["content_filter", "was flagged", "flagged as", "usage policy", "safety reasons"];
const OUTAGE_WORDS: [&str; 11] = [
    "experiencing high demand",
    "at capacity",
    "exceeded retry limit",
    "rate limit",
    "stream disconnected",
    "connection failed",
    "connection refused",
    "error sending request",
    "unexpected status 429",
    "unexpected status 5",
    "timed out",
];

/// How the run ended. See [`super::super::Provider::judge`].
pub(in super::super) fn judge(seen: &Seen, exit: Exit, stderr_tail: &str, clock: &Clock<'_>) -> Outcome {
    match seen.result() {
        Some(result) if result.is_error => by_words(&result.words, clock).unwrap_or_else(|| {
            Outcome::Crashed { detail: detail(&result.words, "it said that the turn failed, and not why") }
        }),
        Some(_) => Outcome::Completed,
        None => without_result(seen, exit, stderr_tail, clock),
    }
}

/// The verdict on a run that ended in the middle of its turn or before it.
fn without_result(seen: &Seen, exit: Exit, stderr_tail: &str, clock: &Clock<'_>) -> Outcome {
    if let Some(outcome) = by_words(seen.service_error(), clock) {
        return outcome;
    }
    let said = without_warnings(stderr_tail);
    if seen.started().is_none() {
        if program::is_not_runnable(exit) {
            return Outcome::CannotStart {
                detail: format!(
                    "Codex did not come up ({exit}): {}; start `codex --version` in a terminal, install what is missing, \
                     or set `CODEX_PATH`",
                    detail(&said, "it said nothing")
                ),
            };
        }
        if let Some(outcome) = not_started(&said).or_else(|| by_words(&said, clock)) {
            return outcome;
        }
    }
    if let Some(retrying) = seen.retrying() {
        return by_words(&retrying.detail, clock).filter(|_| retrying.status.is_some()).unwrap_or_else(
            || Outcome::Overloaded {
                detail: format!(
                    "it ended with {exit} while trying again ({}, try {} of {})",
                    retrying.detail, retrying.attempt, retrying.max
                ),
            },
        );
    }
    let said = detail(&said, "it said nothing");
    Outcome::Crashed { detail: format!("it ended with {exit} and without the end of its turn; {said}") }
}

/// The verdict on what it says before it does anything: its command line and its settings.
fn not_started(said: &str) -> Option<Outcome> {
    let low = said.to_lowercase();
    let what = detail(said, "");
    let detail = if ARGUMENT_WORDS.iter().any(|words| low.contains(words)) {
        format!("Codex does not take its arguments: {what}; {ARGUMENTS}")
    } else if SETTING_WORDS.iter().any(|words| low.contains(words)) {
        format!("Codex does not take its settings: {what}; {SETTINGS}")
    } else {
        return None;
    };
    Some(Outcome::CannotStart { detail })
}

/// The verdict that its words allow.
fn by_words(words: &str, clock: &Clock<'_>) -> Option<Outcome> {
    let low = words.to_lowercase();
    let says = |texts: &[&str]| texts.iter().any(|text| low.contains(text));
    let with = |advice: &str| format!("{}; {advice}", detail(words, "").trim_end_matches('.'));
    Some(if low.contains("hit your usage limit") {
        Outcome::UsageLimit { until: reset_time(words, clock), detail: detail(words, "") }
    } else if says(&CREDIT_WORDS) {
        Outcome::CreditExhausted { detail: with(CREDIT) }
    } else if low.contains("missing environment variable") {
        Outcome::LoginRequired { detail: with(KEY) }
    } else if says(&LOGIN_WORDS) {
        Outcome::LoginRequired { detail: with(LOGIN) }
    } else if low.contains("context window") {
        Outcome::ContextExhausted
    } else if says(&MODEL_WORDS) {
        Outcome::CannotStart { detail: with(MODEL) }
    } else if low.contains("unexpected status 404") {
        Outcome::CannotStart { detail: with(SETTINGS) }
    } else if says(&REFUSED_WORDS) {
        Outcome::Refused { detail: detail(words, "") }
    } else if says(&OUTAGE_WORDS) {
        Outcome::Overloaded { detail: detail(words, "") }
    } else {
        return None;
    })
}

/// What it said on stderr but for remarks that come with every run, such as one about helpers in its folder.
fn without_warnings(stderr: &str) -> String {
    let kept =
        stderr.lines().filter(|line| !line.starts_with("WARNING: ") && !line.starts_with("Reading prompt"));
    kept.collect::<Vec<_>>().join("\n")
}
