//! Claude Code: its command line, environment, stream and failures.
//!
//! Facts are from Claude Code 2.1.197 and 2.1.332 unless a comment says otherwise. A flag is passed only if both have it;
//! variables and settings that an older version does not know do nothing there.

mod fields;
mod home;
mod judge;
mod login;
mod needs;
pub(super) mod phrases;
mod plugin;
#[cfg(test)]
mod recorded;
mod result;
mod review;
mod settings;
mod state;
mod stream;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::bundle::Bundle;
use super::folder::Content;
use super::program::{self, Wanted};
use super::{Needed, Prepared, ProviderError, RunSpec, Version};
use crate::domain::command::CommandSpec;

pub(super) use fields::{ENOUGH, Field, WANTED};
pub(super) use home::home;
pub(super) use judge::judge;
pub(super) use login::login;
pub(super) use needs::needs;
pub(super) use review::{message, review};
pub(super) use state::state;
pub(super) use stream::{event, said};

/// Variables of an outer Claude Code session. With the first two it refuses to nest; the others would tie the run
/// to that session or its editor.
const OUTER_SESSION: [&str; 5] = [
    "CLAUDECODE",
    "CLAUDE_CODE_ENTRYPOINT",
    "CLAUDE_CODE_SESSION_ID",
    "CLAUDE_CODE_CHILD_SESSION",
    "CLAUDE_CODE_SSE_PORT",
];

/// With this one it waits for limits and outages by itself, for hours and without a word.
const WATCHDOG: &str = "CLAUDE_CODE_RETRY_WATCHDOG";

/// Variables by which it waits longer than samocode would. [`settings`] switches the first one off in settings files.
const WAITING: [&str; 6] = [
    WATCHDOG,
    "CLAUDE_CODE_RETRY_WATCHDOG_MAX_USAGE_LIMIT_WAIT_MS",
    "CLAUDE_CODE_RETRY_WATCHDOG_MAX_WAIT_MS",
    "CLAUDE_CODE_RETRY_WATCHDOG_SCOPE",
    "CLAUDE_CODE_RETRY_WATCHDOG_USAGE_LIMIT_RECHECK_MS",
    "CLAUDE_CODE_OVERLOADED_RETRY_MAX_WAIT_MS",
];

/// By its changelog, `--agent` is there since 2.0.59 and `CLAUDE_CODE_TMPDIR`, by which it works in the sandbox, since
/// 2.1.5. `--max-turns` and `--append-system-prompt-file` are not in its help.
pub(super) static NEEDED: Needed = Needed {
    cli: "Claude Code",
    least: Version::new(2, 1, 5),
    oldest_tested: Version::new(2, 1, 197),
    newest_tested: Version::new(2, 1, 332),
    version_line: super::VersionLine::Before("(Claude Code)"),
    flags: &[
        "--print",
        "--output-format",
        "--verbose",
        "--dangerously-skip-permissions",
        "--plugin-dir",
        "--agent",
        "--model",
        "--tools",
        "--settings",
        "--max-budget-usd",
    ],
    update: "npm install -g @anthropic-ai/claude-code@latest",
    key: "CLAUDE_PATH",
};

/// The person's settings for Claude Code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaudeSettings {
    /// `CLAUDE_PATH`: a name on PATH or a path.
    pub program: String,
    /// `CLAUDE_MAX_TURNS`: turns of the model in one run.
    pub max_turns: u32,
    /// `CLAUDE_ARGS`, split into words; they come last and so win.
    pub args: Vec<String>,
}

impl Default for ClaudeSettings {
    fn default() -> Self {
        Self { program: "claude".into(), max_turns: 300, args: Vec::new() }
    }
}

fn wanted(settings: &ClaudeSettings) -> Wanted<'_> {
    Wanted {
        program: &settings.program,
        key: "CLAUDE_PATH",
        get: "install Claude Code with `npm install -g @anthropic-ai/claude-code`",
    }
}

/// Where the program is.
pub(super) fn check(
    settings: &ClaudeSettings,
    env: &[(OsString, OsString)],
) -> Result<PathBuf, ProviderError> {
    program::find(&wanted(settings), env, Path::new("/"))
}

/// What to start for `run`, with the plugin folder in place.
pub(super) fn command(settings: &ClaudeSettings, run: &RunSpec<'_>) -> Result<Prepared, ProviderError> {
    let program = program::find(&wanted(settings), run.env, run.worktree)?;

    let bundle = Bundle::embedded()?;
    let files = plugin::files(&bundle.select(run.agent)?, run.extra_tools, run.rules)?;
    let folder = Content::new("plugin", files)
        .ensure(run.cache_dir)
        .map_err(|(path, source)| ProviderError::Folder { path, source })?;

    let spec = CommandSpec {
        program,
        args: arguments(settings, run, &folder),
        env: environment(run.env, rustix::process::geteuid().is_root()),
        dir: run.worktree.to_owned(),
        confinement: None,
    };
    Ok(Prepared { spec, added: Vec::new() })
}

/// The agent as Claude Code names it: the plugin's name first.
fn qualified(agent: &str) -> String {
    format!("{}:{agent}", plugin::NAME)
}

/// The command line. All settings sources stay on: the person's login helper lives in one of them.
fn arguments(settings: &ClaudeSettings, run: &RunSpec<'_>, folder: &Path) -> Vec<OsString> {
    let mut args: Vec<OsString> = [
        "-p",
        "--output-format",
        "stream-json",
        "--verbose",
        "--dangerously-skip-permissions",
        "--plugin-dir",
    ]
    .map(OsString::from)
    .to_vec();
    args.push(folder.into());
    args.extend(["--agent".into(), qualified(run.agent).into()]);
    args.push("--append-system-prompt-file".into());
    args.push(folder.join(plugin::RULES).into());
    args.extend(["--settings".into(), settings::of_run(run.env, run.worktree).into()]);
    args.extend(last_arguments(settings, run.model, run.cost_left));
    args
}

/// What every command line ends with: turns, money, model, and the person's own, which win.
fn last_arguments(settings: &ClaudeSettings, model: &str, cost_left: Option<f64>) -> Vec<OsString> {
    let mut args: Vec<OsString> = vec!["--max-turns".into(), settings.max_turns.to_string().into()];
    if let Some(usd) = cost_left {
        // It ends after the message that reaches the limit. Its stream names the cost only at the end, too late to stop.
        args.extend(["--max-budget-usd".into(), usd.to_string().into()]);
    }
    if !model.is_empty() {
        args.extend(["--model".into(), model.into()]);
    }
    args.extend(settings.args.iter().map(OsString::from));
    args
}

/// The child's environment, from `base`.
///
/// `CLAUDE_CODE_PRINT_BG_WAIT_CEILING_MS` is left to the person. It matters only to one who turns background tasks on
/// again, and the iteration's time limit ends a run that waits for them.
fn environment(base: &[(OsString, OsString)], root: bool) -> Vec<(OsString, OsString)> {
    let unwanted = |name: &OsString| OUTER_SESSION.iter().chain(&WAITING).any(|unwanted| name == unwanted);
    let mut env: Vec<(OsString, OsString)> =
        base.iter().filter(|(name, _)| !unwanted(name)).cloned().collect();
    if root {
        // Without it, it refuses `--dangerously-skip-permissions` to root. It takes no other word for yes, and containers
        // have some.
        env.retain(|(name, _)| name != "IS_SANDBOX");
        env.push(("IS_SANDBOX".into(), "1".into()));
    }
    let mut set_if_unset = |name: &str, value: &str| {
        if !env.iter().any(|(set, _)| set == name) {
            env.push((name.into(), value.into()));
        }
    };
    // Without it the first system block carries a hash that can change with the prompt (measured with 2.1.197).
    set_if_unset("CLAUDE_CODE_ATTRIBUTION_HEADER", "0");
    // Its own skills and agents would be listed in every request beside the phase's: 4,500 and 1,400 characters
    // (measured with 2.1.197).
    set_if_unset("CLAUDE_CODE_DISABLE_BUNDLED_SKILLS", "1");
    set_if_unset("CLAUDE_AGENT_SDK_DISABLE_BUILTIN_AGENTS", "1");
    // 2.1.332 starts sub-agents in the background: the agent could commit and signal before their answers arrive. A
    // shell in the background keeps a run alive after its result, for 10 s or more than a minute.
    set_if_unset("CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "1");
    set_if_unset("CLAUDE_CODE_FORK_SUBAGENT", "0");
    // The plugin's folder does not change during a run.
    set_if_unset("CLAUDE_CODE_PLUGIN_DIR_WATCH", "0");
    // An update would replace the program in the middle of a session.
    set_if_unset("DISABLE_AUTOUPDATER", "1");
    env
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::provider::home::sample;

    fn argv(settings: &ClaudeSettings, model: &str) -> String {
        let args = arguments(settings, &sample::run(model), Path::new("/cache/plugin-0"));
        let args: Vec<String> = args.into_iter().map(|arg| arg.into_string().unwrap()).collect();
        args.join("\n")
    }

    #[test]
    fn its_command_line() {
        insta::assert_snapshot!(argv(&ClaudeSettings::default(), "opus"), @r#"
        -p
        --output-format
        stream-json
        --verbose
        --dangerously-skip-permissions
        --plugin-dir
        /cache/plugin-0
        --agent
        samocode:planning
        --append-system-prompt-file
        /cache/plugin-0/rules.md
        --settings
        {"attribution":{"commit":"","pr":""},"autoContinueAtUsageLimit":false,"enabledPlugins":{"cc-plugin-plugin-authoring@builtin":false},"env":{"CLAUDE_CODE_RETRY_WATCHDOG":"0"}}
        --max-turns
        300
        --model
        opus
        "#);
    }

    #[test]
    fn the_persons_arguments_come_last_and_no_model_means_no_flag() {
        let settings = ClaudeSettings {
            max_turns: 7,
            args: vec!["--effort".into(), "high".into()],
            ..ClaudeSettings::default()
        };
        let argv = argv(&settings, "");
        assert!(argv.ends_with("--max-turns\n7\n--effort\nhigh"), "{argv}");
        assert!(!argv.contains("--model"), "{argv}");
    }

    #[test]
    fn what_is_left_of_the_money_is_its_limit() {
        let args = |left: f64| {
            let args = last_arguments(&ClaudeSettings::default(), "", Some(left));
            args.into_iter().map(|arg| arg.into_string().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(args(1.25)[2..], ["--max-budget-usd", "1.25"]);
        assert_eq!(args(0.000_000_1)[3], "0.0000001", "it takes a plain number");
    }

    fn shown(base: &[(&str, &str)], root: bool) -> String {
        let base: Vec<(OsString, OsString)> =
            base.iter().map(|(name, value)| (name.into(), value.into())).collect();
        let lines: Vec<String> = environment(&base, root)
            .into_iter()
            .map(|(name, value)| format!("{}={}", name.display(), value.display()))
            .collect();
        lines.join("\n")
    }

    #[test]
    fn its_environment_as_a_plain_user_within_another_session() {
        insta::assert_snapshot!(
            shown(&[("PATH", "/bin"), ("CLAUDECODE", "1"), ("CLAUDE_CODE_ENTRYPOINT", "cli"), ("ANTHROPIC_API_KEY", "k")], false),
            @"
        PATH=/bin
        ANTHROPIC_API_KEY=k
        CLAUDE_CODE_ATTRIBUTION_HEADER=0
        CLAUDE_CODE_DISABLE_BUNDLED_SKILLS=1
        CLAUDE_AGENT_SDK_DISABLE_BUILTIN_AGENTS=1
        CLAUDE_CODE_DISABLE_BACKGROUND_TASKS=1
        CLAUDE_CODE_FORK_SUBAGENT=0
        CLAUDE_CODE_PLUGIN_DIR_WATCH=0
        DISABLE_AUTOUPDATER=1
        "
        );
    }

    #[test]
    fn its_environment_as_root() {
        insta::assert_snapshot!(shown(&[("PATH", "/bin")], true), @"
        PATH=/bin
        IS_SANDBOX=1
        CLAUDE_CODE_ATTRIBUTION_HEADER=0
        CLAUDE_CODE_DISABLE_BUNDLED_SKILLS=1
        CLAUDE_AGENT_SDK_DISABLE_BUILTIN_AGENTS=1
        CLAUDE_CODE_DISABLE_BACKGROUND_TASKS=1
        CLAUDE_CODE_FORK_SUBAGENT=0
        CLAUDE_CODE_PLUGIN_DIR_WATCH=0
        DISABLE_AUTOUPDATER=1
        ");
    }

    #[test]
    fn it_never_waits_for_a_limit_by_itself() {
        let waits = WAITING.map(|name| (name, "1"));
        assert_eq!(shown(&waits, false), shown(&[], false));
    }

    #[test]
    fn what_the_person_set_stays_but_a_yes_that_it_does_not_understand() {
        insta::assert_snapshot!(
            shown(&[("DISABLE_AUTOUPDATER", "0"), ("CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "0"), ("IS_SANDBOX", "yes")], true),
            @"
        DISABLE_AUTOUPDATER=0
        CLAUDE_CODE_DISABLE_BACKGROUND_TASKS=0
        IS_SANDBOX=1
        CLAUDE_CODE_ATTRIBUTION_HEADER=0
        CLAUDE_CODE_DISABLE_BUNDLED_SKILLS=1
        CLAUDE_AGENT_SDK_DISABLE_BUILTIN_AGENTS=1
        CLAUDE_CODE_FORK_SUBAGENT=0
        CLAUDE_CODE_PLUGIN_DIR_WATCH=0
        "
        );
    }
}
