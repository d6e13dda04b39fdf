//! samocode is killed, and its record is damaged.

use std::fs;

use samocode::domain::event::Event;
use samocode::domain::outcome::{Interruption, Outcome};
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words, lives, until};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

/// The steps of an agent that signals, leaves processes behind and stays.
fn staying() -> Vec<Step> {
    vec![
        Step::Init,
        Step::Daemon { bare: false },
        Step::Daemon { bare: true },
        Step::write("{worktree}/half.txt", "half\n"),
        Step::signal(json!({"status": "continue", "phase": "testing", "summary": "too late"})),
        Step::write("{records}/up-{iteration}", ""),
        Step::Hang,
    ]
}

/// Starts samocode and kills it in the middle of an iteration; nothing that it started may live on.
fn kill_in_the_middle(scenario: &Scenario, iteration: usize) {
    let running = scenario.start(if iteration == 1 { RUN.to_vec() } else { vec!["run", "auth"] });
    let up = scenario.records().join(format!("up-{iteration}"));
    until("the agent", || up.exists().then_some(()));
    running.kill();
    let mut pids = scenario.daemons();
    pids.push(scenario.invocations()[iteration - 1].pid);
    until("the end of all that it started", || pids.iter().all(|&pid| !lives(pid)).then_some(()));
}

#[test]
fn fault_18_a_killed_samocode_leaves_nothing_alive_and_the_next_start_closes_its_iteration() {
    let scenario = Scenario::new().agent(Script::new().next(staying()).then(Script::quick()));
    kill_in_the_middle(&scenario, 1);
    assert_eq!(scenario.view().state, "interrupted");
    scenario.run(["status", "auth"]).expect_exit(0).expect_out(&["interrupted", "samocode run auth"]);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    let called = scenario.invocations();
    let phases: Vec<(&str, u32)> =
        called.iter().map(|called| (called.phase.as_str(), called.iteration)).collect();
    assert_eq!(
        phases,
        [("implementation", 1), ("implementation", 2), ("testing", 3), ("done", 4)],
        "the late signal moved nothing"
    );
    let told = "Iteration 1 was interrupted: samocode or the machine went down";
    expect_words(&called[1].stdin, &[told, "half.txt", "## Task\n\nAdd tokens"]);
    let lost = Outcome::Interrupted { by: Interruption::OrchestratorLost };
    assert_eq!(scenario.count(|event| matches!(event, Event::Judged(judged) if judged.outcome == lost)), 1);
    assert_eq!(scenario.count(|event| matches!(event, Event::Prepared(_))), 1);
    let snapshot = format!("refs/samocode/{}/1:half.txt", scenario.layout().folder());
    assert_eq!(scenario.git(&["show", &snapshot]), "half", "what the killed iteration left is kept");
}

#[test]
fn fault_18_three_interruptions_in_a_row_block() {
    let scenario =
        Scenario::new().agent(Script::new().times(3, "implementation", staying()).then(Script::quick()));
    for iteration in 1..=3 {
        kill_in_the_middle(&scenario, iteration);
    }
    scenario.run(["run", "auth"]).expect_exit(11).expect_out(&["3 iterations in a row were interrupted"]);
    assert_eq!(scenario.invocations().len(), 3);
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

#[test]
fn fault_18_guidance_that_was_told_to_a_killed_iteration_is_told_again() {
    let scenario = Scenario::new().agent(
        Script::new()
            .once("implementation", Step::go("implementation"))
            .next(staying())
            .then(Script::quick()),
    );
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"])).expect_exit(11);
    scenario.run(["tell", "auth", "mind the dates"]).expect_exit(0);
    scenario.run(["resume", "auth"]).expect_exit(0);
    kill_in_the_middle(&scenario, 2);
    scenario.run(["run", "auth"]).expect_exit(0);
    for number in [2, 3] {
        expect_words(&scenario.prompt(number), &["## Guidance from the person\n\nmind the dates"]);
    }
    assert!(!scenario.prompt(4).contains("mind the dates"));
}

#[test]
fn fault_18_killed_before_its_worktree_stood_it_goes_on_from_there() {
    let setup = "touch $HOME/.cache/agent/up; while [ ! -e $HOME/go ]; do sleep 0.05; done";
    let scenario = Scenario::new().config(&format!("SAMOCODE_SETUP='{setup}'"));
    let running = scenario.start(RUN);
    until("the set-up", || scenario.path("home/.cache/agent/up").exists().then_some(()));
    running.kill();
    fs::write(scenario.path("home/go"), "").unwrap();
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(scenario.invocations().len(), 3);
}

#[test]
fn fault_18_killed_before_its_first_entry_stood_it_is_made_by_the_same_command() {
    let today = jiff::Zoned::now().strftime("%y-%m-%d").to_string();
    for journal in [None, Some(""), Some("{\"v\":1,\"at\":\"2026-")] {
        let scenario = Scenario::new();
        let sessions = scenario.path("sessions");
        let record = sessions.join(format!(".samocode/{today}-auth"));
        fs::create_dir_all(record.join("inbox")).unwrap();
        fs::create_dir_all(sessions.join(format!("{today}-auth/_logs"))).unwrap();
        if let Some(text) = journal {
            fs::write(record.join("journal.jsonl"), text).unwrap();
        }
        scenario.run(RUN).expect_exit(0).expect_state("done");
        assert_eq!(scenario.view().folder, format!("{today}-auth"), "after {journal:?}");
    }
}

#[test]
fn fault_20_a_torn_last_line_of_the_journal_is_dropped() {
    let scenario = Scenario::new();
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"])).expect_exit(11);
    let journal = scenario.layout().journal();
    let mut text = fs::read_to_string(&journal).unwrap();
    text.push_str("{\"v\":1,\"at\":\"2026-");
    fs::write(&journal, text).unwrap();
    scenario.run(["status", "auth"]).expect_exit(0).expect_out(&["blocked"]);
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

#[test]
fn fault_20_a_journal_that_cannot_be_read_is_set_aside_and_never_overwritten() {
    let scenario = Scenario::new();
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"])).expect_exit(11);
    let layout = scenario.layout();
    let broken = fs::read_to_string(layout.journal()).unwrap().replacen("\"v\":1", "\"v\":?", 2);
    fs::write(layout.journal(), &broken).unwrap();
    let path = layout.journal().display().to_string();
    for arguments in
        [vec!["run", "auth"], vec!["run", "auth", "--adopt"], vec!["run", "auth", "--task", "new"]]
    {
        scenario.run(arguments).expect_exit(11).expect_err(&[&path, "cannot be read", "line 1", "backup"]);
    }
    assert_eq!(fs::read_to_string(layout.journal()).unwrap(), broken);
    assert_eq!(fs::read_to_string(layout.journal().with_extension("jsonl.unreadable")).unwrap(), broken);
    assert_eq!(scenario.invocations().len(), 1);
}

#[test]
fn fault_20_a_journal_of_a_newer_samocode_is_left_alone() {
    let scenario = Scenario::new();
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"])).expect_exit(11);
    let journal = scenario.layout().journal();
    let newer = fs::read_to_string(&journal).unwrap()
        + "{\"v\":99,\"at\":\"2099-01-01T00:00:00Z\",\"event\":{\"x\":1}}\n";
    fs::write(&journal, &newer).unwrap();
    scenario.run(["run", "auth"]).expect_exit(2).expect_err(&["newer samocode (version 99)"]);
    assert_eq!(fs::read_to_string(&journal).unwrap(), newer);
}

#[test]
fn fault_20_a_journal_that_was_deleted_is_never_made_anew_by_itself() {
    let scenario = Scenario::new();
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"])).expect_exit(11);
    let layout = scenario.layout();
    fs::remove_file(layout.journal()).unwrap();
    let folder = layout.session_dir().display().to_string();
    for arguments in [vec!["run", "auth"], vec!["run", "auth", "--task", "new"], vec!["status", "auth"]] {
        scenario.run(arguments).expect_exit(2).expect_err(&[&folder, "has no record", "--adopt"]);
    }
    assert!(!layout.journal().exists());
    assert_eq!(scenario.invocations().len(), 1);
    let adopt = ["run", "auth", "--adopt", "--workflow", "quick"];
    scenario.run(adopt).expect_exit(0).expect_state("done");
    let phases: Vec<String> = scenario.invocations().into_iter().map(|called| called.phase).collect();
    assert_eq!(phases, ["implementation", "testing", "done"], "it goes on where the notebook says");
}

#[test]
fn fault_20_one_session_that_cannot_be_read_hides_no_other() {
    let scenario = Scenario::new();
    scenario.run(["run", "first", "--workflow", "quick", "--task", "t"]).expect_exit(0);
    scenario.run(["run", "second", "--workflow", "quick", "--task", "t"]).expect_exit(0);
    fs::write(scenario.layout().journal(), "garbage\n").unwrap();
    scenario.run(["list"]).expect_out(&["first", "second", "cannot be read"]);
    scenario.run(["status", "second"]).expect_exit(11).expect_err(&["cannot be read", "line 1"]);
}
