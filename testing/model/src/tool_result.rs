//! A tool's result as the CLI sends it back.

use serde_json::Value;

/// What one tool call returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult {
    /// The id of the call it belongs to.
    pub id: String,
    /// Its text; several text blocks are joined by a line end, other blocks are left out.
    pub text: String,
    /// Whether the tool said that it went wrong.
    pub is_error: bool,
}

impl ToolResult {
    /// Reads a `tool_result` block of Anthropic's; any other block is `None`.
    pub(crate) fn anthropic(block: &Value) -> Option<Self> {
        if block["type"] != "tool_result" {
            return None;
        }
        Some(Self {
            id: block["tool_use_id"].as_str()?.to_owned(),
            text: crate::anthropic::texts(&block["content"]).join("\n"),
            is_error: block["is_error"] == true,
        })
    }
}
