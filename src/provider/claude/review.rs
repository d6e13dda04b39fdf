//! Claude Code as an outside reviewer: started without a plugin, with tools that read, its report read from its result.

use std::ffi::OsString;
use std::path::Path;

use serde::Deserialize;

use super::super::{Message, Prepared, ProviderError, ReviewSpec, program, words};
use super::{ClaudeSettings, environment, last_arguments, wanted};
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
    args.extend(last_arguments(settings, run.model));
    args
}

/// What a line adds to the last message: only the result has it, and whole.
pub(in super::super) fn message(line: &[u8], truncated: bool) -> Option<Message> {
    #[derive(Deserialize)]
    struct Told {
        result: String,
    }
    const RESULT: &[u8] = br#"{"type":"result""#;
    if truncated || !line.starts_with(RESULT) {
        return None;
    }
    words::json(line).map(|Told { result }| Message::Whole(result))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn argv(confined: bool) -> String {
        let readable = [PathBuf::from("/s"), PathBuf::from("/r")];
        let run =
            ReviewSpec { model: "opus", worktree: Path::new("/w"), readable: &readable, confined, env: &[] };
        let settings =
            ClaudeSettings { args: vec!["--effort".into(), "high".into()], ..ClaudeSettings::default() };
        let args = arguments(&settings, &run).into_iter();
        args.map(|arg| arg.into_string().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn in_the_sandbox_it_has_a_shell_and_without_one_nothing_but_reading() {
        insta::assert_snapshot!(argv(true), @"-p --output-format stream-json --verbose --strict-mcp-config --tools Read,Grep,Glob,Bash --dangerously-skip-permissions --max-turns 300 --model opus --effort high");
        insta::assert_snapshot!(argv(false), @"-p --output-format stream-json --verbose --strict-mcp-config --tools Read,Grep,Glob --permission-mode dontAsk --add-dir /s --add-dir /r --max-turns 300 --model opus --effort high");
    }

    #[test]
    fn its_report_is_the_text_of_its_result() {
        let stream = include_str!("recorded/work.jsonl");
        let told: Vec<Message> = stream.lines().filter_map(|line| message(line.as_bytes(), false)).collect();
        assert!(matches!(told.as_slice(), [Message::Whole(text)] if !text.is_empty()), "{told:?}");
        let long = br#"{"type":"result","result":"cut"#;
        assert_eq!(message(long, true), None);
    }
}
