//! Nothing stays: however a program ends, whatever it started, wherever that went.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use samocode::domain::command::Exit;
use samocode::process::{Graces, ProcessEvent, Tagged, end_tagged};

use super::{DEADLINE, ESCAPE, SHORT, Scene, eventually, is_alive, parent_of};

fn escape_and(then: &str) -> Scene {
    Scene::script(&format!("{ESCAPE}{then}"))
}

#[test]
fn a_program_is_asked_politely_first() {
    let mut scene = Scene::script("trap 'exit 3' INT; echo ready; while :; do sleep 0.01; done");
    scene.launch.graces = Graces { interrupt: DEADLINE, ..SHORT };
    let started = scene.start_until_ready();
    started.running.stop();
    assert_eq!(started.running.wait().exit, Exit::Code(3));
}

#[test]
fn one_that_ignores_int_gets_term() {
    let mut scene =
        Scene::script("trap '' INT; trap 'exit 4' TERM; echo ready; while :; do sleep 0.01; done");
    scene.launch.graces = Graces { terminate: DEADLINE, ..SHORT };
    let started = scene.start_until_ready();
    started.running.stop();
    assert_eq!(started.running.wait().exit, Exit::Code(4));
}

#[test]
fn one_that_ignores_int_and_term_gets_kill_after_both_graces() {
    let scene = Scene::script("trap '' INT TERM; echo ready; while :; do sleep 0.01; done");
    let started = scene.start_until_ready();
    let asked = Instant::now();
    started.running.stop();
    started.running.stop();
    assert_eq!(started.running.wait().exit, Exit::Signal(9));
    let took = asked.elapsed();
    assert!(took >= SHORT.interrupt + SHORT.terminate, "{took:?}");
}

#[test]
fn a_program_that_is_stopped_by_a_signal_still_hears_the_request() {
    let mut scene =
        Scene::script("trap 'exit 5' INT; echo ready; kill -STOP $$; while :; do sleep 0.01; done");
    scene.launch.graces = Graces { interrupt: DEADLINE, ..SHORT };
    let started = scene.start_until_ready();
    started.running.stop();
    assert_eq!(started.running.wait().exit, Exit::Code(5));
}

#[test]
fn kill_waits_for_no_grace() {
    let mut scene = Scene::script("trap '' INT TERM; echo ready; while :; do sleep 0.01; done");
    scene.launch.graces =
        Graces { interrupt: 10 * DEADLINE, terminate: 10 * DEADLINE, leftovers: 10 * DEADLINE };
    let started = scene.start_until_ready();
    started.running.stop();
    let asked = Instant::now();
    started.running.kill();
    assert_eq!(started.running.wait().exit, Exit::Signal(9));
    assert!(asked.elapsed() < DEADLINE);
}

#[test]
fn a_grandchild_that_holds_the_pipe_does_not_hang_the_end() {
    let scene = Scene::script("sleep 1000 & echo $! > pids; exit 0");
    let (events, ended) = scene.start().finish();
    assert_eq!(ended.exit, Exit::Code(0));
    assert_eq!(ended.swept.ended, 1);
    assert!(scene.alive().is_empty());
    let exited = events.iter().position(|event| matches!(event, ProcessEvent::Exited(Exit::Code(0))));
    let gone = events.iter().position(|event| matches!(event, ProcessEvent::Gone { ended: 1, .. }));
    let drained = events.iter().position(|event| matches!(event, ProcessEvent::Drained { .. }));
    assert!(exited.unwrap() < gone.unwrap() && drained.is_some() && events.len() == 3, "{events:?}");
}

#[test]
fn escapees_are_gone_after_a_normal_end() {
    let scene = escape_and("exit 0");
    let ended = scene.run();
    assert_eq!(ended.exit, Exit::Code(0));
    assert!(ended.swept.ended >= 4, "{ended:?}");
    assert!(ended.swept.left.is_empty());
    assert!(scene.alive().is_empty());
}

#[test]
fn escapees_are_gone_after_a_crash() {
    let scene = escape_and("kill -SEGV $$");
    assert_eq!(scene.run().exit, Exit::Signal(11));
    assert!(scene.alive().is_empty());
}

#[test]
fn escapees_are_gone_after_a_stop() {
    let scene = escape_and("sleep 1000");
    let started = scene.start_until_ready();
    assert_eq!(scene.alive().len(), 4);
    started.running.stop();
    started.running.wait();
    assert!(scene.alive().is_empty());
}

#[test]
fn escapees_are_gone_after_a_kill() {
    let scene = escape_and("sleep 1000");
    let started = scene.start_until_ready();
    started.running.kill();
    started.running.wait();
    assert!(scene.alive().is_empty());
}

#[test]
fn escapees_are_gone_when_the_handle_is_dropped() {
    let scene = escape_and("sleep 1000");
    drop(scene.start_until_ready());
    assert!(scene.alive().is_empty());
}

#[test]
fn one_that_starts_another_of_itself_when_asked_to_end_is_ended() {
    let again =
        r#"trap 'setsid sh again & echo $! >> pids' TERM; echo $$ >> pids; while :; do sleep 0.01; done"#;
    let scene = Scene::script("setsid sh again & until [ -s pids ]; do sleep 0.01; done; exit 0");
    std::fs::write(scene.path("again"), again).unwrap();
    scene.run();
    assert!(scene.alive().is_empty());
}

#[test]
fn many_leftovers_are_all_ended() {
    let scene =
        Scene::script("for n in $(seq 150); do env -i setsid sleep 1000 & echo $! >> pids; done; exit 0");
    let ended = scene.run();
    assert_eq!(ended.swept.ended, 150);
    assert!(scene.alive().is_empty());
}

#[test]
fn a_program_that_kills_its_keeper_leaves_nothing() {
    let text = "setsid sleep 1000 & echo $! >> pids
        env -i sleep 1000 & echo $! >> pids
        env -i setsid sleep 1000 & echo $! >> pids
        echo $$ >> pids; echo ready; until [ -e go ]; do sleep 0.01; done; kill -9 $PPID; sleep 1000";
    let scene = Scene::script(text);
    let started = scene.start_until_ready();
    std::fs::write(scene.path("go"), "").unwrap();
    let (events, ended) = started.finish();
    assert_eq!(ended.exit, Exit::Unknown);
    assert!(scene.alive().is_empty());
    assert!(ended.swept.ended >= 4, "{ended:?}");
    assert!(events.iter().any(|event| matches!(event, ProcessEvent::Exited(Exit::Unknown))));
}

#[test]
fn a_keeper_that_is_told_to_end_ends_everything_first() {
    let scene = escape_and("sleep 1000");
    let started = scene.start_until_ready();
    let keeper = parent_of(started.running.pid().raw());
    assert!(Command::new("kill").arg(keeper.to_string()).status().unwrap().success());
    started.running.wait();
    assert!(scene.alive().is_empty());
}

#[test]
fn signals_of_a_terminal_do_not_reach_the_keeper() {
    let scene = Scene::script("echo ready; until [ -e go ]; do sleep 0.01; done; exit 6");
    let started = scene.start_until_ready();
    let keeper = parent_of(started.running.pid().raw()).to_string();
    for signal in ["-HUP", "-INT", "-QUIT"] {
        assert!(Command::new("kill").args([signal, &keeper]).status().unwrap().success());
    }
    std::fs::write(scene.path("go"), "").unwrap();
    assert_eq!(started.running.wait().exit, Exit::Code(6));
}

#[test]
fn what_carries_the_tag_of_a_session_is_ended_and_nothing_else() {
    let scene = Scene::script("");
    let leave = |tag: &str| {
        let text = "trap '' TERM; (setsid sh -c 'trap \"\" TERM; while :; do sleep 1000; done' & echo $!); sleep 1000";
        let mut child = Command::new("/bin/sh")
            .args(["-c", text])
            .env("SAMOCODE_TAG", tag)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line)
            .unwrap();
        (child, line.trim().parse::<i32>().unwrap())
    };
    let session = scene.session();
    let (mut ours, our_escapee) = leave(&format!("{session}/3"));
    let (mut theirs, their_escapee) = leave(&format!("{session}-2/3"));

    assert_eq!(end_tagged(Tagged::Of("no such session")).unwrap().ended, 0);
    let swept = end_tagged(Tagged::Of(session)).unwrap();
    assert!(swept.ended >= 3, "two shells and a sleep: {swept:?}");
    assert!(swept.left.is_empty());
    ours.wait().unwrap();
    assert!(!is_alive(our_escapee));
    assert!(is_alive(their_escapee));
    assert_eq!(theirs.try_wait().unwrap(), None);

    end_tagged(Tagged::Exactly(&format!("{session}-2/3"))).unwrap();
    theirs.wait().unwrap();
    eventually("the stranger's escapee is gone", || !is_alive(their_escapee));
}

#[test]
fn a_scan_that_finds_nothing_is_quick() {
    let best = (0..5).map(|_| {
        let start = Instant::now();
        end_tagged(Tagged::Of("no such session")).unwrap();
        start.elapsed()
    });
    // Generous, for an unoptimised build beside other tests.
    assert!(best.min().unwrap() < Duration::from_millis(100));
}
