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

/// The last line of what codex-cli 0.169.0 puts before a command's output: its time, its exit code, its length.
const OUTPUT: &str = "Output:\n";

impl ToolResult {
    /// Reads an item of OpenAI's with a tool's output; any other item is `None`.
    pub(crate) fn openai(item: &Value) -> Option<Self> {
        if item["type"] != "function_call_output" {
            return None;
        }
        let whole = crate::anthropic::texts(&item["output"]).join("\n");
        let (head, text) = whole.split_once(OUTPUT).unwrap_or(("", &whole));
        let code = head.lines().find_map(|line| line.strip_prefix("Process exited with code "));
        Some(Self {
            id: item["call_id"].as_str()?.to_owned(),
            text: text.to_owned(),
            is_error: code.is_some_and(|code| code != "0"),
        })
    }

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
