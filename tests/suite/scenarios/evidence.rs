//! Evidence: the person's verify command, run by samocode itself before a session may end.

use std::fs;

use rustix::process::Signal;
use samocode::domain::check::CheckEnd;
use samocode::domain::event::{Event, Verified};
use samocode_testing_agent::{PLAN, Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words, lives, until};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

fn verifies(command: &str) -> Scenario {
    Scenario::new().config(&format!("SAMOCODE_VERIFY='{command}'"))
}

/// The verifications of the session, oldest first.
fn verified(scenario: &Scenario) -> Vec<Verified> {
    let entries = scenario.journal().into_iter();
    entries
        .filter_map(|entry| match entry.event {
            Event::Verified(verified) => Some(*verified),
            _ => None,
        })
        .collect()
}

fn phases(scenario: &Scenario) -> Vec<String> {
    scenario.invocations().into_iter().map(|called| called.phase).collect()
}

fn summary(scenario: &Scenario) -> String {
    scenario.session_file("01-08-15:30-summary.md")
}

/// The output of the newest verification.
fn log(scenario: &Scenario) -> String {
    fs::read_to_string(scenario.view().verification.unwrap().log.unwrap()).unwrap()
}

/// Changes a file, commits, goes on with a phase.
fn commits(file: &str, text: &str, phase: &str) -> Vec<Step> {
    Step::run([
        Step::write(&format!("{{worktree}}/{file}"), text),
        Step::git(&["add", "--all"]),
        Step::git(&["commit", "--quiet", "-m", "mend"]),
        Step::signal(json!({"status": "continue", "phase": phase, "summary": "mended"})),
    ])
}

#[test]
fn what_passes_is_told_to_the_last_phase_and_stands_in_the_summary() {
    let scenario = verifies("test -e work-1.txt && echo all is well");
    scenario
        .run(RUN)
        .expect_exit(0)
        .expect_state("done")
        .expect_out(&["verifying commit", "verification: `test -e work-1.txt && echo all is well` passed"]);
    let head = scenario.git(&["rev-parse", "auth"]);
    let [check] = &verified(&scenario)[..] else { panic!("one verification") };
    let check = &check.check;
    assert_eq!((&check.end, &check.head.as_ref().unwrap().commit), (&CheckEnd::Passed, &head));
    assert_eq!(check.head.as_ref().unwrap().tree, scenario.git(&["rev-parse", "auth^{tree}"]));
    assert_eq!(log(&scenario), "all is well\n");
    assert!(!scenario.prompt(2).contains("## Verification"), "testing has nothing to know of it");
    let told = format!("samocode itself ran the person's verify command: {}", check.words());
    expect_words(&scenario.prompt(3), &["## Verification", &told]);
    expect_words(
        &summary(&scenario),
        &[
            "# Summary\n",
            "## Verified by samocode",
            "- Command: `test -e work-1.txt && echo all is well`",
            &format!("- Commit: {head} (the branch's last commit)"),
            "- Result: passed, exit code 0",
        ],
    );
    scenario.run(["status", "auth"]).expect_exit(0).expect_out(&["verified", "passed on commit"]);
    let words = ["\"verification\": {", "\"passed\": true", &format!("\"commit\": \"{head}\"")];
    scenario.run(["status", "auth", "--json"]).expect_exit(0).expect_out(&words);
}

#[test]
fn what_is_written_into_the_summary_is_written_once() {
    let scenario = verifies("true");
    scenario.run(RUN).expect_exit(0);
    let first = summary(&scenario);
    let folder = scenario.layout().folder().to_owned();
    scenario.run(["run", &folder]).expect_exit(0).expect_state("done");
    assert_eq!(summary(&scenario), first);
    scenario.edit("01-08-15:30-summary.md", "Result: passed", "Result: PASSED");
    scenario.run(["run", &folder]).expect_exit(0);
    assert_eq!(summary(&scenario), first);
    expect_words(&scenario.session_file("01-08-15:30-summary.md.backup-1"), &["Result: PASSED"]);
    // As if samocode had been killed between the end and the summary.
    scenario.edit("01-08-15:30-summary.md", &first, "# Summary\n");
    scenario.run(["run", &folder]).expect_exit(0);
    assert_eq!(summary(&scenario), first);
    assert!(!scenario.layout().session_dir().join("01-08-15:30-summary.md.backup-2").exists());
}

#[test]
fn without_a_command_the_summary_says_that_nothing_was_verified() {
    let scenario = Scenario::new();
    scenario.run(RUN).expect_exit(0).expect_out(&["verified  nothing, by samocode"]);
    expect_words(&summary(&scenario), &["Nothing was verified by samocode: no verify command"]);
    assert!(verified(&scenario).is_empty() && !scenario.prompt(3).contains("## Verification"));
}

#[test]
fn a_branch_without_a_commit_of_its_own_has_nothing_to_verify() {
    let scenario = verifies("false")
        .agent(Script::new().each("investigation", Step::go("done")).each("done", Step::finish()));
    scenario.run(["run", "auth", "--dive", "how tokens expire"]).expect_exit(0).expect_state("done");
    assert!(verified(&scenario).is_empty());
    expect_words(
        &scenario.prompt(2),
        &["The branch has no commit of its own, so samocode verifies nothing."],
    );
    expect_words(
        &summary(&scenario),
        &["Nothing was verified by samocode: the branch has no commit of its own."],
    );
}

#[test]
fn a_session_without_a_summary_says_it_on_the_screen() {
    let done = Step::run([Step::signal(json!({"status": "done", "summary": "all"}))]);
    let scenario = verifies("true").agent(Script::new().once("done", done).then(Script::quick()));
    scenario.run(RUN).expect_exit(0).expect_out(&["no summary document", "verified", "`true` passed"]);
}

#[test]
fn a_failure_keeps_the_phase_and_is_told_until_it_is_mended() {
    let check = "echo seen by the check; grep -q good work.txt || { echo the work is bad >&2; exit 3; }";
    let scenario = verifies(check).agent(
        Script::new()
            .once("implementation", commits("work.txt", "bad\n", "testing"))
            .once("implementation", commits("work.txt", "good\n", "testing"))
            .once("testing", Step::go("done"))
            .once("testing", Step::go("implementation"))
            .each("testing", Step::go("done"))
            .each("done", Step::finish()),
    );
    scenario.run(RUN).expect_exit(0).expect_state("done").expect_out(&[
        "failed on commit",
        "exit code 3",
        "the work is bad",
        "next: testing",
    ]);
    assert_eq!(
        phases(&scenario),
        ["implementation", "testing", "testing", "implementation", "testing", "done"]
    );
    let ends: Vec<bool> = verified(&scenario).iter().map(|verified| verified.check.passed()).collect();
    assert_eq!(ends, [false, true]);
    for number in [3, 4, 5] {
        let words = ["## Verification", "with exit code 3", "    seen by the check\n    the work is bad"];
        expect_words(&scenario.prompt(number), &words);
    }
    assert!(!scenario.prompt(6).contains("\n    the work is bad"));
    expect_words(&summary(&scenario), &["- Result: passed, exit code 0"]);
}

#[test]
fn three_failures_in_a_row_block_and_a_resume_grants_new_tries() {
    let scenario = verifies("test -e $HOME/mended").agent(
        Script::new()
            .each("implementation", Step::work("testing"))
            .each("testing", Step::go("done"))
            .each("done", Step::finish()),
    );
    scenario.run(RUN).expect_exit(11).expect_state("blocked").expect_out(&[
        "3 verifications in a row failed (SAMOCODE_VERIFY)",
        "`test -e $HOME/mended` failed on commit",
        "exit code 1",
        "-verify.log",
    ]);
    assert_eq!(phases(&scenario), ["implementation", "testing", "testing", "testing"]);
    scenario.run(["run", "auth"]).expect_exit(11);
    assert_eq!(verified(&scenario).len(), 3, "a start alone tries nothing");
    fs::write(scenario.path("home/mended"), "").unwrap();
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(verified(&scenario).len(), 4);
}

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
fn a_command_that_changes_tracked_files_has_not_verified_the_commit() {
    let scenario = verifies("echo more >> work-1.txt").config("SAMOCODE_MAX_RETRIES=1");
    scenario.run(RUN).expect_exit(11).expect_out(&["ended well on commit", "not committed: work-1.txt"]);
    let scenario = verifies("git commit --quiet --allow-empty -m more").config("SAMOCODE_MAX_RETRIES=1");
    let scenario = ["AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"]
        .into_iter()
        .fold(scenario, |scenario, name| scenario.env(&format!("GIT_{name}"), "ada@localhost"));
    scenario.run(RUN).expect_exit(11).expect_out(&["it moved HEAD to"]);
}

#[test]
fn files_that_a_passing_command_leaves_hold_up_no_end_and_are_named() {
    let scenario = verifies("mkdir -p out; touch out/report.xml cover.txt");
    scenario
        .run(RUN)
        .expect_exit(0)
        .expect_state("done")
        .expect_out(&["it left 2 files that git does not know"]);
    assert_eq!(phases(&scenario), ["implementation", "testing", "done"]);
    let told = scenario.prompt(3);
    expect_words(&told, &["It left files that git does not know: cover.txt, out/report.xml"]);
    assert!(!told.contains("changes that are not committed"), "{told}");
    expect_words(
        &summary(&scenario),
        &["It left files that git does not know: `cover.txt`, `out/report.xml`"],
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
fn what_the_last_phase_commits_is_verified_before_the_end() {
    let finish = || {
        Step::run([
            Step::write("{worktree}/CHANGES.md", "tokens, {iteration}\n"),
            Step::git(&["add", "--all"]),
            Step::git(&["commit", "--quiet", "-m", "changes"]),
            Step::write("{session}/01-08-15:30-summary.md", "# Summary\n"),
            Step::signal(json!({"status": "done", "summary": "all of it is done"})),
        ])
    };
    let check = "! grep -q 3 CHANGES.md 2> /dev/null";
    let scenario = verifies(check).agent(Script::new().times(2, "done", finish()).then(Script::quick()));
    scenario.run(RUN).expect_exit(0).expect_state("done");
    let ends: Vec<bool> = verified(&scenario).iter().map(|verified| verified.check.passed()).collect();
    assert_eq!(ends, [true, false, true]);
    assert_eq!(phases(&scenario), ["implementation", "testing", "done", "done"]);
    expect_words(&scenario.prompt(4), &["failed on commit"]);
    let head = scenario.git(&["rev-parse", "auth"]);
    expect_words(&summary(&scenario), &[&format!("- Commit: {head} (the branch's last commit)")]);
    assert_eq!(scenario.view().summary.as_deref(), Some("all of it is done"));
}

#[test]
fn in_the_full_workflow_a_failure_goes_back_from_quality() {
    let script = Script::new()
        .once("quality", Step::go("done"))
        .once("quality", Step::go("implementation"))
        .then(Script::full());
    let scenario = verifies("test $(ls work-*.txt | wc -l) = 2").agent(script);
    scenario
        .run(["run", "auth", "--task", "Add tokens", "--accept-suggestions", "--approve-plan"])
        .expect_exit(0)
        .expect_state("done");
    let phases = phases(&scenario);
    let from_quality = ["quality", "quality", "implementation", "testing", "quality", "done"];
    assert_eq!(phases[phases.len() - 6..], from_quality, "{phases:?}");
    assert_eq!(verified(&scenario).len(), 2);
}

#[test]
fn where_a_person_lets_it_into_the_last_phase_the_end_is_verified() {
    let committed = [
        Step::write("{worktree}/sketch.txt", "a sketch"),
        Step::git(&["add", "--all"]),
        Step::git(&["commit", "--quiet", "-m", "a sketch"]),
    ];
    let mut plan = Step::plan(PLAN);
    plan.splice(1..1, committed);
    let script = Script::new().each("planning", plan).then(Script::full());
    let scenario = verifies("cat sketch.txt").agent(script);
    let run =
        ["run", "auth", "--task", "x", "--workflow", "design", "--accept-suggestions", "--approve-plan"];
    scenario.run(run).expect_exit(0).expect_state("done");
    assert_eq!(phases(&scenario), ["investigation", "requirements", "requirements", "planning", "done"]);
    expect_words(&scenario.prompt(5), &["When you signal `done`, samocode itself runs `cat sketch.txt`"]);
    assert_eq!(log(&scenario), "a sketch");
    expect_words(&summary(&scenario), &["- Result: passed, exit code 0"]);
}

#[test]
fn a_last_commit_of_the_same_files_needs_no_second_run() {
    let finish = Step::run([
        Step::git(&["commit", "--quiet", "--allow-empty", "-m", "nothing more"]),
        Step::write("{session}/01-08-15:30-summary.md", "# Summary\n"),
        Step::signal(json!({"status": "done", "summary": "all"})),
    ]);
    let scenario = verifies("true").agent(Script::new().once("done", finish).then(Script::quick()));
    scenario.run(RUN).expect_exit(0);
    assert_eq!(verified(&scenario).len(), 1);
    expect_words(&summary(&scenario), &["holds the same files"]);
}

#[test]
fn what_it_plants_in_git_is_put_back_and_told() {
    let plant = "git config core.fsmonitor \"touch $HOME/.cache/agent/monitored\"; exit 1";
    let scenario = verifies(plant).config("SAMOCODE_MAX_RETRIES=2");
    scenario.run(RUN).expect_exit(11).expect_out(&["While the verify command ran, Git's configuration"]);
    expect_words(
        &scenario.prompt(3),
        &["While the verify command ran, Git's configuration", "core.fsmonitor"],
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
