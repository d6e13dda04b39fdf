//! `samocode archive`: a session is put away whole, and with its worktree goes only what its branch has.

use std::fs;
use std::path::{Path, PathBuf};

use samocode::engine::View;
use samocode::store::{Layout, archive_dir};
use samocode_testing_agent::{Script, Step};
use serde_json::Value;

use crate::scenario::{SAMOCODE, Scenario, expect_words, until};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "Add tokens"];

/// A session that is done.
fn done() -> Scenario {
    let scenario = Scenario::new();
    scenario.run(RUN).expect_exit(0).expect_state("done");
    scenario
}

/// The one archived session.
fn archived(scenario: &Scenario) -> Layout {
    samocode::engine::list(&archive_dir(&scenario.path("sessions"))).unwrap().pop().expect("none is archived")
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Every file below a folder with its bytes, but for the lock and the mark of archiving.
fn content(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if !path.ends_with("lock") {
                let bytes = fs::read(&path).unwrap();
                found.push((path.strip_prefix(folder).unwrap().to_owned(), bytes));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_done_session_is_put_away_and_its_branch_and_snapshots_stay() {
    let scenario = done();
    let live = scenario.layout();
    let (documents, record) = (content(&live.session_dir()), content(&live.record_dir()));
    let worktree = scenario.view().worktree.unwrap();
    fs::create_dir(worktree.join("target")).unwrap();
    fs::write(worktree.join("target/big"), "ignored").unwrap();
    fs::write(scenario.repo().join(".git/info/exclude"), "target/\n").unwrap();
    let kept = scenario.git(&["for-each-ref", "refs/samocode", "refs/heads/auth"]);

    let ended = scenario.run(["archive", "auth"]).expect_exit(0);
    expect_words(&ended.out, &["archived", "removed; all of it is on the branch", "auth stays"]);

    let layout = archived(&scenario);
    assert_eq!(layout.folder(), live.folder());
    assert_eq!(content(&layout.session_dir()), documents);
    assert_eq!(content(&layout.record_dir()), record);
    assert!(!live.session_dir().exists() && !live.record_dir().exists());
    assert!(!worktree.exists());
    assert_eq!(scenario.git(&["worktree", "list", "--porcelain"]).matches("worktree ").count(), 1);
    assert_eq!(scenario.git(&["for-each-ref", "refs/samocode", "refs/heads/auth"]), kept);
    assert_eq!(View::read(&layout).unwrap().state, "done");
}

#[test]
fn an_archived_session_is_no_live_one() {
    let scenario = done();
    scenario.run(["archive", "auth"]).expect_exit(0);
    scenario.run(["list"]).expect_exit(0).expect_out(&["no sessions in"]);
    assert_eq!(json(&scenario.run(["list", "--json"]).expect_exit(0).out), json("[]"));
    scenario.run(["list", "--archived"]).expect_exit(0).expect_out(&["-auth", "done"]);
    for command in [&["status", "auth"][..], &["archive", "auth"], &["reopen", "auth", "-m", "more"]] {
        scenario.run(command.iter().copied()).expect_exit(2).expect_err(&[
            "auth is archived: ",
            "_archive",
            "samocode list --archived",
        ]);
    }
    scenario.run(["run", "auth"]).expect_exit(2).expect_err(&["needs a task"]);
}

#[test]
fn the_name_of_an_archived_session_is_free() {
    let scenario = done();
    scenario.run(["archive", "auth"]).expect_exit(0);
    let old = scenario.git(&["rev-parse", "auth"]);
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(scenario.view().branch, "auth-2", "the old branch is still there");
    assert_eq!(scenario.git(&["rev-parse", "auth"]), old);
    scenario.run(["archive", "auth"]).expect_exit(2).expect_err(&["auth is archived"]);
    scenario.run(["archive", "auth-2"]).expect_exit(0);
    assert_eq!(samocode::engine::list(&archive_dir(&scenario.path("sessions"))).unwrap().len(), 2);

    // Another day's session gets no folder that is taken; its branch would be.
    let sessions = scenario.path("sessions");
    let today = archived(&scenario).folder().to_owned();
    let earlier = format!("20-01-01{}", &today[8..]);
    let archive = archive_dir(&sessions);
    fs::rename(archive.join(&today), archive.join(&earlier)).unwrap();
    fs::rename(archive.join(".samocode").join(&today), archive.join(".samocode").join(&earlier)).unwrap();
    scenario.run(["run", "auth-2", "--workflow", "quick", "--task", "t"]).expect_exit(0);
    assert_eq!(scenario.view().branch, "auth-2-2");
}

#[test]
fn a_worktree_stays_that_holds_what_nothing_else_does() {
    type Spoil = fn(&Scenario, &Path);
    let spoils: [(&str, Spoil); 7] = [
        ("vendor/deep, which Git ignores, is a repository of its own", |scenario, worktree| {
            fs::write(scenario.repo().join(".git/info/exclude"), "vendor/\n").unwrap();
            fs::create_dir_all(worktree.join("vendor/deep")).unwrap();
            scenario.git_in(&worktree.join("vendor/deep"), &["init", "-q"]);
        }),
        ("not committed: loose.txt", |_, worktree| fs::write(worktree.join("loose.txt"), "l").unwrap()),
        ("not committed: README.md", |_, worktree| fs::write(worktree.join("README.md"), "x").unwrap()),
        ("which is not on the branch auth", |scenario, worktree| {
            scenario.git_in(worktree, &["switch", "-q", "--detach"]);
            scenario.git_in(worktree, &["commit", "-q", "--allow-empty", "-m", "loose"]);
        }),
        ("stash@{0} was stashed on its branch", |scenario, worktree| {
            fs::write(worktree.join("README.md"), "x").unwrap();
            scenario.git_in(worktree, &["stash", "-q"]);
        }),
        ("it is locked", |scenario, worktree| {
            scenario.git(&["worktree", "lock", worktree.to_str().unwrap()]);
        }),
        ("the branch auth is gone", |scenario, worktree| {
            scenario.git_in(worktree, &["switch", "-q", "--detach"]);
            scenario.git(&["branch", "-q", "-D", "auth"]);
        }),
    ];
    for (why, spoil) in spoils {
        let scenario = done();
        let worktree = scenario.view().worktree.unwrap();
        spoil(&scenario, &worktree);
        let before = content(&worktree);
        let told = json(&scenario.run(["archive", "auth", "--json"]).expect_exit(0).out);
        let kept = told["outcome"]["kept"].as_str().unwrap_or_else(|| panic!("{why}: {told}"));
        assert!(kept.contains(why), "{why}: {kept}");
        assert_eq!(content(&worktree), before, "{why}");
        assert_eq!(archived(&scenario).session_dir(), Path::new(told["session_dir"].as_str().unwrap()));
    }
}

#[test]
fn a_worktree_that_is_gone_stops_nothing() {
    let scenario = done();
    fs::remove_dir_all(scenario.view().worktree.unwrap()).unwrap();
    let told = json(&scenario.run(["archive", "auth", "--json"]).expect_exit(0).out);
    assert_eq!(told["outcome"], "gone");
}

#[test]
fn a_blocked_session_can_be_archived_and_one_that_is_worked_on_cannot() {
    let call = [SAMOCODE, "archive", "auth"].map(str::to_owned).to_vec();
    let steps = vec![
        Step::Init,
        Step::Call { command: call, into: "archive".to_owned() },
        Step::write("{records}/up", ""),
        Step::Hang,
    ];
    let scenario = Scenario::new().agent(Script::new().next(steps));
    let running = scenario.start(RUN);
    until("the agent", || scenario.records().join("up").exists().then_some(()));
    let said = fs::read_to_string(scenario.records().join("archive")).unwrap();
    expect_words(&said, &["called from inside an iteration", "\"code\":2"]);
    scenario.run(["archive", "auth"]).expect_exit(12).expect_err(&["held by another samocode"]);
    running.ctrl_c();
    running.end().expect_exit(130);
    scenario.run(["archive", "auth"]).expect_exit(0);
    assert_eq!(View::read(&archived(&scenario)).unwrap().state, "ready");
}

/// As a kill between the two moves leaves it.
#[test]
fn an_archiving_that_was_killed_between_its_moves_is_ended_by_the_next_call() {
    let scenario = done();
    let live = scenario.layout();
    let record = content(&live.record_dir());
    let archive = archive_dir(&scenario.path("sessions"));
    fs::create_dir_all(archive.join(".samocode")).unwrap();
    fs::rename(live.session_dir(), archive.join(live.folder())).unwrap();
    scenario.run(["list"]).expect_exit(0).expect_out(&["no sessions"]);
    scenario.run(["status", "auth"]).expect_exit(2).expect_err(&["is archived"]);
    let told = json(&scenario.run(["archive", "auth", "--json"]).expect_exit(0).out);
    expect_words(told["outcome"]["kept"].as_str().unwrap(), &["it was kept when archiving began"]);
    assert_eq!(content(&archived(&scenario).record_dir()), record);
    assert!(!live.record_dir().exists());
}

/// As a kill of git in the middle of a removal leaves it.
#[test]
fn a_removal_that_was_killed_in_the_middle_is_ended_by_the_next_call() {
    type Left = fn(&Scenario, &Path);
    let lefts: [Left; 3] = [
        |_, worktree| fs::remove_file(worktree.join("README.md")).unwrap(),
        |_, worktree| {
            fs::remove_file(worktree.join("README.md")).unwrap();
            fs::remove_file(worktree.join(".git")).unwrap();
        },
        |_, worktree| fs::remove_dir_all(worktree).unwrap(),
    ];
    for left in lefts {
        let scenario = done();
        let worktree = scenario.view().worktree.unwrap();
        left(&scenario, &worktree);
        let head = scenario.git(&["rev-parse", "auth"]);
        fs::write(scenario.layout().archiving(), head).unwrap();
        let told = json(&scenario.run(["archive", "auth", "--json"]).expect_exit(0).out);
        assert_eq!(told["outcome"], "removed", "{told}");
        assert!(!worktree.exists());
        assert_eq!(scenario.git(&["worktree", "list", "--porcelain"]).matches("worktree ").count(), 1);
        assert!(!archived(&scenario).archiving().exists());
    }
}

/// A file that somebody writes after the kill is not taken for one that was being removed.
#[test]
fn a_removal_that_was_killed_takes_nothing_that_came_after_it() {
    let scenario = done();
    let worktree = scenario.view().worktree.unwrap();
    fs::write(scenario.layout().archiving(), scenario.git(&["rev-parse", "auth"])).unwrap();
    fs::write(worktree.join("new.txt"), "n").unwrap();
    let told = json(&scenario.run(["archive", "auth", "--json"]).expect_exit(0).out);
    expect_words(told["outcome"]["kept"].as_str().unwrap(), &["not committed: new.txt"]);
    assert!(worktree.join("new.txt").exists());
}

#[test]
fn nothing_in_the_archive_is_overwritten() {
    let scenario = done();
    let live = scenario.layout();
    let taken = archive_dir(&scenario.path("sessions")).join(live.folder());
    fs::create_dir_all(&taken).unwrap();
    fs::write(taken.join("_overview.md"), "another").unwrap();
    scenario.run(["archive", "auth"]).expect_exit(11).expect_err(&["a folder of that name is there"]);
    assert_eq!(content(&taken).len(), 1);
    assert!(live.session_dir().exists() && live.journal().exists());
}
