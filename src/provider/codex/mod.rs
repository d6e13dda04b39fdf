//! Codex: its command line, environment, stream and failures.
//!
//! Facts are from codex-cli 0.169.0 and 0.171.0 unless a comment says otherwise.

mod fields;
mod form;
mod judge;
mod login;
mod needs;
mod person;
pub(super) mod phrases;
#[cfg(test)]
mod recorded;
mod review;
mod state;
mod stream;
mod tools;

mod home;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::bundle::Bundle;
use super::program::{self, Wanted};
use super::{Needed, Prepared, ProviderError, RunSpec, Version};
use crate::domain::command::CommandSpec;
use tools::Offer;

pub(super) use fields::{Field, WANTED};
pub(super) use judge::judge;
pub(super) use login::login;
pub(super) use needs::needs;
pub(super) use review::{message, review};
pub(super) use state::state;
pub(super) use stream::event;

/// Variables that a tool of an outer Codex session has, and one that would lead its databases out of its own folder.
const OUTER_SESSION: [&str; 7] = [
    "CODEX_CI",
    "CODEX_SANDBOX",
    "CODEX_SANDBOX_NETWORK_DISABLED",
    "CODEX_SESSION_ID",
    "CODEX_SQLITE_HOME",
    "CODEX_THREAD_ID",
    "CODEX_TOOL_CALL_ID",
];

/// Settings for every run. They come as `-c`, for a name that a version does not know is only warned about there, while
/// `--disable` ends the run.
const ALWAYS: [&str; 9] = [
    // Else it tries for ever to reach a service that is out of reach, and says nothing.
    "features.unbounded_connection_retries=false",
    // Nobody is there to be asked; the tool is offered nevertheless.
    "tools.experimental_request_user_input.enabled=false",
    "features.goals=false",
    "features.sleep_tool=false",
    "features.skill_search=false",
    // Its own skills: pictures, its documentation, how to install skills.
    "skills.bundled.enabled=false",
    "include_permissions_instructions=false",
    "include_collaboration_mode_instructions=false",
    "include_apps_instructions=false",
];

pub(super) use home::home;

/// No changelog says since when it has all of its settings, so the oldest tested version is the least. Its help names
/// the flags of `exec` only where that is asked.
pub(super) static NEEDED: Needed = Needed {
    cli: "Codex",
    least: Version::new(0, 169, 0),
    oldest_tested: Version::new(0, 169, 0),
    newest_tested: Version::new(0, 171, 0),
    version_line: super::VersionLine::After("codex-cli"),
    flags: &["--config", "--model", "--cd", "--dangerously-bypass-approvals-and-sandbox"],
    update: "npm install -g @openai/codex@latest",
    key: "CODEX_PATH",
};

/// The person's settings for Codex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodexSettings {
    /// `CODEX_PATH`: a name on PATH or a path.
    pub program: String,
    /// `CODEX_ARGS`, split into words; they come last and so win.
    pub args: Vec<String>,
}

fn wanted(settings: &CodexSettings) -> Wanted<'_> {
    Wanted {
        program: &settings.program,
        key: "CODEX_PATH",
        get: "install Codex with `npm install -g @openai/codex`",
    }
}

/// Where the program is.
pub(super) fn check(
    settings: &CodexSettings,
    env: &[(OsString, OsString)],
) -> Result<PathBuf, ProviderError> {
    program::find(&wanted(settings), env, Path::new("/"))
}

/// Whether it has a counterpart for each of these tools.
pub(super) fn check_tools(tools: &[String]) -> Result<(), ProviderError> {
    let tools: Vec<&str> = tools.iter().map(String::as_str).collect();
    Offer::of(&tools).map(drop)
}

/// What to start for `run`, and the agents and skills that it finds in its own folder.
pub(super) fn command(settings: &CodexSettings, run: &RunSpec<'_>) -> Result<Prepared, ProviderError> {
    let program = program::find(&wanted(settings), run.env, run.worktree)?;

    let bundle = Bundle::embedded()?;
    let selection = bundle.select(run.agent)?;
    let offer = Offer::of(&selection.agent.tools_with(run.extra_tools))?;
    let instructions = form::instructions(selection.agent, run.rules)?;
    let servers = person::settings(run.env).servers;

    let spec = CommandSpec {
        program,
        args: arguments(settings, run, &instructions, &offer, &servers),
        env: environment(run.env),
        dir: run.worktree.to_owned(),
        confinement: None,
    };
    Ok(Prepared { spec, added: form::files(&selection)? })
}

/// The command line. The agent's text is one argument: it is far below the 128 KiB that Linux lets one have, and so no
/// file has to be kept in step with it.
fn arguments(
    settings: &CodexSettings,
    run: &RunSpec<'_>,
    instructions: &str,
    offer: &Offer,
    servers: &[String],
) -> Vec<OsString> {
    let mut args: Vec<OsString> =
        ["exec", "--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"]
            .map(OsString::from)
            .to_vec();
    if !run.model.is_empty() {
        args.extend(["-m".into(), run.model.into()]);
    }
    args.extend(["-C".into(), run.worktree.into()]);
    let own = [format!("developer_instructions={}", form::toml_string(instructions))];
    let all = ALWAYS.map(str::to_owned).into_iter().chain(offer.settings(servers)).chain(own);
    args.extend(all.flat_map(|setting| [OsString::from("-c"), setting.into()]));
    args.extend(settings.args.iter().map(OsString::from));
    args.push("-".into());
    args
}

/// The child's environment, from `base`.
fn environment(base: &[(OsString, OsString)]) -> Vec<(OsString, OsString)> {
    base.iter().filter(|(name, _)| !OUTER_SESSION.iter().any(|outer| name == outer)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::home::sample;

    fn argv(args: &[&str], tools: &[&str], model: &str) -> String {
        let settings = CodexSettings {
            program: "codex".into(),
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        };
        let offer = Offer::of(tools).unwrap();
        let args =
            arguments(&settings, &sample::run(model), "Plan \"it\".\nThen signal.", &offer, &["db".into()]);
        let args: Vec<String> = args.into_iter().map(|arg| arg.into_string().unwrap()).collect();
        args.join("\n").replace("-c\n", "-c ")
    }

    #[test]
    fn its_command_line() {
        insta::assert_snapshot!(argv(&[], &["Bash", "Agent", "Skill"], "gpt-6.1-sol"));
    }

    #[test]
    fn the_persons_arguments_come_last_and_no_model_means_no_flag() {
        let argv = argv(&["-c", "model_reasoning_effort=\"high\""], &["Bash"], "");
        assert!(argv.ends_with("\n-c model_reasoning_effort=\"high\"\n-"), "{argv}");
        assert!(!argv.contains("\n-m\n"), "{argv}");
    }

    #[test]
    fn the_text_of_every_agent_fits_into_one_argument() {
        const MOST: usize = 128 * 1024 / 2;
        let rules = super::super::bundle::RULES;
        for agent in Bundle::embedded().unwrap().agents {
            let text = form::toml_string(&form::instructions(&agent, rules).unwrap());
            assert!(text.len() < MOST, "{}: {}", agent.name, text.len());
        }
    }

    #[test]
    fn its_environment_is_of_no_outer_session() {
        let base = [("PATH", "/bin"), ("CODEX_THREAD_ID", "1"), ("CODEX_API_KEY", "k")];
        let base: Vec<(OsString, OsString)> =
            base.iter().map(|(name, value)| (name.into(), value.into())).collect();
        let names: Vec<OsString> = environment(&base).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["PATH", "CODEX_API_KEY"]);
    }
}
