//! The replies of a service in trouble, as Anthropic's service words them.
//!
//! What Claude Code 2.1.197 makes of each is pinned down by samocode's real-CLI tests.

pub mod gemini;

use serde_json::json;

use crate::reply::Reply;

pub mod openai;

/// HTTP 401, a key that is not valid.
#[must_use]
pub fn invalid_key() -> Reply {
    error(401, "authentication_error", "invalid x-api-key", &[])
}

/// HTTP 429 without the headers of a subscription: a rate limit of the interface, retried by the CLI.
#[must_use]
pub fn rate_limited() -> Reply {
    error(429, "rate_limit_error", "This request would exceed your organization's rate limit", &[])
}

/// HTTP 429 with the headers of a subscription whose five-hour limit is used up until `reset` (seconds since 1970).
///
/// Claude Code reads them only with a login token (`CLAUDE_CODE_OAUTH_TOKEN`), not with an API key.
#[must_use]
pub fn usage_limit(reset: u64) -> Reply {
    used_up(reset, &[])
}

/// [`usage_limit`] of an account that could pay for more but may not; the CLI words it differently.
#[must_use]
pub fn usage_limit_without_overage(reset: u64) -> Reply {
    used_up(reset, &[("anthropic-ratelimit-unified-overage-status", "rejected")])
}

fn used_up(reset: u64, more: &[(&str, &str)]) -> Reply {
    let reset = reset.to_string();
    let headers = [
        ("anthropic-ratelimit-unified-status", "rejected"),
        ("anthropic-ratelimit-unified-reset", reset.as_str()),
        ("anthropic-ratelimit-unified-representative-claim", "five_hour"),
        ("anthropic-ratelimit-unified-5h-status", "rejected"),
        ("anthropic-ratelimit-unified-5h-reset", reset.as_str()),
        ("retry-after", "3600"),
    ];
    let words = "This request would exceed your account's rate limit";
    error(429, "rate_limit_error", words, &[&headers, more].concat())
}

/// HTTP 529, the service is overloaded; retried by the CLI.
#[must_use]
pub fn overloaded() -> Reply {
    error(529, "overloaded_error", "Overloaded", &[])
}

/// HTTP 500, retried by the CLI.
#[must_use]
pub fn internal_error() -> Reply {
    error(500, "api_error", "Internal server error", &[])
}

/// HTTP 400, the conversation does not fit the model's context.
#[must_use]
pub fn prompt_too_long() -> Reply {
    error(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", &[])
}

/// HTTP 400, the account has no credit left.
#[must_use]
pub fn no_credit() -> Reply {
    let words = "Your credit balance is too low to access the Anthropic API. \
                 Please go to Plans & Billing to upgrade or purchase credits.";
    error(400, "invalid_request_error", words, &[])
}

fn error(code: u16, kind: &str, message: &str, headers: &[(&str, &str)]) -> Reply {
    Reply::Status {
        code,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: error_body(kind, message),
    }
}

/// The body of every error of the interface.
pub(crate) fn error_body(kind: &str, message: &str) -> String {
    json!({"type": "error", "error": {"type": kind, "message": message}}).to_string()
}
