//! A machine without a process to give: nothing is lost, no try is used up, and no agent runs unconfined.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use rustix::process::{Resource, getrlimit, getuid};
use samocode::domain::event::Event;

use crate::scenario::{Running, SAMOCODE, Scenario, standin};

/// The user `nobody` of Linux distributions.
const NOBODY: u32 = 65534;

/// samocode as a user who may have no process beside it.
fn start_alone<'a>(scenario: &'a Scenario, arguments: &[&str]) -> Running<'a> {
    let mut command = as_nobody("prlimit");
    let usual = scenario.command(arguments.iter().copied());
    command.arg("--nproc=1:").arg("--").arg(scenario.path("samocode")).args(arguments);
    command.env_clear().current_dir(scenario.root());
    command.envs(usual.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if getuid().is_root() {
        let given = Command::new("chown").args(["-R", &NOBODY.to_string()]).arg(scenario.root()).status();
        assert!(given.unwrap().success(), "chown failed");
    }
    scenario.start_command(command)
}

/// From now on it may have as many as before.
fn give_processes(running: &Running<'_>) {
    let most = getrlimit(Resource::Nproc).maximum.map_or("unlimited".to_owned(), |most| most.to_string());
    let mut command = as_nobody("prlimit");
    command.args(["--pid", &running.pid().to_string(), &format!("--nproc={most}:")]);
    assert!(command.status().unwrap().success(), "prlimit failed");
}

/// A program that the kernel counts: it never counts root's processes.
fn as_nobody(program: &str) -> Command {
    let mut command = Command::new(program);
    if getuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

#[test]
fn fault_33_a_machine_out_of_processes_costs_a_pause_and_never_the_sandbox() {
    let scenario = Scenario::new();
    for (program, name) in [(Path::new(SAMOCODE), "samocode"), (standin::program(), "agent")] {
        fs::copy(program, scenario.path(name)).unwrap();
    }
    let agent = format!("CLAUDE_PATH={}", scenario.path("agent").display());
    let scenario = scenario.config(&agent).config("SAMOCODE_SANDBOX=auto");
    let running = start_alone(&scenario, &["run", "auth", "--workflow", "quick", "--task", "Add tokens"]);
    running.until_said("this machine is out of processes");
    give_processes(&running);
    let ended = running.end().expect_exit(0).expect_state("done");
    assert!(!ended.out.contains("no sandbox"), "{}", ended.out);
    assert!(!ended.err.contains("panicked"), "{}", ended.err);
    let failed =
        scenario.count(|event| matches!(event, Event::Judged(judged) if judged.outcome.words().is_some()));
    assert_eq!(failed, 0);
}
