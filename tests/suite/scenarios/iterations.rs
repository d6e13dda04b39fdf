//! How single iterations end, and what they leave.

use std::process::{Child, Command, Stdio};

use samocode::domain::event::Event;
use samocode::domain::outcome::Outcome;
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words, lives};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

fn first(steps: impl IntoIterator<Item = Step>) -> Scenario {
    Scenario::new().agent(Script::new().once("implementation", steps).then(Script::quick()))
}

fn on() -> Step {
    Step::signal(json!({"status": "continue", "phase": "testing", "summary": "worked"}))
}

#[test]
fn a_process_of_an_earlier_iteration_is_ended_before_the_next() {
    let scenario = Scenario::new();
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"])).expect_exit(11);
    let tag = scenario.invocations()[0].env["SAMOCODE_TAG"].clone();
    let (stale, other) = (Sleeper::start(&tag), Sleeper::start("26-01-08-somebody-else/1-0"));
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_out(&["what an earlier iteration left"]);
    assert!(!lives(stale.0.id()));
    assert!(lives(other.0.id()), "another session's process is none of its business");
}

/// A process with a tag in its environment, ended with the test.
struct Sleeper(Child);

impl Sleeper {
    fn start(tag: &str) -> Self {
        let mut command = Command::new("sleep");
        command.arg("600").env("SAMOCODE_TAG", tag);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn a_session_of_the_same_name_in_another_project_is_left_alone() {
    let mut steps = vec![Step::write("{records}/up", ""), Step::Await("{records}/go".into())];
    steps.extend(Step::work("testing"));
    let slow = Scenario::new().agent(Script::new().next(steps).then(Script::quick()));
    let running = slow.start(RUN);
    slow.until_called(1);
    let quick = Scenario::new();
    quick.run(RUN).expect_exit(0);
    assert_eq!(slow.layout().folder(), quick.layout().folder());
    slow.release("go");
    running.end().expect_exit(0);
    assert_eq!(slow.invocations().len(), 3);
}

#[test]
fn the_time_limit_ends_an_iteration_and_is_told_to_the_next() {
    let scenario =
        first([Step::Init, Step::Daemon { bare: true }, Step::Hang]).config("IMPLEMENTATION_TIMEOUT=3");
    scenario.run(RUN).expect_exit(0);
    assert!(scenario.daemons().iter().all(|&daemon| !lives(daemon)));
    assert_eq!(scenario.invocations().len(), 4);
    let prompt = scenario.prompt(2);
    expect_words(&prompt, &["ended at its time limit of 3 s", "Time limit: 3 s\n"]);
    let outcome = Outcome::TimeLimit { seconds: 3 };
    assert_eq!(
        scenario.count(|event| matches!(event, Event::Judged(judged) if judged.outcome == outcome)),
        1
    );
}

#[test]
fn a_crash_without_a_signal_is_told_with_what_is_known() {
    let scenario = first([Step::Init, Step::Stderr("the disk melted".into()), Step::Exit(3)]);
    scenario.run(RUN).expect_exit(0);
    expect_words(&scenario.prompt(2), &["the run crashed", "code 3", "the disk melted"]);
    let killed = first([Step::Init, Step::Kill]);
    killed.run(RUN).expect_exit(0);
    expect_words(&killed.prompt(2), &["the run crashed", "signal 9"]);
}

#[test]
fn a_good_signal_counts_however_the_run_ended() {
    let scenario = first([Step::Init, on(), Step::Exit(1)]);
    scenario.run(RUN).expect_exit(0);
    assert_eq!(scenario.invocations().len(), 3);
}

#[test]
fn the_child_gets_the_persons_environment_less_what_is_samocodes_own() {
    let scenario = Scenario::new()
        .env("PROJECT_NAME", "abc")
        .env("TELEGRAM_BOT_TOKEN", "1234:secret")
        .env("TELEGRAM_CHAT_ID", "7")
        .config("TELEGRAM_API_URL=http://127.0.0.1:9")
        .env("CLAUDECODE", "1");
    scenario.run(RUN).expect_exit(0);
    for called in scenario.invocations() {
        assert_eq!(called.env.get("PROJECT_NAME").map(String::as_str), Some("abc"));
        assert!(called.env.contains_key("SAMOCODE_TAG"));
        for hidden in ["TELEGRAM_BOT_TOKEN", "TELEGRAM_CHAT_ID", "CLAUDECODE"] {
            assert!(!called.env.contains_key(hidden), "{hidden}");
        }
        assert_eq!(called.dir, scenario.view().worktree.unwrap());
    }
}

#[test]
fn an_overview_that_the_agent_deleted_is_made_anew_and_one_it_broke_is_kept_aside() {
    let broken = Step::Bytes { path: "{session}/_overview.md".into(), bytes: vec![0xff, 0xfe, 0x00] };
    let scenario = Scenario::new().agent(
        Script::new()
            .once("implementation", Step::run([Step::shell("rm {session}/_overview.md"), on()]))
            .once(
                "testing",
                Step::run([broken, Step::signal(json!({"status": "continue", "phase": "done"}))]),
            )
            .then(Script::quick()),
    );
    scenario.run(RUN).expect_exit(0);
    expect_words(&scenario.session_file("_overview.md"), &["Phase: done", "Add tokens"]);
    let aside = std::fs::read(scenario.layout().session_dir().join("_overview.md.backup-1")).unwrap();
    assert_eq!(aside, [0xff, 0xfe, 0x00]);
}
