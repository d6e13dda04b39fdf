//! Claude Code as an outside reviewer: started without a plugin, with tools that read, its report read from its result.

use std::ffi::OsString;
use std::path::Path;

use serde::Deserialize;

use super::super::{Message, Prepared, ProviderError, ReviewSpec, program, words};
use super::{ClaudeSettings, environment, last_arguments, settings as run_settings, wanted};
use crate::domain::command::CommandSpec;

/// Tools that only read.
const READING: &str = "Read,Grep,Glob";
/// With the sandbox around it, a shell can do no harm.
const CONFINED: &str = "Read,Grep,Glob,Bash";

/// What to start for a review.
pub(in super::super) fn review(
    settings: &ClaudeSettings,
    run: &ReviewSpec<'_>,
) -> Result<Prepared, ProviderError> {
    let spec = CommandSpec {
        program: program::find(&wanted(settings), run.env, Path::new("/"))?,
        args: arguments(settings, run),
        env: environment(run.env, rustix::process::geteuid().is_root()),
        dir: run.worktree.to_owned(),
        confinement: None,
    };
    Ok(Prepared { spec, added: Vec::new() })
}

fn arguments(settings: &ClaudeSettings, run: &ReviewSpec<'_>) -> Vec<OsString> {
    let tools = if run.confined { CONFINED } else { READING };
    let mut args: Vec<OsString> =
        ["-p", "--output-format", "stream-json", "--verbose", "--strict-mcp-config", "--tools", tools]
            .map(OsString::from)
            .to_vec();
    if run.confined {
        args.push("--dangerously-skip-permissions".into());
    } else {
        // What is not allowed already is refused without a question.
        args.extend(["--permission-mode", "dontAsk"].map(OsString::from));
        for folder in run.readable {
            args.extend(["--add-dir".into(), folder.into()]);
        }
    }
    args.extend(["--settings".into(), run_settings::of_run(run.env, run.worktree).into()]);
    args.extend(last_arguments(settings, run.model, run.cost_left));
    args
}

/// What a line adds to the last message: only the result has it, and whole. Its keys come in any order.
pub(in super::super) fn message(line: &[u8], truncated: bool) -> Option<Message> {
    #[derive(Deserialize)]
    struct Told {
        r#type: String,
        result: String,
    }
    // In a string the quotes would carry backslashes, so few other lines have this.
    const RESULT: &[u8] = br#""type":"result""#;
    if truncated || memchr::memmem::find(line, RESULT).is_none() {
        return None;
    }
    let told: Told = words::json(line)?;
    (told.r#type == "result").then_some(Message::Whole(told.result))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn argv(confined: bool) -> String {
        let readable = [PathBuf::from("/s"), PathBuf::from("/r")];
        let run = ReviewSpec {
            model: "opus",
            worktree: Path::new("/w"),
            readable: &readable,
            confined,
            env: &[],
            cost_left: Some(2.5),
        };
        let settings =
            ClaudeSettings { args: vec!["--effort".into(), "high".into()], ..ClaudeSettings::default() };
        let args = arguments(&settings, &run).into_iter();
        args.map(|arg| arg.into_string().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn in_the_sandbox_it_has_a_shell_and_without_one_nothing_but_reading() {
        insta::assert_snapshot!(argv(true), @r#"-p --output-format stream-json --verbose --strict-mcp-config --tools Read,Grep,Glob,Bash --dangerously-skip-permissions --settings {"attribution":{"commit":"","pr":""},"autoContinueAtUsageLimit":false,"enabledPlugins":{"cc-plugin-plugin-authoring@builtin":false},"env":{"CLAUDE_CODE_RETRY_WATCHDOG":"0"}} --max-turns 300 --max-budget-usd 2.5 --model opus --effort high"#);
        insta::assert_snapshot!(argv(false), @r#"-p --output-format stream-json --verbose --strict-mcp-config --tools Read,Grep,Glob --permission-mode dontAsk --add-dir /s --add-dir /r --settings {"attribution":{"commit":"","pr":""},"autoContinueAtUsageLimit":false,"enabledPlugins":{"cc-plugin-plugin-authoring@builtin":false},"env":{"CLAUDE_CODE_RETRY_WATCHDOG":"0"}} --max-turns 300 --max-budget-usd 2.5 --model opus --effort high"#);
    }

    #[test]
    fn its_report_is_the_text_of_its_result() {
        let stream = include_str!("recorded/work.jsonl");
        let told: Vec<Message> = stream.lines().filter_map(|line| message(line.as_bytes(), false)).collect();
        assert!(matches!(told.as_slice(), [Message::Whole(text)] if !text.is_empty()), "{told:?}");
        let newer = br#"{"duration_api_ms":0,"result":"F1","modelUsage":{},"type":"result","uuid":"u"}"#;
        assert_eq!(message(newer, false), Some(Message::Whole("F1".to_owned())), "as 2.1.332 writes it");
        let other = br#"{"type":"user","content":{"type":"result","result":"x"},"result":"x"}"#;
        assert_eq!(message(other, false), None);
        let long = br#"{"type":"result","result":"cut"#;
        assert_eq!(message(long, true), None);
    }
}
