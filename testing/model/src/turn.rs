//! One request as a script sees it: what the CLI told the model so far. Plain data, no wire format.

use crate::dialect::Dialect;
use crate::reply::ToolCall;
use crate::tool_result::ToolResult;

/// How the blocks begin that a CLI puts before the agent's text. Claude Code 2.1.197: a line that changes with the prompt
/// (unless `CLAUDE_CODE_ATTRIBUTION_HEADER=0`), and a sentence that names the CLI, worded by its flags. codex-cli 0.169.0:
/// its own instructions, those for models that it does not know, and those for the ones that it does.
const CLI_BLOCKS: [&str; 5] = [
    "x-anthropic-billing-header",
    "You are Claude Code, ",
    "You are a Claude agent, built on ",
    "You are a coding agent running in the Codex CLI, ",
    "You are Codex, ",
];

/// A tool call that the model made earlier in this conversation, with what came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Called {
    /// The call, with its input as the CLI sent it back.
    pub call: ToolCall,
    /// Its result; `None` when the CLI sent none.
    pub result: Option<ToolResult>,
}

/// One request to the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// The CLI that asks.
    pub dialect: Dialect,
    /// The CLI's id of the conversation: its session id, the same for every request of one run.
    pub conversation: String,
    /// The model asked for.
    pub model: String,
    /// The system blocks, in order, as sent.
    pub system: Vec<String>,
    /// The names of the tools offered, in order.
    pub tools: Vec<String>,
    /// The whole first user message, without what the CLI adds (its reminders).
    pub prompt: String,
    /// The label lines at the top of the prompt, in order.
    pub labels: Vec<(String, String)>,
    /// The prompt after its label lines.
    pub message: String,
    /// What the CLI added by itself: reminders in the user message (date, `CLAUDE.md`) and messages with the role
    /// `system` (sub-agents, skills).
    pub reminders: Vec<String>,
    /// How many answers the model gave so far in this conversation.
    pub answers: usize,
    /// Every tool call so far, in order.
    pub history: Vec<Called>,
    /// The tool results that this request brings: those of the last answer's calls.
    pub results: Vec<ToolResult>,
}

impl Turn {
    /// The value of a label; an empty value counts as absent.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        let found = self.labels.iter().find(|(label, _)| label == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The agent's text with the workflow's rules: the system blocks without those that the CLI puts before them.
    #[must_use]
    pub fn agent_text(&self) -> String {
        let own = |block: &&String| !CLI_BLOCKS.iter().any(|start| block.starts_with(start));
        self.system.iter().filter(own).cloned().collect::<Vec<_>>().join("\n\n")
    }

    /// Whether a tool was offered.
    #[must_use]
    pub fn offers(&self, tool: &str) -> bool {
        self.tools.iter().any(|name| name == tool)
    }
}
