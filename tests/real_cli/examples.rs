//! Each script of `examples/` for real: with `PROVIDER`, on a CLI whose model is the stand-in.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use samocode_testing_model::{Model, Walkthrough};

use crate::clis::Cli;
use crate::live::Live;
use crate::scratch::Scratch;
use crate::stage::{Stage, git};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// What a script left behind.
struct Left {
    /// Its folder.
    work: PathBuf,
    // Removed with it.
    _scratch: Scratch,
}

impl Left {
    /// The titles of a branch's own commits.
    fn commits(&self, branch: &str) -> usize {
        let log = git(&self.work.join("project"), &["log", "--format=%s", &format!("main..{branch}")]);
        log.lines().count()
    }
}

/// Runs a script as a person would who has this CLI, and nothing else of samocode's.
fn play(cli: Cli, script: &str, walkthrough: Walkthrough) -> Left {
    let scratch = Scratch::new();
    let model = Model::start(walkthrough);
    let key = format!("{}_PATH", cli.name().to_uppercase());
    let mut command = Command::new("sh");
    command.arg(examples().join(script)).current_dir(scratch.home()).env_clear();
    let path = std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin"));
    command.env("PATH", path).env("HOME", scratch.home()).env("USER", "ada").env("TMPDIR", scratch.path(""));
    // npm finds what it has, where it has something.
    command.envs(std::env::vars_os().filter(|(name, _)| name == "npm_config_cache"));
    command.env("SAMOCODE", Stage::program()).env("PROVIDER", cli.name()).env(key, cli.program());
    command.envs(cli.log_in(&scratch, &model));

    Live::start(command).wait().with_code(0).saying(&format!("provider {}", cli.name()));

    model.assert_nothing_unexpected();
    let made = fs::read_dir(scratch.path("")).unwrap().map(|entry| entry.unwrap().path());
    let mut made = made.filter(|path| path.join("project/.samocode").exists());
    let work = made.next().unwrap();
    // The CLI gets the task; what the demo agent would play is not in its reach by any name that it is told.
    assert!(!work.join("project/story").exists());
    Left { work, _scratch: scratch }
}

/// A model that writes what the task asks for, too: it takes the file that lies ready for the demo agent.
fn hello() -> Walkthrough {
    let file = examples().join("hello-agent/story/steps/1-say-hello/hello.sh");
    let command = format!("cp '{}' . && git add hello.sh && git commit -q -m 'Say hello'", file.display());
    Walkthrough::quick().with_last_command("implementation", &command)
}

#[test]
fn hello_agent_makes_its_file_on_each_cli() {
    for cli in Cli::ALL {
        let left = play(cli, "hello-agent/run.sh", hello());
        let shown = git(&left.work.join("project"), &["show", "hello:hello.sh"]);
        assert!(shown.contains("Hello, %s."), "{}: {shown}", cli.name());
    }
}

#[test]
fn add_feature_goes_through_the_whole_pipeline() {
    let left = play(Cli::Claude, "add-feature/run.sh", Walkthrough::full());
    assert_eq!(left.commits("delete-notes"), 3);
}

#[test]
fn refactor_ends_with_a_green_suite() {
    let left = play(Cli::Gemini, "refactor/run.sh", Walkthrough::full());
    assert_eq!(left.commits("split-stats"), 3);
}

#[test]
fn research_only_changes_no_code() {
    assert_eq!(play(Cli::Codex, "research-only/run.sh", Walkthrough::research()).commits("old-prices"), 0);
    assert_eq!(
        play(Cli::Claude, "research-only/design.sh", Walkthrough::design()).commits("fresh-prices"),
        0
    );
}

#[test]
fn provider_codex_runs_on_codex_with_its_own_settings() {
    let left = play(Cli::Codex, "provider-codex/run.sh", hello());
    assert_eq!(left.commits("hello"), 4);
}
