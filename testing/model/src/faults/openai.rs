//! The same in the words of OpenAI's service.
//!
//! What codex-cli 0.169.0 makes of each is pinned down by samocode's real-CLI tests.

use serde_json::{Value, json};

use crate::reply::Reply;

/// HTTP 401, a key that is not valid.
#[must_use]
pub fn invalid_key() -> Reply {
    let words = "Incorrect API key provided: any.";
    error(401, json!({"type": "invalid_request_error", "code": "invalid_api_key", "message": words}))
}

/// HTTP 429, a rate limit of the interface.
#[must_use]
pub fn rate_limited() -> Reply {
    error(429, json!({"type": "requests", "code": "rate_limit_exceeded", "message": "Rate limit reached"}))
}

/// HTTP 429 of a subscription whose limit is used up until `reset` (seconds since 1970).
#[must_use]
pub fn usage_limit(reset: u64) -> Reply {
    let words = "The usage limit has been reached";
    error(
        429,
        json!({"type": "usage_limit_reached", "message": words, "plan_type": "plus", "resets_at": reset}),
    )
}

/// HTTP 500, retried by the CLI.
#[must_use]
pub fn internal_error() -> Reply {
    error(500, json!({"type": "server_error", "message": "Internal server error"}))
}

/// HTTP 400, the conversation does not fit the model's context.
#[must_use]
pub fn prompt_too_long() -> Reply {
    let words = "Your input exceeds the context window of this model.";
    error(400, json!({"type": "invalid_request_error", "code": "context_length_exceeded", "message": words}))
}

/// HTTP 429, the account has no credit left.
#[must_use]
pub fn no_credit() -> Reply {
    let words = "You exceeded your current quota, please check your plan and billing details.";
    error(429, json!({"type": "insufficient_quota", "code": "insufficient_quota", "message": words}))
}

/// HTTP 404, the account has no such model.
#[must_use]
pub fn unknown_model() -> Reply {
    let words = "The model `stand-in` does not exist or you do not have access to it.";
    error(404, json!({"type": "invalid_request_error", "code": "model_not_found", "message": words}))
}

#[expect(clippy::needless_pass_by_value, reason = "each error is written where it is passed")]
fn error(code: u16, error: Value) -> Reply {
    Reply::Status { code, headers: Vec::new(), body: json!({"error": error}).to_string() }
}
