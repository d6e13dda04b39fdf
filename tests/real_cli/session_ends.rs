//! Sessions that are ended in the middle of an iteration whose tool left processes everywhere: nothing stays, and the
//! next start goes on.

use std::time::{Duration, Instant};

use samocode_testing_model::{Detours, Sleepers, Walkthrough};

use crate::claude::until;
use crate::clis::Cli;
use crate::live::Live;
use crate::processes::{Cleanup, at_home, own_number, running};
use crate::stage::{Stage, TASK};

/// How long processes may take to be gone.
const GONE: Duration = Duration::from_secs(15);

/// A session in the middle of its first iteration, with `sleep 300 & sleep 301` and a daemonised `sleep 302` running.
struct Asleep {
    stage: Stage,
    run: Live,
    sleeps: Cleanup,
}

fn asleep(cli: Cli, number: u32, more: &[&str]) -> Asleep {
    let sleepers = Sleepers::in_a_tool_call(own_number(number));
    let sleeps = Cleanup(sleepers.command_lines());
    let script = Detours::from(Walkthrough::full().with_task(TASK)).in_iteration(1, sleepers);
    let stage = Stage::with(&[cli], script);
    let run = stage.begin(&[&["--exit-on-wait"], more].concat());
    until("three sleeps run", || (running(&sleeps.0).len() == 3).then_some(()));
    Asleep { stage, run, sleeps }
}

/// Waits for the sleeps' end, without a new start of samocode.
fn assert_sleeps_end(sleeps: &Cleanup, since: Instant) {
    until("the sleeps are ended", || running(&sleeps.0).is_empty().then_some(()));
    assert!(since.elapsed() <= GONE, "it took {:?}", since.elapsed());
}

/// Waits until nothing of the session runs: no tool's process, no CLI, no keeper.
fn assert_nothing_runs(stage: &Stage, sleeps: &Cleanup, since: Instant) {
    assert_sleeps_end(sleeps, since);
    until("nothing of the session runs", || at_home(&stage.scratch.home()).is_empty().then_some(()));
    assert!(since.elapsed() <= GONE, "it took {:?}", since.elapsed());
}

/// The next start takes the same phase up again as the next iteration, and that one knows why.
fn assert_goes_on(stage: &Stage, told: &str) {
    stage.go_on(&["--exit-on-wait"]).wait().with_code(10);
    assert_took_up(stage, told);
    let counters = stage.session().counters;
    let counted: Vec<_> = counters.in_phase.iter().map(|(phase, used)| (phase.as_str(), *used)).collect();
    assert_eq!(
        counted,
        [("investigation", 1), ("requirements", 1)],
        "the ended iteration counts for nothing"
    );
}

fn assert_took_up(stage: &Stage, told: &str) {
    stage.model.assert_nothing_unexpected();
    assert_eq!(stage.phases(), ["investigation", "investigation", "requirements"]);
    stage.was_told(2, "## What the last iteration left");
    stage.was_told(2, told);
}

#[test]
fn fault_12_after_ctrl_c_nothing_is_left_and_the_next_start_goes_on() {
    ends_by_ctrl_c(Cli::Claude, 3);
}

#[test]
fn codex_fault_12_after_ctrl_c_nothing_is_left_and_the_next_start_goes_on() {
    ends_by_ctrl_c(Cli::Codex, 11);
}

pub(crate) fn ends_by_ctrl_c(cli: Cli, number: u32) {
    let Asleep { stage, run, sleeps } = asleep(cli, number, &[]);

    let since = Instant::now();
    run.interrupt();
    run.wait().with_code(130).saying("everything is kept. Go on with samocode");

    assert_nothing_runs(&stage, &sleeps, since);
    assert_goes_on(&stage, "Iteration 1 was interrupted: the person stopped it.");
}

#[test]
fn gemini_fault_12_after_ctrl_c_nothing_is_left_and_the_next_start_goes_on() {
    ends_by_ctrl_c(Cli::Gemini, 21);
}

#[test]
fn fault_12_after_a_stop_nothing_is_left_and_the_next_start_goes_on() {
    let Asleep { stage, run, sleeps } = asleep(Cli::Claude, 4, &[]);

    let since = Instant::now();
    stage.act("stop", &[]).with_code(0).saying("greet stops");
    run.wait().with_code(13).saying("everything is kept. Go on with samocode");

    assert_nothing_runs(&stage, &sleeps, since);
    assert_goes_on(&stage, "Iteration 1 was interrupted: the person stopped it.");
}

#[test]
fn fault_18_after_a_kill_of_samocode_nothing_is_left_and_the_next_start_goes_on() {
    ends_by_a_kill(Cli::Claude, 5);
}

#[test]
fn codex_fault_18_after_a_kill_of_samocode_nothing_is_left_and_the_next_start_goes_on() {
    ends_by_a_kill(Cli::Codex, 12);
}

#[test]
fn gemini_fault_18_after_a_kill_of_samocode_nothing_is_left_and_the_next_start_goes_on() {
    ends_by_a_kill(Cli::Gemini, 22);
}

fn ends_by_a_kill(cli: Cli, number: u32) {
    let Asleep { stage, run, sleeps } = asleep(cli, number, &[]);

    let since = Instant::now();
    run.crash();

    assert_nothing_runs(&stage, &sleeps, since);
    stage.act("status", &[]).with_code(0).saying("interrupted");
    assert_goes_on(&stage, "Iteration 1 was interrupted: samocode or the machine went down.");
}

#[test]
fn fault_12_at_its_time_limit_an_iteration_is_ended_and_the_next_one_knows() {
    ends_at_its_time_limit(Cli::Claude, 6, 9);
}

#[test]
fn codex_fault_12_at_its_time_limit_an_iteration_is_ended_and_the_next_one_knows() {
    ends_at_its_time_limit(Cli::Codex, 13, 9);
}

#[test]
fn gemini_fault_12_at_its_time_limit_an_iteration_is_ended_and_the_next_one_knows() {
    // It takes longer to come up, and then to walk through a phase.
    ends_at_its_time_limit(Cli::Gemini, 23, 40);
}

fn ends_at_its_time_limit(cli: Cli, number: u32, seconds: u64) {
    let Asleep { stage, run, sleeps } = asleep(cli, number, &["--timeout", &seconds.to_string()]);

    let limit = stage.sees_iteration(1) + Duration::from_secs(seconds);
    let since = Instant::now() + limit.duration_since(jiff::Timestamp::now()).unsigned_abs();
    assert_sleeps_end(&sleeps, since);
    run.wait().with_code(10);

    let ended = stage.sees_iteration(2).duration_since(limit).unsigned_abs();
    assert!(ended <= GONE, "the next iteration started {ended:?} after the limit, over what was left");
    assert_took_up(&stage, &format!("the run was ended at its time limit of {seconds} s"));
    assert_nothing_runs(&stage, &sleeps, Instant::now());
}

#[test]
fn a_session_of_the_same_name_in_another_project_is_left_alone() {
    let Asleep { stage, run, sleeps } = asleep(Cli::Claude, 7, &[]);

    let other = Stage::new(Walkthrough::research().with_task(TASK));
    other.begin(&["--workflow", "research"]).wait().with_code(0);

    other.model.assert_nothing_unexpected();
    assert_eq!(other.phases(), ["investigation", "done"]);
    assert_eq!(other.layout().folder(), stage.layout().folder());
    assert_eq!(running(&sleeps.0).len(), 3, "the first session's processes still run");
    run.interrupt();
    run.wait().with_code(130);
}
