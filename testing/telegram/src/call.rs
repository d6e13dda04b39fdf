//! What the bot asked, for tests that count.

use std::time::Instant;

use serde_json::Value;

use crate::fault::Fault;

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// As in the path, e.g. `sendMessage`.
    pub method: String,
    /// The parameters; an uploaded file is its name and its size.
    pub params: Value,
    /// When it came.
    pub at: Instant,
    /// The fault that befell it.
    pub fault: Option<Fault>,
    /// The answer's status; none while it is open, and when the connection was closed instead.
    pub code: Option<u16>,
    /// Why it was refused.
    pub refused: Option<String>,
}

impl Call {
    pub(crate) fn new(method: &str, params: Value, fault: Option<Fault>) -> Self {
        Self { method: method.to_owned(), params, at: Instant::now(), fault, code: None, refused: None }
    }
}
