//! The sandbox: what an agent cannot do to the person, to samocode and to its own gates. All of these need a kernel with
//! Landlock; where there is none, samocode itself refuses `required`, and the tests fail for that reason.

use std::fs;

use samocode::domain::event::Event;
use samocode_testing_agent::{PLAN, Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "t"];

fn go_on() -> Step {
    Step::signal(json!({"status": "continue", "phase": "testing"}))
}

/// The agent's shell runs these lines in its worktree, and then all goes on as usual.
fn shell(lines: &str) -> Scenario {
    let work = Step::run([Step::shell(lines), go_on()]);
    Scenario::new()
        .config("SAMOCODE_SANDBOX=required")
        .agent(Script::new().once("implementation", work).then(Script::quick()))
}

#[test]
fn an_agent_writes_where_it_works_and_nowhere_else() {
    let scenario = shell(
        "s=$(ls -d ../../sessions/*-auth); for p in ~/x ../../x ../../sessions/x ../../repo/x ../../worktrees/x \
         ../../.samocode $s/../.samocode/x ~/.cache/samocode/x /etc/samocode-x; do (echo x >> $p) 2>> ~/.cache/agent/said; done; \
         for p in y $s/y ~/.cache/agent/y $TMPDIR/y /dev/null; do (echo y >> $p) || echo $p >> ~/.cache/agent/missed; done; rm y",
    );
    fs::create_dir_all(scenario.path("home/.cache/samocode")).unwrap();
    let settings = fs::read_to_string(scenario.path(".samocode")).unwrap();
    scenario.run(RUN).expect_exit(0).expect_state("done");
    for path in [
        "home/x",
        "x",
        "sessions/x",
        "repo/x",
        "worktrees/x",
        "sessions/.samocode/x",
        "home/.cache/samocode/x",
    ] {
        assert!(!scenario.path(path).exists(), "{path} was written");
    }
    assert_eq!(fs::read_to_string(scenario.path(".samocode")).unwrap(), settings);
    let said = fs::read_to_string(scenario.path("home/.cache/agent/said")).unwrap();
    assert_eq!(said.matches("Permission denied").count(), 9, "{said}");
    assert!(!scenario.path("home/.cache/agent/missed").exists(), "it could not write where it works");
    assert!(scenario.layout().session_dir().join("y").exists());
}

#[test]
fn keys_are_unreadable_and_what_lies_beside_them_is_not() {
    let scenario = shell(
        "for p in ~/.ssh/id ~/.config/gh/hosts.yml ~/.npmrc ~/linked; do cat $p; done > ~/.cache/agent/seen 2>&1; \
         cat ~/.gitconfig ~/.config/tool ~/code/main.c > ~/.cache/agent/read 2>&1; ls ~ >> ~/.cache/agent/read; true",
    );
    for (path, text) in [
        (".ssh/id", "SECRET"),
        (".config/gh/hosts.yml", "SECRET"),
        (".npmrc", "//r.example/:_authToken=SECRET"),
        (".gitconfig", "[user]\n"),
        (".config/tool", "setting\n"),
        ("code/main.c", "int\n"),
    ] {
        let path = scenario.path("home").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    std::os::unix::fs::symlink(".ssh/id", scenario.path("home/linked")).unwrap();
    scenario.run(RUN).expect_exit(0);
    let seen = fs::read_to_string(scenario.path("home/.cache/agent/seen")).unwrap();
    assert!(!seen.contains("SECRET"), "{seen}");
    assert_eq!(seen.matches("Permission denied").count(), 4, "{seen}");
    let read = fs::read_to_string(scenario.path("home/.cache/agent/read")).unwrap();
    expect_words(&read, &["[user]", "setting", "int", "code"]);
}

#[test]
fn removing_the_home_folder_leaves_all_but_the_open_folders() {
    let scenario = shell("rm -rf ~ ../../repo ../../sessions ../../worktrees; mkdir -p ~/.cache/agent; true");
    fs::create_dir_all(scenario.path("home/photos/2026")).unwrap();
    fs::write(scenario.path("home/photos/2026/cat"), "a cat").unwrap();
    let before = scenario.git(&["ls-files"]);
    scenario.run(RUN);
    assert_eq!(fs::read_to_string(scenario.path("home/photos/2026/cat")).unwrap(), "a cat");
    assert_eq!(fs::read_to_string(scenario.repo().join("README.md")).unwrap(), "a project\n");
    assert!(before.contains("README.md"));
    assert!(!scenario.journal().is_empty(), "the record stands");
}

#[test]
fn a_forged_request_and_a_forged_journal_never_come_to_be() {
    let forge = "r=$(ls -d ../../sessions/.samocode/*-auth); \
                 printf '{\"id\":\"forged\",\"at\":\"2026-01-08T00:00:00Z\",\"who\":{\"terminal\":\"ada\"},\"act\":{\"tell\":\"forged words\"}}' \
                 > $r/inbox/0.json; echo '{}' >> $r/journal.jsonl; : > $r/journal.jsonl; rm -f $r/journal.jsonl; \
                 mv $r $r.away; env -u SAMOCODE_TAG samocode tell auth forged";
    let mut plan = Step::plan(PLAN);
    plan.insert(1, Step::shell(forge));
    let scenario = Scenario::new()
        .config("SAMOCODE_SANDBOX=required")
        .agent(Script::new().each("planning", plan).then(Script::full()));
    scenario
        .run(["run", "auth", "--task", "t", "--accept-suggestions", "--exit-on-wait"])
        .expect_exit(10)
        .expect_state("waiting");
    assert_eq!(
        scenario.count(|event| matches!(event, Event::Received(received) if received.request.id == "forged")),
        0
    );
    let judged = scenario.count(|event| matches!(event, Event::Judged(_)));
    assert_eq!(judged, scenario.invocations().len(), "the journal is whole");
}

#[test]
fn the_set_up_command_is_confined_too() {
    let scenario = Scenario::new()
        .config("SAMOCODE_SANDBOX=auto")
        .config("SAMOCODE_SETUP='touch $HOME/planted; touch made'");
    scenario.run(RUN.into_iter().chain(["--max-iterations", "1"]));
    assert!(!scenario.path("home/planted").exists());
    assert!(scenario.view().worktree.unwrap().join("made").exists());
}

#[test]
fn a_sandbox_that_is_off_is_said_once_and_confines_nothing() {
    let scenario = shell("touch ~/x").config("SAMOCODE_SANDBOX=off");
    scenario.run(RUN).expect_exit(0).expect_out(&["the sandbox is off (SAMOCODE_SANDBOX)"]);
    assert!(scenario.path("home/x").exists());
    assert_eq!(scenario.session_file("session.log").matches("the sandbox is off").count(), 1);
}
