//! The worktree: how it is made, what agents do to it, and what is kept of it.

use std::fs;

use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words, lives, until};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

fn again() -> Step {
    again_in("implementation")
}

fn again_in(phase: &str) -> Step {
    Step::signal(json!({"status": "continue", "phase": phase, "summary": "once more"}))
}

fn first(steps: impl IntoIterator<Item = Step>) -> Scenario {
    let steps = Step::run(steps.into_iter().chain([again()]));
    Scenario::new().agent(Script::new().once("implementation", steps).then(Script::quick()))
}

#[test]
fn fault_24_a_detached_head_is_told_and_done_waits_for_the_branch() {
    let scenario = Scenario::new().agent(
        Script::new()
            .once("implementation", Step::run([Step::git(&["switch", "--quiet", "--detach"]), again()]))
            .each("implementation", Step::work("testing"))
            .once("testing", Step::go("done"))
            .once(
                "testing",
                Step::run([
                    Step::shell("git branch --force auth HEAD && git switch --quiet auth"),
                    Step::signal(json!({"status": "continue", "phase": "done"})),
                ]),
            )
            .then(Script::quick()),
    );
    scenario.run(RUN).expect_exit(0);
    let words = "HEAD is detached; auth is not checked out";
    expect_words(&scenario.prompt(2), &[&format!("In the worktree, {words}.")]);
    expect_words(&scenario.prompt(4), &["the work is not finished while", words]);
    assert_eq!(scenario.git(&["show", "auth:work-2.txt"]), "work of iteration 2");
}

#[test]
fn fault_24_a_stopped_rebase_and_a_dirty_tree_are_told() {
    let stop = "echo a > f && git add f && git commit -qm a && git switch -qc side HEAD~1 && echo b > f && git add f \
                && git commit -qm b && git switch -q auth && git rebase side";
    let scenario = Scenario::new().agent(
        Script::new()
            .once(
                "implementation",
                Step::run([Step::shell(stop), Step::write("{worktree}/loose.txt", "x"), again()]),
            )
            .once("implementation", Step::run([Step::shell("git rebase --abort; rm -f loose.txt"), again()]))
            .then(Script::quick()),
    );
    scenario.run(RUN).expect_exit(0);
    expect_words(&scenario.prompt(2), &["a rebase was stopped in its middle", "not committed", "loose.txt"]);
    assert!(!scenario.prompt(3).contains("rebase was stopped"));
}

#[test]
fn fault_24_a_worktree_that_the_agent_deleted_is_made_again_from_its_branch() {
    let work =
        ["add --all", "commit --quiet -m kept"].map(|words| Step::git(&words.split(' ').collect::<Vec<_>>()));
    let steps = [Step::write("{worktree}/kept.txt", "kept\n")]
        .into_iter()
        .chain(work)
        .chain([Step::shell("rm -rf {worktree}")]);
    let scenario = first(steps);
    scenario.run(RUN).expect_exit(0).expect_out(&["is gone; it is made again"]).expect_state("done");
    assert_eq!(fs::read_to_string(scenario.view().worktree.unwrap().join("kept.txt")).unwrap(), "kept\n");
    assert_eq!(scenario.invocations().len(), 4);
}

#[test]
fn fault_24_a_worktree_whose_files_were_all_deleted_is_made_again() {
    // As under the sandbox, where the folder itself cannot be deleted.
    let steps = [Step::shell("echo 1 > one.txt; git add .; git commit -qm one; find . -delete")];
    let scenario = first(steps);
    scenario.run(RUN).expect_exit(0).expect_out(&["is gone; it is made again"]).expect_state("done");
    assert_eq!(fs::read_to_string(scenario.view().worktree.unwrap().join("one.txt")).unwrap(), "1\n");
}

#[test]
fn fault_22_a_stale_index_lock_is_removed() {
    let scenario = first([Step::shell("touch $(git rev-parse --git-dir)/index.lock")]);
    scenario.run(RUN).expect_exit(0).expect_out(&["stale index.lock"]).expect_state("done");
}

#[test]
fn fault_25_a_failing_set_up_stops_before_any_agent_and_shows_the_end_of_its_output() {
    let scenario = Scenario::new().config("SAMOCODE_SETUP='echo installing; echo no network >&2; exit 4'");
    let log = |scenario: &Scenario| scenario.layout().setup_log().display().to_string();
    let ended = scenario.run(RUN).expect_exit(12).expect_state("blocked");
    expect_words(&ended.out, &["SAMOCODE_SETUP", "code 4", "installing", "no network", &log(&scenario)]);
    assert_eq!(scenario.invocations().len(), 0);
    let scenario =
        scenario.config("SAMOCODE_SETUP='echo ready > ready.txt; git add .; git commit -qm setup'");
    scenario.run(["resume", "auth"]).expect_exit(0);
    let scenario = scenario.env("GIT_AUTHOR_NAME", "A").env("GIT_AUTHOR_EMAIL", "a@b");
    let scenario = scenario.env("GIT_COMMITTER_NAME", "A").env("GIT_COMMITTER_EMAIL", "a@b");
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(fs::read_to_string(scenario.view().worktree.unwrap().join("ready.txt")).unwrap(), "ready\n");
}

#[test]
fn a_set_up_that_was_mended_is_tried_again_by_a_plain_run() {
    let scenario = Scenario::new().config("SAMOCODE_SETUP='test -e $HOME/mended'");
    scenario.run(RUN).expect_exit(12);
    scenario.run(["run", "auth"]).expect_exit(12);
    fs::write(scenario.path("home/mended"), "").unwrap();
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
}

#[test]
fn ctrl_c_during_the_set_up_leaves_and_the_next_start_does_it_again() {
    let setup = "echo x >> $HOME/.cache/agent/times; while [ ! -e $HOME/go ]; do sleep 0.05; done";
    let scenario = Scenario::new().config(&format!("SAMOCODE_SETUP='{setup}'"));
    let running = scenario.start(RUN);
    until("the set-up", || scenario.path("home/.cache/agent/times").exists().then_some(()));
    running.ctrl_c();
    running.end().expect_exit(130).expect_out(&["samocode run auth"]);
    fs::write(scenario.path("home/go"), "").unwrap();
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(fs::read_to_string(scenario.path("home/.cache/agent/times")).unwrap(), "x\nx\n");
}

#[test]
fn during_the_set_up_stop_and_tell_are_heard_and_status_shows_it() {
    let setup = "echo $$ >> $HOME/.cache/agent/pids; while [ ! -e $HOME/go ]; do sleep 0.05; done";
    let scenario = Scenario::new().config(&format!("SAMOCODE_SETUP='{setup}'"));
    let running = scenario.start(RUN);
    let pids = || fs::read_to_string(scenario.records().join("pids")).unwrap_or_default();
    let pid = until("the set-up", || pids().trim().parse().ok());
    scenario.run(["status", "auth"]).expect_exit(0).expect_out(&["preparing", "setup"]);
    scenario.run(["tell", "auth", "mind", "the", "dates"]).expect_exit(0);
    running.until_said("guidance by ada");
    assert!(lives(pid), "guidance ends no set-up");
    scenario.run(["stop", "auth"]).expect_exit(0).expect_out(&["auth stops"]);
    running.end().expect_exit(13).expect_out(&["stop was asked for: ending the set-up"]);
    assert!(!lives(pid), "the set-up lives");
    fs::write(scenario.path("home/go"), "").unwrap();
    scenario.run(["run", "auth"]).expect_exit(0).expect_state("done");
    assert_eq!(pids().lines().count(), 2, "the next start runs it again");
    assert!(scenario.prompt(1).contains("mind the dates"));
    let overview = scenario.session_file("_overview.md");
    assert!(overview.contains(&scenario.view().worktree.unwrap().display().to_string()), "{overview}");
}

#[test]
fn fault_25_files_that_worktreeinclude_names_are_there_before_the_set_up() {
    let scenario = Scenario::new().config("SAMOCODE_SETUP='cp .env copied.txt'");
    fs::write(scenario.repo().join(".gitignore"), ".env\nsecret/\ncopied.txt\n").unwrap();
    fs::write(scenario.repo().join(".worktreeinclude"), ".env\n").unwrap();
    scenario.git(&["add", "--all"]);
    scenario.git(&["commit", "--quiet", "-m", "rules"]);
    fs::write(scenario.repo().join(".env"), "KEY=1\n").unwrap();
    fs::create_dir(scenario.repo().join("secret")).unwrap();
    fs::write(scenario.repo().join("secret/key"), "no\n").unwrap();
    scenario.run(RUN).expect_exit(0).expect_out(&["copied .env (.worktreeinclude)"]);
    let worktree = scenario.view().worktree.unwrap();
    assert_eq!(fs::read_to_string(worktree.join("copied.txt")).unwrap(), "KEY=1\n");
    assert!(!worktree.join("secret").exists());
}

#[test]
fn an_iteration_that_changed_something_has_a_snapshot_and_no_other_has() {
    let steps = [Step::write("{worktree}/loose.txt", "loose\n")];
    let scenario = Scenario::new().agent(
        Script::new()
            .once("implementation", Step::go("implementation"))
            .once("implementation", Step::run(steps.into_iter().chain([again()])))
            .once("implementation", Step::go("implementation"))
            .then(Script::quick()),
    );
    scenario.run(RUN).expect_exit(0);
    let prefix = format!("refs/samocode/{}/", scenario.layout().folder());
    let kept = scenario.git(&["for-each-ref", "--format=%(refname)", &prefix]);
    let kept: Vec<&str> = kept.lines().map(|line| line.trim_start_matches(&prefix)).collect();
    assert_eq!(kept, ["2", "4"], "iteration 3 left the tree as it was, 5 and 6 changed nothing");
    assert_eq!(scenario.git(&["show", &format!("{prefix}2:loose.txt")]), "loose");
    assert_eq!(scenario.git(&["log", "--format=%s", "main"]), "first");
    let branches = scenario.git(&["branch", "--format=%(refname:short)"]);
    assert_eq!(branches.lines().collect::<Vec<_>>(), ["auth", "main"]);
    assert_eq!(scenario.git(&["log", "--format=%s", "auth", "^main"]), "work of iteration 4");
}

#[test]
fn fault_24_what_an_agent_planted_in_git_never_runs_as_samocode() {
    let plant = "d=$(git rev-parse --git-common-dir); mkdir -p $d/hooks; for h in post-checkout pre-commit post-commit \
                 reference-transaction post-index-change; do printf '#!/bin/sh\\ntouch {records}/hooked\\n' > $d/hooks/$h; \
                 chmod +x $d/hooks/$h; done; git config core.fsmonitor 'touch {records}/monitored; false'";
    let forget = Step::shell("rm -f {records}/hooked {records}/monitored");
    let planted = [Step::shell(plant), forget, Step::write("{worktree}/x", "x"), again()];
    // The later iterations call no git themselves, so whatever runs is called by samocode.
    let scenario = Scenario::new().agent(
        Script::new()
            .once("implementation", Step::run(planted))
            .once("implementation", Step::run([Step::write("{worktree}/y", "y"), again()]))
            .once("implementation", Step::run([Step::shell("rm -rf {worktree}"), again()]))
            .each("implementation", Step::go("implementation")),
    );
    scenario.run(RUN.into_iter().chain(["--max-iterations", "4"])).expect_exit(11);
    assert_eq!(scenario.invocations().len(), 4);
    assert!(!scenario.records().join("monitored").exists(), "core.fsmonitor ran");
    assert!(!scenario.records().join("hooked").exists(), "a hook ran");
}

#[test]
fn fault_24_a_head_that_moved_backwards_is_told_and_its_commits_are_kept() {
    let scenario = Scenario::new().agent(
        Script::new()
            .once("implementation", Step::work("implementation"))
            .once(
                "implementation",
                Step::run([Step::git(&["reset", "--quiet", "--hard", "HEAD~1"]), again()]),
            )
            .then(Script::quick()),
    );
    let ended = scenario.run(RUN).expect_exit(0);
    let reference = format!("refs/samocode/{}/2-before", scenario.layout().folder());
    let words = ["In iteration 2 HEAD was moved off commits", reference.as_str()];
    expect_words(&scenario.prompt(3), &words);
    expect_words(&ended.out, &words);
    assert!(!scenario.prompt(2).contains("moved off") && !scenario.prompt(4).contains("moved off"));
    assert_eq!(scenario.git(&["show", &format!("{reference}:work-1.txt")]), "work of iteration 1");
}

#[test]
fn a_commit_of_files_that_were_kept_before_is_kept_itself() {
    let commit = [Step::git(&["add", "--all"]), Step::git(&["commit", "--quiet", "-m", "kept"]), again()];
    let scenario = Scenario::new().agent(
        Script::new()
            .once("implementation", Step::run([Step::write("{worktree}/loose.txt", "loose\n"), again()]))
            .once("implementation", Step::run(commit))
            .then(Script::quick()),
    );
    scenario.run(RUN.into_iter().chain(["--max-iterations", "2"])).expect_exit(11);
    let kept = format!("refs/samocode/{}/2", scenario.layout().folder());
    assert_eq!(scenario.git(&["log", "--format=%s", &kept, "^main"]).lines().last(), Some("kept"));
}

#[test]
fn files_that_are_discarded_are_a_change_and_kept_before() {
    let discard = Step::run([Step::shell("rm loose.txt"), again()]);
    let scenario = Scenario::new().agent(
        Script::new()
            .once("implementation", Step::run([Step::write("{worktree}/loose.txt", "loose\n"), again()]))
            .once("implementation", discard)
            .then(Script::quick()),
    );
    scenario.run(RUN.into_iter().chain(["--max-iterations", "2"])).expect_exit(11);
    let judged: Vec<bool> = scenario
        .journal()
        .into_iter()
        .filter_map(|entry| match entry.event {
            samocode::domain::event::Event::Judged(judged) => Some(judged.unchanged),
            _ => None,
        })
        .collect();
    assert_eq!(judged, [false, false]);
}

#[test]
fn fault_24_a_branch_that_was_renamed_is_told_until_it_has_its_name_again() {
    let scenario = Scenario::new().agent(
        Script::new()
            .once("implementation", Step::run([Step::shell("git branch -m auth other"), again()]))
            .once("implementation", Step::work("testing"))
            .once("testing", Step::go("done"))
            .once("testing", Step::run([Step::shell("git branch -m other auth"), again_in("testing")]))
            .then(Script::quick()),
    );
    scenario.run(RUN).expect_exit(0).expect_state("done");
    let words = "other is checked out instead of auth";
    expect_words(&scenario.prompt(2), &[words]);
    expect_words(&scenario.prompt(4), &["the work is not finished while", words]);
    assert_eq!(scenario.git(&["show", "auth:work-2.txt"]), "work of iteration 2");
}

#[test]
fn fault_24_a_worktree_deleted_with_its_branch_and_its_entry_comes_back_with_the_commits() {
    let commit = "echo 1 > one.txt; git add .; git commit -qm one";
    let destroy =
        "git switch -q --detach; git branch -q -D auth; d=$(git rev-parse --git-dir); rm -rf $d {worktree}";
    let scenario = Scenario::new().agent(
        Script::new()
            .once("implementation", Step::run([Step::shell(commit), again()]))
            .once("implementation", Step::run([Step::shell(destroy), again()]))
            .then(Script::quick()),
    );
    scenario.run(RUN).expect_exit(0).expect_state("done");
    expect_words(
        &scenario.prompt(3),
        &["The worktree was gone and was made again", "The branch auth was gone, too"],
    );
    assert_eq!(scenario.git(&["log", "--format=%s", "auth", "^main"]), "work of iteration 3\none");
}

#[test]
fn fault_24_files_whose_worktree_entry_is_gone_are_kept_beside_the_new_worktree() {
    let scenario = first([
        Step::write("{worktree}/loose.txt", "loose\n"),
        Step::shell("rm -rf $(git rev-parse --git-dir)"),
    ]);
    scenario.run(RUN).expect_exit(0).expect_state("done");
    let worktree = scenario.view().worktree.unwrap();
    let left =
        worktree.with_file_name(format!("{}.backup-1", worktree.file_name().unwrap().to_str().unwrap()));
    expect_words(&scenario.prompt(2), &[&format!("is kept as {}", left.display())]);
    assert_eq!(fs::read_to_string(left.join("loose.txt")).unwrap(), "loose\n");
}

#[test]
fn fault_24_a_git_file_that_leads_elsewhere_is_put_back_before_git_runs() {
    for replace in [
        "git init -q ../evil; rm .git; ln -s $PWD/../evil/.git .git",
        "git init -q ../evil; echo \"gitdir: $PWD/../evil/.git\" > .git",
        "rm .git; git init -q .",
        "rm .git",
    ] {
        let scenario = first([Step::shell(replace)]);
        scenario.run(RUN).expect_exit(0).expect_state("done");
        expect_words(&scenario.prompt(2), &["/.git` was ", "put them back"]);
        assert_eq!(scenario.git(&["log", "--format=%s", "auth", "^main"]), "work of iteration 2");
    }
}

#[test]
fn fault_25_a_worktree_that_is_made_again_has_the_files_that_worktreeinclude_names() {
    let scenario = first([Step::shell("rm -rf {worktree}")]);
    fs::write(scenario.repo().join(".gitignore"), ".env\n").unwrap();
    fs::write(scenario.repo().join(".worktreeinclude"), ".env\n").unwrap();
    scenario.git(&["add", "--all"]);
    scenario.git(&["commit", "--quiet", "-m", "rules"]);
    fs::write(scenario.repo().join(".env"), "KEY=1\n").unwrap();
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(fs::read_to_string(scenario.view().worktree.unwrap().join(".env")).unwrap(), "KEY=1\n");
}
