//! Making worktree and branch, and making them again after anything went wrong.

use std::fs::{self, File};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use samocode::git::{GitError, Operation, Worktree};

use super::project::{How, Project, paths};

#[test]
fn a_new_session_gets_a_worktree_on_a_new_branch_from_the_base() {
    let project = Project::new();
    let prepared = project.prepare(How::New).unwrap();
    assert!(prepared.created_branch && prepared.created_worktree);
    assert_eq!(prepared.base_branch, "main");
    assert_eq!(project.read("wt/file.txt"), "one\n");
    let state = prepared.worktree.state().unwrap();
    assert_eq!(state.branch.as_deref(), Some("work"));
    assert_eq!(state.head, Some(prepared.base_commit));
    assert!(state.is_clean());
}

#[test]
fn preparing_again_changes_nothing_and_keeps_unfinished_work() {
    let project = Project::new();
    project.session();
    project.write("wt/file.txt", "unfinished\n");
    let again = project.prepare(How::Own).unwrap();
    assert!(!again.created_branch && !again.created_worktree);
    assert_eq!(project.read("wt/file.txt"), "unfinished\n");
}

#[test]
fn a_kill_between_branch_and_worktree_is_made_up_for() {
    let project = Project::new();
    project.git("main", &["branch", "work"]);
    let prepared = project.prepare(How::Own).unwrap();
    assert!(prepared.created_worktree && !prepared.created_branch);
}

#[test]
fn fault_22_a_worktree_that_git_did_not_finish_is_made_anew() {
    let project = Project::new();
    let git_dir = project.session().git_dir().to_owned();
    fs::write(git_dir.join("locked"), "initializing").unwrap();
    fs::write(git_dir.join("index.lock"), "").unwrap();
    fs::remove_file(git_dir.join("index")).unwrap();
    fs::remove_file(project.path("wt/file.txt")).unwrap();
    let prepared = project.prepare(How::Own).unwrap();
    assert!(prepared.worktree.state().unwrap().is_clean());
    assert_eq!(project.read("wt/file.txt"), "one\n");
}

#[test]
fn a_branch_of_somebody_else_is_refused_until_the_person_attaches_it() {
    let project = Project::new();
    project.git("main", &["branch", "work"]);
    let error = project.prepare(How::New).unwrap_err();
    assert!(error.to_string().contains("--attach-branch"), "{error}");
    assert!(!project.exists("wt"));
    assert!(!project.prepare(How::Attach).unwrap().created_branch);
}

#[test]
fn a_branch_that_only_the_remote_has_is_attached_from_there() {
    let project = Project::with_remote();
    project.git(".", &["clone", "--quiet", "remote.git", "colleague"]);
    project.git("colleague", &["switch", "--quiet", "--create", "work"]);
    let theirs = project.commit("colleague", "theirs");
    project.git("colleague", &["push", "--quiet", "origin", "work"]);
    let error = project.prepare(How::New).unwrap_err();
    assert!(matches!(error, GitError::BranchTaken { .. }), "{error}");
    let prepared = project.prepare(How::Attach).unwrap();
    assert_eq!(prepared.worktree.state().unwrap().head, Some(theirs));
}

#[test]
fn fault_22_a_branch_that_is_checked_out_elsewhere_is_refused_with_the_place() {
    let project = Project::new();
    project.git("main", &["worktree", "add", "--quiet", "-b", "work", "../other"]);
    let error = project.prepare(How::Attach).unwrap_err();
    assert!(error.to_string().contains(project.path("other").to_str().unwrap()), "{error}");
    fs::remove_dir_all(project.path("other")).unwrap();
    let error = project.prepare(How::Own).unwrap_err();
    assert!(error.to_string().contains("git worktree prune"), "{error}");
}

#[test]
fn fault_22_only_the_own_entry_is_healed_when_folders_are_gone() {
    let project = Project::new();
    project.session();
    project.git("main", &["worktree", "add", "--quiet", "../other"]);
    fs::remove_dir_all(project.path("wt")).unwrap();
    fs::remove_dir_all(project.path("other")).unwrap();
    let prepared = project.prepare(How::Own).unwrap();
    assert!(prepared.created_worktree);
    let listed = project.git("main", &["worktree", "list", "--porcelain"]);
    assert!(listed.contains("/other\n"), "{listed}");
}

#[test]
fn fault_22_a_locked_entry_without_its_folder_is_left_to_the_person() {
    let project = Project::new();
    project.session();
    project.git("main", &["worktree", "lock", "--reason", "on a stick", "../wt"]);
    fs::remove_dir_all(project.path("wt")).unwrap();
    let error = project.prepare(How::Own).unwrap_err();
    assert!(error.to_string().contains("on a stick"), "{error}");
}

#[test]
fn fault_22_a_foreign_folder_is_refused_and_an_empty_one_is_used() {
    let project = Project::new();
    project.write("wt/precious.txt", "mine");
    let error = project.prepare(How::New).unwrap_err();
    assert!(matches!(error, GitError::PathTaken { .. }), "{error}");
    assert_eq!(project.read("wt/precious.txt"), "mine");
    assert_eq!(project.git("main", &["branch", "--list", "work"]), "");

    fs::remove_file(project.path("wt/precious.txt")).unwrap();
    project.prepare(How::New).unwrap();
}

#[test]
fn fault_22_a_worktree_of_another_branch_is_refused() {
    let project = Project::new();
    project.git("main", &["worktree", "add", "--quiet", "-b", "theirs", "../wt"]);
    let error = project.prepare(How::New).unwrap_err();
    assert!(matches!(error, GitError::WorktreeOfOther { .. }), "{error}");
}

#[test]
fn an_own_worktree_whose_git_file_was_deleted_is_put_back_with_its_files() {
    let project = Project::new();
    project.session();
    project.write("wt/unfinished.txt", "x");
    fs::remove_file(project.path("wt/.git")).unwrap();
    let prepared = project.prepare(How::Own).unwrap();
    assert!(!prepared.created_worktree);
    assert_eq!(paths(&prepared.worktree.state().unwrap()), ["unfinished.txt"]);
}

#[test]
fn an_own_worktree_that_was_left_detached_is_reused_as_it_is() {
    let project = Project::new();
    project.session();
    project.git("wt", &["switch", "--quiet", "--detach"]);
    let prepared = project.prepare(How::Own).unwrap();
    assert_eq!(prepared.worktree.state().unwrap().branch, None);
}

#[test]
fn a_branch_name_inside_another_one_is_explained() {
    let project = Project::new();
    project.git("main", &["branch", "feat"]);
    project.git("main", &["branch", "deep/er"]);
    for (wanted, existing) in [("feat/x", "feat"), ("deep", "deep/er")] {
        match project.prepare_at("wt", wanted, How::New).unwrap_err() {
            GitError::BranchClash { existing: found, .. } => assert_eq!(found, existing),
            other => panic!("{other}"),
        }
    }
    project.git("main", &["branch", "feature"]);
    project.prepare_at("wt", "feat-x", How::New).unwrap();
}

#[test]
fn fault_23_a_hook_that_fails_is_not_run() {
    let project = Project::new();
    project.trap("main/.git/hooks/post-checkout", "ran");
    project.session();
    assert!(!project.exists("ran"));
}

#[test]
fn fault_23_submodules_do_not_get_in_the_way() {
    let project = with_submodule();
    let worktree = project.session();
    assert!(worktree.state().unwrap().is_clean());
}

#[test]
fn fault_22_a_killed_git_leaves_a_lock_that_is_removed_only_in_the_own_worktree() {
    let project = Project::new();
    let worktree = project.session();
    project.write("main/.git/index.lock", "");
    fs::write(worktree.git_dir().join("index.lock"), "").unwrap();
    assert!(worktree.heal_index_lock().unwrap());
    assert!(!worktree.heal_index_lock().unwrap());
    assert!(project.exists("main/.git/index.lock"));
}

#[test]
fn two_sessions_make_their_worktrees_at_the_same_time() {
    let project = Project::new();
    std::thread::scope(|scope| {
        for number in 0..6 {
            let project = &project;
            scope.spawn(move || {
                let name = format!("wt{number}");
                project.prepare_at(&name, &name, How::New).unwrap();
            });
        }
    });
}

#[test]
fn a_git_that_outlived_a_killed_samocode_is_waited_for() {
    let project = Project::new();
    let turn = File::create(project.path("main/.git/samocode.lock")).unwrap();
    turn.lock().unwrap();
    std::thread::scope(|scope| {
        let (done, was_done) = mpsc::channel();
        let project = &project;
        scope.spawn(move || done.send(project.prepare(How::New).is_ok()).unwrap());
        let early = was_done.recv_timeout(Duration::from_millis(300));
        assert_eq!(early, Err(mpsc::RecvTimeoutError::Timeout));
        drop(turn);
        assert_eq!(was_done.recv(), Ok(true));
    });
}

#[test]
fn the_state_names_what_is_changed_and_what_is_unfinished() {
    let project = Project::new();
    let worktree = project.session();
    project.write("wt/new folder/a.txt", "a");
    project.write("wt/file.txt", "two\n");
    let state = worktree.state().unwrap();
    assert_eq!(paths(&state), ["file.txt", "new folder/a.txt"]);
    assert_eq!((state.untracked(), state.operation), (1, None));

    project.commit("wt", "two");
    project.git("wt", &["switch", "--quiet", "--create", "side", "HEAD~1"]);
    project.write("wt/file.txt", "three\n");
    project.commit("wt", "three");
    for (command, operation) in [
        (["merge", "work"], Operation::Merge),
        (["cherry-pick", "work"], Operation::CherryPick),
        (["rebase", "work"], Operation::Rebase),
    ] {
        project.git_stops("wt", &command);
        assert_eq!(worktree.state().unwrap().operation, Some(operation));
        project.git("wt", &[command[0], "--abort"]);
        assert!(worktree.state().unwrap().is_clean());
    }
    project.git("wt", &["bisect", "start"]);
    assert_eq!(worktree.state().unwrap().operation, Some(Operation::Bisect));
}

#[test]
fn the_index_of_a_checkout_is_written_anew_once_and_then_left_alone() {
    let project = Project::new();
    let worktree = project.session();
    let index = worktree.git_dir().join("index");
    let modified = || fs::metadata(&index).unwrap().modified().unwrap();
    let fresh = modified();
    worktree.state().unwrap();
    assert_eq!(modified(), fresh, "too early to be of use");

    // As if the checkout, files and index, had been ten seconds ago.
    let before = fresh - Duration::from_secs(10);
    File::options().write(true).open(&index).unwrap().set_modified(before).unwrap();
    worktree.state().unwrap();
    assert!(modified() > before);

    File::options().write(true).open(&index).unwrap().set_modified(before).unwrap();
    worktree.state().unwrap();
    assert_eq!(modified(), before);
}

#[test]
fn fault_24_a_worktree_that_is_gone_is_an_error_of_its_own() {
    let project = Project::new();
    let worktree = project.session();
    fs::remove_dir_all(project.path("wt")).unwrap();
    assert!(matches!(worktree.state(), Err(GitError::WorktreeGone { .. })));
    let opened = Worktree::open(&project.repository(), &project.path("wt"));
    assert!(matches!(opened, Err(GitError::WorktreeGone { .. })));
}

#[test]
fn a_worktree_whose_git_file_leads_elsewhere_is_not_trusted() {
    let project = Project::new();
    project.session();
    project.git(".", &["init", "--quiet", "planted"]);
    let planted = project.path("planted/.git");
    project.write("wt/.git", &format!("gitdir: {}\n", planted.display()));
    assert_foreign(&project);
    let inside = project.path("main/.git/worktrees/planted");
    fs::rename(planted, &inside).unwrap();
    fs::write(inside.join("gitdir"), "/elsewhere/.git\n").unwrap();
    project.write("wt/.git", &format!("gitdir: {}\n", inside.display()));
    assert_foreign(&project);
    fs::remove_file(project.path("wt/.git")).unwrap();
    project.git("wt", &["init", "--quiet"]);
    assert_foreign(&project);
}

#[test]
fn a_worktree_that_was_given_another_configuration_is_noticed_before_git_runs() {
    let project = Project::new();
    let worktree = project.session();
    project.git(".", &["init", "--quiet", "planted"]);
    let planted = project.path("planted/.git");
    fs::write(worktree.git_dir().join("commondir"), planted.to_str().unwrap()).unwrap();
    assert!(matches!(worktree.state(), Err(GitError::WorktreeForeign { .. })));
}

#[test]
fn fault_24_what_a_child_set_in_the_configuration_runs_nothing_and_stops_nothing() {
    let project = Project::new();
    let worktree = project.session();
    project.trap("trap.sh", "ran");
    let trap = project.path("trap.sh");
    project.git("wt", &["config", "core.fsmonitor", trap.to_str().unwrap()]);
    project.git("wt", &["config", "core.hooksPath", project.path("hooks").to_str().unwrap()]);
    project.git("wt", &["config", "core.bare", "true"]);
    project.git("wt", &["config", "core.worktree", "/nowhere"]);
    assert!(worktree.state().unwrap().is_clean());
    super::project::kept(&worktree);
    assert!(!project.exists("ran"));
}

#[test]
fn a_configuration_inside_a_submodule_is_never_used() {
    let project = with_submodule();
    let worktree = project.session();
    project.git("wt", &["submodule", "--quiet", "update", "--init"]);
    project.trap("trap.sh", "ran");
    let trap = project.path("trap.sh");
    project.git("wt/lib", &["config", "filter.planted.clean", trap.to_str().unwrap()]);
    project.write("wt/lib/.gitattributes", "* filter=planted\n");
    project.write("wt/lib/lib.txt", "LIB");
    project.write("wt/file.txt", "changed");
    assert_eq!(paths(&worktree.state().unwrap()), ["file.txt"]);
    super::project::kept(&worktree);
    assert!(!project.exists("ran"));
    project.git("wt", &["status"]);
    assert!(project.exists("ran"), "the trap would have caught it");
}

fn assert_foreign(project: &Project) {
    let opened = Worktree::open(&project.repository(), Path::new(&project.path("wt")));
    assert!(matches!(opened, Err(GitError::WorktreeForeign { .. })), "{opened:?}");
}

/// The main repository with the submodule `lib`.
pub(super) fn with_submodule() -> Project {
    let project = Project::new();
    project.git(".", &["init", "--quiet", "library"]);
    project.write("library/lib.txt", "lib");
    project.commit("library", "lib");
    let library = project.path("library");
    project.git("main", &["submodule", "--quiet", "add", library.to_str().unwrap(), "lib"]);
    project.commit("main", "with lib");
    project
}
