//! Claude Code in a session where things go wrong: it goes round in circles, it does not want to end, it goes on after
//! its end, it says far too much.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use samocode::domain::event::Event;
use samocode::domain::outcome::Outcome;
use samocode_testing_model::{Detours, Reply, Sleepers, ToolCall, Turn, Walkthrough};
use serde_json::json;

use crate::claude::until;
use crate::clis::Cli;
use crate::processes::{Cleanup, own_number, running};
use crate::stage::{Stage, TASK};

/// The model's call that writes the signal.
fn signal(turn: &Turn, signal: &serde_json::Value) -> ToolCall {
    let session = turn.label("Session path").unwrap_or_default();
    ToolCall::write(&format!("{session}/_signal.json"), &signal.to_string())
}

/// How each iteration was judged, and how long it took.
fn judged(stage: &Stage) -> Vec<(Outcome, Duration)> {
    let entries = stage.journal().into_iter();
    entries
        .filter_map(|entry| match entry.event {
            Event::Judged(judged) => Some((judged.outcome, Duration::from_millis(judged.took_ms))),
            _ => None,
        })
        .collect()
}

/// Claude Code behind a script of the person's own, as wrappers for accounts and proxies are.
fn wrapped(stage: Stage, lines: &str) -> Stage {
    let text = lines.replace("CLAUDE", &Cli::Claude.program().display().to_string());
    let wrapper = stage.scratch.write("bin/claude", &format!("#!/bin/sh\n{text}\n"));
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
    stage.setting(&format!("CLAUDE_PATH={}", wrapper.display()))
}

#[test]
fn fault_10_an_agent_that_only_says_that_it_goes_on_is_blocked() {
    let stage = Stage::new(|turn: &Turn| match turn.answers {
        0 => Reply::call(signal(turn, &json!({"status": "continue", "summary": "great progress"}))),
        _ => Reply::text("great progress"),
    });

    let ended = stage.begin(&["--workflow", "quick"]).wait().with_code(11);

    ended.saying("no progress: 3 iterations in a row in phase implementation").saying("samocode tell greet");
    stage.model.assert_nothing_unexpected();
    assert_eq!(stage.phases(), ["implementation"; 3]);
    stage.was_told(2, "Iteration 1 changed nothing");
    stage.was_told(3, "Iteration 2 changed nothing");
}

#[test]
fn fault_11_a_cli_that_ignores_term_is_killed() {
    let sleepers = Sleepers::in_a_tool_call(own_number(8));
    let sleeps = Cleanup(sleepers.command_lines());
    let script = Detours::from(Walkthrough::full().with_task(TASK)).in_iteration(1, sleepers);
    let stage = wrapped(Stage::new(script), "trap '' INT TERM HUP; CLAUDE \"$@\"; while :; do sleep 1; done");
    let run = stage.begin(&["--exit-on-wait"]);
    until("three sleeps run", || (running(&sleeps.0).len() == 3).then_some(()));

    stage.act("stop", &[]).with_code(0);

    run.wait().with_code(13);
    assert!(running(&sleeps.0).is_empty());
    let (_, took) = judged(&stage)[0].clone();
    assert!(took >= Duration::from_secs(10), "INT, 5 s, TERM, 5 s, KILL: {took:?}");
}

#[test]
fn fault_11_a_tools_process_that_holds_the_clis_output_hangs_nothing() {
    let number = own_number(9);
    let sleeps = Cleanup(vec![format!("sleep 310.{number:06}")]);
    // The shell's parent is the CLI, or a shell that the CLI started.
    let hold = format!(
        "for pid in $PPID $(ps -o ppid= -p $PPID); do \
           (setsid {} >/proc/$pid/fd/1 2>/proc/$pid/fd/2 </dev/null &); done; echo held",
        sleeps.0[0]
    );
    let stage = Stage::new(Walkthrough::research().with_task(TASK).with_last_command("investigation", &hold));

    stage.begin(&["--workflow", "research"]).wait().with_code(0);

    stage.model.assert_nothing_unexpected();
    assert!(running(&sleeps.0).is_empty());
    let held = stage
        .model
        .requests()
        .iter()
        .any(|request| request.turn.results.iter().any(|result| result.text.contains("held")));
    assert!(held, "the tool did it");
}

#[test]
fn fault_12_after_an_end_of_its_own_nothing_is_left() {
    let sleepers = Sleepers::in_a_tool_call(own_number(10));
    let sleeps = Cleanup(vec![sleepers.command_lines()[1].clone()]);
    let leave = format!("(env -i setsid {} >/dev/null 2>&1 </dev/null &); echo left", sleeps.0[0]);
    let stage =
        Stage::new(Walkthrough::research().with_task(TASK).with_last_command("investigation", &leave));

    stage.begin(&["--workflow", "research"]).wait().with_code(0);

    stage.model.assert_nothing_unexpected();
    assert!(running(&sleeps.0).is_empty());
    let ended =
        stage.journal().iter().any(|entry| matches!(&entry.event, Event::Judged(judged) if judged.ended > 0));
    assert!(ended, "it was there to be ended");
}

#[test]
fn fault_13_a_cli_that_stays_after_its_result_is_ended_and_its_result_stands() {
    let stage = Stage::new(Walkthrough::research().with_task(TASK));
    let stage = wrapped(stage, "CLAUDE \"$@\"; sleep 600");

    stage.begin(&["--workflow", "research"]).wait().with_code(0);

    stage.model.assert_nothing_unexpected();
    assert_eq!(stage.phases(), ["investigation", "done"]);
    for (outcome, took) in judged(&stage) {
        assert_eq!(outcome, Outcome::Completed);
        assert!(took >= Duration::from_secs(10) && took < Duration::from_secs(60), "{took:?}");
    }
}

#[test]
fn fault_13_a_background_task_that_wakes_the_model_after_its_result_is_not_cut_off() {
    let script = |turn: &Turn| match turn.answers {
        0 => Reply::call(ToolCall::new(
            "Bash",
            json!({"command": "sleep 4", "description": "wait", "run_in_background": true}),
        )),
        1 => Reply::call(signal(turn, &json!({"status": "continue", "phase": "testing"}))),
        2 => Reply::text("finished, so far"),
        3 => Reply::call(ToolCall::bash("sleep 20; echo late > late.txt")),
        _ => Reply::text("finished"),
    };
    let script = Detours::from(Walkthrough::quick().with_task(TASK)).in_iteration(1, script);
    // A person may turn background tasks on again.
    let stage = Stage::new(script).env("CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "0");

    stage.begin(&["--workflow", "quick", "--max-iterations", "1"]).wait().with_code(11);

    stage.model.assert_nothing_unexpected();
    assert_eq!(stage.model.requests().len(), 5, "the task's end woke the model once more");
    let worktree = stage.session().worktree().unwrap().join("late.txt");
    assert_eq!(fs::read_to_string(worktree).unwrap(), "late\n");
    let (outcome, took) = judged(&stage)[0].clone();
    assert_eq!(outcome, Outcome::Completed);
    assert!(took > Duration::from_secs(24), "{took:?}");
}

/// Half a megabyte: what is more than its pipe can take when it ends, Claude Code 2.1.197 drops.
#[test]
fn fault_15_an_answer_of_half_a_megabyte_hides_no_result() {
    let script = |turn: &Turn| match turn.answers {
        0 => Reply::call(signal(turn, &json!({"status": "continue", "phase": "testing"}))),
        _ => Reply::text("word \u{1f642}\n".repeat(40_000)),
    };
    let stage = Stage::new(Detours::from(Walkthrough::quick().with_task(TASK)).in_iteration(1, script));

    stage.begin(&["--workflow", "quick", "--max-iterations", "1"]).wait().with_code(11);

    stage.model.assert_nothing_unexpected();
    assert_eq!(judged(&stage)[0].0, Outcome::Completed);
    let log = fs::read_dir(stage.layout().logs()).unwrap().next().unwrap().unwrap();
    let text = fs::read_to_string(log.path()).unwrap();
    let result = text.lines().find(|line| line.contains(r#""type":"result""#));
    assert!(result.unwrap().len() > 400_000, "it repeats the answer");
}
