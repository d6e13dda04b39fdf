//! Folders without a record: made by the Python samocode, or by hand.

use std::fs;

use samocode::domain::event::Event;
use samocode_testing_agent::{Script, Step};

use crate::scenario::Scenario;

const FOLDER: &str = "26-01-08-auth";

/// A scenario with a folder as the Python samocode left it.
fn left_in(phase: &str) -> Scenario {
    let scenario = Scenario::new().agent(Script::full());
    let folder = scenario.path("sessions").join(FOLDER);
    fs::create_dir_all(&folder).unwrap();
    let overview = format!(
        "# Session: auth\nStarted: 01-08 14:30\n\n## Status\nPhase: {phase}\nIteration: 3\nBlocked: no\nLast Action: looked\n\
         Next: go on\nTotal Iterations: 12\n\n## Flow Log\n- [001 @ 01-08 14:30] began — größer\n"
    );
    fs::write(folder.join("_overview.md"), overview).unwrap();
    fs::write(
        folder.join("_qa.md"),
        "# Questions\n\n### Q1: Where should tokens live?\nA) httpOnly cookie\nB) localStorage\n**Answer:** B\n",
    )
    .unwrap();
    scenario
}

#[test]
fn without_a_terminal_a_folder_is_taken_over_only_by_flag() {
    let scenario = left_in("implementation");
    let before = fs::read(scenario.path("sessions").join(FOLDER).join("_overview.md")).unwrap();
    let path = scenario.path("sessions").join(FOLDER).display().to_string();
    for arguments in [vec!["run", "auth"], vec!["run", "auth", "--task", "more"], vec!["status", "auth"]] {
        scenario.run(arguments).expect_exit(2).expect_err(&[&path, "has no record", "--adopt"]);
    }
    assert!(scenario.session().is_none());
    let after = fs::read(scenario.path("sessions").join(FOLDER).join("_overview.md")).unwrap();
    assert_eq!(before, after);
}

#[test]
fn a_folder_is_taken_over_where_it_stood() {
    for (phase, next) in [
        ("investigation", "investigation"),
        ("implementation", "implementation"),
        ("Testing", "testing"),
        ("quality", "quality"),
    ] {
        let scenario = left_in(phase);
        let run = ["run", "auth", "--adopt", "--max-iterations", "1"];
        scenario.run(run).expect_exit(11).expect_out(&["1 of 1 iterations are used"]);
        let called = scenario.invocations();
        assert_eq!((called[0].phase.as_str(), called[0].iteration), (next, 13));
        assert!(
            scenario.count(|event| matches!(event, Event::Adopted(adopted) if adopted.answers.len() == 1))
                == 1
        );
        let overview = scenario.session_file("_overview.md");
        assert!(overview.contains("began — größer"), "{overview}");
        assert!(overview.contains("Total Iterations: 13"), "{overview}");
        let backup = scenario.session_file("_overview.md.backup-1");
        assert!(backup.contains("Iteration: 3\n") && backup.contains("Total Iterations: 12"), "{backup}");
    }
}

#[test]
fn the_iterations_that_its_phase_used_count_on() {
    let scenario = left_in("implementation");
    scenario.run(["run", "auth", "--adopt", "--max-iterations", "1"]).expect_exit(11);
    let overview = scenario.session_file("_overview.md");
    let judged_in = "Phase: testing";
    assert!(overview.contains(judged_in), "{overview}");
    let scenario = left_in("implementation");
    scenario.set_agent(Script::new().each("implementation", Step::go("implementation")));
    scenario.run(["run", "auth", "--adopt", "--max-iterations", "1"]).expect_exit(11);
    assert_eq!(scenario.view().used_in_phase, 4);
}

#[test]
fn answers_that_stand_in_an_adopted_folder_are_the_persons() {
    let scenario = left_in("requirements");
    scenario.set_agent(Script::new().each("requirements", Step::go("planning")).then(Script::full()));
    scenario.run(["run", "auth", "--adopt", "--exit-on-wait"]).expect_exit(10).expect_phase("planning");
    assert!(scenario.session_file("_qa.md").contains("**Answer:** B"));
}

#[test]
fn adopted_in_planning_it_still_needs_the_approval() {
    let scenario = left_in("planning");
    scenario.run(["run", "auth", "--adopt", "--exit-on-wait"]).expect_exit(10).expect_state("waiting");
    scenario.run(["approve", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

#[test]
fn adopted_in_init_it_begins_at_the_beginning() {
    let scenario = left_in("init");
    scenario.run(["run", "auth", "--adopt", "--max-iterations", "1"]).expect_exit(11);
    assert_eq!(scenario.invocations()[0].phase, "investigation");
}

#[test]
fn its_branch_and_worktree_are_taken_over_too() {
    let scenario = left_in("implementation");
    let worktree = scenario.path("worktrees").join(FOLDER).display().to_string();
    scenario.git(&["worktree", "add", "--quiet", "-b", "auth", &worktree]);
    fs::write(scenario.path("worktrees").join(FOLDER).join("half.txt"), "half done\n").unwrap();
    scenario.run(["run", "auth", "--adopt", "--max-iterations", "1"]).expect_exit(11);
    assert_eq!(scenario.invocations()[0].dir.display().to_string(), worktree);
    assert_eq!(scenario.git(&["show", "auth:half.txt"]), "half done");
}

#[test]
fn an_unknown_phase_is_refused_with_those_that_there_are_and_nothing_is_changed() {
    let scenario = left_in("polishing");
    let path = scenario.path("sessions").join(FOLDER).display().to_string();
    scenario.run(["run", "auth", "--adopt"]).expect_exit(2).expect_err(&[
        &path,
        "has no phase `polishing`",
        "investigation",
        "quality",
    ]);
    assert!(scenario.session().is_none());
    assert!(!scenario.path("sessions").join(FOLDER).join("_overview.md.backup-1").exists());
}

#[test]
fn a_folder_without_a_phase_is_refused_in_words() {
    let scenario = left_in("planning");
    let overview = scenario.path("sessions").join(FOLDER).join("_overview.md");
    fs::write(&overview, "# Notes\n").unwrap();
    scenario.run(["run", "auth", "--adopt"]).expect_exit(2).expect_err(&["has no `Phase:`"]);
    fs::remove_file(&overview).unwrap();
    scenario.run(["run", "auth", "--adopt"]).expect_exit(2).expect_err(&["_overview.md cannot be read"]);
    assert!(scenario.session().is_none());
}
