//! Which CLI asks, and what its tools are called: the same deed in the words of each.

use serde_json::json;

use crate::reply::ToolCall;

/// The CLI on the other side of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Claude Code.
    Claude,
}

impl Dialect {
    /// Runs a command of the shell; it may take 10 minutes.
    #[must_use]
    pub fn bash(self, command: &str) -> ToolCall {
        match self {
            Self::Claude => ToolCall::new(
                "Bash",
                json!({"command": command, "description": "Run a command", "timeout": 600_000}),
            ),
        }
    }

    /// Reads a file.
    #[must_use]
    pub fn read(self, path: &str) -> ToolCall {
        match self {
            Self::Claude => ToolCall::new("Read", json!({"file_path": path})),
        }
    }

    /// Writes a file. Claude Code refuses to overwrite one that was not read before.
    #[must_use]
    pub fn write(self, path: &str, content: &str) -> ToolCall {
        match self {
            Self::Claude => ToolCall::new("Write", json!({"file_path": path, "content": content})),
        }
    }

    /// Replaces `old`, which must occur exactly once in a file that was read before.
    #[must_use]
    pub fn edit(self, path: &str, old: &str, new: &str) -> ToolCall {
        match self {
            Self::Claude => {
                ToolCall::new("Edit", json!({"file_path": path, "old_string": old, "new_string": new}))
            }
        }
    }

    /// The text of a file, from what reading it returned.
    pub(crate) fn file_text(self, shown: &str) -> String {
        match self {
            Self::Claude => without_line_numbers(shown),
        }
    }
}

/// `Read` of Claude Code 2.1.197 puts each line's number and a tab in front, and may add reminders at the end.
fn without_line_numbers(shown: &str) -> String {
    let shown = shown.split("<system-reminder>").next().unwrap_or_default();
    let plain = |line: &str| {
        let numbered = line.trim_start().split_once(['\t', '→']);
        match numbered {
            Some((number, text)) if !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()) => {
                text.to_owned()
            }
            _ => line.to_owned(),
        }
    };
    shown.lines().map(plain).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::without_line_numbers;

    #[test]
    fn line_numbers_go_and_the_text_stays() {
        assert_eq!(without_line_numbers("1\t# A\n2\t\n10\tb\tc\n"), "# A\n\nb\tc");
        assert_eq!(without_line_numbers("     1→# A"), "# A");
        assert_eq!(without_line_numbers("plain"), "plain");
    }
}
