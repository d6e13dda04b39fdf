//! A default branch that was renamed, moved or deleted at the remote after the clone was made.

use std::fs;

use super::project::Project;

/// A clone whose `origin/HEAD` and own branch say `master`, and a bare remote that can be changed.
fn cloned() -> Project {
    let project = Project::empty();
    project.git(".", &["init", "--quiet", "--initial-branch=master", "seed"]);
    project.commit("seed", "first");
    project.git(".", &["clone", "--quiet", "--bare", "seed", "remote.git"]);
    project.git(".", &["clone", "--quiet", "remote.git", "main"]);
    project.git("seed", &["remote", "add", "origin", "../remote.git"]);
    project
}

/// Renames the remote's default branch and gives it a newer commit, whose id is returned.
fn renamed_to(project: &Project, name: &str) -> String {
    project.git("remote.git", &["branch", "--move", "master", name]);
    project.git("remote.git", &["symbolic-ref", "HEAD", &format!("refs/heads/{name}")]);
    let newer = project.commit("seed", "newer");
    project.git("seed", &["push", "--quiet", "origin", &format!("master:{name}")]);
    newer
}

#[test]
fn fault_23_a_default_branch_that_was_renamed_at_the_remote_is_followed_and_said() {
    for name in ["main", "release/2.0"] {
        let project = cloned();
        let newer = renamed_to(&project, name);
        let base = project.base().unwrap();
        assert_eq!((base.name.as_str(), base.commit), (name, newer));
        assert_eq!(base.revision, format!("origin/{name}"));
        let said = base.warnings.join("\n");
        assert!(said.contains("no longer has `master`") && said.contains("set-head origin -a"), "{said}");
    }
}

#[test]
fn fault_23_commits_of_the_old_local_branch_that_the_renamed_one_lacks_are_said() {
    let project = cloned();
    renamed_to(&project, "main");
    project.commit("main", "mine");
    let said = project.base().unwrap().warnings.join("\n");
    assert!(said.contains("the local `master` has commits that `origin/main` does not have"), "{said}");
}

#[test]
fn fault_23_a_clone_of_a_single_branch_follows_the_rename_too() {
    let project = cloned();
    fs::remove_dir_all(project.path("main")).unwrap();
    project.git(".", &["clone", "--quiet", "--single-branch", "--branch", "master", "remote.git", "main"]);
    let newer = renamed_to(&project, "main");
    let base = project.base().unwrap();
    assert_eq!((base.revision.as_str(), base.commit), ("origin/main", newer));
    assert!(!base.warnings.join("\n").contains("could not fetch"), "{:?}", base.warnings);
}

#[test]
fn fault_23_a_default_branch_that_moved_while_the_old_one_stays_is_said() {
    let project = cloned();
    project.git("remote.git", &["branch", "develop", "master"]);
    project.git("remote.git", &["symbolic-ref", "HEAD", "refs/heads/develop"]);
    let base = project.base().unwrap();
    let said = base.warnings.join("\n");
    assert_eq!(base.name, "master", "it may be the person's choice");
    assert!(said.contains("default branch of `origin` is `develop`"), "{said}");
    project.git("main", &["remote", "set-head", "origin", "-a"]);
    assert_eq!(project.base().unwrap().name, "develop");
}

#[test]
fn fault_23_a_remote_whose_head_leads_nowhere_gives_its_only_usual_branch() {
    let project = cloned();
    // As after a push of `main` and a deletion of `master` on a server where nobody moved HEAD.
    project.git("remote.git", &["branch", "main", "master"]);
    project.git("remote.git", &["update-ref", "-d", "refs/heads/master"]);
    let base = project.base().unwrap();
    let said = base.warnings.join("\n");
    assert_eq!(base.name, "main");
    assert!(said.contains("no longer has `master`") && said.contains("its `main`"), "{said}");
}

#[test]
fn fault_23_a_deleted_default_branch_is_said_and_the_local_one_goes_on() {
    let project = cloned();
    project.git("remote.git", &["branch", "--move", "master", "trunk"]);
    project.git("remote.git", &["symbolic-ref", "HEAD", "refs/heads/master"]);
    let base = project.base().unwrap();
    let said = base.warnings.join("\n");
    assert_eq!(base.revision, "master");
    assert!(said.contains("names no default branch") && said.contains("set-head origin <branch>"), "{said}");
}

#[test]
fn fault_23_a_remote_with_a_detached_head_or_without_a_branch_is_no_trouble() {
    let project = cloned();
    let tip = project.git("remote.git", &["rev-parse", "master"]);
    fs::write(project.path("remote.git/HEAD"), format!("{tip}\n")).unwrap();
    let base = project.base().unwrap();
    assert_eq!((base.name.as_str(), base.warnings.len()), ("master", 0));

    let project = Project::new();
    project.git(".", &["init", "--quiet", "--bare", "remote.git"]);
    project.git("main", &["remote", "add", "origin", "../remote.git"]);
    let base = project.base().unwrap();
    assert_eq!((base.name.as_str(), base.warnings.len()), ("main", 0));
}

#[test]
fn fault_23_offline_the_last_known_name_counts_and_one_that_is_pruned_is_said() {
    let project = cloned();
    renamed_to(&project, "main");
    project.git("main", &["fetch", "--quiet", "--prune"]);
    fs::rename(project.path("remote.git"), project.path("away.git")).unwrap();
    let base = project.base().unwrap();
    let said = base.warnings.join("\n");
    assert_eq!(base.name, "master");
    assert!(said.contains("could not fetch from `origin`"), "{said}");
    assert!(said.contains("names `origin/master`, which is gone"), "{said}");
}
