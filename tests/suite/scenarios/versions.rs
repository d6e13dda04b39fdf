//! CLIs that are too old, or do not say how old they are.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

/// The scripted agent behind a program that does these shell lines where it is asked for its version, and counts that.
fn says(scenario: Scenario, lines: &str) -> Scenario {
    let standin = match fs::read_to_string(scenario.path("standin")) {
        Ok(standin) => standin,
        Err(_) => scenario.config_value("CLAUDE_PATH"),
    };
    fs::write(scenario.path("standin"), &standin).unwrap();
    let (program, asked) = (scenario.path("claude"), scenario.path("asked"));
    let text = format!(
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo >> {}; {lines}\nexit 0; fi\n\
         [ \"$1\" = --help ] && echo '--print --output-format --verbose --plugin-dir --agent --model --tools \
         --settings --max-budget-usd' && exit\n\
         exec {standin} \"$@\"\n",
        asked.display()
    );
    // A new file, as an update makes one.
    let _ = fs::remove_file(&program);
    fs::write(&program, text).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    scenario.config(&format!("CLAUDE_PATH={}", program.display()))
}

fn asked(scenario: &Scenario) -> usize {
    fs::read_to_string(scenario.path("asked")).unwrap_or_default().lines().count()
}

#[test]
fn a_cli_that_is_too_old_leaves_no_session_behind() {
    let scenario = says(Scenario::new(), "echo '2.0.76 (Claude Code)'");
    scenario.run(RUN).expect_exit(12).expect_err(&[
        "Claude Code 2.0.76 at",
        "is too old: samocode needs 2.1.5 or later",
        "npm install -g @anthropic-ai/claude-code@latest",
        "CLAUDE_PATH",
    ]);
    assert!(scenario.session().is_none());
    scenario.run(["doctor"]).expect_exit(12).expect_out(&[
        "fail  provider claude",
        "2.0.76",
        "2.1.5 or later",
    ]);
}

#[test]
fn a_cli_that_became_too_old_in_mid_session_stops_it_until_it_is_updated() {
    let old = "echo '2.0.1 (Claude Code)'";
    let waits = Script::new()
        .once(
            "implementation",
            Step::run([Step::signal(
                json!({"status": "blocked", "reason": "a look", "needs": "clarification"}),
            )]),
        )
        .then(Script::quick());
    let scenario = says(Scenario::new().agent(waits), "echo '2.1.197 (Claude Code)'");
    scenario.run(RUN).expect_exit(11);
    let scenario = says(scenario, old);
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(12).expect_out(&["Claude Code 2.0.1", "is too old"]);
    assert_eq!(scenario.invocations().len(), 1, "nothing was started");
    let scenario = says(scenario, "echo '2.1.198 (Claude Code)'");
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

#[test]
fn a_program_is_asked_once_until_its_file_is_another_one() {
    let scenario = says(Scenario::new(), "echo '2.1.197 (Claude Code)'");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    scenario.run(["run", "other", "--workflow", "quick", "--task", "t"]).expect_exit(0);
    assert_eq!(asked(&scenario), 1, "two sessions of three iterations each");
    let scenario = says(scenario, "echo '2.1.198 (Claude Code)'");
    scenario.run(["run", "third", "--workflow", "quick", "--task", "t"]).expect_exit(0);
    assert_eq!(asked(&scenario), 2);
}

#[test]
fn a_cli_without_a_version_is_judged_by_the_flags_of_its_help() {
    let scenario = says(Scenario::new(), "echo a build of my own");
    scenario.run(RUN).expect_exit(12).expect_err(&[
        "says no version, and its `--help` lacks --dangerously-skip-permissions",
        "2.1.5 or later",
    ]);
    assert!(scenario.session().is_none());
}

#[test]
fn a_cli_that_fails_to_say_its_version_is_tried_all_the_same_and_that_is_said_once() {
    let scenario = says(Scenario::new(), "echo broken >&2; exit 3");
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    expect_words(
        &ended.out,
        &["whether claude is new enough is not known", "ended with exit code 3: broken"],
    );
    assert_eq!(ended.out.matches("is not known").count(), 1, "{}", ended.out);
}

#[test]
fn a_wrapper_that_stays_after_its_cli_has_said_its_version_costs_no_time() {
    let scenario = says(Scenario::new(), "echo '2.1.197 (Claude Code)'; trap '' INT TERM; sleep 600");
    let began = std::time::Instant::now();
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    assert!(!ended.out.contains("is not known"), "{}", ended.out);
    assert!(began.elapsed() < std::time::Duration::from_secs(15), "{:?}", began.elapsed());
}

#[test]
fn a_cli_older_than_the_oldest_tested_one_works_and_that_is_said_once() {
    let scenario = says(Scenario::new(), "echo '2.1.100 (Claude Code)'");
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    let words = "Claude Code 2.1.100 is older than 2.1.197, the oldest version that samocode is tested with";
    assert_eq!(ended.out.matches(words).count(), 1, "{}", ended.out);
    scenario.run(["doctor"]).expect_exit(0).expect_out(&[
        "warn  provider claude",
        "Claude Code 2.1.100",
        "older than 2.1.197",
        "npm install -g @anthropic-ai/claude-code@latest",
    ]);
}

#[test]
fn the_doctor_names_the_versions_that_samocode_is_tested_with() {
    for (version, words) in [
        ("2.1.197", "samocode is tested with 2.1.197 to 2.1.332"),
        ("2.1.332", "samocode is tested with 2.1.197 to 2.1.332"),
        ("9.0.0", "newer than 2.1.332, the newest that samocode is tested with"),
    ] {
        let scenario = says(Scenario::new(), &format!("echo '{version} (Claude Code)'"));
        let version = format!("Claude Code {version}");
        scenario.run(["doctor"]).expect_exit(0).expect_out(&[&version, words]);
    }
}

#[test]
fn a_reviewer_that_is_too_old_is_named_and_holds_up_nothing() {
    let scenario = says(Scenario::new(), "echo '2.0.76 (Claude Code)'").config("SAMOCODE_PROVIDER=demo");
    scenario.config("SAMOCODE_REVIEWERS=claude").run(["doctor"]).expect_exit(0).expect_out(&[
        "warn  reviewer claude",
        "is too old",
        "its review is left out",
    ]);
}

#[test]
fn notices_around_a_version_do_not_hide_it() {
    let notices = "echo 'npm notice New major version of npm available! 1.0.8 -> 1.1.0'; echo 'Update available 2.1.332 -> 2.2.0'";
    let scenario = says(Scenario::new(), &format!("{notices}; echo '2.0.76 (Claude Code)'; {notices}"));
    scenario.run(RUN).expect_exit(12).expect_err(&["Claude Code 2.0.76 at", "is too old"]);
    let scenario = says(scenario, &format!("{notices}; echo '2.1.197 (Claude Code)'"));
    scenario.run(["doctor"]).expect_exit(0).expect_out(&["Claude Code 2.1.197"]);
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    assert!(!ended.out.contains("is not known"), "{}", ended.out);
}
