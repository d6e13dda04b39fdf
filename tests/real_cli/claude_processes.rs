//! Which of its tool's processes Claude Code leaves behind when it is ended: why samocode needs its keeper.

use rustix::process::{Pid, Signal, kill_process_group};
use samocode_testing_model::{Model, Sleepers};

use crate::claude::{Claude, Outcome, Running, until};
use crate::processes::{Cleanup, own_number, running};
use crate::scratch::Scratch;

fn group(running: &Running) -> Pid {
    Pid::from_raw(i32::try_from(running.id()).unwrap()).unwrap()
}

/// Ends the CLI in the middle of its tool call; tells its exit code and how many of its three sleeps live on.
fn end_in_a_tool_call(signal: Signal, number: u32) -> (Outcome, usize) {
    let sleepers = Sleepers::in_a_tool_call(number);
    let lines = sleepers.command_lines();
    let _cleanup = Cleanup(lines.clone());
    let scratch = Scratch::new();
    let model = Model::start(sleepers);

    let claude = Claude::new(&model, &scratch).start();
    until("three sleeps run", || (running(&lines).len() == 3).then_some(()));
    kill_process_group(group(&claude), signal).unwrap();
    let outcome = claude.wait();
    model.assert_nothing_unexpected();
    (outcome, running(&lines).len())
}

#[test]
fn an_interrupt_leaves_what_its_tool_daemonised() {
    let (outcome, left) = end_in_a_tool_call(Signal::INT, own_number(0));
    assert_eq!(left, 1);
    assert_eq!(outcome.code, Some(0), "2.1.197 ended with 1");
}

#[test]
fn a_termination_leaves_what_its_tool_daemonised() {
    let (outcome, left) = end_in_a_tool_call(Signal::TERM, own_number(1));
    assert_eq!(left, 1, "2.1.197 left all three");
    assert_eq!(outcome.code, Some(143));
    assert!(outcome.last("result", None).is_none(), "{:?}", outcome.events);
}

#[test]
fn killing_it_while_the_model_is_silent_leaves_its_background_processes() {
    let sleepers = Sleepers::behind_a_silent_model(own_number(2));
    let lines = sleepers.command_lines();
    let _cleanup = Cleanup(lines.clone());
    let scratch = Scratch::new();
    let model = Model::start(sleepers);

    let claude = Claude::new(&model, &scratch).start();
    until("the model is asked again", || (model.requests().len() == 2).then_some(()));
    until("both sleeps run", || (running(&lines).len() == 2).then_some(()));
    claude.kill().unwrap();

    assert_eq!(running(&lines).len(), 2);
    model.assert_nothing_unexpected();
}
