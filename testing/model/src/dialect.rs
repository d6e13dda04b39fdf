//! Which CLI asks, and what its tools are called: the same deed in the words of each.

use serde_json::json;

use crate::reply::ToolCall;

/// The CLI on the other side of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Claude Code.
    Claude,
    /// Codex, whose shell does everything.
    Codex,
    /// Gemini CLI.
    Gemini,
}

impl Dialect {
    /// Runs a command of the shell; it may take 10 minutes with Claude Code. Codex tells the model after half a minute
    /// that it still runs.
    #[must_use]
    pub fn bash(self, command: &str) -> ToolCall {
        match self {
            Self::Claude => ToolCall::new(
                "Bash",
                json!({"command": command, "description": "Run a command", "timeout": 600_000}),
            ),
            Self::Codex => ToolCall::new("exec_command", json!({"cmd": command, "yield_time_ms": 30_000})),
            Self::Gemini => ToolCall::new(
                "run_shell_command",
                json!({"command": command, "description": "Run a command"}),
            ),
        }
    }

    /// Reads a file.
    #[must_use]
    pub fn read(self, path: &str) -> ToolCall {
        match self {
            Self::Claude => ToolCall::new("Read", json!({"file_path": path})),
            Self::Codex => self.bash(&format!("cat {}", quoted(path))),
            Self::Gemini => ToolCall::new("read_file", json!({"file_path": path})),
        }
    }

    /// Writes a file. Claude Code refuses to overwrite one that was not read before.
    #[must_use]
    pub fn write(self, path: &str, content: &str) -> ToolCall {
        match self {
            Self::Claude => ToolCall::new("Write", json!({"file_path": path, "content": content})),
            Self::Codex => {
                let (path, content) = (quoted(path), quoted(content));
                self.bash(&format!("mkdir -p \"$(dirname {path})\" && printf %s {content} > {path}"))
            }
            Self::Gemini => ToolCall::new("write_file", json!({"file_path": path, "content": content})),
        }
    }

    /// Replaces `old`, which must occur exactly once in a file that was read before.
    #[must_use]
    pub fn edit(self, path: &str, old: &str, new: &str) -> ToolCall {
        match self {
            Self::Claude => {
                ToolCall::new("Edit", json!({"file_path": path, "old_string": old, "new_string": new}))
            }
            Self::Codex => self.bash(&replace_once(path, old, new)),
            Self::Gemini => ToolCall::new(
                "replace",
                json!({"file_path": path, "instruction": "Change it", "old_string": old, "new_string": new}),
            ),
        }
    }

    /// The text of a file, from what reading it returned.
    pub(crate) fn file_text(self, shown: &str) -> String {
        match self {
            Self::Claude => without_line_numbers(shown),
            Self::Codex | Self::Gemini => shown.to_owned(),
        }
    }
}

/// A command of the shell that replaces a text in a file, and fails unless it stands there exactly once.
fn replace_once(path: &str, old: &str, new: &str) -> String {
    format!(
        r#"file={}; old={}; new={}
text=$(cat "$file" && printf x) || exit; text=${{text%x}}; rest=${{text#*"$old"}}
[ "$rest" != "$text" ] || {{ echo "the text is not in $file"; exit 1; }}
case $rest in *"$old"*) echo "the text is in $file more than once"; exit 1;; esac
printf %s%s%s "${{text%%"$old"*}}" "$new" "$rest" > "$file""#,
        quoted(path),
        quoted(old),
        quoted(new)
    ) + "\n"
}

/// A word for `sh` that means exactly this text.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
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
    use std::process::Command;

    use super::{quoted, replace_once, without_line_numbers};

    #[test]
    fn a_quoted_word_survives_the_shell() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }

    #[test]
    fn a_text_is_replaced_where_it_stands_exactly_once() {
        let path = std::env::temp_dir().join(format!("samocode-replace-{}", std::process::id()));
        let file = path.display().to_string();
        std::fs::write(&path, "a *b* $c\nd 'e'\nb\n\n").unwrap();
        let run = |old: &str, new: &str| {
            let status =
                Command::new("sh").arg("-c").arg(replace_once(&file, old, new)).output().unwrap().status;
            status.success()
        };
        assert!(run("d 'e'\n", "f \\n$(g)\n"));
        assert!(!run("b", "x"), "it stands there twice");
        assert!(!run("z", "x"), "it does not stand there");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(text, "a *b* $c\nf \\n$(g)\nb\n\n");
    }

    #[test]
    fn line_numbers_go_and_the_text_stays() {
        assert_eq!(without_line_numbers("1\t# A\n2\t\n10\tb\tc\n"), "# A\n\nb\tc");
        assert_eq!(without_line_numbers("     1→# A"), "# A");
        assert_eq!(without_line_numbers("plain"), "plain");
    }
}
