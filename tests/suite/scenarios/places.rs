//! Repositories that cannot be worked on, and folders inside the repository.

use std::fs;

use crate::scenario::Scenario;

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

#[test]
fn a_main_repo_without_a_repository_is_refused_with_its_path_and_what_to_do() {
    let scenario = Scenario::without_repository();
    let repo = scenario.repo().display().to_string();
    scenario.run(RUN).expect_exit(2).expect_err(&[&repo, "is not inside a git repository", "git init"]);
    assert!(scenario.session().is_none());
}

#[test]
fn a_main_repo_that_does_not_exist_is_refused_with_its_path() {
    let scenario = Scenario::new().config("MAIN_REPO=elsewhere");
    let path = scenario.path("elsewhere").display().to_string();
    scenario.run(RUN).expect_exit(2).expect_err(&["MAIN_REPO", &path, "does not exist"]);
}

#[test]
fn fault_23_an_empty_repository_is_refused_and_a_first_commit_is_asked_for() {
    let scenario = Scenario::without_repository();
    scenario.git(&["init", "--quiet", "-b", "main"]);
    let repo = scenario.repo().display().to_string();
    scenario.run(RUN).expect_exit(2).expect_err(&[&repo, "no commit yet", "git commit --allow-empty"]);
    assert!(scenario.session().is_none());
}

#[test]
fn a_bare_repository_is_refused_and_a_clone_is_asked_for() {
    let scenario = Scenario::without_repository();
    scenario.git(&["init", "--quiet", "--bare"]);
    let repo = scenario.repo().display().to_string();
    scenario.run(RUN).expect_exit(2).expect_err(&[&repo, "is a bare repository", "git clone"]);
    assert!(scenario.session().is_none());
}

#[test]
fn sessions_and_worktrees_inside_the_repository_stay_out_of_its_status() {
    let scenario = Scenario::new().config("WORKTREES=repo/.work/trees").config("SESSIONS=repo/_sessions");
    scenario.run(RUN).expect_exit(0);
    assert_eq!(scenario.git(&["status", "--porcelain", "--untracked-files=all"]), "");
    let session = scenario.session_in(&scenario.repo().join("_sessions")).unwrap();
    assert!(session.overview().is_file());
    assert_eq!(scenario.git(&["log", "--format=%s", "main"]), "first", "nothing is committed to main");
    assert_eq!(scenario.git(&["ls-tree", "-r", "--name-only", "main"]), "README.md");
    assert!(!scenario.repo().join(".gitignore").exists());
}

#[test]
fn session_files_are_committed_where_sessions_is_a_repository_of_its_own() {
    let scenario = Scenario::new();
    let sessions = scenario.path("sessions");
    fs::create_dir(&sessions).unwrap();
    scenario.git_in(&sessions, &["init", "--quiet", "-b", "main"]);
    fs::write(sessions.join("unrelated.txt"), "mine\n").unwrap();
    scenario.git_in(&sessions, &["add", "unrelated.txt"]);
    scenario.run(RUN).expect_exit(0);
    let folder = scenario.layout().folder().to_owned();
    let tracked = scenario.git_in(&sessions, &["ls-tree", "-r", "--name-only", "HEAD"]);
    assert!(tracked.contains(&format!("{folder}/_overview.md")), "{tracked}");
    assert!(tracked.contains(&format!("{folder}/01-08-15:30-summary.md")), "{tracked}");
    assert!(!tracked.contains("unrelated.txt"), "what a person staged is left alone: {tracked}");
    assert!(!tracked.contains("journal.jsonl"), "{tracked}");
    let left = scenario.git_in(&sessions, &["status", "--porcelain", "--", &folder]);
    assert_eq!(left, "", "all of the finished session is committed");
    assert_eq!(scenario.git(&["log", "--format=%s", "main"]), "first");
}

#[test]
fn a_branch_of_somebody_else_is_refused_until_it_is_attached_in_words() {
    let scenario = Scenario::new();
    scenario.git(&["branch", "auth"]);
    scenario.run(RUN).expect_exit(2).expect_err(&["branch `auth` exists already", "--attach-branch"]);
    assert!(scenario.session().is_none());
    let attached: Vec<&str> = RUN.into_iter().chain(["--attach-branch"]).collect();
    scenario.run(attached).expect_exit(0);
    assert_eq!(scenario.git(&["show", "auth:work-1.txt"]), "work of iteration 1");
}

#[test]
fn fault_36_a_main_repo_in_a_sub_folder_works_on_the_whole_repository_and_says_so() {
    let scenario = Scenario::new().config("MAIN_REPO=repo/packages/app");
    let app = scenario.repo().join("packages/app");
    fs::create_dir_all(&app).unwrap();
    fs::write(app.join("main.txt"), "app\n").unwrap();
    scenario.git(&["add", "--all"]);
    scenario.git(&["commit", "--quiet", "-m", "app"]);
    let top = scenario.repo().display().to_string();
    let words = [app.to_str().unwrap(), &format!("inside the repository {top}"), "start at its top"];
    scenario.run(["doctor"]).expect_exit(0).expect_out(&["warn  MAIN_REPO", &format!("MAIN_REPO={top}")]);
    scenario.run(RUN).expect_exit(0).expect_state("done").expect_out(&words);
    let worktree = scenario.view().worktree.unwrap();
    assert!(worktree.join("README.md").is_file(), "all of the repository is there");
    let project = format!("Project folder: {}", worktree.join("packages/app").display());
    crate::scenario::expect_words(&scenario.prompt(1), &[&project]);
}

#[test]
fn a_main_repo_at_the_top_has_no_label_for_a_project_folder() {
    let scenario = Scenario::new();
    scenario.run(RUN).expect_exit(0);
    assert!(!scenario.prompt(1).contains("Project folder:"));
}

#[test]
fn fault_36_a_main_repo_that_is_a_git_folder_is_refused_with_its_work_tree() {
    let scenario = Scenario::new().config("MAIN_REPO=repo/.git");
    let top = format!("`{}`", scenario.repo().display());
    scenario.run(RUN).expect_exit(2).expect_err(&["inside the git folder", &top]);
    assert!(scenario.session().is_none());
}

#[test]
fn a_main_repo_may_be_a_link_a_linked_worktree_or_a_submodule() {
    let scenario = Scenario::new().config("MAIN_REPO=link");
    std::os::unix::fs::symlink("repo", scenario.path("link")).unwrap();
    scenario.run(RUN).expect_exit(0).expect_state("done");

    let scenario = Scenario::new().config("MAIN_REPO=linked");
    scenario.git(&["worktree", "add", "--quiet", "-b", "linked", "../linked"]);
    scenario.run(RUN).expect_exit(0).expect_state("done");

    let scenario = Scenario::new().config("MAIN_REPO=above/sub");
    scenario.git_in(&scenario.root(), &["init", "--quiet", "-b", "main", "above"]);
    let (above, repo) = (scenario.path("above"), scenario.repo().display().to_string());
    scenario
        .git_in(&above, &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &repo, "sub"]);
    scenario.git_in(&above, &["commit", "--quiet", "-m", "sub"]);
    scenario.run(RUN).expect_exit(0).expect_state("done");
}

#[test]
fn fault_36_a_work_tree_that_lies_elsewhere_is_refused_with_the_setting() {
    let scenario = Scenario::new();
    fs::create_dir(scenario.path("tree")).unwrap();
    scenario.git(&["config", "core.worktree", scenario.path("tree").to_str().unwrap()]);
    scenario.run(RUN).expect_exit(2).expect_err(&["core.worktree", "config --unset"]);
    assert!(scenario.session().is_none());
}
