//! Nothing of an iteration outlives it, however it ends (faults 11 and 12).

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use samocode::domain::event::Event;
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Running, Scenario, Terminal, expect_words, lives, until};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

/// Processes that leave the agent's group, session, environment and descent behind, and one that ignores signals.
const ESCAPE: &str = r#"exec >/dev/null 2>&1 </dev/null; all={records}/daemons
sleep 600 & echo $! >> $all
setsid sleep 600 & echo $! >> $all
env -i setsid sleep 600 & echo $! >> $all
(setsid sh -c 'echo $$ >> "$0"; exec sleep 600' $all &)
(env -i PATH="$PATH" setsid sh -c 'trap "" TERM INT HUP; echo $$ >> "$0"; while :; do sleep 600; done' $all &)
until [ "$(wc -l < $all)" -ge 5 ]; do sleep 0.01; done"#;

/// Writes down which of them live.
const LOOK: &str =
    r#"for pid in $(cat {records}/daemons); do [ -d /proc/$pid ] && echo $pid; done > {records}/seen"#;

fn on() -> Step {
    Step::signal(json!({"status": "continue", "phase": "testing", "summary": "worked"}))
}

/// The first iteration lets processes escape and goes on like this; the second one looks whether they live.
fn escaping(then: impl IntoIterator<Item = Step>) -> Scenario {
    let first = [Step::Init, Step::shell(ESCAPE), Step::write("{records}/up", "")];
    let script = Script::new()
        .next(first.into_iter().chain(then))
        .next(Step::run([Step::shell(LOOK), on()]))
        .then(Script::quick());
    Scenario::new().agent(script)
}

fn until_up(scenario: &Scenario) {
    until("the agent", || scenario.records().join("up").exists().then_some(()));
    assert_eq!(scenario.daemons().into_iter().filter(|&pid| lives(pid)).count(), 5);
}

/// The first agent and all that it started.
fn all_of_it(scenario: &Scenario) -> Vec<u32> {
    let mut pids = scenario.daemons();
    pids.push(scenario.invocations()[0].pid);
    assert_eq!(pids.len(), 6);
    pids
}

fn living(pids: &[u32]) -> Vec<u32> {
    pids.iter().copied().filter(|&pid| lives(pid)).collect()
}

/// The second iteration found nothing of the first, and the session ended well.
#[track_caller]
fn expect_nothing_left(scenario: &Scenario) {
    assert_eq!(living(&all_of_it(scenario)), [0; 0]);
    assert_eq!(fs::read_to_string(scenario.records().join("seen")).unwrap(), "");
    assert_eq!(scenario.view().state, "done");
}

/// It is ended in the middle of its first iteration; the next start goes on.
fn ended_in_the_middle(end: impl FnOnce(&Scenario, Running<'_>)) {
    let scenario = escaping([Step::Hang]);
    let running = scenario.start(RUN);
    until_up(&scenario);
    end(&scenario, running);
    assert_eq!(living(&all_of_it(&scenario)), [0; 0]);
    scenario.run(["run", "auth"]).expect_exit(0);
    expect_nothing_left(&scenario);
}

#[test]
fn fault_11_a_child_that_ignores_term_is_killed_at_the_time_limit() {
    let deaf = [Step::Init, Step::IgnoreSignals, Step::Hang];
    let scenario = Scenario::new()
        .agent(Script::new().once("implementation", deaf).then(Script::quick()))
        .config("IMPLEMENTATION_TIMEOUT=2");
    let started = Instant::now();
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert!(started.elapsed() >= Duration::from_secs(12), "asked with INT and TERM first");
    assert!(!lives(scenario.invocations()[0].pid));
    expect_words(&scenario.prompt(2), &["ended at its time limit of 2 s"]);
}

#[test]
fn fault_11_a_child_that_ignores_term_is_killed_after_a_stop() {
    let deaf = [Step::Init, Step::IgnoreSignals, Step::write("{records}/up", ""), Step::Hang];
    let scenario = Scenario::new().agent(Script::new().next(deaf).then(Script::quick()));
    let running = scenario.start(RUN);
    until("the agent", || scenario.records().join("up").exists().then_some(()));
    scenario.run(["stop", "auth"]).expect_exit(0);
    running.end().expect_exit(13);
    assert!(!lives(scenario.invocations()[0].pid));
}

#[test]
fn fault_11_a_grandchild_that_holds_the_pipes_hangs_nothing() {
    let first = Step::run([Step::Holder, on()]);
    let scenario = Scenario::new().agent(Script::new().next(first).then(Script::quick()));
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(living(&scenario.daemons()), [0; 0]);
    let took = scenario.journal().into_iter().find_map(|entry| match entry.event {
        Event::Judged(judged) => Some(Duration::from_millis(judged.took_ms)),
        _ => None,
    });
    assert!(took.unwrap() < Duration::from_secs(60), "{took:?}: the grandchild sleeps for ten minutes");
    assert_eq!(scenario.view().usage.cost_usd, Some(0.75), "all three results were read");
}

#[test]
fn fault_12_nothing_is_left_after_an_end_of_its_own() {
    let scenario = escaping([on(), Step::Result]);
    scenario.run(RUN).expect_exit(0);
    expect_nothing_left(&scenario);
    let ended = |event: &Event| matches!(event, Event::Judged(judged) if judged.ended >= 5);
    assert_eq!(scenario.count(ended), 1, "they are counted in the record");
}

#[test]
fn fault_12_nothing_is_left_after_a_crash() {
    let scenario = escaping([Step::Kill]);
    scenario.run(RUN).expect_exit(0);
    expect_nothing_left(&scenario);
}

#[test]
fn fault_12_nothing_is_left_after_the_time_limit() {
    let scenario = escaping([Step::Hang]).config("IMPLEMENTATION_TIMEOUT=3");
    scenario.run(RUN).expect_exit(0);
    expect_nothing_left(&scenario);
}

#[test]
fn fault_12_nothing_is_left_after_a_stop() {
    ended_in_the_middle(|scenario, running| {
        scenario.run(["stop", "auth"]).expect_exit(0);
        running.end().expect_exit(13);
    });
}

#[test]
fn fault_12_nothing_is_left_after_ctrl_c() {
    ended_in_the_middle(|_, running| {
        running.ctrl_c();
        running.end().expect_exit(130);
    });
}

#[test]
fn fault_12_nothing_is_left_after_a_term_signal() {
    ended_in_the_middle(|_, running| {
        running.signal(Signal::TERM);
        running.end().expect_exit(130);
    });
}

#[test]
fn fault_12_nothing_is_left_after_a_kill_of_samocode_without_a_new_start() {
    ended_in_the_middle(|scenario, running| {
        running.kill();
        let all = all_of_it(scenario);
        until("the end of all that it started", || living(&all).is_empty().then_some(()));
    });
}

#[test]
fn fault_12_nothing_is_left_after_the_terminal_was_closed() {
    let mut first = vec![Step::Await("{records}/go".into())];
    first.extend(Step::work("testing"));
    let scenario = escaping(first);
    let terminal = Terminal::open();
    let running = scenario.start_on(&terminal, RUN);
    until_up(&scenario);
    terminal.close();
    scenario.release("go");
    running.end().expect_exit(0);
    expect_nothing_left(&scenario);
}

#[test]
fn fault_12_the_next_start_ends_what_outlived_both_samocode_and_its_keeper() {
    let steps = [
        Step::Init,
        Step::Daemon { bare: false },
        Step::Daemon { bare: true },
        Step::write("{records}/up", ""),
        Step::Hang,
    ];
    let scenario = Scenario::new().agent(Script::new().next(steps).then(Script::quick()));
    let running = scenario.start(RUN);
    until("the agent", || scenario.records().join("up").exists().then_some(()));
    let agent = scenario.invocations()[0].pid;
    let keeper = Pid::from_raw(parent_of(agent)).unwrap();
    // Frozen, so that neither sees the other's end.
    kill_process(keeper, Signal::STOP).unwrap();
    running.kill();
    kill_process(keeper, Signal::KILL).unwrap();
    let all = [scenario.daemons(), vec![agent]].concat();
    assert_eq!(living(&all), all, "this time somebody has to end them");
    scenario
        .run(["run", "auth"])
        .expect_exit(0)
        .expect_state("done")
        .expect_out(&["what an earlier iteration left"]);
    assert_eq!(living(&all), [0; 0]);
}

fn parent_of(pid: u32) -> i32 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    stat.rsplit(") ").next().unwrap().split(' ').nth(1).unwrap().parse().unwrap()
}
