//! Gemini CLI: its command line, environment, stream and failures.
//!
//! Facts are from Gemini CLI 0.61.0 unless a comment says otherwise.

mod caution;
mod fields;
mod form;
mod home;
mod json;
mod judge;
mod login;
mod needs;
pub(super) mod phrases;
mod prompt;
#[cfg(test)]
mod recorded;
mod result;
mod review;
mod settings;
mod state;
mod stderr;
mod stream;
mod tools;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::bundle::Bundle;
use super::folder::Content;
use super::program::{self, Wanted};
use super::{Added, Needed, Prepared, ProviderError, RunSpec, Version};
use crate::domain::command::CommandSpec;

pub(super) use caution::{retired_account, unset_model};
pub(super) use fields::{Field, WANTED};
pub(super) use home::home;
pub(super) use judge::judge;
pub(super) use login::login;
pub(super) use needs::needs;
pub(super) use review::{message, review};
pub(super) use state::state;
pub(super) use stderr::parse_stderr;
pub(super) use stream::event;

/// The file of the system part in its folder.
const SYSTEM: &str = "system.md";

/// Variables that are not the person's to give: those that tie a run to an outer session or an editor, and the one by
/// which it writes its system part into the working directory.
const NOT_HANDED_ON: [&str; 9] = [
    "GEMINI_CLI",
    "GEMINI_CLI_IDE_AUTH_TOKEN",
    "GEMINI_CLI_IDE_PID",
    "GEMINI_CLI_IDE_SERVER_PORT",
    "GEMINI_CLI_IDE_WORKSPACE_PATH",
    "GEMINI_CLI_NO_RELAUNCH",
    "GEMINI_CLI_WORKTREE_HANDLED",
    "GEMINI_SYSTEM_MD",
    "GEMINI_WRITE_SYSTEM_MD",
];

/// `--skip-trust` came with 0.39.1 (its pull request 25814), and without it that version does not start in a worktree.
pub(super) static NEEDED: Needed = Needed {
    cli: "Gemini CLI",
    least: Version::new(0, 39, 1),
    oldest_tested: Version::new(0, 61, 0),
    newest_tested: Version::new(0, 61, 0),
    version_line: super::VersionLine::Alone,
    flags: &["--yolo", "--skip-trust", "--output-format", "--model"],
    update: "npm install -g @google/gemini-cli@latest",
    key: "GEMINI_PATH",
};

/// The person's settings for Gemini CLI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeminiSettings {
    /// `GEMINI_PATH`: a name on PATH or a path.
    pub program: String,
    /// `GEMINI_ARGS`, split into words; they come last and so win.
    pub args: Vec<String>,
}

fn wanted(settings: &GeminiSettings) -> Wanted<'_> {
    Wanted {
        program: &settings.program,
        key: "GEMINI_PATH",
        get: "install Gemini CLI with `npm install -g @google/gemini-cli`",
    }
}

/// Where the program is.
pub(super) fn check(
    settings: &GeminiSettings,
    env: &[(OsString, OsString)],
) -> Result<PathBuf, ProviderError> {
    program::find(&wanted(settings), env, Path::new("/"))
}

/// Whether it has a counterpart for each of these tools.
pub(super) fn check_tools(tools: &[String]) -> Result<(), ProviderError> {
    match tools.iter().find(|tool| !tools::is_known(tool)) {
        None => Ok(()),
        Some(tool) => {
            Err(ProviderError::UnknownTool { tool: tool.clone(), cli: "Gemini CLI", known: tools::KNOWN })
        }
    }
}

/// What to start for `run`, with the folder of its system part in place.
pub(super) fn command(settings: &GeminiSettings, run: &RunSpec<'_>) -> Result<Prepared, ProviderError> {
    let program = program::find(&wanted(settings), run.env, run.worktree)?;
    let bundle = Bundle::embedded()?;
    let selection = bundle.select(run.agent)?;

    let system = form::system(&selection, run.rules)?;
    let folder = Content::new("gemini", BTreeMap::from([(SYSTEM.to_owned(), system)]))
        .ensure(run.cache_dir)
        .map_err(|(path, source)| ProviderError::Folder { path, source })?;

    let mut added: Vec<Added> = form::files(&selection, run.extra_tools)?
        .into_iter()
        .map(|(own, text)| Added { own: own.into(), text })
        .collect();
    added.push(Added {
        own: state::SETTINGS.into(),
        text: settings::merged(&state::persons_settings(run.env)?, run.session_dir),
    });
    let spec = CommandSpec {
        program,
        args: arguments(settings, run.model, &[]),
        env: environment(run.env, &folder.join(SYSTEM)),
        dir: run.worktree.to_owned(),
        confinement: None,
    };
    Ok(Prepared { spec, added })
}

/// The prompt as it has to be given, to reach the model as it stands.
pub(super) fn prompt<'a>(text: &'a str, worktree: &Path, session_dir: &Path) -> Cow<'a, str> {
    let folders = [worktree, session_dir];
    prompt::plain(text, |path| !path.is_empty() && folders.iter().any(|folder| folder.join(path).exists()))
}

/// The command line. `--yolo` because nobody is there to be asked; `--skip-trust` because without it the CLI does not
/// start in a folder that it was not told to trust.
fn arguments(settings: &GeminiSettings, model: &str, more: &[&str]) -> Vec<OsString> {
    let always = ["--yolo", "--skip-trust", "--output-format", "stream-json"];
    let mut args: Vec<OsString> = always.iter().chain(more).map(OsString::from).collect();
    if !model.is_empty() {
        args.extend(["--model".into(), model.into()]);
    }
    args.extend(settings.args.iter().map(OsString::from));
    args
}

/// The child's environment, from `base`. Updates need no switch: it looks for them only where a person sits before it.
fn environment(base: &[(OsString, OsString)], system: &Path) -> Vec<(OsString, OsString)> {
    let mut env = inherited(base);
    env.push(("GEMINI_SYSTEM_MD".into(), system.into()));
    env
}

fn inherited(base: &[(OsString, OsString)]) -> Vec<(OsString, OsString)> {
    base.iter().filter(|(name, _)| !NOT_HANDED_ON.iter().any(|other| name == other)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::home::sample;

    fn argv(args: &[&str], model: &str) -> String {
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        let settings = GeminiSettings { program: "gemini".into(), args };
        let args = arguments(&settings, model, &[]);
        args.into_iter().map(|arg| arg.into_string().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn its_command_line_ends_with_the_persons_own_arguments() {
        assert_eq!(argv(&[], ""), "--yolo --skip-trust --output-format stream-json");
        assert_eq!(
            argv(&["--debug"], "gemini-3-pro"),
            "--yolo --skip-trust --output-format stream-json --model gemini-3-pro --debug"
        );
    }

    #[test]
    fn its_environment_is_the_persons_without_an_outer_session() {
        let base =
            [("PATH", "/bin"), ("GEMINI_CLI", "1"), ("GEMINI_SYSTEM_MD", "1"), ("GEMINI_API_KEY", "k")]
                .map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let env = environment(&base, Path::new("/cache/gemini-0/system.md"));
        let lines: Vec<String> =
            env.iter().map(|(name, value)| format!("{}={}", name.display(), value.display())).collect();
        assert_eq!(lines, ["PATH=/bin", "GEMINI_API_KEY=k", "GEMINI_SYSTEM_MD=/cache/gemini-0/system.md"]);
    }

    #[test]
    fn every_phase_has_a_system_part_and_the_files_that_go_with_it() {
        let home = tempfile::tempdir().unwrap();
        let env = [("HOME".into(), home.path().into())];
        let cache = home.path().join("cache");
        for agent in Bundle::embedded().unwrap().agents {
            let run = RunSpec { agent: &agent.name, cache_dir: &cache, env: &env, ..sample::run("") };
            let settings = GeminiSettings { program: "/bin/sh".into(), args: Vec::new() };
            let prepared = command(&settings, &run).unwrap();
            let (_, system) = prepared.spec.env.last().unwrap();
            let system = std::fs::read_to_string(system).unwrap();
            assert!(system.contains("\n\nRules.\n"), "{system}");
            let own: Vec<_> = prepared.added.iter().map(|added| added.own.display().to_string()).collect();
            assert!(own.contains(&".gemini/policies/samocode.toml".to_owned()), "{own:?}");
            assert!(own.contains(&".gemini/settings.json".to_owned()), "{own:?}");
        }
    }
}
