//! Outside reviewers: what they are given and may do, what becomes of their reports, and what befalls them.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rustix::process::Signal;
use samocode::domain::event::Event;
use samocode::domain::review::{Review, ReviewEnd};
use samocode_testing_agent::{Script, Step};

use crate::scenario::{Scenario, expect_words, lives, until};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "reviewed.toml", "--task", "Add tokens"];

/// Work, a reviewed phase that may send it back once, and the end.
const WORKFLOW: &str = include_str!("../../../testing/workflows/reviewed.toml");

const REPORT: &str = "# Outside review\nVerdict: nothing blocks";

/// What the phases do when nothing is special.
fn phases() -> Script {
    Script::new()
        .each("implementation", Step::work("quality"))
        .each("quality", Step::go("done"))
        .each("done", Step::finish())
}

fn reviews(steps: impl IntoIterator<Item = Step>) -> Script {
    let steps = [Step::Init].into_iter().chain(steps);
    Script::new().each("outside review", steps)
}

/// A reviewer that reports.
pub(super) fn reports() -> Script {
    reviews([Step::Report(REPORT.to_owned())])
}

pub(super) fn reviewed_by(reviewers: &str, script: Script) -> Scenario {
    Scenario::new()
        .workflow("reviewed.toml", WORKFLOW)
        .config(&format!("SAMOCODE_REVIEWERS={reviewers}"))
        .agent(script.then(phases()))
}

/// What the reviewers left, oldest first.
fn ends(scenario: &Scenario) -> Vec<Review> {
    let entries = scenario.journal().into_iter();
    entries
        .filter_map(|entry| match entry.event {
            Event::Reviewed(review) => Some(*review),
            _ => None,
        })
        .collect()
}

fn ran(scenario: &Scenario) -> Vec<String> {
    scenario.invocations().into_iter().map(|called| called.phase).collect()
}

/// The message of the first run of a phase.
fn message(scenario: &Scenario, phase: &str) -> String {
    let mut all = scenario.invocations().into_iter();
    all.find(|called| called.phase == phase).unwrap_or_else(|| panic!("{phase} did not run")).stdin
}

fn report(scenario: &Scenario, number: usize) -> String {
    match &ends(scenario)[number].end {
        ReviewEnd::Report { file } => scenario.session_file(file),
        ReviewEnd::NoReport { why } => panic!("there is no report, because {why}"),
    }
}

fn why(scenario: &Scenario, number: usize) -> String {
    match &ends(scenario)[number].end {
        ReviewEnd::NoReport { why } => why.clone(),
        ReviewEnd::Report { file } => panic!("there is a report: {file}"),
    }
}

#[test]
fn a_report_is_handed_to_the_reviewed_phase_and_to_no_other_one() {
    let scenario = reviewed_by("claude", reports());
    scenario.run(RUN).expect_exit(0).expect_state("done").expect_out(&[
        "reviewed first, at commit",
        "reviewer claude: ",
        "(at most 900 s)",
    ]);
    assert_eq!(ran(&scenario), ["implementation", "outside review", "quality", "done"]);
    assert_eq!(report(&scenario, 0), format!("{REPORT}\n"));
    let head = scenario.git(&["rev-parse", "auth"]);
    let ReviewEnd::Report { file } = &ends(&scenario)[0].end else { unreachable!() };
    let path = scenario.layout().session_dir().join(file);
    expect_words(
        &message(&scenario, "quality"),
        &["## Outside reviews\n\nOf commit", &head[..10], &format!("- claude: {}", path.display())],
    );
    for phase in ["implementation", "done"] {
        assert!(!message(&scenario, phase).contains("Outside reviews"), "{phase}");
    }
    let view = scenario.view();
    assert_eq!((view.usage.input_tokens, view.usage.cost_usd), (4 * 200, Some(1.0)), "its use counts");
}

#[test]
fn fault_32_a_reviewer_whose_result_is_long_and_begins_with_another_key_counts() {
    let text = format!("{REPORT}: {}end", "not a line of it is wrong; ".repeat(5000));
    let result = serde_json::json!({
        "duration_api_ms": 5, "is_error": false, "num_turns": 2, "result": text, "subtype": "success",
        "total_cost_usd": 0.25, "type": "result", "usage": {"input_tokens": 200, "output_tokens": 20},
    });
    let line = result.to_string();
    assert!(line.starts_with(r#"{"duration_api_ms""#), "{line}");
    let scenario = reviewed_by("claude", reviews([Step::Line(line)]));
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(report(&scenario, 0), format!("{text}\n"));
    assert_eq!(scenario.view().usage.cost_usd, Some(1.0), "its use counts");
}

#[test]
fn a_reviewer_is_given_the_difference_and_the_task_s_place_and_reads_only() {
    let scenario = reviewed_by("claude", reports()).config("SAMOCODE_SANDBOX=off");
    scenario.run(RUN).expect_exit(0);
    let brief = message(&scenario, "outside review");
    let (layout, head) = (scenario.layout(), scenario.git(&["rev-parse", "auth"]));
    let diff = fs::read_to_string(layout.review_diff()).unwrap();
    expect_words(&diff, &["+work of iteration 1", "diff --git a/work-1.txt"]);
    expect_words(
        &brief,
        &[
            &format!("Diff: {}\n", layout.review_diff().display()),
            &format!("Session path: {}\n", layout.session_dir().display()),
            &format!("Commit: {head}\n"),
            "Base branch: main\n",
            "Time limit: 900 s\n",
            "Change nothing",
        ],
    );
    let called = scenario.invocations().into_iter().find(|called| called.phase == "outside review").unwrap();
    let argv = called.argv.join(" ");
    expect_words(&argv, &["--tools Read,Grep,Glob --permission-mode dontAsk", "--add-dir"]);
    assert!(!argv.contains("dangerously") && !argv.contains("--agent"), "{argv}");
}

#[test]
fn one_state_of_the_branch_is_reviewed_once() {
    let again = Script::new()
        .times(2, "quality", Step::go("quality"))
        .once("quality", Step::go("implementation"))
        .then(reports());
    let scenario = reviewed_by("claude", again).config("SAMOCODE_MAX_IDLE=5");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    let expected = ["implementation", "outside review", "quality", "quality", "quality"];
    assert_eq!(ran(&scenario)[..5], expected, "nothing was committed in between");
    assert_eq!(ran(&scenario)[5..], ["implementation", "outside review", "quality", "done"]);
    assert_eq!(ends(&scenario).len(), 2);
}

#[test]
fn a_branch_without_a_change_is_not_reviewed() {
    let idle = Script::new().each("implementation", Step::go("quality"));
    let scenario = reviewed_by("claude", idle);
    scenario.run(RUN).expect_exit(0);
    assert_eq!(ran(&scenario), ["implementation", "quality", "done"]);
    assert!(ends(&scenario).is_empty());
}

#[test]
fn a_workflow_without_a_reviewed_phase_and_a_project_without_reviewers_ask_nobody() {
    for (workflow, reviewers) in
        [(WORKFLOW.replace("reviewed = true\n", ""), "claude"), (WORKFLOW.to_owned(), "")]
    {
        let scenario = reviewed_by(reviewers, reports()).workflow("reviewed.toml", &workflow);
        scenario.run(RUN).expect_exit(0);
        assert_eq!(ran(&scenario), ["implementation", "quality", "done"]);
    }
}

#[test]
fn a_reviewer_that_is_not_installed_is_named_and_holds_up_nothing() {
    let scenario =
        reviewed_by("claude", reports()).config("CLAUDE_PATH=absent-cli").config("QUALITY_PROVIDER=demo");
    // All phases run on the built-in agent: only the reviewer is missing.
    let scenario = scenario.config("SAMOCODE_PROVIDER=demo");
    scenario.run(RUN).expect_out(&["reviewer claude: no report, because `absent-cli` was not found on PATH"]);
    expect_words(&why(&scenario, 0), &["`absent-cli` was not found"]);
}

#[test]
fn a_reviewer_over_its_time_is_ended_and_that_is_told() {
    let slow = reviews([Step::Say("I look".to_owned()), Step::Daemon { bare: false }, Step::Hang]);
    let scenario = reviewed_by("claude", slow).config("SAMOCODE_REVIEW_TIMEOUT=1");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(why(&scenario, 0), "it was ended at its time limit of 1 s");
    expect_words(
        &message(&scenario, "quality"),
        &["- claude: no report, because it was ended at its time limit of 1 s"],
    );
    assert!(!lives(scenario.daemons()[0]), "what it started lives");
}

#[test]
fn a_reviewer_that_fails_or_says_nothing_holds_up_nothing() {
    let failed = Step::Failed {
        subtype: "success".to_owned(),
        status: Some(401),
        words: "Invalid API key".to_owned(),
    };
    for (steps, reason) in [
        (vec![failed], "Invalid API key"),
        (vec![Step::Exit(3)], "without a result"),
        (vec![Step::Report(" ".to_owned())], "it ended without a word"),
    ] {
        let scenario = reviewed_by("claude", reviews(steps));
        scenario.run(RUN).expect_exit(0).expect_state("done");
        expect_words(&why(&scenario, 0), &[reason]);
        expect_words(&message(&scenario, "quality"), &["- claude: no report, because", reason]);
    }
}

#[test]
fn a_reviewer_writes_nothing_of_the_session_in_the_sandbox() {
    let writes = reviews([
        Step::shell(
            "s=$(ls -d ../../sessions/*-auth); for p in planted $s/planted $s/_signal.json ../../repo/.git/planted ~/planted; \
             do echo x > $p; done; git commit --allow-empty -qm planted; git log --oneline -1 > $TMPDIR/seen && \
             cp $TMPDIR/seen ~/.cache/agent/seen",
        ),
        Step::Report(REPORT.to_owned()),
    ]);
    let scenario = reviewed_by("claude", writes).config("SAMOCODE_SANDBOX=required");
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    assert!(!ended.out.contains("which were to read only"), "{}", ended.out);
    let session = scenario.layout().session_dir();
    let worktree = scenario.view().worktree.unwrap();
    for path in [
        worktree.join("planted"),
        session.join("planted"),
        scenario.repo().join(".git/planted"),
        scenario.path("home/planted"),
    ] {
        assert!(!path.exists(), "{} was written", path.display());
    }
    assert!(!scenario.git(&["log", "--format=%s", "auth"]).contains("planted"));
    let seen = fs::read_to_string(scenario.records().join("seen")).unwrap();
    expect_words(&seen, &["work of iteration 1"]);
    assert_eq!(report(&scenario, 0), format!("{REPORT}\n"), "it can read and report all the same");
}

#[test]
fn what_a_reviewer_changes_without_a_sandbox_is_named_and_put_back_where_it_would_run() {
    let writes = reviews([
        Step::write("{worktree}/planted.txt", "x"),
        Step::git(&["config", "core.fsmonitor", "touch {records}/monitored"]),
        Step::Report(REPORT.to_owned()),
    ]);
    let mends = Script::new().each(
        "quality",
        [Step::Init, Step::shell("rm -f planted.txt")]
            .into_iter()
            .chain(Step::go("done").into_iter().skip(1)),
    );
    let scenario = reviewed_by("claude", writes.then(mends)).config("SAMOCODE_SANDBOX=off");
    scenario.run(RUN).expect_exit(0).expect_out(&[
        "While the outside reviewers ran, which were to read only, planted.txt changed",
        "While the outside reviewers ran, what Git reads and runs was changed",
    ]);
    expect_words(&message(&scenario, "quality"), &["planted.txt changed", "core.fsmonitor"]);
    assert!(!scenario.records().join("monitored").exists(), "it ran");
    assert!(scenario.layout().planted_by_review(1).exists());
}

#[test]
fn a_secret_in_a_report_is_seen_nowhere() {
    let secret = "amber-Lantern-31415";
    let scenario = reviewed_by("claude", reviews([Step::Report(format!("it prints {secret}"))]))
        .env("DEPLOY_TOKEN", secret);
    scenario.run(RUN).expect_exit(0);
    assert_eq!(report(&scenario, 0), "it prints <redacted>\n");
    let logs = scenario.layout().logs();
    for entry in fs::read_dir(logs).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(secret), "{}: {text}", path.display());
    }
}

#[test]
fn a_stop_ends_reviewers_at_once_and_they_run_again() {
    let stays = Script::new().once("outside review", [Step::Init, Step::Daemon { bare: true }, Step::Hang]);
    let scenario = reviewed_by("claude", stays.then(reports()));
    let running = scenario.start(RUN);
    scenario.until_called(2);
    scenario.until_state("reviewing");
    scenario.run(["status", "auth"]).expect_exit(0).expect_out(&[
        "reviewing",
        "claude · ",
        "outside reviews",
    ]);
    scenario.run(["stop", "auth"]).expect_exit(0);
    running.end().expect_exit(13).expect_out(&["stop was asked for: ending the reviews"]);
    until("the end of what it started", || scenario.daemons().iter().all(|pid| !lives(*pid)).then_some(()));
    assert!(ends(&scenario).is_empty(), "who was stopped has said nothing");
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(ran(&scenario), ["implementation", "outside review", "outside review", "quality", "done"]);
    assert_eq!(report(&scenario, 0), format!("{REPORT}\n"));
}

#[test]
fn ctrl_c_ends_reviewers_too() {
    let says = Step::Say("I look".to_owned());
    let stays = Script::new().once("outside review", [Step::Init, says, Step::Hang]);
    let scenario = reviewed_by("claude", stays.then(reports()));
    let running = scenario.start(RUN);
    until("its words", || scenario.look()?.live.filter(|live| live.usage.input_tokens > 0));
    running.signal(Signal::INT);
    running.end().expect_exit(130).expect_out(&["interrupted: ending the reviews"]);
    assert!(!lives(scenario.invocations()[1].pid));
    assert_eq!(scenario.view().usage.input_tokens, 200 + 100, "what it used until then counts");
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

#[test]
fn killed_in_their_middle_they_leave_nothing_and_run_again() {
    let stays = Script::new().once("outside review", [Step::Init, Step::Daemon { bare: true }, Step::Hang]);
    let scenario = reviewed_by("claude", stays.then(reports()));
    let running = scenario.start(RUN);
    until("the reviewer's daemon", || scenario.records().join("daemons").exists().then_some(()));
    running.kill();
    let pids = [scenario.invocations()[1].pid, scenario.daemons()[0]];
    until("the end of the reviewer", || pids.iter().all(|pid| !lives(*pid)).then_some(()));
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(ran(&scenario), ["implementation", "outside review", "outside review", "quality", "done"]);
    assert_eq!(ends(&scenario).len(), 1);
}

#[test]
fn what_reviewers_use_counts_for_the_budget() {
    let scenario = reviewed_by("claude", reports()).config("SAMOCODE_MAX_COST=0.5");
    scenario.run(RUN).expect_exit(11).expect_out(&["0.50 of 0.50 USD are spent"]);
    assert_eq!(ran(&scenario), ["implementation", "outside review"], "no iteration starts beyond the budget");
}

#[test]
fn the_doctor_names_a_reviewer_that_is_not_there_and_lets_sessions_run() {
    let scenario =
        reviewed_by("claude", reports()).config("SAMOCODE_PROVIDER=demo").config("CLAUDE_PATH=absent-cli");
    scenario.run(["doctor"]).expect_exit(0).expect_out(&[
        "reviewer claude",
        "`absent-cli` was not found on PATH",
        "without it, its review is left out",
        "sessions can run",
    ]);
}

/// A program in the place of Codex: it runs these shell lines, then reports in Codex's own lines.
fn with_codex(scenario: Scenario, lines: &str) -> Scenario {
    let program = scenario.path("codex");
    let text = format!(
        "#!/bin/sh\n[ \"$1\" = --version ] && echo codex-cli 0.169.0 && exit\ncat > /dev/null\necho '{}'\n{lines}\necho '{}'\necho '{}'\n",
        r#"{"type":"thread.started","thread_id":"t"}"#,
        r#"{"type":"item.completed","item":{"id":"item_0","type":"agent_message","text":"F1 (major)"}}"#,
        r#"{"type":"turn.completed","usage":{"input_tokens":70,"cached_input_tokens":0,"output_tokens":30}}"#,
    );
    fs::write(&program, text).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    scenario.config(&format!("CODEX_PATH={}", program.display()))
}

/// Goes on once this file is among the agent's records.
fn waits_for(name: &str) -> String {
    format!("while [ ! -e $HOME/.cache/agent/{name} ]; do sleep 0.02; done")
}

#[test]
fn several_reviewers_work_at_the_same_time_and_each_leaves_its_own_report() {
    let claude = reviews([
        Step::write("{records}/claude-works", ""),
        Step::Await("{records}/codex-works".to_owned()),
        Step::Report(REPORT.to_owned()),
    ]);
    let scenario = reviewed_by("claude,codex", claude);
    let scenario =
        with_codex(scenario, &format!("touch $HOME/.cache/agent/codex-works\n{}", waits_for("claude-works")));
    scenario.run(RUN).expect_exit(0).expect_out(&["by claude, codex (at most 900 s)"]);
    let mut said: Vec<(String, String)> = ends(&scenario)
        .iter()
        .zip(0..)
        .map(|(end, number)| (end.provider.clone(), report(&scenario, number)))
        .collect();
    said.sort();
    assert_eq!(said, [("claude".into(), format!("{REPORT}\n")), ("codex".into(), "F1 (major)\n".into())]);
    let told = message(&scenario, "quality");
    expect_words(&told, &["\n- claude: /", "\n- codex: /"]);
    assert_eq!(scenario.view().usage.input_tokens, 4 * 200 + 70);
}

#[test]
fn a_finished_review_is_not_repeated_when_samocode_is_killed_during_another() {
    let claude = Script::new()
        .once("outside review", [Step::Init, Step::Hang])
        .each("outside review", [Step::Init, Step::Report(REPORT.to_owned())]);
    let scenario = with_codex(reviewed_by("claude,codex", claude), "echo codex >> $HOME/.cache/agent/calls");
    let running = scenario.start(RUN);
    until("the end of one review", || {
        (scenario.session().is_some() && ends(&scenario).len() == 1).then_some(())
    });
    scenario.until_called(2);
    running.kill();
    until("the end of the other", || (!lives(scenario.invocations()[1].pid)).then_some(()));
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    let calls = fs::read_to_string(scenario.records().join("calls")).unwrap();
    assert_eq!(calls, "codex\n");
    expect_words(&message(&scenario, "quality"), &["- claude: /", "- codex: /"]);
}

#[test]
fn one_reviewer_over_its_time_takes_nothing_from_another() {
    let scenario = reviewed_by("claude,codex", reviews([Step::Hang])).config("SAMOCODE_REVIEW_TIMEOUT=2");
    with_codex(scenario, "").run(RUN).expect_exit(0).expect_out(&[
        "reviewer codex: /",
        "reviewer claude: no report, because it was ended at its time limit of 2 s",
    ]);
}
