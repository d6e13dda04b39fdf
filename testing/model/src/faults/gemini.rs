//! The replies of Google's service in trouble. What Gemini CLI 0.61.0 makes of each is pinned down by samocode's real-CLI
//! tests.

use serde_json::{Value, json};

use crate::gemini::error_body;
use crate::reply::Reply;

/// HTTP 400, a key that is not valid.
#[must_use]
pub fn invalid_key() -> Reply {
    let info = json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID",
        "domain": "googleapis.com", "metadata": {"service": "generativelanguage.googleapis.com"}});
    error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", &[info])
}

/// HTTP 400, the conversation does not fit the model's context.
#[must_use]
pub fn input_too_long() -> Reply {
    let words = "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).";
    error(400, "INVALID_ARGUMENT", words, &[])
}

/// HTTP 429, a quota of a day: the CLI goes to sleep until it resets, 19 hours later.
#[must_use]
pub fn capacity_exhausted() -> Reply {
    let info = json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "QUOTA_EXHAUSTED",
        "domain": "cloudcode-pa.googleapis.com", "metadata": {"quotaResetDelay": "19h14m47s"}});
    let words = "You have exhausted your capacity on this model. Your quota will reset after 19h14m47s.";
    error(429, "RESOURCE_EXHAUSTED", words, &[info, retry_info("69287s")])
}

/// HTTP 429, a quota of a day as the interface with a key says it: the CLI ends.
#[must_use]
pub fn daily_quota() -> Reply {
    let failure = quota_failure("GenerateRequestsPerDayPerProjectPerModel-FreeTier");
    let words = "You exceeded your current quota, please check your plan and billing details.";
    error(429, "RESOURCE_EXHAUSTED", words, &[failure, retry_info("40s")])
}

/// HTTP 429, a quota of a minute: the CLI waits for these seconds and tries again.
#[must_use]
pub fn minute_quota(seconds: u32) -> Reply {
    let failure = quota_failure("GenerateRequestsPerMinutePerProjectPerModel-FreeTier");
    let words = format!("You exceeded your current quota. Please retry in {seconds}.0s.");
    error(429, "RESOURCE_EXHAUSTED", &words, &[failure, retry_info(&format!("{seconds}s"))])
}

/// HTTP 404, no such model.
#[must_use]
pub fn unknown_model() -> Reply {
    let words = "models/nope is not found for API version v1beta, or is not supported for generateContent.";
    error(404, "NOT_FOUND", words, &[])
}

/// HTTP 503, the model is overloaded; retried by the CLI.
#[must_use]
pub fn overloaded() -> Reply {
    error(503, "UNAVAILABLE", "The model is overloaded. Please try again later.", &[])
}

fn quota_failure(quota: &str) -> Value {
    let violation = json!({"quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
        "quotaId": quota, "quotaDimensions": {"model": "stand-in"}, "quotaValue": "50"});
    json!({"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]})
}

fn retry_info(delay: &str) -> Value {
    json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay})
}

fn error(code: u16, status: &str, message: &str, details: &[Value]) -> Reply {
    Reply::Status { code, headers: Vec::new(), body: error_body(code, status, message, details) }
}
