//! Branch names that cannot be, found before anything of a session is made.

use std::fs;

use crate::scenario::Scenario;

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

#[test]
fn fault_36_a_prefix_that_no_branch_can_have_is_refused_with_its_line() {
    for prefix in ["foo..", "a b", "-x", "x.lock", "x/.y", "a~1"] {
        let scenario = Scenario::new().config(&format!("GIT_BRANCH_PREFIX='{prefix}'"));
        scenario.run(RUN).expect_exit(2).expect_err(&["GIT_BRANCH_PREFIX", ".samocode", prefix, "feature"]);
        assert!(scenario.session().is_none());
    }
}

#[test]
fn fault_36_a_prefix_that_is_a_branch_already_is_refused_before_a_session_is_made() {
    for (prefix, existing) in [("feature", "feature"), ("team/me", "team")] {
        let scenario = Scenario::new().config(&format!("GIT_BRANCH_PREFIX={prefix}"));
        scenario.git(&["branch", existing]);
        let branch = format!("`{prefix}/auth`");
        let words = [branch.as_str(), &format!("`{existing}` exists"), "rename", "GIT_BRANCH_PREFIX"];
        scenario.run(RUN).expect_exit(2).expect_err(&words);
        assert!(scenario.session().is_none());
        scenario.run(["doctor"]).expect_exit(12).expect_out(&["branch prefix", existing, "git branch -m"]);
        scenario.git(&["branch", "-m", existing, "other"]);
        scenario.run(["doctor"]).expect_exit(0);
        scenario.run(RUN).expect_exit(0).expect_state("done");
        assert_eq!(scenario.view().branch, format!("{prefix}/auth"));
    }
}

#[test]
fn fault_36_a_name_that_is_a_folder_of_branches_is_refused_before_a_session_is_made() {
    let scenario = Scenario::new();
    scenario.git(&["branch", "auth/tokens"]);
    scenario.run(RUN).expect_exit(2).expect_err(&["`auth`", "`auth/tokens` exists", "choose another name"]);
    assert!(scenario.session().is_none());
}

#[test]
fn fault_36_the_name_of_the_base_branch_is_refused_and_cannot_be_attached_either() {
    let scenario = Scenario::new();
    let run = ["run", "main", "--workflow", "quick", "--task", "Add tokens"];
    let words = ["the branch `main` exists already", "choose another session name"];
    scenario.run(run).expect_exit(2).expect_err(&words);
    let words = ["`main` is checked out at", "choose another session name"];
    scenario.run(run.into_iter().chain(["--attach-branch"])).expect_exit(2).expect_err(&words);
    assert!(scenario.session().is_none());
    assert_eq!(scenario.invocations().len(), 0);
}

#[test]
fn fault_36_a_branch_that_only_the_remote_has_is_not_taken_for_a_new_one() {
    let scenario = Scenario::new();
    scenario.git_in(&scenario.root(), &["clone", "--quiet", "--bare", "repo", "remote.git"]);
    scenario.git(&["remote", "add", "origin", "../remote.git"]);
    scenario.git(&["push", "--quiet", "origin", "main:auth"]);
    scenario.run(RUN).expect_exit(2).expect_err(&["`auth` exists already", "--attach-branch"]);
    assert!(scenario.session().is_none());
    scenario.run(RUN.into_iter().chain(["--attach-branch"])).expect_exit(0).expect_state("done");
}

#[test]
fn fault_36_a_folder_in_the_place_of_the_worktree_is_refused_before_a_session_is_made() {
    let scenario = Scenario::new();
    scenario.run(RUN).expect_exit(0);
    let taken = scenario.layout().folder().replace("auth", "other");
    let path = scenario.path("worktrees").join(taken);
    fs::create_dir(&path).unwrap();
    fs::write(path.join("mine.txt"), "mine\n").unwrap();
    let words = [path.to_str().unwrap(), "move it away"];
    scenario.run(["run", "other", "--task", "x"]).expect_exit(2).expect_err(&words);
    assert_eq!(samocode::engine::list(&scenario.path("sessions")).unwrap().len(), 1);
}

#[test]
fn fault_36_a_base_branch_that_is_renamed_under_a_session_is_no_trouble() {
    let scenario = Scenario::new();
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"])).expect_exit(11);
    scenario.git(&["branch", "-m", "main", "trunk"]);
    scenario.run(["diff", "auth"]).expect_exit(0).expect_out(&["work-1.txt"]);
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}
