//! The machine is kept from going to sleep by itself, for as long as samocode works and no longer.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use samocode_testing_agent::{Script, Step};

use super::workflows::{RUN_ASK, asking};
use crate::scenario::{Scenario, lives, until};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

/// With a program in the inhibitor's place that notes its process and how it was called.
fn with_inhibitor(scenario: Scenario, last: &str) -> Scenario {
    let folder = scenario.path("bin");
    fs::create_dir(&folder).unwrap();
    let notes = scenario.path("inhibitors");
    for name in ["systemd-inhibit", "caffeinate"] {
        let text = format!("#!/bin/sh\necho \"$$ $*\" >>'{}'\n{last}\n", notes.display());
        fs::write(folder.join(name), text).unwrap();
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = std::env::var("PATH").unwrap();
    scenario.env("PATH", format!("{}:{path}", folder.display()))
}

/// The inhibitors that were started so far, oldest first.
fn inhibitors(scenario: &Scenario) -> Vec<(u32, String)> {
    let text = fs::read_to_string(scenario.path("inhibitors")).unwrap_or_default();
    let parse = |line: &str| {
        let (pid, arguments) = line.split_once(' ').unwrap();
        (pid.parse().unwrap(), arguments.to_owned())
    };
    text.lines().map(parse).collect()
}

/// The process of the n-th inhibitor, once it is there.
fn inhibitor(scenario: &Scenario, number: usize) -> u32 {
    until("an inhibitor", || inhibitors(scenario).get(number - 1).map(|(pid, _)| *pid))
}

fn until_gone(pid: u32) {
    until("the inhibitor's end", || (!lives(pid)).then_some(()));
}

#[test]
fn the_machine_is_kept_awake_by_one_process_a_run_that_ends_with_samocode_however_that_dies() {
    let wait = Step::Await("{records}/go".into());
    let script = Script::new()
        .once("implementation", Step::go("implementation"))
        .each("implementation", [Step::Init, wait]);
    let scenario = with_inhibitor(Scenario::new().agent(script), "exec cat");
    let running = scenario.start(RUN);
    scenario.until_called(2);
    let pid = inhibitor(&scenario, 1);
    assert!(lives(pid));
    running.kill();
    until_gone(pid);
    let all = inhibitors(&scenario);
    assert_eq!(all.len(), 1, "one a run, not one an iteration: {all:?}");
    #[cfg(target_os = "linux")]
    assert!(all[0].1.starts_with("--what=idle:sleep ") && all[0].1.ends_with(" cat"), "{all:?}");
}

#[test]
fn it_may_sleep_while_a_gate_is_open() {
    let scenario = with_inhibitor(asking(), "exec cat");
    let waiting = scenario.start(RUN_ASK);
    scenario.until_state("waiting");
    until_gone(inhibitor(&scenario, 1));
    scenario.run(["answer", "auth", "--suggestions"]).expect_exit(0);
    waiting.end().expect_exit(0);
    until_gone(inhibitor(&scenario, 2));
}

#[test]
fn an_inhibitor_that_does_not_work_changes_nothing() {
    let scenario = with_inhibitor(Scenario::new(), "echo no >&2; exit 1");
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!((inhibitors(&scenario).len(), ended.err.as_str()), (1, ""));
}

#[test]
fn the_doctor_has_tried_it() {
    for (last, words) in
        [("exit 0", "while a session works"), ("echo 'no bus' >&2; exit 1", "does not work: no bus")]
    {
        let scenario = with_inhibitor(Scenario::new(), last);
        let said = scenario.run(["doctor"]);
        said.expect_out(&[words]);
        assert_eq!(inhibitors(&scenario).len(), 1);
    }
}
