//! The stash that all worktrees share: entries that went are put back where they were.

use samocode::git::StashEntry;

use super::project::Project;

/// A repository with these entries in its stash, the last one on top.
fn with_stash(words: &[&str]) -> Project {
    let project = Project::new();
    words.iter().for_each(|words| stash(&project, words));
    project
}

fn stash(project: &Project, words: &str) {
    project.write("main/file.txt", words);
    project.git("main", &["stash", "push", "--quiet", "-m", words]);
}

fn messages(project: &Project) -> String {
    project.git("main", &["stash", "list", "--format=%gs"]).replace("On main: ", "").replace('\n', " ")
}

#[test]
fn entries_that_went_from_any_place_are_back_in_their_order() {
    for gone in [&[0][..], &[1], &[3], &[0, 2], &[1, 3], &[0, 1, 2, 3]] {
        let project = with_stash(&["a", "b", "c", "d"]);
        let before = project.repository().stash();
        for place in gone.iter().rev() {
            project.git("main", &["stash", "drop", "--quiet", &format!("stash@{{{place}}}")]);
        }
        let missing: Vec<&StashEntry> = gone.iter().map(|place| &before[*place]).collect();
        project.repository().put_back_stash(&before, &missing).unwrap();
        assert_eq!(messages(&project), "d c b a", "{gone:?}");
        assert_eq!(project.repository().stash(), before, "{gone:?}");
    }
}

#[test]
fn an_entry_that_came_meanwhile_stays_on_top() {
    let project = with_stash(&["a", "b"]);
    let before = project.repository().stash();
    project.git("main", &["stash", "drop", "--quiet"]);
    stash(&project, "new");
    project.repository().put_back_stash(&before, &[&before[0]]).unwrap();
    assert_eq!(messages(&project), "new b a");
}

#[test]
fn only_entries_that_are_out_of_the_stash_stay_kept() {
    let project = with_stash(&["a", "b"]);
    let (repository, entries) = (project.repository(), project.repository().stash());
    let all: Vec<&StashEntry> = entries.iter().collect();
    repository.hold_stash("refs/samocode/s/kept/stash", &all).unwrap();
    project.git("main", &["stash", "drop", "--quiet"]);
    repository.release_stash("refs/samocode/s/kept/stash").unwrap();
    let kept = repository.references_under("refs/samocode/s/kept").unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(project.git("main", &["rev-parse", &kept[0]]), entries[0].commit);
}
