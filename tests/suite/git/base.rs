//! Finding the repository and the branch that work starts from.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use samocode::git::{Git, GitError, Repository, check_branch_name};

use super::project::Project;

#[test]
fn a_folder_that_is_not_there_is_said_to_be_missing() {
    let project = Project::empty();
    assert!(matches!(project.discover(), Err(GitError::NoSuchFolder { .. })));
}

#[test]
fn a_folder_without_a_repository_is_told_from_one_with() {
    let project = Project::empty();
    fs::create_dir(project.path("main")).unwrap();
    assert!(matches!(project.discover(), Err(GitError::NotARepository { .. })));
    project.git(".", &["init", "--quiet", "main"]);
    assert!(matches!(
        Repository::discover(&project.tested(), &project.path("main/.git")),
        Err(GitError::NotARepository { .. })
    ));
}

#[test]
fn a_bare_repository_is_refused_as_such() {
    let project = Project::with_remote();
    let error = Repository::discover(&project.tested(), &project.path("remote.git")).unwrap_err();
    assert!(matches!(error, GitError::BareRepository { .. }), "{error}");
}

#[test]
fn fault_23_an_empty_repository_is_told_to_make_a_first_commit() {
    let error = Project::without_commit().discover().unwrap_err();
    assert!(error.to_string().contains("make a first commit"), "{error}");
}

#[test]
fn a_subfolder_and_a_linked_worktree_lead_to_the_same_repository() {
    let project = Project::new();
    project.write("main/sub/x", "");
    project.git("main", &["worktree", "add", "--quiet", "../other"]);
    let from_sub = Repository::discover(&project.tested(), &project.path("main/sub")).unwrap();
    let from_other = Repository::discover(&project.tested(), &project.path("other")).unwrap();
    assert_eq!(from_sub.top(), project.path("main"));
    assert_eq!(from_other.top(), project.path("other"));
    assert_eq!(from_sub.common_dir(), from_other.common_dir());
}

#[test]
fn without_git_the_error_says_so() {
    let project = Project::new();
    let without = Git::with_environment([("PATH".into(), project.path("home").into_os_string())]);
    assert!(matches!(Repository::discover(&without, &project.path("main")), Err(GitError::GitNotFound)));
}

#[test]
fn variables_of_a_surrounding_git_hook_lead_nowhere_else() {
    let project = Project::new();
    project.git(".", &["init", "--quiet", "elsewhere"]);
    let mut environment = project.environment();
    environment.push(("GIT_DIR".into(), project.path("elsewhere/.git").into_os_string()));
    environment.push(("GIT_WORK_TREE".into(), project.path("elsewhere").into_os_string()));
    let found = Repository::discover(&Git::with_environment(environment), &project.path("main")).unwrap();
    assert_eq!(found.top(), project.path("main"));
}

#[test]
fn fault_23_without_a_remote_the_only_main_branch_is_the_base() {
    let project = Project::new();
    project.git("main", &["switch", "--quiet", "--create", "topic"]);
    let base = project.base().unwrap();
    assert_eq!((base.name.as_str(), base.warnings.len()), ("main", 0));
}

#[test]
fn with_main_and_master_the_configured_one_is_the_base_and_else_the_one_checked_out() {
    let project = Project::new();
    project.git("main", &["branch", "master"]);
    project.git("main", &["switch", "--quiet", "--create", "topic"]);
    assert_eq!(project.base().unwrap().name, "topic");
    project.git("main", &["config", "init.defaultBranch", "master"]);
    assert_eq!(project.base().unwrap().name, "master");
}

#[test]
fn fault_23_a_detached_head_without_a_default_branch_is_an_error_that_says_what_to_do() {
    let project = Project::new();
    project.git("main", &["switch", "--quiet", "--detach"]);
    project.git("main", &["branch", "--move", "main", "trunk"]);
    let error = project.base().unwrap_err();
    assert!(error.to_string().contains("git switch"), "{error}");
}

#[test]
fn fault_23_the_remote_says_its_default_branch_even_where_origin_head_is_unset() {
    let project = Project::with_remote();
    project.git("main", &["push", "--quiet", "origin", "main:develop"]);
    project.git("remote.git", &["symbolic-ref", "HEAD", "refs/heads/develop"]);
    let base = project.base().unwrap();
    assert_eq!((base.name.as_str(), base.revision.as_str()), ("develop", "origin/develop"));
}

#[test]
fn origin_head_is_believed_before_a_local_main() {
    let project = Project::with_remote();
    project.git("main", &["push", "--quiet", "origin", "main:develop"]);
    project.git("main", &["fetch", "--quiet"]);
    project.git("main", &["remote", "set-head", "origin", "develop"]);
    assert_eq!(project.base().unwrap().name, "develop");
}

#[test]
fn work_starts_from_the_remote_tip_when_it_is_ahead() {
    let project = Project::with_remote();
    project.git(".", &["clone", "--quiet", "remote.git", "colleague"]);
    let newer = project.commit("colleague", "newer");
    project.git("colleague", &["push", "--quiet"]);
    let base = project.base().unwrap();
    assert_eq!((base.revision.as_str(), base.commit), ("origin/main", newer));
}

#[test]
fn work_starts_from_the_local_tip_when_it_has_commits_that_are_not_pushed() {
    let project = Project::with_remote();
    let mine = project.commit("main", "mine");
    let base = project.base().unwrap();
    assert_eq!((base.revision.as_str(), base.commit.as_str()), ("main", mine.as_str()));
    assert_eq!(base.warnings, Vec::<String>::new());

    project.git(".", &["clone", "--quiet", "remote.git", "colleague"]);
    project.commit("colleague", "theirs");
    project.git("colleague", &["push", "--quiet"]);
    let diverged = project.base().unwrap();
    assert_eq!(diverged.commit, mine);
    assert!(diverged.warnings[0].contains("diverged"), "{:?}", diverged.warnings);
}

#[test]
fn fault_23_a_remote_that_is_not_there_is_a_warning_and_no_failure() {
    let project = Project::with_remote();
    fs::rename(project.path("remote.git"), project.path("away.git")).unwrap();
    let base = project.base().unwrap();
    assert_eq!(base.name, "main");
    assert!(base.warnings[0].contains("could not fetch from `origin`"), "{:?}", base.warnings);
}

#[test]
fn fault_23_a_remote_that_never_answers_is_left_after_the_limit() {
    let project = Project::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("git://127.0.0.1:{}/x.git", silent.local_addr().unwrap().port());
    project.git("main", &["remote", "add", "origin", &address]);
    let begun = Instant::now();
    let base = project.repository().base_branch(Duration::from_secs(1)).unwrap();
    assert!(base.warnings[0].contains("did not answer within 1 s"), "{:?}", base.warnings);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn an_ssh_that_would_ask_is_told_not_to() {
    let project = Project::new();
    project.git("main", &["remote", "add", "origin", "ssh://git@host.invalid/x.git"]);
    project.write(
        "bin/ssh",
        &format!("#!/bin/sh\necho \"$@\" > '{}'\nexit 255\n", project.path("asked").display()),
    );
    fs::set_permissions(project.path("bin/ssh"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut environment = project.environment();
    let path = format!("{}:{}", project.path("bin").display(), environment[0].1.to_str().unwrap());
    environment[0].1 = path.into();
    let repository =
        Repository::discover(&Git::with_environment(environment), &project.path("main")).unwrap();
    assert_eq!(repository.base_branch(Duration::from_secs(20)).unwrap().warnings.len(), 1);
    assert!(project.read("asked").contains("BatchMode=yes"));
}

#[test]
fn git_judges_branch_names() {
    let git = Project::empty().tested();
    for good in ["work", "feat/x", "26-01-08-add-auth", "a.b_c"] {
        check_branch_name(&git, good).unwrap();
    }
    for bad in ["", "-x", "a..b", "a b", "x.lock", "@{-1}", "a//b", "/a", "a~1", "é\n"] {
        assert!(matches!(check_branch_name(&git, bad), Err(GitError::BranchName { .. })), "{bad:?}");
    }
}
