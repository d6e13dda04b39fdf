//! The verify command while it runs: its time, its end, what it may see and write, and what is kept of its output.

use std::fs;

use rustix::process::Signal;
use samocode::domain::check::CheckEnd;
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use super::evidence::{RUN, commits, log, phases, summary, verified, verifies};
use crate::scenario::{Running, Scenario, expect_words, lives, until};

#[test]
fn a_command_that_runs_too_long_is_ended_with_all_it_started() {
    let scenario =
        verifies("sleep 600 & echo $! > $HOME/.cache/agent/pid; setsid sleep 600 & echo waiting; wait")
            .config("SAMOCODE_VERIFY_TIMEOUT=1")
            .config("SAMOCODE_MAX_RETRIES=1");
    scenario.run(RUN).expect_exit(11).expect_out(&["was ended on commit", "at its time limit of 1 s"]);
    let pid = fs::read_to_string(scenario.records().join("pid")).unwrap().trim().parse().unwrap();
    assert!(!lives(pid), "what it started lives");
    assert_eq!(verified(&scenario)[0].check.end, CheckEnd::TimeLimit { seconds: 1 });
    assert_eq!(log(&scenario), "waiting\n");
}

#[test]
fn what_a_passing_command_leaves_behind_is_ended() {
    let scenario =
        verifies("setsid sleep 600 > /dev/null 2>&1 & echo $! > $HOME/.cache/agent/pid; sleep 0.2");
    scenario.run(RUN).expect_exit(0);
    let pid = fs::read_to_string(scenario.records().join("pid")).unwrap().trim().parse().unwrap();
    assert!(!lives(pid), "what it started lives");
}

/// Notes each of its starts and its process, and stays until the file `go` is in the home.
const STAYS: &str = "touch half-done; echo $$ >> $HOME/.cache/agent/pids; while [ ! -e $HOME/go ]; do sleep 0.05; done; rm half-done";

fn starts(scenario: &Scenario) -> Vec<u32> {
    let text = fs::read_to_string(scenario.records().join("pids")).unwrap_or_default();
    text.lines().map(|line| line.parse().unwrap()).collect()
}

fn until_started(scenario: &Scenario, times: usize) {
    until("the verification", || (starts(scenario).len() >= times).then_some(()));
}

#[test]
fn killed_in_its_middle_it_runs_again_at_the_next_start() {
    let scenario = verifies(STAYS);
    let running = scenario.start(RUN);
    until_started(&scenario, 1);
    scenario.run(["status", "auth"]).expect_exit(0).expect_out(&["verifying", "verify ·"]);
    running.kill();
    until("the end of what it ran", || (!lives(starts(&scenario)[0])).then_some(()));
    scenario.run(["status", "auth"]).expect_exit(0).expect_out(&["interrupted", "samocode run auth"]);
    fs::write(scenario.path("home/go"), "").unwrap();
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(starts(&scenario).len(), 2);
    assert_eq!(verified(&scenario).len(), 1);
    assert_eq!(
        phases(&scenario),
        ["implementation", "testing", "done"],
        "no iteration was lost or run twice"
    );
}

#[test]
fn a_stop_in_its_middle_is_obeyed_at_once_and_it_runs_again() {
    let scenario = verifies(STAYS);
    let running = scenario.start(RUN);
    until_started(&scenario, 1);
    let asked = std::time::Instant::now();
    scenario.run(["stop", "auth"]).expect_exit(0);
    running.end().expect_exit(13).expect_out(&["stop was asked for: ending the verification"]);
    assert!(asked.elapsed() < std::time::Duration::from_secs(5), "{:?}", asked.elapsed());
    assert!(!lives(starts(&scenario)[0]) && verified(&scenario).is_empty());
    let running = scenario.start(["run", "auth"]);
    until_started(&scenario, 2);
    running.signal(Signal::INT);
    running.end().expect_exit(130).expect_out(&["interrupted: ending the verification"]);
    fs::write(scenario.path("home/go"), "").unwrap();
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(phases(&scenario), ["implementation", "testing", "done"]);
}

#[test]
fn a_command_that_was_taken_out_meanwhile_is_not_run() {
    let scenario = verifies(&STAYS.replace("touch half-done; ", ""));
    let running = scenario.start(RUN);
    until_started(&scenario, 1);
    running.kill();
    let scenario = scenario.config("SAMOCODE_VERIFY=");
    scenario.run(["run", "auth"]).expect_exit(0).expect_out(&["no verify command is set any more"]);
    expect_words(&summary(&scenario), &["Nothing was verified by samocode: no verify command"]);
}

#[test]
fn what_it_prints_and_sees_holds_no_secret() {
    let secret = "amber-Lantern-31415";
    let scenario =
        verifies("echo \"${DEPLOY_TOKEN-none} ${SAMOCODE_TAG+tagged} amber-Lantern-31415\"; exit 1")
            .env("DEPLOY_TOKEN", secret)
            .config("SAMOCODE_MAX_RETRIES=1");
    let ended =
        scenario.run(RUN).expect_exit(11).expect_out(&["withheld from", "DEPLOY_TOKEN", "<redacted>"]);
    assert_eq!(log(&scenario), "none tagged <redacted>\n");
    assert_eq!(verified(&scenario)[0].check.tail, "none tagged <redacted>");
    let journal = fs::read_to_string(scenario.layout().journal()).unwrap();
    for text in [&ended.out, &journal, &scenario.session_file("session.log")] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn a_secret_in_the_command_itself_is_seen_nowhere() {
    let secret = "amber-Lantern-31415";
    let scenario = verifies("DB=amber-Lantern-31415 sh -c \"echo \\$DB\"").env("DEPLOY_TOKEN", secret);
    let ended = scenario.run(RUN).expect_exit(0).expect_out(&["verifying commit", "`DB=<redacted> sh -c"]);
    assert_eq!(log(&scenario), "<redacted>\n");
    assert_eq!(verified(&scenario).len(), 1, "what is told and what is run are one command");
    let journal = fs::read_to_string(scenario.layout().journal()).unwrap();
    for text in [
        &ended.out,
        &journal,
        &scenario.session_file("session.log"),
        &summary(&scenario),
        &scenario.prompt(3),
    ] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn output_that_would_steer_a_terminal_is_told_as_plain_text() {
    let scenario = verifies("printf \"\\033[31mred\\033[0m \\033]0;title\\007\\rend\\n\"; exit 1")
        .config("SAMOCODE_MAX_RETRIES=1");
    scenario.run(RUN).expect_exit(11);
    assert_eq!(verified(&scenario)[0].check.tail, "red end");
}

#[test]
fn a_long_output_is_kept_whole_in_its_log_and_its_end_is_told() {
    let scenario = verifies("seq 1 200000; exit 1").config("SAMOCODE_MAX_RETRIES=2");
    scenario.run(RUN).expect_exit(11);
    assert_eq!(log(&scenario).lines().count(), 200_000);
    let told = scenario.prompt(3);
    assert!(
        told.contains("    199941\n") && told.contains("    200000\n") && !told.contains("199940"),
        "{told}"
    );
}

#[test]
fn a_dirty_worktree_is_not_verified() {
    let scenario = verifies(STAYS);
    let running = scenario.start(RUN);
    until_started(&scenario, 1);
    running.kill();
    fs::write(scenario.path("home/go"), "").unwrap();
    fs::write(scenario.view().worktree.unwrap().join("work-1.txt"), "by hand\n").unwrap();
    scenario.set_agent(
        Script::new().each("testing", commits("mended.txt", "x", "done")).each("done", Step::finish()),
    );
    scenario.run(["run", "auth"]).expect_exit(0).expect_out(&["was not run: the worktree has changes"]);
    expect_words(
        &scenario.prompt(3),
        &["was not run: the worktree has changes that are not committed: work-1.txt"],
    );
}

#[test]
fn what_it_plants_in_git_is_put_back_and_told() {
    let plant = "git config core.fsmonitor \"touch $HOME/.cache/agent/monitored\"; exit 1";
    // The sandbox would keep it from being planted at all.
    let scenario = verifies(plant).config("SAMOCODE_SANDBOX=off").config("SAMOCODE_MAX_RETRIES=2");
    scenario
        .run(RUN)
        .expect_exit(11)
        .expect_out(&["While the verify command ran, what Git reads and runs was changed"]);
    expect_words(
        &scenario.prompt(3),
        &["While the verify command ran, what Git reads and runs was changed", "core.fsmonitor"],
    );
    assert!(!scenario.records().join("monitored").exists(), "it ran");
    assert!(scenario.layout().planted_by_verification(2).exists());
}

#[test]
fn under_the_sandbox_it_writes_only_where_the_session_works() {
    let scenario =
        verifies("touch $HOME/planted; touch ../../sessions/.samocode/planted; touch inside && rm inside")
            .config("SAMOCODE_SANDBOX=required");
    scenario.run(RUN).expect_exit(0);
    assert!(!scenario.path("home/planted").exists());
    assert!(!scenario.path("sessions/.samocode/planted").exists());
    expect_words(&log(&scenario), &["Permission denied"]);
}

/// A session whose last phase commits once more, and whose verification of that commit stays until `go` is there.
pub(super) fn before_the_end() -> Scenario {
    let scenario = verifies(&format!("[ ! -e late.txt ] || {{ {STAYS}; }}"));
    let late = Step::run([
        Step::write("{worktree}/late.txt", "x"),
        Step::git(&["add", "--all"]),
        Step::git(&["commit", "--quiet", "-m", "late"]),
        Step::signal(json!({"status": "done", "summary": "with late.txt"})),
    ]);
    scenario.agent(Script::new().once("done", late).then(Script::quick()))
}

/// Starts it, and waits for the verification before its end.
pub(super) fn until_before_the_end(scenario: &Scenario) -> Running<'_> {
    let running = scenario.start(RUN);
    until_started(scenario, 1);
    running
}

#[test]
fn what_a_person_says_during_the_last_verification_is_read_before_the_session_ends() {
    let scenario = before_the_end();
    let running = until_before_the_end(&scenario);
    scenario
        .run(["tell", "auth", "and the manual"])
        .expect_exit(0)
        .expect_out(&["the next iteration will read it"]);
    fs::write(scenario.path("home/go"), "").unwrap();
    running.end().expect_exit(0).expect_state("done");
    assert_eq!(phases(&scenario), ["implementation", "testing", "done", "done"]);
    expect_words(&scenario.prompt(4), &["## Guidance from the person\n\nand the manual"]);
    assert_eq!(verified(&scenario).len(), 2, "the same files are not verified again");
    let view = scenario.view();
    assert_eq!((view.unread_guidance, view.guidance[0].read_by), (0, Some(4)));
}

#[test]
fn what_a_person_says_during_the_last_iteration_is_read_before_the_session_ends() {
    let mut waits = vec![Step::write("{records}/up", ""), Step::Await("{records}/go".into())];
    waits.extend(Step::finish());
    let scenario = Scenario::new().agent(Script::new().once("done", waits).then(Script::quick()));
    let running = scenario.start(RUN);
    until("the last phase", || scenario.records().join("up").exists().then_some(()));
    scenario.run(["tell", "auth", "and the manual"]).expect_exit(0);
    scenario.release("go");
    running.end().expect_exit(0).expect_state("done");
    assert_eq!(phases(&scenario), ["implementation", "testing", "done", "done"]);
    expect_words(
        &scenario.prompt(4),
        &["did not end with iteration 3", "## Guidance from the person\n\nand the manual"],
    );
}
