//! A project, or a part of it, that was moved, renamed or copied while no samocode ran.

use std::fs;
use std::path::Path;
use std::process::Command;

use samocode::domain::event::Event;
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words};

const RUN: [&str; 8] =
    ["run", "auth", "--workflow", "quick", "--task", "Add tokens", "--max-iterations", "1"];

/// A session whose first iteration left a file that is not committed, and that may go on.
fn begun() -> Scenario {
    begun_in(Scenario::new())
}

fn begun_in(scenario: Scenario) -> Scenario {
    let again = json!({"status": "continue", "phase": "implementation", "summary": "once more"});
    let first = Step::run([Step::write("{worktree}/loose.txt", "precious\n"), Step::signal(again)]);
    let scenario = scenario.agent(Script::new().once("implementation", first).then(Script::quick()));
    scenario.run(RUN).expect_exit(11);
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario
}

/// Moves these entries of the scenario's folder into a new folder there.
fn move_into(scenario: &Scenario, folder: &str, names: &[&str]) {
    fs::create_dir(scenario.path(folder)).unwrap();
    for name in names {
        fs::rename(scenario.path(name), scenario.path(folder).join(name)).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(done.success());
}

/// The loose file was there for the next iteration, which committed it.
#[track_caller]
fn expect_committed(scenario: &Scenario, repo: &Path) {
    assert_eq!(scenario.git_in(repo, &["show", "auth:loose.txt"]), "precious");
}

const PROJECT: [&str; 4] = ["repo", "worktrees", "sessions", ".samocode"];

#[test]
fn fault_36_a_moved_project_goes_on_in_the_worktree_that_came_along() {
    let scenario = begun();
    move_into(&scenario, "new", &PROJECT);
    let ended = scenario.run(["--config", "new/.samocode", "run", "auth"]).expect_exit(0);
    let (from, to) = (scenario.root(), scenario.path("new"));
    let words = format!("moved from {} to {}; the worktree came along", from.display(), to.display());
    expect_words(&ended.out, &[&words]);
    assert!(!scenario.path("worktrees").exists() && !scenario.path("repo").exists());
    expect_committed(&scenario, &to.join("repo"));
    let layout = scenario.session_in(&to.join("sessions")).unwrap();
    let worktree = to.join("worktrees").join(layout.folder());
    expect_words(
        &scenario.prompt(2),
        &[&format!("Worktree path: {}", worktree.display()), "The worktree came along", "out of date"],
    );
    let notebook = fs::read_to_string(layout.overview()).unwrap();
    expect_words(&notebook, &[&format!("- Worktree: `{}`", worktree.display())]);
    assert!(!scenario.prompt(3).contains("came along"), "it is told once");
    scenario.git_in(&worktree, &["status"]);
}

#[test]
fn fault_36_worktrees_that_were_moved_alone_are_followed() {
    let scenario = begun();
    move_into(&scenario, "elsewhere", &["worktrees"]);
    let scenario = scenario.config("WORKTREES=elsewhere/worktrees");
    scenario
        .run(["run", "auth"])
        .expect_exit(0)
        .expect_state("done")
        .expect_out(&["the worktree came along"]);
    expect_committed(&scenario, &scenario.repo());
    assert!(!scenario.path("worktrees").exists());
}

#[test]
fn fault_36_a_renamed_repository_is_linked_to_the_worktree_again() {
    let scenario = begun();
    fs::rename(scenario.repo(), scenario.path("renamed")).unwrap();
    let ended = scenario.run(["run", "auth"]).expect_exit(2);
    expect_words(&ended.err, &["MAIN_REPO", "does not exist", "MAIN_REPO=./renamed"]);
    let scenario = scenario.config("MAIN_REPO=renamed");
    let words = ["the repository moved", "is linked to it again"];
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done").expect_out(&words);
    expect_committed(&scenario, &scenario.path("renamed"));
}

#[test]
fn fault_36_sessions_that_were_moved_are_found_with_their_records() {
    let scenario = begun();
    move_into(&scenario, "elsewhere", &["sessions"]);
    let scenario = scenario.config("SESSIONS=elsewhere/sessions");
    scenario.run(["run", "auth"]).expect_exit(0);
    expect_committed(&scenario, &scenario.repo());
    assert!(!scenario.path("sessions").exists());
}

#[test]
fn fault_36_a_copied_project_works_on_its_own_and_takes_nothing_from_the_original() {
    let scenario = begun();
    fs::create_dir(scenario.path("copy")).unwrap();
    PROJECT.iter().for_each(|name| copy(&scenario.path(name), &scenario.path("copy")));
    let worktree = scenario.view().worktree.unwrap();
    let link = fs::read_to_string(worktree.join(".git")).unwrap();
    scenario.run(["--config", "copy/.samocode", "run", "auth"]).expect_exit(0);
    expect_committed(&scenario, &scenario.path("copy/repo"));
    assert_eq!(fs::read_to_string(worktree.join(".git")).unwrap(), link);
    assert_eq!(scenario.git_in(&worktree, &["status", "--porcelain"]), "?? loose.txt");
    assert_eq!(scenario.git(&["log", "--format=%s", "auth"]), "first");
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    expect_committed(&scenario, &scenario.repo());
}

#[test]
fn fault_36_a_copy_of_the_repository_does_not_take_the_worktree_away() {
    let scenario = begun();
    copy(&scenario.repo(), &scenario.path("copied"));
    let scenario = scenario.config("MAIN_REPO=copied");
    let worktree = scenario.view().worktree.unwrap();
    let link = fs::read_to_string(worktree.join(".git")).unwrap();
    let words = [worktree.to_str().unwrap(), "MAIN_REPO", "git worktree repair"];
    scenario.run(["run", "auth"]).expect_exit(2).expect_err(&words);
    assert_eq!(fs::read_to_string(worktree.join(".git")).unwrap(), link);
    assert_eq!(scenario.invocations().len(), 1);
}

#[test]
fn fault_36_of_two_copies_of_a_worktree_the_recorded_one_is_used_and_said() {
    let scenario = begun();
    copy(&scenario.path("worktrees"), &scenario.path("elsewhere"));
    let recorded = scenario.view().worktree.unwrap();
    let scenario = scenario.config("WORKTREES=elsewhere");
    let words = format!("the session goes on in {}", recorded.display());
    scenario.run(["run", "auth"]).expect_exit(0).expect_out(&[&words, "is left alone"]);
    expect_committed(&scenario, &scenario.repo());
    assert_eq!(scenario.view().worktree.unwrap(), recorded);
}

#[test]
fn fault_36_a_worktree_that_was_left_behind_is_made_again_where_the_settings_say() {
    let scenario = begun();
    fs::remove_dir_all(scenario.path("worktrees")).unwrap();
    let scenario = scenario.config("WORKTREES=elsewhere");
    let folder = scenario.layout().folder().to_owned();
    let hint = format!("`samocode restore {folder}` lists them");
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done").expect_out(&["is made again", &hint]);
    assert_eq!(scenario.view().worktree.unwrap(), scenario.path("elsewhere").join(&folder));
    assert!(!scenario.path("worktrees").exists());
    assert!(!scenario.prompt(2).contains("samocode restore"), "an agent has no use for it");
}

#[test]
fn fault_36_what_git_worktree_move_moved_is_followed() {
    let scenario = begun();
    let worktree = scenario.view().worktree.unwrap();
    let to = scenario.path("mine");
    scenario.git(&["worktree", "move", worktree.to_str().unwrap(), to.to_str().unwrap()]);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(scenario.view().worktree.unwrap(), to);
    expect_committed(&scenario, &scenario.repo());
}

#[test]
fn fault_36_a_moved_session_is_restored_and_archived_where_it_is() {
    let scenario = begun();
    move_into(&scenario, "new", &PROJECT);
    let files = ["--config", "new/.samocode"];
    let worktree = scenario
        .path("new/worktrees")
        .join(scenario.session_in(&scenario.path("new/sessions")).unwrap().folder());
    fs::write(worktree.join("loose.txt"), "spoilt\n").unwrap();
    scenario.run(files.into_iter().chain(["restore", "auth", "1", "--yes"])).expect_exit(0);
    assert_eq!(fs::read_to_string(worktree.join("loose.txt")).unwrap(), "precious\n");
    let words = ["not committed: loose.txt"];
    scenario.run(files.into_iter().chain(["archive", "auth"])).expect_exit(0).expect_out(&words);
    assert!(!scenario.path("worktrees").exists());
}

#[test]
fn fault_36_a_folder_that_moved_before_it_is_adopted_brings_its_worktree() {
    let scenario = begun();
    move_into(&scenario, "new", &PROJECT);
    fs::remove_dir_all(scenario.path("new/sessions/.samocode")).unwrap();
    let files = ["--config", "new/.samocode"];
    let run = ["run", "auth", "--workflow", "quick", "--adopt"];
    scenario.run(files.into_iter().chain(run)).expect_exit(0);
    expect_committed(&scenario, &scenario.path("new/repo"));
}

#[test]
fn fault_36_the_new_place_is_journaled_once() {
    let scenario = begun();
    move_into(&scenario, "elsewhere", &["worktrees"]);
    let scenario = scenario.config("WORKTREES=elsewhere/worktrees");
    scenario.run(["run", "auth", "--max-iterations", "2"]).expect_exit(11);
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(scenario.count(|event| matches!(event, Event::Moved(_))), 1);
}
