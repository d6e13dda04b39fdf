//! How the service says no.

use samocode_testing_http::Answer;
use serde_json::json;

/// An answer with `"ok": false`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    pub(crate) description: String,
    /// Seconds to wait, with code 429.
    pub(crate) retry_after: Option<u16>,
    /// The chat's new id.
    pub(crate) migrate_to: Option<i64>,
}

impl Refusal {
    pub(crate) fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), retry_after: None, migrate_to: None }
    }

    /// A request that is wrong in itself.
    pub(crate) fn bad(why: impl AsRef<str>) -> Self {
        Self::new(400, format!("Bad Request: {}", why.as_ref()))
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized")
    }

    pub(crate) fn conflict() -> Self {
        let why = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
        Self::new(409, why)
    }

    pub(crate) fn answer(&self) -> Answer {
        let mut body = json!({"ok": false, "error_code": self.code, "description": self.description});
        let mut headers = Vec::new();
        if let Some(seconds) = self.retry_after {
            body["parameters"] = json!({"retry_after": seconds});
            headers.push(("retry-after".to_owned(), seconds.to_string()));
        }
        if let Some(chat) = self.migrate_to {
            body["parameters"] = json!({"migrate_to_chat_id": chat});
        }
        Answer::Whole { code: self.code, headers, body: body.to_string() }
    }
}
