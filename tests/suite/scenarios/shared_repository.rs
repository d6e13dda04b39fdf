//! What an agent does to the parts of a repository that all worktrees share: nothing that the person had is lost or applied in
//! silence, and what the person does meanwhile is not undone.

use std::fs;
use std::path::PathBuf;

use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];
/// Commits all that is there.
const COMMIT: &str = "git add -A && git commit -qm work";

/// An iteration that does this in its worktree, and goes on.
fn iteration(line: &str, phase: &str) -> Vec<Step> {
    Step::run([
        Step::shell(line),
        Step::signal(json!({"status": "continue", "phase": phase, "summary": "did it"})),
    ])
}

/// A session whose first iteration does this.
fn doing(line: &str) -> Scenario {
    Scenario::new()
        .agent(Script::new().once("implementation", iteration(line, "testing")).then(Script::quick()))
}

fn worktree(scenario: &Scenario) -> PathBuf {
    scenario.view().worktree.unwrap()
}

fn kept(scenario: &Scenario) -> String {
    scenario.git(&["for-each-ref", "--format=%(refname) %(objectname)", "refs/samocode/*/kept/**"])
}

/// The person's entry of the stash: a change of the README.
fn stash(scenario: &Scenario, words: &str) -> String {
    fs::write(scenario.repo().join("README.md"), format!("{words}\n")).unwrap();
    scenario.git(&["stash", "push", "--quiet", "-m", words]);
    scenario.git(&["rev-parse", "refs/stash"])
}

fn stashes(scenario: &Scenario) -> String {
    scenario.git(&["stash", "list", "--format=%H %gs"])
}

#[test]
fn fault_34_a_repository_that_is_committed_as_a_link_holds_up_the_end_until_its_files_are_on_the_branch() {
    let made =
        "mkdir app && cd app && git init -q && echo code > main.c && git add . && git commit -qm in; cd ..;";
    let repaired =
        "rm -rf app/.git && git rm -q --cached --ignore-unmatch app && git add app && git commit -qm files";
    let scenario = Scenario::new().agent(
        Script::new()
            .once("implementation", iteration(&format!("{made} {COMMIT}"), "testing"))
            .once("testing", Step::go("done"))
            .once("testing", iteration(repaired, "done"))
            .then(Script::quick()),
    );
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    expect_words(
        &scenario.prompt(2),
        &["app/ is a Git repository inside the worktree, committed as a bare link", "rm -rf app/.git"],
    );
    expect_words(&ended.out, &["the work is not finished while app/ is a Git repository"]);
    assert!(!scenario.prompt(4).contains("app/ is a Git"), "{}", scenario.prompt(4));
    assert_eq!(scenario.git(&["show", "auth:app/main.c"]), "code");
}

#[test]
fn fault_34_a_repository_that_stays_a_link_blocks_the_session_with_its_name() {
    for made in [
        format!("git init -q app && git -C app commit -q --allow-empty -m in && echo x > app/x && {COMMIT}"),
        // The link stays when the nested repository goes, and hides the files from `git status`.
        format!("git init -q app && git -C app commit -q --allow-empty -m in && {COMMIT}; rm -rf app/.git"),
        // A worktree is a repository, too.
        format!("git worktree add -q app && {COMMIT}"),
    ] {
        let scenario = doing(&made);
        scenario.run(RUN).expect_exit(11).expect_state("blocked");
        let reason = scenario.view().reason.unwrap();
        expect_words(&reason, &["app/ is a Git repository inside the worktree", "bare link"]);
        let told = scenario.run(["archive", "auth", "--json"]).expect_exit(0).out;
        expect_words(&told, &["app/ is a Git repository inside it"]);
    }
}

#[test]
fn fault_34_the_files_of_a_repository_inside_the_worktree_are_in_the_kept_states() {
    for made in [
        // Not committed, staged, committed.
        "git init -q app && echo code > app/main.c",
        "git init -q app && echo code > app/main.c && git -C app add . && git -C app commit -qm in && git add -A",
        "git init -q app && git -C app commit -q --allow-empty -m in && git add -A && git commit -qm work && echo code > app/main.c",
    ] {
        let scenario = doing(&format!("{made}; echo '*.o' > app/.gitignore; touch app/x.o"));
        scenario.run(RUN).expect_exit(11);
        let first = format!("refs/samocode/{}/1", scenario.layout().folder());
        assert_eq!(scenario.git(&["show", &format!("{first}:app/main.c")]), "code", "{made}");
        let files = scenario.git(&["ls-tree", "-r", "--name-only", &first]);
        assert!(!files.contains("app/x.o"), "{files}");
        expect_words(&scenario.prompt(2), &["app/.git (the history of a repository inside the worktree"]);
        // And they come back.
        let app = worktree(&scenario).join("app");
        fs::rename(&app, scenario.path("moved")).unwrap();
        scenario.run(["restore", "auth", "1", "--yes"]).expect_exit(0);
        assert_eq!(fs::read_to_string(app.join("main.c")).unwrap(), "code\n", "{made}");
    }
}

#[test]
fn fault_34_links_of_the_base_and_submodules_hold_up_nothing() {
    let scenario = doing(&format!(
        "git -c protocol.file.allow=always submodule --quiet add {{main}}/../library lib && echo x > x && {COMMIT}"
    ));
    library(&scenario);
    scenario.git(&["init", "--quiet", "old"]);
    scenario.git_in(&scenario.repo().join("old"), &["commit", "--quiet", "--allow-empty", "-m", "in"]);
    scenario.git(&["add", "--all"]);
    scenario.git(&["commit", "--quiet", "-m", "with a link"]);
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    assert!(!ended.out.contains("inside the worktree"), "{}", ended.out);
}

#[test]
fn fault_34_a_stash_entry_that_the_agent_popped_is_back_in_its_place_and_the_agent_is_told() {
    for (pop, files) in [
        ("git stash pop -q", 3),
        ("git stash pop -q stash@{1}", 3),
        ("git stash pop -q 'stash@{2}'", 3),
        // And goes on working beside it.
        ("git stash pop -q && echo more > more.txt", 3),
    ] {
        let scenario = doing(&format!("{pop}; {COMMIT}"));
        for words in ["one", "two", "three"] {
            stash(&scenario, words);
        }
        let before = stashes(&scenario);
        let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
        assert_eq!(stashes(&scenario), before, "{pop}:\n{}", ended.out);
        assert_eq!(before.lines().count(), files);
        expect_words(&ended.out, &["the person's stash entry", "was taken out of the stash", "put it back"]);
        expect_words(&scenario.prompt(2), &["its changes to README.md are in the session's worktree now"]);
        assert_eq!(kept(&scenario), "", "nothing is kept that the stash has");
    }
}

#[test]
fn fault_34_a_stash_entry_that_is_applied_is_named() {
    let scenario = doing(&format!("git stash apply -q; {COMMIT}"));
    stash(&scenario, "one");
    let before = stashes(&scenario);
    scenario.run(RUN).expect_exit(0).expect_out(&["(On main: one) was applied: its changes to README.md"]);
    expect_words(&scenario.prompt(2), &["They are the person's unfinished work"]);
    assert_eq!(stashes(&scenario), before);
}

#[test]
fn fault_34_new_files_of_a_stash_entry_are_looked_for_as_well() {
    let scenario = doing(&format!("git stash pop -q; {COMMIT}"));
    fs::write(scenario.repo().join("draft.txt"), "a draft\n").unwrap();
    scenario.git(&["stash", "push", "--quiet", "--include-untracked"]);
    let before = stashes(&scenario);
    scenario.run(RUN).expect_exit(0).expect_out(&["its changes to draft.txt"]);
    assert_eq!(stashes(&scenario), before);
}

/// The person may have dropped it, so it is not put back; the commit would be gone with the next clean-up.
#[test]
fn fault_34_a_stash_entry_that_was_dropped_is_kept_and_named_whatever_is_cleaned_up() {
    for drop in [
        "git stash drop -q stash@{1}",
        "git stash clear",
        "git stash clear; git reflog expire --expire=now --all; git gc -q --prune=now",
    ] {
        let scenario = doing(&format!("{drop}; echo x > x; {COMMIT}"));
        let first = stash(&scenario, "one");
        stash(&scenario, "two");
        let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
        let short = &first[..10];
        expect_words(
            &ended.out,
            &[
                &format!("the person's stash entry {short} (On main: one) was dropped"),
                &format!("`git stash store -m 'put back' {short}` puts it back"),
                "Of yours, these went while agents ran",
            ],
        );
        assert!(kept(&scenario).contains(&first), "{}", kept(&scenario));
        expect_words(&scenario.session_file("01-08-15:30-summary.md"), &["## Not on the branch", short]);
        scenario.git(&["stash", "store", "-m", "put back", short]);
        assert!(stashes(&scenario).contains(&first));
    }
}

#[test]
fn fault_34_a_stash_whose_list_was_emptied_by_expiring_reflogs_is_whole_again() {
    let scenario =
        doing(&format!("git reflog expire --expire=now --all; git gc -q --prune=now; echo x > x; {COMMIT}"));
    for words in ["one", "two"] {
        stash(&scenario, words);
    }
    let before = stashes(&scenario);
    scenario.run(RUN).expect_exit(0).expect_out(&["put it back"]);
    assert_eq!(stashes(&scenario), before);
}

#[test]
fn what_the_person_stashes_and_pops_is_nobodys_business() {
    let scenario =
        doing(&format!("cd {{main}}; echo x > y; git stash -q -u; cd {{worktree}}; echo x > x; {COMMIT}"))
            .config("SAMOCODE_SANDBOX=off");
    stash(&scenario, "one");
    let ended = scenario.run(RUN).expect_exit(0);
    assert_eq!(stashes(&scenario).lines().count(), 2);
    assert!(!ended.out.contains("stash"), "{}", ended.out);
}

#[test]
fn fault_34_work_that_ended_in_the_stash_is_told_and_named_at_the_end() {
    for line in
        ["echo work > README.md; git stash -q", "echo work > new.txt; git stash push -q -u -m 'half of it'"]
    {
        let scenario = doing(line);
        let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
        expect_words(
            &ended.out,
            &[
                "iteration 1 left work in the stash",
                "Work of this session is in the stash and on no branch: stash@{0}",
            ],
        );
        expect_words(
            &scenario.prompt(2),
            &["work of this session is in the stash and on no branch: stash@{0}"],
        );
        expect_words(&scenario.session_file("01-08-15:30-summary.md"), &["stash@{0}"]);
        assert_eq!(stashes(&scenario).lines().count(), 1);
    }
}

#[test]
fn fault_34_work_that_was_stashed_off_every_branch_is_told_and_an_older_entry_is_the_persons() {
    let scenario = doing("git switch -q --detach; echo work > README.md; git stash -q; git switch -q auth");
    scenario.git(&["switch", "--quiet", "--detach"]);
    stash(&scenario, "older");
    scenario.git(&["switch", "--quiet", "main"]);
    let ended = scenario.run(RUN).expect_exit(0);
    expect_words(&scenario.prompt(2), &["(WIP on (no branch): ", "was stashed with no branch checked out"]);
    assert!(!ended.out.contains("older"), "{}", ended.out);
    assert_eq!(stashes(&scenario).lines().count(), 2);
}

#[test]
fn fault_34_branches_and_tags_that_are_gone_are_kept_and_named_with_the_way_back() {
    for (line, back) in [
        ("git branch -q -D side", "git branch side"),
        ("git update-ref -d refs/heads/side", "git branch side"),
        ("git branch -q -m side other", "git branch side"),
        ("git tag -d v1", "git update-ref refs/tags/v1"),
        ("git tag -d light", "git update-ref refs/tags/light"),
        ("git update-ref -d refs/notes/commits", "git update-ref refs/notes/commits"),
        ("git pack-refs --all && git tag -d v1", "git update-ref refs/tags/v1"),
    ] {
        let scenario = doing(&format!("{line}; echo x > x; {COMMIT}"));
        branches_and_tags(&scenario);
        let before = scenario.git(&["show-ref"]);
        let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
        expect_words(
            &ended.out,
            &["the repository that all worktrees share changed", "was deleted, it was at", back],
        );
        let from = ended.out.find(&format!("`{back}")).expect("a command") + 1;
        let command = &ended.out[from..from + ended.out[from..].find('`').unwrap()];
        let words: Vec<&str> = command.split_whitespace().skip(1).collect();
        scenario.git(&words);
        let after = scenario.git(&["show-ref"]);
        for line in before.lines() {
            assert!(after.contains(line), "{line} is not back after {command}:\n{after}");
        }
        expect_words(&scenario.prompt(2), &[back]);
        assert!(!scenario.prompt(3).contains(back), "told once");
        assert!(!kept(&scenario).is_empty());
        scenario.run(["restore", "auth"]).expect_exit(0);
    }
}

#[test]
fn fault_34_a_branch_that_was_moved_off_commits_keeps_them() {
    for line in
        ["git branch -q -f side main", "git update-ref refs/heads/side main", "git tag -f light HEAD~0 -m x"]
    {
        let scenario = doing(&format!("{line}; echo x > x; {COMMIT}"));
        branches_and_tags(&scenario);
        let was = scenario.git(&["rev-parse", "side"]);
        let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
        expect_words(&ended.out, &["was moved from", "which leaves commits out", "kept as refs/samocode/"]);
        if !line.contains("tag") {
            assert!(kept(&scenario).contains(&was), "{}", kept(&scenario));
        }
    }
}

#[test]
fn new_branches_and_tags_stay_and_are_named_once() {
    let scenario = doing(&format!("git tag made; git branch aside; echo x > x; {COMMIT}"));
    let ended = scenario.run(RUN).expect_exit(0);
    expect_words(&ended.out, &["the tag made was made at", "the branch aside was made at"]);
    assert_eq!(ended.out.matches("the tag made").count(), 1, "{}", ended.out);
    scenario.git(&["rev-parse", "made", "aside"]);
    assert_eq!(kept(&scenario), "");
}

#[test]
fn fault_34_remote_tracking_branches_that_are_pruned_are_kept() {
    for line in ["git fetch -q --prune", "git remote prune origin", "git remote remove origin"] {
        let scenario = doing(&format!("{line}; echo x > x; {COMMIT}"));
        scenario.git(&["clone", "--quiet", "--bare", ".", "../remote.git"]);
        let remote = scenario.path("remote.git");
        scenario.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
        scenario.git(&["commit", "--quiet", "--allow-empty", "-m", "of somebody"]);
        let theirs = scenario.git(&["rev-parse", "HEAD"]);
        scenario.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
        scenario.git(&["update-ref", "refs/remotes/origin/theirs", &theirs]);
        scenario.run(RUN).expect_exit(0).expect_out(&["remote-tracking branch", "origin/theirs"]);
        assert!(kept(&scenario).contains(&theirs), "{line}:\n{}", kept(&scenario));
    }
}

#[test]
fn fault_34_what_a_tracked_branch_was_set_to_is_named() {
    for line in ["git branch -q --unset-upstream main", "git branch -q -D tracked"] {
        let scenario = doing(&format!("{line}; echo x > x; {COMMIT}"));
        scenario.git(&["remote", "add", "origin", "../remote.git"]);
        for branch in ["main", "tracked"] {
            let _ = fs::write(
                scenario.repo().join(".git/refs/heads/tracked"),
                scenario.git(&["rev-parse", "main"]),
            );
            scenario.git(&["config", &format!("branch.{branch}.remote"), "origin"]);
            scenario.git(&["config", &format!("branch.{branch}.merge"), "refs/heads/there"]);
        }
        let branch = line.rsplit(' ').next().unwrap();
        scenario.run(RUN).expect_exit(0).expect_out(&[&format!(
            "before: branch.{branch}.merge=refs/heads/there, branch.{branch}.remote=origin"
        )]);
    }
}

#[test]
fn fault_34_another_worktree_that_the_repository_forgot_is_connected_again() {
    let scenario = doing(&format!("rm -rf {{main}}/.git/worktrees/elsewhere; echo x > x; {COMMIT}"));
    scenario.git(&["worktree", "add", "--quiet", "-b", "elsewhere", "../elsewhere"]);
    let elsewhere = scenario.path("elsewhere");
    fs::write(elsewhere.join("README.md"), "changed by the person\n").unwrap();
    scenario.run(RUN).expect_exit(0).expect_out(&["(branch elsewhere) was cut off", "was connected again"]);
    assert_eq!(scenario.git_in(&elsewhere, &["status", "--short", "--branch"]), "## elsewhere\n M README.md");
}

#[test]
fn fault_34_another_worktree_that_was_removed_is_named() {
    let scenario = doing(&format!("git worktree remove ../../elsewhere; echo x > x; {COMMIT}"))
        .config("SAMOCODE_SANDBOX=off");
    scenario.git(&["worktree", "add", "--quiet", "-b", "elsewhere", "../elsewhere"]);
    scenario.run(RUN).expect_exit(0).expect_out(&["elsewhere (branch elsewhere) was removed"]);
}

#[test]
fn fault_34_a_kept_state_of_the_session_that_was_deleted_is_back() {
    let delete = "git for-each-ref --format='delete %(refname)' refs/samocode | git update-ref --stdin";
    let scenario = Scenario::new().agent(
        Script::new()
            .once("implementation", iteration("echo half > half.txt", "implementation"))
            .once("implementation", iteration(&format!("{delete}; echo x > x; {COMMIT}"), "testing"))
            .then(Script::quick()),
    );
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    let first = format!("refs/samocode/{}/1", scenario.layout().folder());
    expect_words(&ended.out, &[&format!("{first}, which samocode keeps, was deleted and is back")]);
    assert_eq!(scenario.git(&["show", &format!("{first}:half.txt")]), "half");
}

/// A repository that can be a submodule.
fn library(scenario: &Scenario) -> PathBuf {
    let library = scenario.path("library");
    fs::create_dir(&library).unwrap();
    scenario.git_in(&library, &["init", "--quiet", "-b", "main"]);
    fs::write(library.join("lib.txt"), "lib\n").unwrap();
    scenario.git_in(&library, &["add", "--all"]);
    scenario.git_in(&library, &["commit", "--quiet", "-m", "lib"]);
    library
}

/// The repository has the submodule `lib`.
fn with_submodule(scenario: &Scenario) {
    let library = library(scenario);
    let library = library.to_str().unwrap();
    scenario.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library, "lib"]);
    scenario.git(&["commit", "--quiet", "-m", "with lib"]);
    scenario.git(&["submodule", "--quiet", "deinit", "--all"]);
    fs::remove_dir_all(scenario.repo().join(".git/modules")).unwrap();
}

const UPDATE: &str = "git -c protocol.file.allow=always submodule --quiet update --init";

#[test]
fn fault_34_the_entries_of_a_submodule_that_was_made_ready_stand() {
    let scenario = doing(&format!("{UPDATE}; echo x > x; {COMMIT}"));
    with_submodule(&scenario);
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    assert!(!ended.out.contains("samocode put them back"), "{}", ended.out);
    expect_words(&scenario.git(&["config", "submodule.lib.url"]), &["library"]);
    assert!(worktree(&scenario).join("lib/lib.txt").exists());
    assert!(!scenario.layout().planted(1).exists());
}

#[test]
fn fault_34_a_submodule_that_would_run_a_command_is_put_back() {
    let scenario =
        doing(&format!("{UPDATE}; git config submodule.lib.update '!touch ran'; echo x > x; {COMMIT}"));
    with_submodule(&scenario);
    scenario.run(RUN).expect_exit(0).expect_out(&["submodule.lib.update", "samocode put them back"]);
    assert_eq!(scenario.git(&["config", "--default", "none", "submodule.lib.update"]), "none");
}

#[test]
fn fault_34_archive_removes_a_worktree_with_submodules_that_hold_nothing_of_their_own() {
    for line in ["true", UPDATE] {
        let scenario = doing(&format!("{line}; echo x > x; {COMMIT}"));
        with_submodule(&scenario);
        scenario.run(RUN).expect_exit(0);
        let worktree = worktree(&scenario);
        scenario.run(["archive", "auth"]).expect_exit(0).expect_out(&["removed; all of it is on the branch"]);
        assert!(!worktree.exists());
    }
}

#[test]
fn fault_34_archive_keeps_a_worktree_whose_submodule_holds_what_nothing_else_does() {
    let commit = "git -C lib commit -q --allow-empty -m mine";
    for (line, why) in [
        ("echo more > lib/more.txt", "not committed in the submodule lib: more.txt"),
        ("echo more > lib/lib.txt", "not committed in the submodule lib: lib.txt"),
        (commit, "of the submodule lib; push it there"),
        (
            "git -C lib branch aside; git -C lib switch -q aside; git -C lib commit -q --allow-empty -m x; git -C lib switch -q --detach main",
            "of the submodule lib; push it there",
        ),
        ("echo more > lib/lib.txt; git -C lib stash -q", "of the submodule lib; push it there"),
    ] {
        let scenario = doing(&format!("{UPDATE}; {line}; echo x > x; {COMMIT}"));
        with_submodule(&scenario);
        scenario.run(RUN).expect_exit(0);
        let worktree = worktree(&scenario);
        let told = scenario.run(["archive", "auth"]).expect_exit(0).out;
        expect_words(&told, &["kept", why]);
        assert!(!told.contains("exit code"), "{told}");
        assert!(worktree.join("lib/lib.txt").exists());
    }
}

#[test]
fn fault_34_a_sparse_checkout_loses_no_file_and_leaves_the_persons_settings() {
    let scenario = doing(&format!("git sparse-checkout set docs; echo x > docs/x; {COMMIT}"));
    for folder in ["docs", "src"] {
        fs::create_dir(scenario.repo().join(folder)).unwrap();
        fs::write(scenario.repo().join(folder).join("a.txt"), "a\n").unwrap();
    }
    scenario.git(&["add", "--all"]);
    scenario.git(&["commit", "--quiet", "-m", "two folders"]);
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    expect_words(
        &ended.out,
        &["The sparse checkout of iteration 1 was undone with its settings; files that are back: 1"],
    );
    assert_eq!(scenario.git(&["config", "--default", "none", "extensions.worktreeConfig"]), "none");
    let worktree = worktree(&scenario);
    assert!(worktree.join("src/a.txt").exists());
    assert_eq!(scenario.git_in(&worktree, &["status", "--short"]), "");
    assert_eq!(
        scenario
            .git(&["diff", "--name-status", "main", "auth"])
            .lines()
            .filter(|l| l.starts_with('D'))
            .count(),
        0
    );
    let first = format!("refs/samocode/{}/1:src/a.txt", scenario.layout().folder());
    assert_eq!(scenario.git(&["show", &first]), "a");
}

/// The person's own sparse checkout: a new worktree takes it over.
#[test]
fn fault_34_a_sparse_checkout_of_the_person_stays_what_it_is() {
    let scenario = doing(&format!("git sparse-checkout set src; echo x > x; {COMMIT}"));
    for folder in ["docs", "src"] {
        fs::create_dir(scenario.repo().join(folder)).unwrap();
        fs::write(scenario.repo().join(folder).join("a.txt"), "a\n").unwrap();
    }
    scenario.git(&["add", "--all"]);
    scenario.git(&["commit", "--quiet", "-m", "two folders"]);
    scenario.git(&["sparse-checkout", "set", "docs"]);
    scenario.run(RUN).expect_exit(0).expect_state("done");
    let worktree = worktree(&scenario);
    assert_eq!(scenario.git_in(&worktree, &["sparse-checkout", "list"]), "docs");
    assert!(worktree.join("docs/a.txt").exists() && !worktree.join("src/a.txt").exists());
    assert_eq!(scenario.git(&["sparse-checkout", "list"]), "docs");
    assert_eq!(
        scenario
            .git(&["diff", "--name-status", "main", "auth"])
            .lines()
            .filter(|l| l.starts_with('D'))
            .count(),
        0
    );
    scenario.run(["archive", "auth"]).expect_exit(0).expect_out(&["removed; all of it is on the branch"]);
}

#[test]
fn fault_34_work_in_ignored_files_is_named_and_not_archived_away() {
    let line = "mkdir -p private/deep target __pycache__; echo w > private/deep/work.txt; echo w > work.secret; echo o > target/out; \
        echo o > __pycache__/a.pyc; echo log > a.log";
    let scenario = doing(line);
    fs::write(scenario.repo().join(".gitignore"), "private/\n*.secret\ntarget/\n__pycache__/\n*.log\n.env\n")
        .unwrap();
    fs::write(scenario.repo().join(".worktreeinclude"), ".env\n").unwrap();
    fs::write(scenario.repo().join(".env"), "A=1\n").unwrap();
    scenario.git(&["add", "--all"]);
    scenario.git(&["commit", "--quiet", "-m", "ignore"]);
    let ended = scenario.run(RUN).expect_exit(0).expect_state("done");
    let named =
        "Git ignores these files of the worktree, so the branch does not have them: private, work.secret.";
    expect_words(&ended.out, &[named]);
    expect_words(&scenario.session_file("01-08-15:30-summary.md"), &[named]);
    let worktree = worktree(&scenario);
    let told = scenario.run(["archive", "auth"]).expect_exit(0).out;
    expect_words(
        &told,
        &["files that Git ignores are nowhere else: private, work.secret", "git worktree remove --force"],
    );
    assert!(worktree.join("private/deep/work.txt").exists());
}

#[test]
fn an_iteration_that_wrote_only_ignored_files_is_told_so() {
    let scenario = Scenario::new().agent(
        Script::new()
            .once("implementation", iteration("echo w > work.secret", "implementation"))
            .then(Script::quick()),
    );
    fs::write(scenario.repo().join(".gitignore"), "*.secret\n").unwrap();
    scenario.git(&["add", "--all"]);
    scenario.git(&["commit", "--quiet", "-m", "ignore"]);
    scenario.run(RUN).expect_exit(0);
    expect_words(
        &scenario.prompt(2),
        &[
            "Iteration 1 changed nothing",
            "Iteration 1 wrote files that Git ignores, so they are on no branch: work.secret",
        ],
    );
}

/// The copy of what was shared is in the record.
#[test]
fn what_happens_under_a_samocode_that_is_killed_is_noticed_by_the_next_one() {
    let steps = vec![
        Step::Init,
        Step::shell("git tag -d v1; git stash clear"),
        Step::write("{records}/up", ""),
        Step::Hang,
    ];
    let scenario = Scenario::new().agent(Script::new().next(steps).then(Script::quick()));
    branches_and_tags(&scenario);
    let entry = stash(&scenario, "one");
    let running = scenario.start(RUN);
    crate::scenario::until("the agent", || scenario.records().join("up").exists().then_some(()));
    running.kill();
    let ended = scenario.run(["run", "auth"]).expect_exit(0);
    expect_words(&ended.out, &["the tag v1 was deleted", "(On main: one) was dropped"]);
    assert!(kept(&scenario).contains(&entry));
}

/// A branch `side` with a commit of its own, an annotated tag, a light one, a note.
fn branches_and_tags(scenario: &Scenario) {
    scenario.git(&["switch", "--quiet", "-c", "side"]);
    scenario.git(&["commit", "--quiet", "--allow-empty", "-m", "side"]);
    scenario.git(&["tag", "light"]);
    scenario.git(&["tag", "-a", "v1", "-m", "one"]);
    scenario.git(&["switch", "--quiet", "main"]);
    scenario.git(&["notes", "add", "-m", "a note"]);
}
