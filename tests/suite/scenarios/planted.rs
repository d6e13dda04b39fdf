//! What agents plant in the repository's git folder: put back before git is called, told, kept aside, never run.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words, lives, until};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

fn again() -> Step {
    Step::signal(json!({"status": "continue", "phase": "implementation", "summary": "once more"}))
}

/// An agent whose first iteration does this in a shell and leaves a file; the later ones call no git themselves.
fn first(shell: &str) -> Scenario {
    let steps = [Step::shell(shell), Step::write("{worktree}/loose.txt", "x"), again()];
    Scenario::new().agent(
        Script::new()
            .once("implementation", Step::run(steps))
            .once("implementation", Step::run([Step::write("{worktree}/loose.txt", "y"), again()]))
            .each("implementation", Step::go("implementation")),
    )
}

/// Every file, link and folder of `.git` that is guarded, with mode and content.
fn guarded(scenario: &Scenario) -> Vec<String> {
    fn visit(path: &Path, found: &mut Vec<String>) {
        let Ok(metadata) = path.symlink_metadata() else { return };
        let mut children = Vec::new();
        let content = if metadata.is_dir() {
            children = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
            children.sort();
            String::new()
        } else if metadata.is_symlink() {
            fs::read_link(path).unwrap().display().to_string()
        } else {
            fs::read_to_string(path).unwrap()
        };
        found.push(format!("{} {:o} {content}", path.display(), metadata.mode()));
        children.iter().for_each(|child| visit(child, found));
    }
    let mut found = Vec::new();
    for name in ["commondir", "config", "config.worktree", "hooks", "info"] {
        visit(&scenario.repo().join(".git").join(name), &mut found);
    }
    found
}

fn prepare(scenario: &Scenario) {
    fs::write(scenario.repo().join(".git/hooks/pre-push"), "#!/bin/sh\nexit 0\n").unwrap();
    fs::set_permissions(scenario.repo().join(".git/hooks/pre-push"), fs::Permissions::from_mode(0o750))
        .unwrap();
}

/// Runs three iterations of which the first plants something; afterwards all is as it was, and it was told.
fn withstands(shell: &str, told: &[&str]) -> Scenario {
    let scenario = first(shell);
    prepare(&scenario);
    let before = guarded(&scenario);
    let ended = scenario.run(RUN.into_iter().chain(["--max-iterations", "3"])).expect_exit(11);
    assert_eq!(scenario.invocations().len(), 3, "{}\n{}", ended.out, ended.err);
    assert_eq!(guarded(&scenario), before, "after {shell}");
    expect_words(&scenario.prompt(2), told);
    expect_words(&ended.out, told);
    assert!(!scenario.prompt(3).contains("put them back"), "told once");
    assert!(!scenario.records().join("ran").exists(), "what was planted ran");
    let snapshot = format!("refs/samocode/{}/2:loose.txt", scenario.layout().folder());
    assert_eq!(scenario.git(&["show", &snapshot]), "y", "the session goes on as ever");
    scenario
}

#[test]
fn fault_24_settings_that_run_programs_are_put_back_named_and_kept() {
    let keys =
        ["core.fsmonitor", "core.hooksPath", "core.sshCommand", "core.pager", "alias.st", "diff.x.command"];
    let set = keys.map(|key| format!("git config {key} 'touch {{records}}/ran; false'")).join("; ");
    let scenario =
        withstands(&set, &["alias.st", "core.fsmonitor", "core.hookspath", "was changed", "put them back"]);
    let kept = scenario.layout().planted(1).join("shared/config");
    expect_words(&fs::read_to_string(&kept).unwrap(), &["fsmonitor", "hooksPath"]);
    assert_eq!(kept.metadata().unwrap().mode() & 0o777, 0o600);
}

#[test]
fn a_filter_driver_never_runs_as_samocode() {
    withstands(
        "git config filter.x.clean 'touch {records}/ran; cat'; git config filter.x.process 'touch {records}/ran; cat'; \
         echo '* filter=x' > .gitattributes",
        &["filter.x.clean"],
    );
}

#[test]
fn a_filter_by_attributes_outside_the_worktree_never_runs_either() {
    withstands(
        "git config filter.x.clean 'touch {records}/ran; cat'; d=$(git rev-parse --git-common-dir); mkdir -p $d/info; \
         echo '* filter=x' > $d/info/attributes",
        &["filter.x.clean", "info/attributes` was added"],
    );
}

#[test]
fn fault_24_hooks_are_put_back_with_their_modes() {
    let scenario = withstands(
        "d=$(git rev-parse --git-common-dir)/hooks; printf '#!/bin/sh\\ntouch {records}/ran\\n' > $d/post-checkout; \
         chmod +x $d/post-checkout; chmod 777 $d/pre-push; rm -f $d/pre-rebase.sample; mkdir -p $d/lib/x; echo x > $d/lib/x/y",
        &["hooks/post-checkout` was added", "hooks/pre-push` was changed"],
    );
    let kept = scenario.layout().planted(1).join("shared/hooks/post-checkout");
    assert_eq!(kept.metadata().unwrap().mode() & 0o111, 0, "what is kept cannot be run");
    assert!(scenario.layout().planted(1).join("shared/hooks/lib/x/y").exists());
}

#[test]
fn hooks_replaced_by_a_link_are_put_back_and_what_it_led_to_stays() {
    let scenario = withstands(
        "d=$(git rev-parse --git-common-dir); mkdir -p {records}/evil; echo mine > {records}/evil/pre-push; rm -rf $d/hooks; \
         ln -s {records}/evil $d/hooks",
        &["hooks` was changed"],
    );
    assert_eq!(fs::read_to_string(scenario.records().join("evil/pre-push")).unwrap(), "mine\n");
}

#[test]
fn fault_24_a_repository_made_bare_deleted_or_unreadable_by_its_settings_goes_on() {
    withstands("git config core.bare true", &["core.bare"]);
    withstands("git config core.worktree /nowhere", &["core.worktree"]);
    withstands("rm $(git rev-parse --git-common-dir)/config", &["config` was deleted"]);
    withstands("echo '[broken' > $(git rev-parse --git-common-dir)/config", &["config` was changed"]);
    withstands(
        "d=$(git rev-parse --git-common-dir); rm $d/config; mkfifo $d/config",
        &["config` was changed"],
    );
    withstands("echo /nowhere > $(git rev-parse --git-common-dir)/commondir", &["commondir` was added"]);
}

#[test]
fn a_huge_file_or_folder_is_moved_away_whole() {
    let scenario = withstands(
        "d=$(git rev-parse --git-common-dir); truncate -s 3000000000 $d/config.worktree; \
         (cd $d/hooks && seq 1500 | xargs touch)",
        &["config.worktree` was added", "hooks` was changed"],
    );
    assert_eq!(
        scenario.layout().planted(1).join("shared/config.worktree").metadata().unwrap().len(),
        3_000_000_000
    );
    assert!(scenario.layout().planted(1).join("shared/hooks/1500").exists());
}

#[test]
fn settings_of_the_worktree_alone_are_guarded_too() {
    withstands(
        "git config extensions.worktreeConfig true; git config --worktree core.fsmonitor 'touch {records}/ran; false'",
        &["extensions.worktreeconfig", "config.worktree` was added"],
    );
}

#[test]
fn tracked_branches_and_new_remotes_of_the_person_stay() {
    let scenario = first(
        "git remote add ada /srv/a.git; git config branch.main.remote ada; git config branch.main.merge refs/heads/main",
    );
    let ended = scenario.run(RUN.into_iter().chain(["--max-iterations", "2"])).expect_exit(11);
    expect_words(&ended.out, &["branch.main.merge", "remote.ada.url", "left as it is"]);
    assert_eq!(scenario.git(&["config", "remote.ada.url"]), "/srv/a.git");
    assert!(!scenario.prompt(2).contains("put them back"));
}

#[test]
fn what_the_person_changes_between_two_iterations_stays() {
    let scenario = Scenario::new();
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"])).expect_exit(11);
    scenario.git(&["config", "core.editor", "vi"]);
    scenario.run(["resume", "auth"]).expect_exit(0);
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(scenario.git(&["config", "core.editor"]), "vi");
    assert!(!scenario.layout().planted(1).exists() && !scenario.layout().planted(2).exists());
}

#[test]
fn a_samocode_that_is_killed_before_it_compares_does_so_at_its_next_start() {
    let plant = "git config core.fsmonitor 'touch {records}/ran; false'; git config core.bare true";
    let steps = vec![Step::Init, Step::shell(plant), Step::write("{records}/up", ""), Step::Hang];
    let scenario = Scenario::new().agent(Script::new().next(steps).then(Script::quick()));
    let before = guarded(&scenario);
    let running = scenario.start(RUN);
    until("the agent", || scenario.records().join("up").exists().then_some(()));
    running.kill();
    let pid = scenario.invocations()[0].pid;
    until("its end", || (!lives(pid)).then_some(()));
    assert_ne!(guarded(&scenario), before);
    scenario
        .run(["run", "auth"])
        .expect_exit(0)
        .expect_state("done")
        .expect_out(&["core.bare", "put them back"]);
    assert_eq!(guarded(&scenario), before);
    expect_words(&scenario.prompt(2), &["core.bare", "put them back"]);
    assert!(!scenario.records().join("ran").exists());
}
