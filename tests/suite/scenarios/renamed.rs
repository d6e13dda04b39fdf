//! A session's folder that was renamed or taken away while nothing ran.

use std::fs;

use crate::scenario::Scenario;

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

/// A session under way whose folder the person renamed; the folder's old and new path.
fn renamed() -> (Scenario, String, String) {
    let scenario = Scenario::new();
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"])).expect_exit(11);
    let old = scenario.layout().session_dir();
    let new = old.with_file_name(old.file_name().unwrap().to_str().unwrap().replace("auth", "login"));
    fs::rename(&old, &new).unwrap();
    let shown = |path: std::path::PathBuf| path.display().to_string();
    (scenario, shown(old), shown(new))
}

#[test]
fn fault_36_no_second_session_starts_under_the_old_name() {
    let (scenario, old, new) = renamed();
    let command = format!("mv {new} {old}");
    scenario.run(RUN).expect_exit(2).expect_err(&["is gone", &old, &command]);
    scenario.run(["run", "auth"]).expect_exit(2).expect_err(&[&command]);
    assert_eq!(scenario.invocations().len(), 1);
    assert_eq!(scenario.git(&["branch", "--format=%(refname:short)"]), "auth\nmain");
}

#[test]
fn fault_36_the_new_name_is_not_adopted_as_another_session() {
    let (scenario, old, new) = renamed();
    let command = format!("mv {new} {old}");
    scenario.run(["run", "login"]).expect_exit(2).expect_err(&[&command]);
    scenario.run(["run", "login", "--adopt"]).expect_exit(2).expect_err(&[&command]);
    scenario.run(["run", "login", "--task", "Add tokens", "--adopt"]).expect_exit(2).expect_err(&[&command]);
    scenario.run(["status", "login"]).expect_exit(2).expect_err(&[&command]);
    assert_eq!(scenario.invocations().len(), 1);
}

#[test]
fn fault_36_status_and_list_say_where_the_folder_is_and_the_command_helps() {
    let (scenario, old, new) = renamed();
    scenario.run(["status", "auth"]).expect_exit(2).expect_err(&[&new, &format!("mv {new} {old}")]);
    scenario.run(["list"]).expect_exit(0).expect_out(&["is gone", &old, &new]);
    fs::rename(&new, &old).unwrap();
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

#[test]
fn fault_36_a_folder_that_was_taken_away_is_asked_for_before_a_new_session_starts() {
    let scenario = Scenario::new();
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"])).expect_exit(11);
    let layout = scenario.layout();
    fs::remove_dir_all(layout.session_dir()).unwrap();
    let (folder, record) =
        (layout.session_dir().display().to_string(), layout.record_dir().display().to_string());
    scenario.run(RUN).expect_exit(2).expect_err(&[&format!("mkdir {folder}"), &format!("rm -r {record}")]);
    fs::create_dir(layout.session_dir()).unwrap();
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

#[test]
fn another_folder_without_a_record_is_adopted_as_ever() {
    let (scenario, old, _) = renamed();
    let other = std::path::Path::new(&old).with_file_name("26-01-01-other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("_overview.md"), "# other\n\n## Status\n\nPhase: implementation\n").unwrap();
    scenario.run(["run", "other", "--workflow", "quick", "--adopt"]).expect_exit(0);
}

#[test]
fn a_finished_session_whose_folder_was_deleted_leaves_its_name_free() {
    let scenario = Scenario::new();
    scenario.run(RUN).expect_exit(0);
    fs::remove_dir_all(scenario.layout().session_dir()).unwrap();
    scenario.run(RUN).expect_exit(0);
}
