//! Names that are refused in words, and tasks that are carried through unharmed.

use std::fs;

use crate::scenario::Scenario;

#[test]
fn fault_29_names_that_cannot_be_are_refused_with_the_name_they_could_have() {
    let scenario = Scenario::new();
    let long = "a".repeat(65);
    for (name, words) in [
        ("../x", "it could be `x`"),
        ("/etc/passwd", "it could be `etc-passwd`"),
        ("", "is empty"),
        ("größe café", "it could be `grosse-cafe`"),
        ("認証", "is no name for a session"),
        ("Add Auth", "it could be `add-auth`"),
        ("a.lock", "it could be `a`"),
        (".samocode", "it could be `samocode`"),
        (&long, "longer than 64"),
        ("x\ny", "it could be `x-y`"),
    ] {
        scenario
            .run(["run", name, "--workflow", "quick", "--task", "t"])
            .expect_exit(2)
            .expect_err(&["is no name for a session", words]);
    }
    assert!(!scenario.path("sessions").exists(), "nothing was made");
    assert_eq!(scenario.git(&["branch", "--list", "--format=%(refname:short)"]), "main");
}

#[test]
fn a_new_session_needs_something_to_do() {
    let scenario = Scenario::new();
    scenario.run(["run", "auth"]).expect_exit(2).expect_err(&[
        "auth",
        "needs a task",
        "--task-file",
        "--dive",
    ]);
    scenario.run(["run", "auth", "--task", " \n"]).expect_exit(2).expect_err(&["the task is empty"]);
    let missing = scenario.path("none.md").display().to_string();
    scenario
        .run(["run", "auth", "--task-file", &missing])
        .expect_exit(2)
        .expect_err(&["cannot read the task from", &missing]);
    assert!(scenario.session().is_none());
}

#[test]
fn an_unknown_workflow_is_refused_with_those_that_there_are() {
    let scenario = Scenario::new();
    scenario
        .run(["run", "auth", "--workflow", "fulll", "--task", "t"])
        .expect_exit(2)
        .expect_err(&["there is no workflow `fulll`", "quick"]);
    assert!(scenario.session().is_none());
}

/// Quotes, backticks, what a shell would run, label-like lines, tabs, a byte of every common kind.
fn hard_text() -> String {
    "Say \"hi\" and 'ho', `touch owned`, $(touch owned) and ${HOME}; \\n is no newline.\n\
     Phase: done\n\tä 認証 🙂 \u{7f}%s %d {worktree}\n\n## Task\n\n--force\n-- '\"'\"'\n"
        .to_owned()
}

fn expect_task(scenario: &Scenario, task: &str) {
    let called = scenario.invocations();
    assert_eq!(called.len(), 3);
    for invocation in &called {
        assert!(
            invocation.stdin.contains(&format!("\n## Task\n\n{}\n", task.trim_end())),
            "the task was harmed in iteration {}",
            invocation.iteration
        );
        assert!(invocation.argv.iter().all(|argument| argument.len() < 4096), "it is not in the arguments");
    }
    assert_eq!(called[0].phase, "implementation", "the labels come before whatever a task says");
    assert!(!scenario.path("owned").exists() && !scenario.repo().join("owned").exists());
}

#[test]
fn fault_16_and_29_a_task_of_a_megabyte_from_a_file_reaches_the_agent_unharmed() {
    let scenario = Scenario::new();
    let task = hard_text().repeat(1024 * 1024 / hard_text().len() + 1);
    assert!(task.len() > 1024 * 1024);
    let file = scenario.path("task.md");
    fs::write(&file, &task).unwrap();
    scenario
        .run(["run", "auth", "--workflow", "quick", "--task-file", &file.display().to_string()])
        .expect_exit(0);
    expect_task(&scenario, &task);
}

#[test]
fn fault_29_a_task_from_standard_input_reaches_the_agent_unharmed() {
    let scenario = Scenario::new();
    let arguments = ["run", "auth", "--workflow", "quick", "--task-file", "-"];
    scenario.run_with_input(arguments, &hard_text()).expect_exit(0);
    expect_task(&scenario, &hard_text());
}

#[test]
fn fault_29_a_task_on_the_command_line_reaches_the_agent_unharmed() {
    let scenario = Scenario::new();
    let short = ["--session", "auth", "--workflow", "quick", "--task", &hard_text()];
    scenario.run(short).expect_exit(0);
    expect_task(&scenario, &hard_text());
}

#[test]
fn a_finished_session_is_not_continued_by_its_name() {
    let scenario = Scenario::new();
    let run = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];
    scenario.run(run).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_out(&["done auth: all of it is done"]);
    assert_eq!(scenario.invocations().len(), 3, "without a task there is nothing to start");
    scenario.run(run).expect_exit(0);
    let folders = samocode::engine::list(&scenario.path("sessions")).unwrap();
    assert_eq!(folders.len(), 2);
    assert!(folders[1].folder().ends_with("auth-2"));
}

#[test]
fn a_name_never_finds_a_session_whose_name_it_ends() {
    let scenario = Scenario::new();
    scenario
        .run(["run", "jwt-auth", "--workflow", "quick", "--task", "t", "--max-iterations", "1"])
        .expect_exit(11);
    scenario
        .run(["status", "auth"])
        .expect_exit(2)
        .expect_err(&["there is no session `auth`", "samocode list"]);
}
