//! A person who interrupts, stops, or comes a second time.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use samocode::domain::event::Event;
use samocode::domain::outcome::{Interruption, Outcome};
use samocode::domain::request::{Act, Who};
use samocode::engine::post;
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use super::workflows::{RUN_ASK, asking};
use crate::scenario::{Running, Scenario, lives, until};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

/// The first iteration leaves a file and stays.
fn staying(more: impl IntoIterator<Item = Step>) -> Scenario {
    let steps = [Step::Init, Step::Use("sleep 300".into()), Step::write("{worktree}/half.txt", "half\n")];
    let steps = steps.into_iter().chain(more).chain([Step::write("{records}/up", ""), Step::Hang]);
    Scenario::new().agent(Script::new().next(steps).then(Script::quick()))
}

fn until_up(scenario: &Scenario) -> u32 {
    until("the agent", || scenario.records().join("up").exists().then_some(()));
    scenario.invocations()[0].pid
}

fn ended_by(scenario: &Scenario, by: Interruption) -> usize {
    scenario.count(
        |event| matches!(event, Event::Judged(judged) if judged.outcome == Outcome::Interrupted { by }),
    )
}

#[test]
fn ctrl_c_ends_the_iteration_keeps_everything_and_says_how_to_go_on() {
    let scenario = staying([Step::Daemon { bare: false }, Step::Daemon { bare: true }]);
    let running = scenario.start(RUN);
    let agent = until_up(&scenario);
    running.ctrl_c();
    running
        .end()
        .expect_exit(130)
        .expect_out(&["ending the iteration", "everything is kept", "samocode run auth"])
        .expect_phase("implementation");
    assert!(!lives(agent));
    assert!(scenario.daemons().iter().all(|&daemon| !lives(daemon)));
    assert_eq!(ended_by(&scenario, Interruption::Signal), 1);
    assert_eq!(scenario.view().used_in_phase, 0, "it counts against nothing");
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(scenario.git(&["show", "auth:half.txt"]), "half");
    let prompt = scenario.prompt(2);
    assert!(prompt.contains("Iteration: 2\n"), "{prompt}");
    assert!(prompt.contains("Iteration 1 was interrupted: the person stopped it."), "{prompt}");
    assert!(prompt.contains("half.txt"), "what it left is told: {prompt}");
}

#[test]
fn ctrl_c_twice_ends_an_agent_that_ignores_signals_at_once() {
    let scenario = staying([Step::IgnoreSignals]);
    let running = scenario.start(RUN);
    let agent = until_up(&scenario);
    running.ctrl_c();
    running.until_said("once more to end it at once");
    assert!(lives(agent));
    let asked = Instant::now();
    running.ctrl_c();
    running.end().expect_exit(130);
    assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    assert!(!lives(agent));
    assert_eq!(ended_by(&scenario, Interruption::Signal), 1);
}

#[test]
fn ctrl_c_at_a_gate_leaves_the_gate_open() {
    let scenario = asking();
    let mut running = scenario.start(RUN_ASK);
    running.until_state("waiting");
    let gate = scenario.view().gate.unwrap().id;
    running.ctrl_c();
    running.end().expect_exit(130).expect_out(&["samocode run auth"]).expect_state("waiting");
    assert_eq!(scenario.view().gate.unwrap().id, gate);
}

#[test]
fn a_terminal_that_hangs_up_is_no_reason_to_stop() {
    let mut steps = vec![Step::write("{records}/up", ""), Step::Await("{records}/go".into())];
    steps.extend(Step::work("testing"));
    let scenario = Scenario::new().agent(Script::new().next(steps).then(Script::quick()));
    let running = scenario.start(RUN);
    until_up(&scenario);
    running.signal(Signal::HUP);
    scenario.release("go");
    running.end().expect_exit(0).expect_state("done");
    assert_eq!(scenario.invocations().len(), 3);
}

#[test]
fn stop_ends_a_running_iteration_within_a_moment() {
    let scenario = staying([]);
    let running = scenario.start(RUN);
    let agent = until_up(&scenario);
    let asked = Instant::now();
    scenario.run(["stop", "auth"]).expect_exit(0).expect_out(&["auth stops"]);
    running.end().expect_exit(13).expect_out(&["stop asked for by ada at a terminal", "samocode run auth"]);
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    assert!(!lives(agent));
    assert_eq!(ended_by(&scenario, Interruption::StopRequest), 1);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

#[test]
fn stop_at_a_gate_leaves_the_gate_open() {
    let scenario = asking();
    let mut running = scenario.start(RUN_ASK);
    running.until_state("waiting");
    scenario.run(["stop", "auth"]).expect_exit(0);
    running.end().expect_exit(13).expect_state("waiting");
    scenario.run(["answer", "auth", "--suggestions"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

#[test]
fn a_stop_for_an_earlier_run_ends_no_later_one_that_has_its_process_id() {
    let scenario = asking();
    let mut earlier = scenario.start(RUN_ASK);
    earlier.until_state("waiting");
    let ended = scenario.view().orchestrator.unwrap();
    earlier.kill();
    let mut running = scenario.start(["run", "auth"]);
    running.until_state("waiting");
    // In a container, every run has the same process id.
    let Act::Stop { run, .. } = ended.stop() else { panic!("no stop") };
    assert!(run.is_some(), "the lock names the run");
    let stale = Act::Stop { orchestrator: Some(running.pid()), run };
    post(&scenario.layout(), Who::Terminal("ada".into()), stale).unwrap();
    running.until_said("it was meant for a run that had ended already");
    scenario.run(["stop", "auth"]).expect_exit(0).expect_out(&["auth stops"]);
    running.end().expect_exit(13).expect_state("waiting");
}

#[test]
fn a_stop_of_an_earlier_version_names_the_process_only_and_is_obeyed() {
    let scenario = asking();
    let mut running = scenario.start(RUN_ASK);
    running.until_state("waiting");
    let stop = format!(
        r#"{{"id":"old","at":"2026-01-08T00:00:00Z","who":{{"terminal":"ada"}},"act":{{"stop":{{"orchestrator":{}}}}}}}"#,
        running.pid()
    );
    let inbox = scenario.layout().inbox();
    fs::create_dir_all(&inbox).unwrap();
    fs::write(scenario.path("stop"), stop).unwrap();
    fs::rename(scenario.path("stop"), inbox.join("0-old.json")).unwrap();
    running.end().expect_exit(13).expect_out(&["stop asked for by ada"]);
}

#[test]
fn fault_19_of_several_that_start_at_once_one_works_and_the_others_leave() {
    let scenario = asking();
    scenario.run(RUN_ASK.into_iter().chain(["--exit-on-wait"])).expect_exit(10);
    let mut started: Vec<_> = (0..4).map(|_| scenario.start(["run", "auth"])).collect();
    until("one that is left", || {
        started.iter_mut().map(Running::is_over).filter(|over| !over).count().eq(&1).then_some(())
    });
    let (left, over): (Vec<_>, Vec<_>) =
        started.into_iter().map(|mut run| (run.is_over(), run)).partition(|(over, _)| !over);
    for (_, run) in over {
        run.end()
            .expect_exit(12)
            .expect_err(&["held by another samocode", &format!("process {}", left[0].1.pid())]);
    }
    scenario.run(["answer", "auth", "--suggestions"]).expect_exit(0);
    left.into_iter().next().unwrap().1.end().expect_exit(0).expect_state("done");
    assert_eq!(scenario.count(|event| matches!(event, Event::Began { .. })), 2);
    assert_eq!(scenario.invocations().len(), 3);
}

#[test]
fn fault_19_a_second_orchestrator_says_who_holds_the_session_and_leaves() {
    let scenario = asking();
    let mut running = scenario.start(RUN_ASK);
    running.until_state("waiting");
    let holder = format!("process {}", running.pid());
    scenario.run(["run", "auth"]).expect_exit(12).expect_err(&[
        "held by another samocode",
        &holder,
        "samocode stop",
    ]);
    scenario.run(["status", "auth"]).expect_exit(0).expect_out(&[&holder]);
    scenario.run(["answer", "auth", "Q1=A", "Q2=in words"]).expect_exit(0).expect_out(&["auth goes on"]);
    running.end().expect_exit(0).expect_state("done");
    assert_eq!(scenario.invocations().len(), 3);
}

#[test]
fn a_task_for_a_session_that_runs_is_guidance_and_never_a_restart() {
    let mut first = vec![Step::write("{records}/up", ""), Step::Await("{records}/go".into())];
    first.extend(Step::work("testing"));
    let scenario = Scenario::new().agent(Script::new().next(first).then(Script::quick()));
    let running = scenario.start(RUN);
    until_up(&scenario);
    scenario.run(["run", "auth", "--task", "and mind the dates"]).expect_exit(0).expect_out(&[
        "under way",
        "guidance",
        "nothing is restarted",
    ]);
    scenario.run(["tell", "auth", "and", "the", "tests"]).expect_exit(0);
    scenario.release("go");
    running.end().expect_exit(0).expect_state("done");
    let prompts: Vec<String> = scenario.invocations().into_iter().map(|called| called.stdin).collect();
    assert_eq!(prompts.len(), 3);
    assert!(!prompts[0].contains("mind the dates"));
    assert!(
        prompts[1].contains("## Guidance from the person\n\nand mind the dates\n\nand the tests\n"),
        "{}",
        prompts[1]
    );
    assert!(prompts[1].contains("## Task\n\nAdd tokens\n"), "{}", prompts[1]);
    assert!(!prompts[2].contains("mind the dates"), "it is told once");
}

#[test]
fn a_task_for_a_session_that_nobody_works_on_is_guidance_for_its_next_iteration() {
    let scenario = Scenario::new();
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"])).expect_exit(11);
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth", "--task", "mind the dates"]).expect_exit(0).expect_out(&["guidance"]);
    let prompt = scenario.prompt(2);
    assert!(prompt.contains("## Guidance from the person\n\nmind the dates"), "{prompt}");
    assert_eq!(samocode::engine::list(&scenario.path("sessions")).unwrap().len(), 1);
}

/// The first iteration signals, prints its result, and then does `more`.
fn finished(phase: &str, signal: serde_json::Value, more: impl IntoIterator<Item = Step>) -> Scenario {
    let steps = [Step::Init, Step::signal(signal), Step::Result].into_iter().chain(more);
    Scenario::new().agent(Script::new().once(phase, steps).then(Script::quick()))
}

/// Waits until samocode has read the result of the running iteration: only the result says what it cost.
fn until_result_read(scenario: &Scenario) {
    until("the result", || scenario.look()?.live?.usage.cost_usd);
}

fn completed(scenario: &Scenario) -> usize {
    scenario.count(|event| matches!(event, Event::Judged(judged) if judged.outcome == Outcome::Completed))
}

#[test]
fn fault_35_ctrl_c_after_the_result_keeps_the_result_and_leaves() {
    let on = json!({"status": "continue", "phase": "testing", "summary": "built"});
    let scenario = finished("implementation", on, [Step::Hang]);
    let running = scenario.start(RUN);
    until_result_read(&scenario);
    running.ctrl_c();
    running
        .end()
        .expect_exit(130)
        .expect_out(&["has finished, so its result counts"])
        .expect_phase("testing");
    assert_eq!((completed(&scenario), ended_by(&scenario, Interruption::Signal)), (1, 0));
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(scenario.invocations().len(), 3, "nothing was run twice");
}

#[test]
fn fault_35_stop_after_the_result_keeps_the_result_and_leaves() {
    let on = json!({"status": "continue", "phase": "testing", "summary": "built"});
    let scenario = finished("implementation", on, [Step::Hang]);
    let running = scenario.start(RUN);
    until_result_read(&scenario);
    scenario.run(["stop", "auth"]).expect_exit(0);
    running.end().expect_exit(13).expect_phase("testing");
    assert_eq!((completed(&scenario), ended_by(&scenario, Interruption::StopRequest)), (1, 0));
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(scenario.invocations().len(), 3, "nothing was run twice");
}

#[test]
fn fault_35_a_finished_run_that_signalled_in_the_wrong_folder_counts_too() {
    let on = r#"{"status": "continue", "phase": "testing", "summary": "built"}"#;
    let steps = [Step::Init, Step::write("{worktree}/_signal.json", on), Step::Result, Step::Hang];
    let scenario = Scenario::new().agent(Script::new().next(steps).then(Script::quick()));
    let running = scenario.start(RUN);
    until_result_read(&scenario);
    running.ctrl_c();
    running.end().expect_exit(130).expect_phase("testing");
    assert_eq!(completed(&scenario), 1);
}

#[test]
fn fault_35_what_a_finished_cli_says_when_it_is_interrupted_changes_nothing() {
    let on = json!({"status": "continue", "phase": "testing", "summary": "built"});
    let failed =
        Step::Failed { subtype: "error_during_execution".into(), status: None, words: "aborted".into() };
    let scenario = finished(
        "implementation",
        on,
        [Step::IgnoreSignals, Step::write("{records}/up", ""), Step::Await("{records}/go".into()), failed],
    );
    let running = scenario.start(RUN);
    until_result_read(&scenario);
    until_up(&scenario);
    running.ctrl_c();
    running.until_said("has finished, so its result counts");
    scenario.release("go");
    running.end().expect_exit(130).expect_phase("testing");
    assert_eq!(completed(&scenario), 1);
}

#[test]
fn fault_35_a_session_that_has_finished_ends_as_done() {
    let done = json!({"status": "done", "summary": "made it"});
    let scenario = finished("done", done, [Step::Hang]);
    let running = scenario.start(RUN);
    until("the last iteration", || (scenario.look()?.phase == "done").then_some(()));
    until_result_read(&scenario);
    running.ctrl_c();
    running.end().expect_exit(0).expect_state("done");
    assert_eq!(completed(&scenario), 3);
}

#[test]
fn without_a_signal_a_result_is_not_the_end_and_ctrl_c_interrupts() {
    let scenario = Scenario::new()
        .agent(Script::new().next([Step::Init, Step::Result, Step::Hang]).then(Script::quick()));
    let running = scenario.start(RUN);
    until_result_read(&scenario);
    running.ctrl_c();
    running.end().expect_exit(130).expect_phase("implementation");
    assert_eq!((completed(&scenario), ended_by(&scenario, Interruption::Signal)), (0, 1));
}

/// A `git` that interrupts samocode at its first `status`, and works all the same.
fn interrupting_git(scenario: &Scenario) -> String {
    let git = scenario.path("bin/git");
    fs::create_dir(scenario.path("bin")).unwrap();
    let path = std::env::var("PATH").unwrap();
    let once = scenario.path("home/interrupted");
    let text = format!(
        "#!/bin/sh\nPATH={path}\ncase \" $* \" in *' status '*) [ -e {once} ] || {{ : > {once}; kill -INT $PPID; }};; esac\n\
         exec git \"$@\"\n",
        once = once.display()
    );
    fs::write(&git, text).unwrap();
    fs::set_permissions(&git, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{path}", scenario.path("bin").display())
}

#[test]
fn after_a_ctrl_c_between_two_iterations_no_iteration_starts() {
    let scenario = Scenario::new();
    let path = interrupting_git(&scenario);
    let scenario = scenario.env("PATH", path);
    scenario.run(RUN).expect_exit(130).expect_out(&["samocode run auth"]);
    assert!(scenario.path("home/interrupted").exists(), "git was asked for the status");
    assert_eq!(scenario.invocations().len(), 0, "no CLI was started");
    assert_eq!(scenario.count(|event| matches!(event, Event::Started(_))), 0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

#[test]
fn a_ctrl_c_that_ends_a_git_call_with_samocode_is_an_interruption_and_no_failure_of_git() {
    let scenario = Scenario::new();
    let git = scenario.path("bin/git");
    fs::create_dir(scenario.path("bin")).unwrap();
    // In the first moments after its start, git is in samocode's own process group still.
    fs::write(&git, "#!/bin/sh\nkill -INT $PPID\nkill -INT $$\n").unwrap();
    fs::set_permissions(&git, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", scenario.path("bin").display(), std::env::var("PATH").unwrap());
    let scenario = scenario.env("PATH", path);
    scenario.run(RUN).expect_exit(130).expect_err(&["interrupted: ", "git"]);
}
