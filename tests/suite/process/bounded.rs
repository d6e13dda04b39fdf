//! Commands of the person's: run to the end, or ended at a limit, with nothing left.

use std::time::Duration;

use samocode::domain::command::Exit;
use samocode::process::{Cut, Finished, Stderr, run_bounded};

use super::{DEADLINE, ESCAPE, Scene};

fn run(scene: &mut Scene, limit: Duration, stop: impl Fn() -> bool) -> Finished {
    scene.launch.stderr = Stderr::WithStdout;
    scene.launch.stdout_tail = 16;
    run_bounded(scene.launch.clone(), limit, stop).unwrap()
}

#[test]
fn a_command_gives_its_exit_and_the_end_of_its_output() {
    let mut scene = Scene::script("echo this is more than fits; echo the error >&2; exit 9");
    let finished = run(&mut scene, DEADLINE, || false);
    assert_eq!((finished.ended.exit, finished.cut), (Exit::Code(9), None));
    assert_eq!(finished.ended.stdout_tail, b" fits\nthe error\n");
    assert!(finished.log_error.is_none());
    assert_eq!(scene.log(), b"this is more than fits\nthe error\n");
}

#[test]
fn a_time_limit_ends_all_of_it() {
    let mut scene = Scene::script(&format!("{ESCAPE}sleep 1000"));
    let finished = run(&mut scene, Duration::from_secs(1), || false);
    assert_eq!(finished.cut, Some(Cut::TimeLimit));
    assert!(scene.alive().is_empty());
}

#[test]
fn a_stop_ends_all_of_it() {
    let mut scene = Scene::script(&format!("{ESCAPE}sleep 1000"));
    let ready = scene.path("out.log");
    let finished = run(&mut scene, DEADLINE, || std::fs::read(&ready).is_ok_and(|log| log == b"ready\n"));
    assert_eq!(finished.cut, Some(Cut::Stopped));
    assert_eq!(finished.ended.exit, Exit::Signal(2));
    assert!(scene.alive().is_empty());
}

#[test]
fn a_full_disk_is_told_beside_the_result() {
    let mut scene = Scene::script("echo text");
    scene.launch.stdout_log = "/dev/full".into();
    let finished = run(&mut scene, DEADLINE, || false);
    assert_eq!(finished.ended.exit, Exit::Code(0));
    assert!(finished.log_error.is_some());
}
