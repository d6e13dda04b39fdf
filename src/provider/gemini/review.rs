//! Gemini CLI as an outside reviewer: without samocode's agents and skills, with tools that read, its report read from
//! its last message.

use std::path::Path;

use super::super::fields::Line;
use super::super::{Added, Message, Prepared, ProviderError, ReviewSpec, program};
use super::fields::Field;
use super::{GeminiSettings, arguments, inherited, settings, state, tools, wanted};
use crate::domain::command::CommandSpec;

/// Tools that only read.
const READING: [&str; 5] = ["read_file", "read_many_files", "list_directory", "glob", "grep_search"];
/// With the sandbox around it, a shell can do no harm.
const SHELL: &str = "run_shell_command";

/// What to start for a review. What it may not do, its policy denies: those tools are neither offered nor run.
pub(in super::super) fn review(
    settings: &GeminiSettings,
    run: &ReviewSpec<'_>,
) -> Result<Prepared, ProviderError> {
    let wanted_tools: Vec<&str> = READING.into_iter().chain(run.confined.then_some(SHELL)).collect();
    let person = state::persons_settings(run.env)?;
    let own = run.readable.iter().fold(person, |own, folder| settings::merged(&own, folder));
    let spec = CommandSpec {
        program: program::find(&wanted(settings), run.env, Path::new("/"))?,
        args: arguments(settings, run.model, &NO_SERVER),
        env: inherited(run.env),
        dir: run.worktree.to_owned(),
        confinement: None,
    };
    let added = vec![
        Added { own: ".gemini/policies/samocode.toml".into(), text: tools::policy(&wanted_tools) },
        Added { own: state::SETTINGS.into(), text: own },
    ];
    Ok(Prepared { spec, added })
}

/// No MCP server has this name, so that none is used.
const NO_SERVER: [&str; 2] = ["--allowed-mcp-server-names", "samocode-uses-none"];

/// What a line adds to the last message: it comes in pieces, and a tool parts one from the next.
pub(in super::super) fn message(line: &Line<'_, Field>) -> Option<Message> {
    match line.word(Field::Type).as_ref() {
        "message" if line.is_whole() && line.has(Field::Role) && line.word(Field::Role) != "user" => {
            Some(Message::More(line.text(Field::Content).unwrap_or_default()))
        }
        "tool_use" | "tool_result" => Some(Message::Over),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{LastMessage, Provider, replay};

    fn prepared(confined: bool) -> Prepared {
        let home = tempfile::tempdir().unwrap();
        let env = [("HOME".into(), home.path().into())];
        let readable = ["/s".into(), "/r".into()];
        let run = ReviewSpec {
            model: "m",
            worktree: Path::new("/w"),
            readable: &readable,
            confined,
            env: &env,
            cost_left: None,
        };
        let settings = GeminiSettings { program: "/bin/sh".into(), args: vec!["--debug".into()] };
        review(&settings, &run).unwrap()
    }

    #[test]
    fn it_reads_the_worktree_and_the_folders_that_it_is_given() {
        let Prepared { spec, added } = prepared(true);
        let args: Vec<String> = spec.args.into_iter().map(|arg| arg.into_string().unwrap()).collect();
        insta::assert_snapshot!(args.join(" "), @"--yolo --skip-trust --output-format stream-json --allowed-mcp-server-names samocode-uses-none --model m --debug");
        let settings: serde_json::Value = serde_json::from_str(&added[1].text).unwrap();
        assert_eq!(settings["context"]["includeDirectories"], serde_json::json!(["/s", "/r"]));
    }

    #[test]
    fn in_the_sandbox_it_has_a_shell_and_without_one_nothing_but_reading() {
        let denied =
            |confined: bool, tool: &str| prepared(confined).added[0].text.contains(&format!("\"{tool}\""));
        for tool in ["write_file", "replace", "invoke_agent", "web_fetch"] {
            assert!(denied(true, tool) && denied(false, tool), "{tool}");
        }
        assert!(!denied(false, "read_file") && !denied(true, SHELL) && denied(false, SHELL));
    }

    #[test]
    fn its_report_is_what_it_wrote_after_its_last_tool() {
        let lines = [
            r#"{"type":"message","role":"user","content":"review"}"#,
            r#"{"type":"message","role":"assistant","content":"I look","delta":true}"#,
            r#"{"type":"tool_use","tool_name":"read_file","tool_id":"1","parameters":{}}"#,
            r#"{"type":"tool_result","tool_id":"1","status":"success"}"#,
            r#"{"type":"message","role":"assistant","content":"F1: ","delta":true}"#,
            r#"{"type":"message","role":"assistant","content":"wrong","delta":true}"#,
            r#"{"type":"result","status":"success"}"#,
        ];
        let mut last = LastMessage::default();
        let gemini = Provider::Gemini(GeminiSettings { program: String::new(), args: Vec::new() });
        replay::messages(&gemini, &lines.join("\n")).into_iter().for_each(|part| last.note(part));
        assert_eq!(last.text(), "F1: wrong");
    }
}
