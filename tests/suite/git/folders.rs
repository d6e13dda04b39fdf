//! Folders beside and inside a repository: copied, kept out of its status, committed on their own.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use samocode::git::{FolderCommit, commit_folder, copy_includes, exclude_locally};

use super::project::Project;

#[test]
fn files_that_worktreeinclude_names_are_copied_with_their_modes() {
    let project = with_include(".env\nsecrets/\n!secrets/not.txt\n");
    project.write("main/.env", "KEY=1");
    project.write("main/secrets/deep/key.pem", "key");
    project.write("main/other.log", "not named");
    fs::set_permissions(project.path("main/secrets/deep/key.pem"), fs::Permissions::from_mode(0o600))
        .unwrap();
    let copied = copy(&project);
    assert_eq!(copied, (vec![".env".to_owned(), "secrets/deep/key.pem".to_owned()], vec![]));
    assert_eq!(project.read("wt/.env"), "KEY=1");
    let mode = fs::metadata(project.path("wt/secrets/deep/key.pem")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!project.exists("wt/other.log"));
}

#[test]
fn without_worktreeinclude_nothing_is_copied() {
    let project = Project::new();
    project.session();
    project.write("main/.env", "KEY=1");
    assert_eq!(copy(&project), (vec![], vec![]));
}

#[test]
fn what_stands_in_the_worktree_is_never_overwritten() {
    let project = with_include(".env\n");
    project.write("main/.env", "main's");
    project.write("wt/.env", "the agent's");
    assert_eq!(copy(&project), (vec![], vec![]));
    assert_eq!(project.read("wt/.env"), "the agent's");
}

#[test]
fn links_are_copied_as_links_and_only_where_they_stay_inside() {
    let project = with_include("*.link\n");
    symlink("file.txt", project.path("main/inside.link")).unwrap();
    symlink("../home", project.path("main/outside.link")).unwrap();
    symlink("/etc/passwd", project.path("main/absolute.link")).unwrap();
    let (files, warnings) = copy(&project);
    assert_eq!(files, ["inside.link"]);
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert_eq!(fs::read_link(project.path("wt/inside.link")).unwrap().to_str(), Some("file.txt"));
}

#[test]
fn nothing_is_written_through_a_link_in_the_worktree() {
    let project = with_include("config/local.env\n");
    project.write("main/config/local.env", "x");
    symlink(project.path("home"), project.path("wt/config")).unwrap();
    let (files, warnings) = copy(&project);
    assert!(files.is_empty() && warnings.len() == 1, "{warnings:?}");
    assert!(!project.exists("home/local.env"));
}

#[test]
fn folders_of_samocode_inside_the_repository_are_not_copied() {
    let project = with_include("*.env\n");
    project.write("main/_sessions/x.env", "x");
    project.write("main/own.env", "x");
    assert_eq!(copy(&project).0, ["own.env"]);
}

#[test]
fn a_folder_inside_the_repository_is_excluded_once_and_what_stood_there_stays() {
    let project = Project::new();
    project.write("main/.git/info/exclude", "# mine\n*.swp");
    let repository = project.repository();
    let folder = project.path("main/deep/_sessions");
    assert!(exclude_locally(&repository, &folder).unwrap());
    assert!(!exclude_locally(&repository, &folder).unwrap());
    assert_eq!(project.read("main/.git/info/exclude"), "# mine\n*.swp\n/deep/_sessions/\n");
    project.write("main/deep/_sessions/x", "x");
    assert_eq!(project.git("main", &["status", "--short"]), "");
}

#[test]
fn a_folder_outside_the_repository_needs_no_exclusion() {
    let project = Project::new();
    let repository = project.repository();
    for outside in [project.path("sessions"), project.path("main"), project.path("main/.git/x")] {
        assert!(!exclude_locally(&repository, &outside).unwrap());
    }
}

#[test]
fn a_sessions_folder_in_a_repository_of_its_own_is_committed_alone() {
    let project = Project::new();
    project.git(".", &["init", "--quiet", "notes"]);
    project.write("notes/mine.txt", "staged by the person");
    project.git("notes", &["add", "mine.txt"]);
    project.write("notes/one/_overview.md", "x");
    project.trap("notes/.git/hooks/pre-commit", "ran");
    assert_eq!(commit(&project), FolderCommit::Committed);
    assert_eq!(commit(&project), FolderCommit::Unchanged);
    assert_eq!(project.git("notes", &["ls-tree", "-r", "--name-only", "HEAD"]), "one/_overview.md");
    assert_eq!(project.git("notes", &["status", "--short"]), "A  mine.txt");
    assert!(!project.exists("ran"));

    fs::remove_file(project.path("notes/one/_overview.md")).unwrap();
    project.write("notes/one/_qa.md", "x");
    assert_eq!(commit(&project), FolderCommit::Committed);
    assert_eq!(project.git("notes", &["ls-tree", "-r", "--name-only", "HEAD"]), "one/_qa.md");
}

#[test]
fn a_sessions_folder_in_no_repository_or_in_the_projects_own_is_not_committed() {
    let project = Project::new();
    project.write("notes/one/x", "x");
    assert_eq!(commit(&project), FolderCommit::NoRepository);
    project.write("main/_sessions/one/x", "x");
    let root = project.path("main/_sessions");
    let outcome = commit_folder(&project.repository(), &root, &root.join("one"), "m").unwrap();
    assert_eq!(outcome, FolderCommit::ProjectRepository);
    project.git("main", &["worktree", "add", "--quiet", "../linked"]);
    let outcome =
        commit_folder(&project.repository(), &project.path("linked"), &project.path("linked/x"), "m");
    assert_eq!(outcome.unwrap(), FolderCommit::ProjectRepository);
}

fn with_include(patterns: &str) -> Project {
    let project = Project::new();
    project.session();
    project.write("main/.worktreeinclude", patterns);
    project
}

fn copy(project: &Project) -> (Vec<String>, Vec<String>) {
    let excluded = project.path("main/_sessions");
    let copied = copy_includes(&project.repository(), &project.path("wt"), &[&excluded]).unwrap();
    (copied.files.iter().map(|file| file.to_str().unwrap().to_owned()).collect(), copied.warnings)
}

fn commit(project: &Project) -> FolderCommit {
    commit_folder(&project.repository(), &project.path("notes"), &project.path("notes/one"), "keep").unwrap()
}
