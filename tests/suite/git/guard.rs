//! What git would run as the person, against real repositories: copied, compared, put back.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};

use samocode::git::{GitError, Guard, How, Worktree};

use super::project::Project;

fn guard(project: &Project, worktree: &Worktree) -> Guard {
    Guard::copy(&project.repository(), worktree).unwrap()
}

/// Everything that differs is put back; what it was called is returned.
fn put_back(project: &Project, guard: &Guard) -> Vec<(String, How)> {
    let differences = guard.compare().unwrap();
    guard.put_back(&differences, &project.path("aside")).unwrap();
    assert!(guard.compare().unwrap().iter().all(samocode::git::Difference::is_left));
    let name = |path: &std::path::Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    differences.iter().map(|difference| (name(&difference.path), difference.how)).collect()
}

#[test]
fn nothing_differs_where_agent_and_samocode_only_work() {
    let project = Project::new();
    let worktree = project.session();
    let guard = guard(&project, &worktree);
    project.write("wt/new.txt", "new");
    project.commit("wt", "work");
    project.git("wt", &["switch", "--quiet", "--detach"]);
    project.prepare_at("wt2", "other", super::project::How::New).unwrap();
    assert!(guard.compare().unwrap().is_empty());
    assert_eq!(guard.again(&project.repository(), &worktree).unwrap(), guard);
}

#[test]
fn what_git_itself_writes_when_it_packs_is_left() {
    let project = Project::new();
    let guard = guard(&project, &project.session());
    project.git("wt", &["gc", "--quiet"]);
    assert_eq!(put_back(&project, &guard), [("refs".to_owned(), How::Added)]);
    assert!(project.exists("main/.git/info/refs"));
}

#[test]
fn a_change_of_the_same_length_and_time_is_noticed() {
    let project = Project::new();
    project.git("main", &["config", "core.editor", "vi"]);
    let guard = guard(&project, &project.session());
    let config = project.path("main/.git/config");
    let written = config.metadata().unwrap().modified().unwrap();
    let evil = project.read("main/.git/config").replace("editor = vi", "editor = xx");
    fs::write(&config, evil).unwrap();
    File::options().write(true).open(&config).unwrap().set_modified(written).unwrap();
    assert_eq!(guard.compare().unwrap()[0].keys, ["core.editor"]);
    assert_eq!(put_back(&project, &guard), [("config".to_owned(), How::Changed)]);
    assert_eq!(project.git("main", &["config", "core.editor"]), "vi");
}

#[test]
fn a_worktree_that_was_pointed_elsewhere_leads_back() {
    type Replace = fn(&Project);
    let replacements: [Replace; 5] = [
        |project| project.write("wt/.git", &format!("gitdir: {}\n", project.path("evil/.git").display())),
        |project| {
            fs::remove_file(project.path("wt/.git")).unwrap();
            symlink(project.path("evil/.git"), project.path("wt/.git")).unwrap();
        },
        |project| {
            fs::remove_file(project.path("wt/.git")).unwrap();
            project.git("wt", &["init", "--quiet"]);
            assert!(project.path("wt/.git").is_dir());
        },
        |project| fs::remove_file(project.path("wt/.git")).unwrap(),
        |project| project.write("main/.git/worktrees/wt/gitdir", "/nowhere/.git\n"),
    ];
    for replace in replacements {
        let project = Project::new();
        project.git(".", &["init", "--quiet", "evil"]);
        let worktree = project.session();
        let guard = guard(&project, &worktree);
        replace(&project);
        assert!(worktree.verify().is_err());
        put_back(&project, &guard);
        worktree.verify().unwrap();
        assert_eq!(project.git("wt", &["branch", "--show-current"]), "work");
    }
}

#[test]
fn what_takes_the_place_of_hooks_is_kept_whole_and_cannot_be_run() {
    let project = Project::new();
    let guard = guard(&project, &project.session());
    project.trap("main/.git/hooks/post-checkout", "ran");
    fs::set_permissions(project.path("main/.git/hooks"), fs::Permissions::from_mode(0o500)).unwrap();
    assert_eq!(put_back(&project, &guard).len(), 2);
    let kept = project.path("aside/shared/hooks/post-checkout");
    assert_eq!(kept.metadata().unwrap().permissions().mode() & 0o111, 0);
}

#[test]
fn a_worktree_that_is_gone_leaves_the_shared_settings_guarded() {
    let project = Project::new();
    let guard = guard(&project, &project.session());
    project.git("main", &["worktree", "remove", "--force", "../wt"]);
    project.git("main", &["config", "core.fsmonitor", "x"]);
    assert_eq!(put_back(&project, &guard), [("config".to_owned(), How::Changed)]);
}

#[test]
fn a_git_folder_that_was_moved_away_is_said_before_git_runs() {
    let project = Project::new();
    let guard = guard(&project, &project.session());
    fs::rename(project.path("main/.git"), project.path("main/.got")).unwrap();
    symlink(project.path("main/.got"), project.path("main/.git")).unwrap();
    assert!(matches!(guard.compare(), Err(GitError::GuardedGone { .. })));
}

#[test]
fn a_guard_that_was_copied_while_an_agent_worked_takes_over_what_was_known_before() {
    let project = Project::new();
    let earlier = guard(&project, &project.session());
    project.git("main", &["config", "core.fsmonitor", "x"]);
    let second = project.prepare_at("wt2", "other", super::project::How::New).unwrap().worktree;
    let mut later = guard(&project, &second);
    assert!(later.compare().unwrap().is_empty());
    later.take_shared(&earlier);
    assert_eq!(later.compare().unwrap()[0].keys, ["core.fsmonitor"]);
}

#[test]
fn a_guard_is_the_same_after_it_was_written_and_read() {
    let project = Project::new();
    project.write("main/.git/hooks/binary", "x");
    fs::write(project.path("main/.git/hooks/binary"), [0xff, 0, 0xfe]).unwrap();
    let copied = guard(&project, &project.session());
    let read: Guard = serde_json::from_slice(&serde_json::to_vec(&copied).unwrap()).unwrap();
    assert_eq!(read, copied);
    assert!(read.compare().unwrap().is_empty());
}
