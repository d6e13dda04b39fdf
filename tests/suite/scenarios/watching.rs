//! The screen of `watch` in a terminal: looked at, answered in, and left.

use rustix::process::Signal;
use samocode::domain::event::Event;
use samocode::domain::request::Who;
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use super::workflows::{RUN_PLANNED, planning};
use crate::scenario::{Look, Running, Scenario, Terminal, lives, until};

const QUICK: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

fn watch<'a>(scenario: &'a Scenario, terminal: &Terminal, more: &[&str]) -> (Running<'a>, Look) {
    let look = terminal.look(100, 40);
    let running = scenario.start_on(terminal, ["watch"].iter().chain(more));
    (running, look)
}

/// The terminal is as a shell left it.
fn is_given_back(terminal: &Terminal, look: &Look) {
    until("the screen is left", || look.bytes().contains("\u{1b}[?1049l").then_some(()));
    assert!(terminal.is_plain(), "what is typed is shown again");
    let said = look.bytes();
    assert!(said.rfind("\u{1b}[?25h") > said.rfind("\u{1b}[?25l"), "the cursor is shown again");
    assert!(said.rfind("\u{1b}[?2004l") > said.rfind("\u{1b}[?2004h"), "a paste is a paste again");
}

#[test]
fn a_session_is_answered_and_approved_in_the_screen_and_goes_on_to_its_end() {
    let scenario = Scenario::new().agent(Script::full());
    let mut run = scenario.start(["run", "auth", "--task", "Add tokens"]);
    run.until_state("waiting");
    let terminal = Terminal::open();
    let (screen, look) = watch(&scenario, &terminal, &["auth"]);
    look.until_shown(&[
        "needs you: 2 questions",
        "Where should tokens live?",
        "A) httpOnly cookie  ← suggested",
    ]);
    look.type_in("\r");
    look.until_shown(&["◉ A) httpOnly cookie", "send 1 of 2 answers"]);
    look.type_in("A");
    look.until_shown(&["▶ send the answers"]);
    look.type_in("\r");
    look.until_shown(&["Send these answers?", "Q1  A - httpOnly cookie"]);
    look.type_in("y");
    look.until_shown(&["needs you: a plan to approve"]);
    look.type_in("4");
    look.until_shown(&["sha256", "☐"]);
    look.type_in("a");
    look.until_shown(&["Approve the plan?"]);
    look.type_in("y");
    run.end().expect_exit(0).expect_state("done");
    look.until_shown(&["done: "]);
    let by_ada = |event: &Event| matches!(event, Event::Received(received) if received.request.who == Who::Terminal("ada".to_owned()));
    assert_eq!(scenario.count(by_ada), 2);
    look.type_in("6");
    look.until_shown(&["1 commit since main", "+work of iteration"]);
    look.type_in("5");
    look.until_shown(&["questions answered by ada at a terminal"]);
    look.type_in("/approved by\r");
    look.until_shown(&["/approved by  1 of"]);
    look.type_in("qq");
    screen.end().expect_exit(0);
    is_given_back(&terminal, &look);
}

#[test]
fn leaving_the_screen_leaves_the_run_at_work() {
    let scenario = Scenario::new().agent(Script::full());
    let mut run = scenario.start(["run", "auth", "--task", "Add tokens"]);
    run.until_state("waiting");
    for keys in ["q", "\u{3}", "\rqq"] {
        let terminal = Terminal::open();
        let (screen, look) = watch(&scenario, &terminal, &[]);
        look.until_shown(&["1 needs you", "auth", "needs 2 answers"]);
        look.type_in(keys);
        screen.end().expect_exit(0);
        is_given_back(&terminal, &look);
        assert!(lives(run.pid()) && scenario.view().orchestrator.is_some(), "{keys:?}");
    }
}

#[test]
fn a_signal_ends_the_screen_and_gives_the_terminal_back() {
    let scenario = Scenario::new();
    scenario.run(QUICK).expect_exit(0);
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let terminal = Terminal::open();
        let (screen, look) = watch(&scenario, &terminal, &["auth"]);
        look.until_shown(&["done: "]);
        assert!(!terminal.is_plain(), "keys come one by one");
        screen.signal(signal);
        screen.end().expect_exit(0);
        is_given_back(&terminal, &look);
    }
}

#[test]
fn what_is_blocked_is_told_and_resumed_in_place_and_the_next_start_takes_it() {
    let blocked = json!({"status": "blocked", "reason": "may I drop it?", "needs": "human_decision"});
    let script = Script::new().once("implementation", [Step::signal(blocked)]).then(Script::quick());
    let scenario = Scenario::new().agent(script);
    scenario.run(QUICK).expect_exit(11);
    let terminal = Terminal::open();
    let (screen, look) = watch(&scenario, &terminal, &["auth"]);
    look.until_shown(&["may I drop it? — tell (t), resume (r)", "start it: samocode run auth"]);
    look.type_in("r");
    look.until_shown(&["Resume auth"]);
    look.type_in("yes, drop it\r");
    look.until_shown(&["kept for auth; nothing works on it now. Start it: samocode run auth"]);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert!(scenario.prompt(2).contains("yes, drop it"), "{}", scenario.prompt(2));
    look.until_shown(&["done: "]);
    look.type_in("2");
    look.until_shown(&["yes, drop it", "read by #2"]);
    look.type_in("qq");
    screen.end().expect_exit(0);
}

#[test]
fn a_plan_that_changed_is_shown_with_what_changed_and_bound_as_it_is_now() {
    let scenario = planning();
    let mut run = scenario.start(RUN_PLANNED);
    run.until_state("waiting");
    let plan = scenario.view().gate.map(|gate| gate.kind);
    let Some(samocode::engine::GateKindView::Approval { file, .. }) = plan else { panic!("{plan:?}") };
    let name = file.file_name().unwrap().to_str().unwrap();
    let terminal = Terminal::open();
    let (screen, look) = watch(&scenario, &terminal, &["auth"]);
    look.until_shown(&[name]);
    let text = scenario.session_file(name);
    std::fs::write(&file, text.clone() + "- [ ] and one thing more\n").unwrap();
    look.until_shown(&["it changed since the agent asked"]);
    look.type_in("a");
    look.until_shown(&[
        "Approve the plan?",
        "It changed since the agent asked",
        "+ - [ ] and one thing more",
    ]);
    look.type_in("y");
    run.end().expect_exit(0).expect_state("done");
    let approved = std::fs::read_to_string(scenario.layout().approved_plan()).unwrap();
    assert!(approved.ends_with("- [ ] and one thing more\n"), "{approved}");
    look.type_in("\u{3}");
    screen.end().expect_exit(0);
}

#[test]
fn nothing_of_an_agents_reaches_the_terminal_but_words() {
    let secret = "hunter2-hunter2-hunter2";
    let steer = format!("# Plan\u{1b}]0;taken over\u{7}\n\n- [ ] use {secret} \u{202e}now\u{9b}31m\n");
    let script = Script::new().each("planning", Step::plan(&steer)).then(Script::full());
    let scenario = planning().agent(script).env("MY_API_TOKEN", secret);
    scenario.run(RUN_PLANNED.into_iter().chain(["--exit-on-wait"])).expect_exit(10);
    let terminal = Terminal::open();
    let (screen, look) = watch(&scenario, &terminal, &["auth"]);
    look.until_shown(&["☐ use <redacted> now"]);
    look.type_in("qq");
    screen.end().expect_exit(0);
    let said = look.bytes();
    for bad in [secret, "\u{1b}]", "\u{7}", "\u{202e}", "\u{9b}"] {
        assert!(!said.contains(bad), "{bad:?}");
    }
}

#[test]
fn inside_an_iteration_the_screen_shows_and_sends_nothing() {
    let scenario = planning();
    scenario.run(RUN_PLANNED.into_iter().chain(["--exit-on-wait"])).expect_exit(10);
    let scenario = scenario.env("SAMOCODE_TAG", "x");
    let terminal = Terminal::open();
    let (screen, look) = watch(&scenario, &terminal, &["auth"]);
    look.until_shown(&["needs you: a plan to approve"]);
    look.type_in("a");
    look.until_shown(&["an agent is no person"]);
    look.type_in("yqq");
    screen.end().expect_exit(0);
    assert_eq!(scenario.count(|event| matches!(event, Event::Received(_))), 0);
}

#[test]
fn without_a_terminal_it_names_what_needs_none() {
    let scenario = Scenario::new();
    scenario.run(["watch"]).expect_exit(2).expect_err(&[
        "`watch` draws a screen, and there is no terminal to draw it on",
        "`samocode status NAME`",
        "`samocode logs NAME -f`",
    ]);
}
