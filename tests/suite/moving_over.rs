//! Session folders as the Python samocode leaves them, in each of its phases: taken over, gone on with, finished. Its
//! `.samocode` and its `.env` are read as they are.
//!
//! Each folder is one text: a file begins with its name between `--`.

use std::fs;
use std::path::PathBuf;

use samocode::domain::event::Event;
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::Scenario;

const FOLDER: &str = "26-01-08-auth";
const SAMOCODE: &str = include_str!("moving_over/samocode");
const ENV: &str = include_str!("moving_over/env");

/// A folder's phase, its text, the phase that runs first after it was taken over, and its last iteration there.
const LEFT: [(&str, &str, &str, u32); 9] = [
    ("init", include_str!("moving_over/init.txt"), "investigation", 0),
    ("investigation", include_str!("moving_over/investigation.txt"), "investigation", 1),
    ("requirements", include_str!("moving_over/requirements.txt"), "requirements", 3),
    ("planning", include_str!("moving_over/planning.txt"), "planning", 5),
    ("implementation", include_str!("moving_over/implementation.txt"), "implementation", 6),
    ("testing", include_str!("moving_over/testing.txt"), "testing", 10),
    ("quality", include_str!("moving_over/quality.txt"), "quality", 17),
    ("pr-readiness", include_str!("moving_over/pr-readiness.txt"), "quality", 19),
    ("done", include_str!("moving_over/done.txt"), "done", 20),
];

/// The files of a folder's text.
fn files(text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        let name = line.strip_prefix("-- ").and_then(|rest| rest.trim_end().strip_suffix(" --"));
        match (name, files.last_mut()) {
            (Some(name), _) => files.push((name.to_owned(), String::new())),
            (None, Some((_, content))) => content.push_str(line),
            (None, None) => panic!("the text does not begin with a file's name: {line}"),
        }
    }
    files
}

/// An agent that takes what stands in the folder for its own work.
fn agent(phase: &str) -> Script {
    let waits = |what: &str| {
        Step::run([Step::signal(
            json!({"status": "waiting", "phase": phase, "for": what, "summary": "as it stands"}),
        )])
    };
    let script = Script::new();
    let script = match phase {
        "requirements" => script.once(phase, waits("qa_answers")).each(phase, Step::go("planning")),
        "planning" => script.each(phase, waits("plan_approval")),
        _ => script,
    };
    script.then(Script::full())
}

/// A project with the folder that was left, and its worktree where the phase has one.
fn left(phase: &str, text: &str) -> Scenario {
    let scenario = Scenario::new().agent(agent(phase));
    let folder = scenario.path("sessions").join(FOLDER);
    for (name, content) in files(text) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    if phase != "init" {
        let worktree = worktree(&scenario);
        scenario.git(&["worktree", "add", "--quiet", "-b", "auth", &worktree.display().to_string()]);
        fs::write(worktree.join("token.js"), "// issues it\n").unwrap();
        scenario.git_in(&worktree, &["add", "--all"]);
        scenario.git_in(&worktree, &["commit", "--quiet", "-m", "Phase 1: issue it"]);
    }
    if phase == "implementation" {
        fs::write(worktree(&scenario).join("half.js"), "// half done\n").unwrap();
    }
    scenario
}

fn worktree(scenario: &Scenario) -> PathBuf {
    scenario.path("worktrees").join(FOLDER)
}

/// Goes on from gate to gate to the end, as a person would who agrees with everything.
fn finish(scenario: &Scenario) {
    for _ in 0..3 {
        let view = scenario.view();
        match (view.state, view.phase.as_str()) {
            ("done", _) => return,
            ("waiting", "requirements") => {
                scenario.run(["answer", "auth", "--suggestions"]).expect_exit(0);
            }
            ("waiting", "planning") => {
                scenario.run(["approve", "auth"]).expect_exit(0);
            }
            (state, phase) => panic!("it is {state} in {phase}"),
        }
        scenario.run(["run", "auth", "--exit-on-wait"]);
    }
    assert_eq!(scenario.view().state, "done");
}

#[test]
fn a_folder_of_each_phase_is_taken_over_and_comes_to_its_end() {
    for (phase, text, first, iterations) in LEFT {
        let scenario = left(phase, text);
        scenario.run(["run", "auth", "--adopt", "--exit-on-wait"]);
        let called = scenario.invocations();
        let begun = called.first().map(|run| (run.phase.as_str(), run.iteration));
        assert_eq!(begun, Some((first, iterations + 1)), "{phase}");
        finish(&scenario);
        assert_eq!(scenario.count(|event| matches!(event, Event::Adopted(_))), 1, "{phase}");
        kept(&scenario, phase, text);
    }
}

/// What the person and the Python samocode wrote stands there still, and the branch has its commits.
fn kept(scenario: &Scenario, phase: &str, text: &str) {
    for (name, before) in files(text) {
        let now = scenario.layout().session_dir().join(&name);
        let now = fs::read_to_string(&now).unwrap_or_default();
        match name.as_str() {
            "_signal.json" => {}
            "_overview.md" => {
                assert_eq!(scenario.session_file("_overview.md.backup-1"), before, "{phase}");
                let log = |text: &str| text.split_once("## Flow Log").unwrap().1.to_owned();
                assert_eq!(log(&now), log(&before), "{phase}");
                assert!(now.contains("Phase: done") && now.contains("Blocked: no"), "{phase}: {now}");
            }
            "_qa.md" => {
                let answered = before.replacen("_waiting_", "A", 1).replacen("_waiting_", "B", 1);
                let plain = |text: &str| {
                    text.replace("A - a cookie that scripts cannot read", "A").replace("B - a day", "B")
                };
                assert_eq!(plain(&now), plain(&answered), "{phase}");
            }
            "session.log" => assert!(now.starts_with(&before), "{phase}: {now}"),
            _ => assert_eq!(now, before, "{phase}: {name}"),
        }
    }
    if phase != "init" {
        let commits = scenario.git(&["log", "--format=%s", "main..auth"]);
        assert!(commits.ends_with("Phase 1: issue it"), "{phase}: {commits}");
    }
    if phase == "implementation" {
        assert_eq!(scenario.git(&["show", "auth:half.js"]), "// half done");
    }
    if phase == "planning" {
        let plan = fs::read_to_string(scenario.layout().approved_plan()).unwrap();
        assert_eq!(plan, scenario.session_file("01-08-14:58-plan-token.md"));
    }
}

#[test]
fn its_settings_are_read_as_they_are_by_its_own_command_line() {
    let scenario = left("implementation", LEFT[4].1);
    let claude = scenario.config_value("CLAUDE_PATH");
    fs::write(scenario.path(".samocode"), SAMOCODE).unwrap();
    fs::create_dir(scenario.path("python")).unwrap();
    fs::write(scenario.path("python/.env"), ENV.replace("/opt/claude/bin/claude", &claude)).unwrap();
    scenario.git(&["branch", "--move", "auth", "ada/auth"]);
    let command = [
        "--config",
        ".samocode",
        "--env-file",
        "python/.env",
        "--session",
        "auth",
        "--adopt",
        "--timeout",
        "900",
    ];
    scenario.run(command).expect_exit(0).expect_state("done");
    let called = &scenario.invocations()[0];
    assert_eq!(called.dir, worktree(&scenario));
    for pair in [["--model", "claude-opus-4-8"], ["--max-turns", "120"]] {
        assert!(called.argv.windows(2).any(|words| words == pair), "{pair:?} is not in {:?}", called.argv);
    }
    assert!(called.stdin.contains("Time limit: 900 s"), "{}", called.stdin);
    assert_eq!(scenario.view().branch, "ada/auth");
}

#[test]
fn the_branch_of_its_worktree_is_the_sessions_whatever_its_name() {
    let (phase, text, ..) = LEFT[4];
    let scenario = left(phase, text);
    scenario.git(&["branch", "--move", "auth", "feature/sign-in"]);
    scenario.run(["run", "auth", "--adopt"]).expect_exit(0).expect_state("done");
    assert_eq!(scenario.view().branch, "feature/sign-in");
    assert!(!scenario.git(&["branch", "--list", "auth"]).contains("auth"));
}

#[test]
fn a_phase_that_had_no_allowance_left_by_its_running_number_gets_all_of_it() {
    let (phase, text, ..) = LEFT[6];
    let scenario = left(phase, text);
    scenario.set_agent(Script::new().each("quality", Step::go("quality")));
    scenario.run(["run", "auth", "--adopt", "--max-iterations", "1"]).expect_exit(11);
    assert_eq!(scenario.view().used_in_phase, 1);
}

#[test]
fn a_folder_is_read_from_its_text() {
    let read = files("-- a.md --\none\n-- not closed\n\n-- b/c --\n");
    let files = [("a.md", "one\n-- not closed\n\n"), ("b/c", "")];
    assert_eq!(read, files.map(|(name, text)| (name.to_owned(), text.to_owned())));
}
