//! How a run of Gemini CLI ended.
//!
//! Fields of the result come first, the CLI's words second. Its exit code carries what a result without a status leaves
//! out: the HTTP status modulo 256. The texts are those measured with Gemini CLI 0.61.0.

use crate::domain::command::Exit;
use crate::domain::outcome::Outcome;
use crate::domain::reset::{Clock, reset_time};
use crate::domain::watch::LONGEST_WAIT;
use crate::provider::Seen;
use crate::provider::event::RunResult;
use crate::provider::words::detail;

/// What starts lines of its stderr that say nothing about an end.
const NOISE: [&str; 6] = [
    "Warning: 256-color support",
    "YOLO mode is enabled",
    "Ripgrep is not available",
    "[STARTUP]",
    "    at ",
    "Approval mode overridden",
];

const LOGIN: &str = "start `gemini` in a terminal and log in with `/auth`, or put a working GEMINI_API_KEY into the environment \
                     or into `~/.gemini/.env`";
const CREDIT: &str = "add credit or a plan to the account, or log in with another one";

const LOGIN_WORDS: [&str; 6] = [
    "api key not valid",
    "api key expired",
    "api_key_invalid",
    "manual authorization is required",
    "must specify the gemini_api_key",
    "invalid auth method",
];
const CREDIT_WORDS: [&str; 3] = ["enable billing", "credits_balance", "insufficient credit"];
const QUOTA_WORDS: [&str; 3] = ["daily quota", "quota will reset after", "exhausted your capacity"];
const CONTEXT_WORDS: [&str; 4] = [
    "input token count",
    "exceeds the maximum number of tokens",
    "exceeded the token limit",
    "context window will overflow",
];
const OUTAGE_WORDS: [&str; 6] =
    ["fetch failed", "econnreset", "econnrefused", "etimedout", "overloaded", "incomplete json segment"];

/// How the run ended. See [`super::super::Provider::judge`].
pub(in super::super) fn judge(seen: &Seen, exit: Exit, stderr_tail: &str, clock: &Clock<'_>) -> Outcome {
    match seen.result() {
        Some(result) if !result.is_error => Outcome::Completed,
        result => asleep(seen, clock).unwrap_or_else(|| match result {
            Some(result) => failed(seen, result, exit, clock),
            None => without_result(seen, exit, &said(stderr_tail), clock),
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
fn failed(seen: &Seen, result: &RunResult, exit: Exit, clock: &Clock<'_>) -> Outcome {
    if result.subtype == "FatalTurnLimitedError" {
        return Outcome::TurnLimit;
    }
    // An answer of the model's that is no good is told in a line of its own, before the result.
    let words = if result.words.is_empty() { seen.service_error() } else { &result.words };
    if let Some(outcome) = by_words(words, clock) {
        return outcome;
    }
    match result.api_status.or_else(|| status_of(exit)) {
        Some(401 | 403) => login(words),
        Some(402) => credit(words),
        Some(404) => unknown_model(words),
        Some(413) => Outcome::ContextExhausted,
        Some(429) => limited(words, clock),
        Some(499..) => Outcome::Overloaded { detail: detail(words, "the service is overloaded") },
        _ if words.contains("is not found for API version") || words.contains("Model not found") => {
            unknown_model(words)
        }
        _ => Outcome::Crashed { detail: detail(words, &format!("it reported `{}`", result.subtype)) },
    }
}

/// The verdict on a run that ended without a result.
fn without_result(seen: &Seen, exit: Exit, said: &str, clock: &Clock<'_>) -> Outcome {
    let cannot_start = |advice: &str| Outcome::CannotStart {
        detail: format!("Gemini CLI did not start: {}; {advice}", detail(said, "it said nothing")),
    };
    match exit {
        Exit::Code(41) => return login(said),
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
        _ if said.contains("Unknown argument") => {
            return cannot_start("look at `GEMINI_ARGS`, or update Gemini CLI");
        }
        _ if said.contains("FatalSandboxError") => return cannot_start(OWN_SANDBOX),
        _ => {}
    }
    if let Some(outcome) = seen.started().is_none().then(|| by_words(said, clock)).flatten() {
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
    Outcome::Crashed { detail: format!("{what} ({exit}); {}", detail(said, "it said nothing")) }
}

const OWN_SANDBOX: &str = "its own sandbox cannot be used; switch it off in its settings, samocode has one";

/// The verdict that the CLI's words alone allow.
fn by_words(words: &str, clock: &Clock<'_>) -> Option<Outcome> {
    let low = words.to_lowercase();
    let says = |texts: &[&str]| texts.iter().any(|text| low.contains(text));
    if says(&LOGIN_WORDS) {
        Some(login(words))
    } else if says(&CREDIT_WORDS) {
        Some(credit(words))
    } else if says(&QUOTA_WORDS) {
        Some(limited(words, clock))
    } else if says(&CONTEXT_WORDS) {
        Some(Outcome::ContextExhausted)
    } else if says(&["blocked due to"]) {
        Some(Outcome::Refused { detail: detail(words, "the answer was blocked") })
    } else if says(&OUTAGE_WORDS) || low.trim() == "terminated" {
        Some(Outcome::Overloaded { detail: detail(words, "the service is out of reach") })
    } else {
        None
    }
}

/// A quota of a day or with a stated reset parks; one of a minute, at which it tried ten times, backs off.
fn limited(words: &str, clock: &Clock<'_>) -> Outcome {
    let until = reset_time(words, clock);
    let low = words.to_lowercase();
    if until.is_some() || QUOTA_WORDS.iter().any(|text| low.contains(text)) {
        return Outcome::UsageLimit { until, detail: detail(words, "the quota is used up") };
    }
    if low.contains("limit: 0") {
        return unknown_model(words);
    }
    Outcome::Overloaded { detail: detail(words, "the service refused the request for now") }
}

fn login(words: &str) -> Outcome {
    Outcome::LoginRequired { detail: format!("{}; {LOGIN}", detail(words, "the login is refused")) }
}

fn credit(words: &str) -> Outcome {
    Outcome::CreditExhausted { detail: format!("{}; {CREDIT}", detail(words, "there is no credit")) }
}

fn unknown_model(words: &str) -> Outcome {
    Outcome::CannotStart {
        detail: format!(
            "{}; set `GEMINI_MODEL` to a model that the account has",
            detail(words, "the model does not exist")
        ),
    }
}

/// The HTTP status that an exit code is the rest of: a process hands on 8 bits of it.
fn status_of(exit: Exit) -> Option<u16> {
    match exit {
        Exit::Code(code @ 144..=255) => u16::try_from(code + 256).ok(),
        _ => None,
    }
}

/// The lines of its stderr that may say why it ended.
fn said(stderr: &str) -> String {
    // Its last words are red.
    let plain = stderr.replace("\u{1b}[31m", "").replace("\u{1b}[0m", "");
    let lines = plain.lines().filter(|line| !NOISE.iter().any(|noise| line.starts_with(noise)));
    lines.collect::<Vec<_>>().join("\n")
}
