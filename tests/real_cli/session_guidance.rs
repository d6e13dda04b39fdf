//! The person's words to a session that is under way.

use std::fs;

use samocode_testing_model::Walkthrough;

use crate::claude::until;
use crate::stage::{Stage, TASK};

/// The agent's last command in its worktree: it says that it is there, where the sandbox lets it, and waits to be let go.
const WAITS: &str = "touch \"$(echo ../../sessions/*-greet)/here\"; until test -e ../go; do sleep 0.05; done";

#[test]
fn guidance_in_the_middle_of_an_iteration_reaches_the_next_one() {
    let script = Walkthrough::research().with_task(TASK).with_last_command("investigation", WAITS);
    let stage = Stage::new(script);
    let run = stage.begin(&["--workflow", "research"]);
    until("the first iteration waits", || {
        let mut folders = fs::read_dir(stage.sessions()).ok()?.flatten();
        folders.find(|folder| folder.path().join("here").exists())
    });

    stage
        .act("tell", &["look", "at the shell,", "too"])
        .with_code(0)
        .saying("the next iteration will read it");
    let second = stage.go_on(&["--task", "and stay brief"]).wait().with_code(0);
    second.saying("passed on as guidance, nothing is restarted").saying("works on it and reads the guidance");
    stage.scratch.write("worktrees/go", "");

    run.wait().with_code(0);
    stage.model.assert_nothing_unexpected();
    assert_eq!(stage.phases(), ["investigation", "done"]);
    stage.was_told(2, "## Guidance from the person\n\nlook at the shell, too\n\nand stay brief\n\n## Task");
    assert!(!stage.message(1).contains("Guidance"), "{}", stage.message(1));
}

#[test]
fn a_task_for_a_session_under_way_is_guidance() {
    let stage = Stage::new(Walkthrough::design().with_task(TASK));
    stage.begin(&["--workflow", "design", "--exit-on-wait"]).wait().with_code(10);
    stage.act("answer", &["--suggestions"]).with_code(0);

    let again = stage.go_on(&["--exit-on-wait", "--task", "greet in capitals"]);

    again.wait().with_code(10).saying("the task is passed on as guidance, nothing is restarted");
    stage.was_told(3, "## Guidance from the person\n\ngreet in capitals\n");
    stage.was_told(3, &format!("## Task\n\n{TASK}"));
    assert_eq!(stage.phases(), ["investigation", "requirements", "requirements", "planning"]);
    assert!(!stage.message(4).contains("greet in capitals"), "it is told once");
}
