//! Claude Code as an outside reviewer: started without a plugin, with tools that read, its report read from its result.

use std::ffi::OsString;
use std::path::Path;

use super::super::fields::Line;
use super::super::{Message, Prepared, ProviderError, ReviewSpec, program};
use super::fields::Field;
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

/// What a line adds to the last message: only the result has it, and whole.
pub(in super::super) fn message(line: &Line<'_, Field>) -> Option<Message> {
    if line.word(Field::Type) != "result" || !line.is_whole() {
        return None;
    }
    line.text(Field::LastWords).map(Message::Whole)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::provider::{Provider, replay};

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
    fn its_report_is_the_text_of_its_result_in_every_version() {
        let claude = Provider::Claude(ClaudeSettings::default());
        for stream in [include_str!("recorded/work.jsonl"), include_str!("recorded/2.1.332/work.jsonl")] {
            assert_eq!(replay::messages(&claude, stream), [Message::Whole("All done.".to_owned())]);
            let cut = &stream[..stream.len() - 10];
            assert_eq!(replay::messages(&claude, cut), [], "half a report is none");
        }
    }
}
