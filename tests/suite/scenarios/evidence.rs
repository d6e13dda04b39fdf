//! Evidence: the person's verify command, run by samocode itself before a session may end.

use std::fs;

use samocode::domain::check::CheckEnd;
use samocode::domain::event::{Event, Verified};
use samocode_testing_agent::{PLAN, Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words};

pub(super) const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

pub(super) fn verifies(command: &str) -> Scenario {
    Scenario::new().config(&format!("SAMOCODE_VERIFY='{command}'"))
}

/// The verifications of the session, oldest first.
pub(super) fn verified(scenario: &Scenario) -> Vec<Verified> {
    let entries = scenario.journal().into_iter();
    entries
        .filter_map(|entry| match entry.event {
            Event::Verified(verified) => Some(*verified),
            _ => None,
        })
        .collect()
}

pub(super) fn phases(scenario: &Scenario) -> Vec<String> {
    scenario.invocations().into_iter().map(|called| called.phase).collect()
}

pub(super) fn summary(scenario: &Scenario) -> String {
    scenario.session_file("01-08-15:30-summary.md")
}

/// The output of the newest verification.
pub(super) fn log(scenario: &Scenario) -> String {
    fs::read_to_string(scenario.view().verification.unwrap().log.unwrap()).unwrap()
}

/// Changes a file, commits, goes on with a phase.
pub(super) fn commits(file: &str, text: &str, phase: &str) -> Vec<Step> {
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
