//! Keeping a worktree without touching it.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use samocode::git::{DiffStyle, LeftOutReason, SnapshotOutcome, Worktree};

use super::project::{How, MEBIBYTE, Project, keep, kept};
use super::worktrees::with_submodule;

#[test]
fn a_snapshot_holds_tracked_and_untracked_files_and_leaves_the_agents_side_alone() {
    let project = Project::new();
    let worktree = project.session();
    project.write("wt/.gitignore", "target\n");
    project.commit("wt", "ignore");
    project.write("wt/target/out", "built");
    project.write("wt/staged.txt", "staged");
    project.git("wt", &["add", "staged.txt"]);
    project.write("wt/staged.txt", "and changed");
    project.write("wt/new/näme.txt", "new");
    fs::remove_file(project.path("wt/file.txt")).unwrap();
    let before = agents_side(&project, &worktree);

    let snapshot = kept(&worktree);

    assert_eq!(agents_side(&project, &worktree), before);
    assert_eq!(files(&project, &snapshot.commit), [".gitignore", "new/näme.txt", "staged.txt"]);
    assert_eq!(project.git("wt", &["show", &format!("{}:staged.txt", snapshot.commit)]), "and changed");
    assert_eq!(project.git("wt", &["rev-parse", "refs/samocode/s/1^"]), before.head);
    let who = project.git("wt", &["log", "-1", "--format=%an <%ae> %cn", &snapshot.commit]);
    assert_eq!(who, "samocode <samocode@localhost> samocode");
    let left = fs::read_dir(worktree.git_dir())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().starts_with("samocode-index"));
    assert_eq!(left.count(), 0);
}

#[test]
fn nothing_is_written_when_nothing_differs_from_the_last_snapshot() {
    let project = Project::new();
    let worktree = project.session();
    let clean = kept(&worktree);
    assert_eq!(keep(&worktree, 2, Some(&clean.tree)), SnapshotOutcome::Unchanged { left_out: vec![] });
    project.write("wt/new.txt", "new");
    let SnapshotOutcome::Kept(dirty) = keep(&worktree, 2, Some(&clean.tree)) else { panic!("not kept") };
    assert_eq!(keep(&worktree, 3, Some(&dirty.tree)), SnapshotOutcome::Unchanged { left_out: vec![] });
    assert_eq!(project.git("main", &["for-each-ref", "refs/samocode/s/3"]), "");
}

#[test]
fn a_large_file_is_named_and_left_out_and_its_older_content_stays() {
    let project = Project::new();
    let worktree = project.session();
    for name in ["wt/core [1].dump", "wt/file.txt"] {
        File::create(project.path(name)).unwrap().set_len(10 * MEBIBYTE + 1).unwrap();
    }
    project.write("wt/small.txt", "small");
    let snapshot = kept(&worktree);
    let mut named: Vec<_> = snapshot.left_out.iter().map(|left| left.path.clone()).collect();
    named.sort();
    assert_eq!(named, [PathBuf::from("core [1].dump"), PathBuf::from("file.txt")]);
    assert_eq!(snapshot.left_out[0].reason, LeftOutReason::TooLarge { bytes: 10 * MEBIBYTE + 1 });
    assert_eq!(files(&project, &snapshot.commit), ["file.txt", "small.txt"]);
    assert_eq!(project.git("wt", &["show", &format!("{}:file.txt", snapshot.commit)]), "one");
}

#[test]
fn a_nested_repository_is_named_and_its_files_are_kept() {
    let project = Project::new();
    let worktree = project.session();
    project.git("wt", &["init", "--quiet", "empty"]);
    project.git("wt", &["init", "--quiet", "full"]);
    project.write("wt/full/x", "x");
    project.commit("wt/full", "x");
    project.write("wt/new.txt", "new");
    let snapshot = kept(&worktree);
    let nested: Vec<_> =
        snapshot.left_out.iter().map(|left| (left.path.to_str().unwrap(), left.reason)).collect();
    assert_eq!(
        nested,
        [("empty/.git", LeftOutReason::NestedRepository), ("full/.git", LeftOutReason::NestedRepository)]
    );
    assert_eq!(files(&project, &snapshot.commit), ["file.txt", "full/x", "new.txt"]);
}

#[test]
fn a_submodule_is_kept_as_the_commit_that_it_is_at() {
    let project = with_submodule();
    let worktree = project.session();
    project.git("wt", &["submodule", "--quiet", "update", "--init"]);
    let moved = project.commit("wt/lib", "moved");
    let snapshot = kept(&worktree);
    assert_eq!(project.git("wt", &["rev-parse", &format!("{}:lib", snapshot.commit)]), moved);
}

#[test]
fn intent_to_add_is_kept_with_its_content() {
    let project = Project::new();
    let worktree = project.session();
    project.write("wt/meant.txt", "meant");
    project.git("wt", &["add", "--intent-to-add", "meant.txt"]);
    let snapshot = kept(&worktree);
    assert_eq!(project.git("wt", &["show", &format!("{}:meant.txt", snapshot.commit)]), "meant");
    assert_eq!(project.git("wt", &["diff", "--cached", "--name-only"]), "");
}

#[test]
fn a_stopped_merge_is_kept_with_its_marks_and_stays_stopped() {
    let project = Project::new();
    let worktree = project.session();
    project.write("wt/file.txt", "theirs\n");
    project.commit("wt", "theirs");
    project.git("wt", &["switch", "--quiet", "--detach", "HEAD~1"]);
    project.write("wt/file.txt", "ours\n");
    project.commit("wt", "ours");
    project.git_stops("wt", &["merge", "work"]);
    let snapshot = kept(&worktree);
    let content = project.git("wt", &["show", &format!("{}:file.txt", snapshot.commit)]);
    assert!(content.contains("<<<<<<<"), "{content}");
    assert!(project.git("wt", &["status", "--short"]).starts_with("UU"));
}

#[test]
fn a_folder_that_became_a_link_and_a_file_that_became_a_folder_are_kept() {
    let project = Project::new();
    project.write("main/d/f", "f");
    project.commit("main", "d");
    let worktree = project.session();
    fs::remove_dir_all(project.path("wt/d")).unwrap();
    symlink("/etc", project.path("wt/d")).unwrap();
    fs::remove_file(project.path("wt/file.txt")).unwrap();
    project.write("wt/file.txt/inner", "inner");
    let snapshot = kept(&worktree);
    assert_eq!(files(&project, &snapshot.commit), ["d", "file.txt/inner"]);
}

#[test]
fn odd_files_are_named_or_kept_and_never_stop_a_snapshot() {
    let project = Project::new();
    project.git("main", &["config", "core.safecrlf", "true"]);
    project.git("main", &["config", "core.autocrlf", "input"]);
    let worktree = project.session();
    fs::remove_file(project.path("wt/file.txt")).unwrap();
    let _socket = UnixListener::bind(project.path("wt/file.txt")).unwrap();
    project.write("wt/crlf.txt", "a\r\nb\n");
    project.write("wt/back\\slash and\nline.txt", "x");
    project.write("wt/:(top)magic*", "x");
    symlink("nowhere", project.path("wt/dangling")).unwrap();
    let snapshot = kept(&worktree);
    let listed = files(&project, &snapshot.commit);
    for name in ["crlf.txt", ":(top)magic*", "dangling"] {
        assert!(listed.iter().any(|file| file == name), "{name} in {listed:?}");
    }
    let reasons: Vec<_> = snapshot.left_out.iter().map(|left| left.reason).collect();
    assert!(reasons.iter().all(|reason| *reason == LeftOutReason::NotAFile), "{reasons:?}");
}

#[test]
fn a_branch_without_a_commit_and_a_deleted_index_are_kept_too() {
    let project = Project::new();
    let worktree = project.session();
    project.git("wt", &["switch", "--quiet", "--orphan", "blank"]);
    project.write("wt/first.txt", "first");
    let snapshot = kept(&worktree);
    assert_eq!(files(&project, &snapshot.commit), ["first.txt"]);
    project.git("wt", &["switch", "--quiet", "--force", "work"]);
    fs::remove_file(worktree.git_dir().join("index")).unwrap();
    assert_eq!(files(&project, &kept(&worktree).commit), ["file.txt", "first.txt"]);
}

#[test]
fn a_change_in_the_instant_of_the_last_index_write_is_seen() {
    let project = Project::new();
    let worktree = project.session();
    // Same length, same time as the index has for it, changed after the index was written. Only the time of
    // the last status change, which a test cannot set, would tell.
    project.git("wt", &["config", "core.trustctime", "false"]);
    let index = worktree.git_dir().join("index");
    let written = fs::metadata(&index).unwrap().modified().unwrap() - Duration::from_secs(100);
    let file = File::options().write(true).open(project.path("wt/file.txt")).unwrap();
    file.set_modified(written).unwrap();
    project.git("wt", &["update-index", "--refresh"]);
    File::options().write(true).open(&index).unwrap().set_modified(written).unwrap();
    project.write("wt/file.txt", "two\n");
    file.set_modified(written).unwrap();
    project.write("wt/other.txt", "so that the tree is made from the index");
    let snapshot = kept(&worktree);
    assert_eq!(project.git("wt", &["show", &format!("{}:file.txt", snapshot.commit)]), "two");
}

#[test]
fn what_a_killed_snapshot_left_is_cleared_away() {
    let project = Project::new();
    let worktree = project.session();
    fs::write(worktree.git_dir().join("samocode-index"), "torn").unwrap();
    fs::write(worktree.git_dir().join("samocode-index.lock"), "").unwrap();
    project.write("wt/new.txt", "new");
    assert_eq!(files(&project, &kept(&worktree).commit), ["file.txt", "new.txt"]);
}

#[test]
fn snapshots_are_listed_in_the_order_of_their_numbers() {
    let project = Project::new();
    let worktree = project.session();
    for number in [2, 10, 9] {
        project.write("wt/n.txt", &number.to_string());
        keep(&worktree, number, None);
    }
    let listed = project.repository().list_snapshots("refs/samocode/s").unwrap();
    let names: Vec<_> = listed.iter().map(|snapshot| snapshot.reference.as_str()).collect();
    assert_eq!(names, ["refs/samocode/s/2", "refs/samocode/s/9", "refs/samocode/s/10"]);
    assert_eq!(listed[0].tree, project.git("main", &["rev-parse", "refs/samocode/s/2^{tree}"]));
}

#[test]
fn commits_and_changes_of_a_branch_are_told_against_its_base() {
    let project = Project::new();
    let base = project.prepare(How::New).unwrap().base_commit;
    let repository = project.repository();
    assert!(!repository.has_commits_since(&base, "work").unwrap());
    assert_eq!(repository.diffstat(&base, "work").unwrap(), "");
    project.write("wt/a.txt", "1\n2\n");
    project.commit("wt", "add a: list");
    project.commit("wt", "then nothing");
    assert!(repository.has_commits_since(&base, "work").unwrap());
    assert_eq!(repository.count_commits(&base, "work").unwrap(), 2);
    let log = repository.log_since(&base, "work").unwrap();
    assert_eq!(log[1].subject, "add a: list");
    assert_eq!(repository.diffstat(&base, "work").unwrap(), "1 file changed, 2 insertions(+)");
    assert_eq!(repository.commit_of("nothing").unwrap(), None);
    repository.show_diff("work", "work", DiffStyle::Full, true).unwrap();
}

#[derive(Debug, PartialEq, Eq)]
struct AgentsSide {
    head: String,
    branches: String,
    status: String,
    index: Vec<u8>,
}

fn agents_side(project: &Project, worktree: &Worktree) -> AgentsSide {
    AgentsSide {
        head: project.git("wt", &["rev-parse", "HEAD"]),
        branches: project.git("wt", &["for-each-ref", "refs/heads"]),
        status: project.git("wt", &["--no-optional-locks", "status", "--short", "--branch"]),
        index: fs::read(worktree.git_dir().join(Path::new("index"))).unwrap(),
    }
}

fn files(project: &Project, commit: &str) -> Vec<String> {
    let listed = project.git("main", &["-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", commit]);
    listed.lines().map(str::to_owned).collect()
}
