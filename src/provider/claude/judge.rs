//! How a run of Claude Code ended.
//!
//! Fields of the result come first, the CLI's words second, and the exit code only tells an end with words from one
//! without. The texts are those measured with Claude Code 2.1.197 and those that users reported.

use super::super::Seen;
use super::super::event::RunResult;
use super::super::program;
use super::super::words::detail;
use crate::domain::command::Exit;
use crate::domain::outcome::Outcome;
use crate::domain::reset::{Clock, reset_time};

const LOGIN: &str = "start `claude` in a terminal and log in with `/login`, or put a working ANTHROPIC_API_KEY into the environment";
const CREDIT: &str = "add credit to the account, or log in with another one";

const LOGIN_WORDS: [&str; 6] = [
    "not logged in",
    "please run /login",
    "please login again",
    "invalid api key",
    "oauth token",
    "disabled organization",
];
const CREDIT_WORDS: [&str; 2] = ["credit balance is too low", "insufficient credit"];
const LIMIT_WORDS: [&str; 5] = [
    "hit your limit",
    "usage limit reached",
    "limit · resets",
    "limit reached ∙ resets",
    "limit reached · resets",
];
const CONTEXT_WORDS: [&str; 4] =
    ["prompt is too long", "exceed context limit", "context window", "conversation is too long"];
const OUTAGE_WORDS: [&str; 7] = [
    "connection to the api was lost",
    "unable to connect",
    "connection error",
    "connection closed",
    "fetch failed",
    "request timed out",
    "overloaded",
];

/// How the run ended. See [`super::super::Provider::judge`].
pub(in super::super) fn judge(seen: &Seen, exit: Exit, stderr_tail: &str, clock: &Clock<'_>) -> Outcome {
    if let Some(outcome) = not_loaded(seen) {
        return outcome;
    }
    match seen.result() {
        Some(result) if result.stop_reason == "refusal" => {
            Outcome::Refused { detail: detail(&result.words, "the model refused the request") }
        }
        Some(result) if result.is_error => failed(seen, result, clock),
        Some(_) => Outcome::Completed,
        None => without_result(seen, exit, stderr_tail, clock),
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
fn failed(seen: &Seen, result: &RunResult, clock: &Clock<'_>) -> Outcome {
    if result.subtype == "error_max_turns" {
        return Outcome::TurnLimit;
    }
    if seen.rejected().is_some() {
        return usage_limit(seen, &result.words, clock);
    }
    let words = result.words.as_str();
    match (result.api_status, seen.service_error()) {
        (Some(401 | 403), _) | (None, "authentication_failed") => login(words),
        (Some(402), _) | (_, "billing_error") => credit(words),
        (Some(413), _) => Outcome::ContextExhausted,
        (Some(404), _) => Outcome::CannotStart {
            detail: format!(
                "{}; set `CLAUDE_MODEL` to a model that the account has",
                detail(words, "the model does not exist")
            ),
        },
        // Without a status: the connection was lost in mid-answer (measured with 2.1.197, which then tries no more).
        (Some(500..), _) | (None, "server_error") => {
            Outcome::Overloaded { detail: detail(words, "the service is overloaded") }
        }
        (status, _) => by_words(words, clock).unwrap_or_else(|| {
            let unreachable = status.is_none() && seen.retrying().is_some();
            if status == Some(429) || unreachable {
                Outcome::Overloaded { detail: detail(words, "the service refused the request for now") }
            } else {
                Outcome::Crashed { detail: detail(words, &format!("it reported `{}`", result.subtype)) }
            }
        }),
    }
}

/// The verdict on a run that ended without a result.
fn without_result(seen: &Seen, exit: Exit, stderr_tail: &str, clock: &Clock<'_>) -> Outcome {
    if seen.rejected().is_some() {
        return usage_limit(seen, stderr_tail, clock);
    }
    let said = detail(stderr_tail, "it said nothing");
    // These two come before anything is loaded, from the command line itself.
    if stderr_tail.contains("--agent '") && stderr_tail.contains("not found") {
        return Outcome::CannotStart {
            detail: format!("Claude Code did not load samocode's agent; it said: {said}"),
        };
    }
    if stderr_tail.contains("error: unknown option") {
        return Outcome::CannotStart {
            detail: format!(
                "Claude Code does not take its arguments: {said}; look at `CLAUDE_ARGS`, or update Claude Code"
            ),
        };
    }
    if seen.started().is_none() && program::is_not_runnable(exit) {
        return Outcome::CannotStart {
            detail: format!(
                "Claude Code did not come up ({exit}): {said}; start `claude --version` in a terminal, install what is \
                 missing, or set `CLAUDE_PATH`"
            ),
        };
    }
    if let Some(outcome) = seen.started().is_none().then(|| by_words(stderr_tail, clock)).flatten() {
        return outcome;
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
    Outcome::Crashed { detail: format!("it ended with {exit} and without a result; {said}") }
}

/// The verdict that the CLI's words alone allow.
fn by_words(words: &str, clock: &Clock<'_>) -> Option<Outcome> {
    let low = words.to_lowercase();
    let says = |texts: &[&str]| texts.iter().any(|text| low.contains(text));
    if says(&LOGIN_WORDS) {
        Some(login(words))
    } else if says(&CREDIT_WORDS) {
        Some(credit(words))
    } else if says(&LIMIT_WORDS) {
        Some(Outcome::UsageLimit {
            until: reset_time(words, clock),
            detail: detail(words, "the usage limit is reached"),
        })
    } else if says(&CONTEXT_WORDS) {
        Some(Outcome::ContextExhausted)
    } else if says(&OUTAGE_WORDS) {
        Some(Outcome::Overloaded { detail: detail(words, "the service is out of reach") })
    } else {
        None
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

fn login(words: &str) -> Outcome {
    Outcome::LoginRequired { detail: format!("{}; {LOGIN}", detail(words, "the login is refused")) }
}

fn credit(words: &str) -> Outcome {
    Outcome::CreditExhausted { detail: format!("{}; {CREDIT}", detail(words, "there is no credit")) }
}
