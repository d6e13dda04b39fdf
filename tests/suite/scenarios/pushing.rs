//! What an agent's own git can do: it pushes nowhere unless the person allows it, signs nothing, and keeps the person's
//! other settings.

use std::fs;

use samocode_testing_agent::{Script, Step};
use serde_json::json;

use crate::scenario::{Scenario, expect_words};

const RUN: [&str; 6] = ["run", "auth", "--workflow", "quick", "--task", "t"];
const SAID: &str = "home/.cache/agent/said";

/// The agent's shell runs these lines in its worktree; what they print is kept.
fn shell(lines: &str) -> Scenario {
    let lines = format!("({lines}) > ~/.cache/agent/said 2>&1; true");
    let go_on = Step::signal(json!({"status": "continue", "phase": "testing"}));
    let work = Step::run([Step::shell(&lines), go_on]);
    Scenario::new().agent(Script::new().once("implementation", work).then(Script::quick()))
}

fn with_remote(lines: &str) -> Scenario {
    let scenario = shell(lines);
    let remote = scenario.path("remote.git").display().to_string();
    scenario.git(&["init", "--quiet", "--bare", &remote]);
    scenario.git(&["remote", "add", "origin", &remote]);
    scenario.git(&["push", "--quiet", "origin", "main"]);
    scenario
}

fn said(scenario: &Scenario) -> String {
    fs::read_to_string(scenario.path(SAID)).unwrap()
}

fn branches(scenario: &Scenario) -> String {
    scenario.git_in(&scenario.path("remote.git"), &["for-each-ref", "--format=%(refname:short)"])
}

#[test]
fn an_agent_pushes_nowhere_and_is_told_why() {
    for sandbox in ["off", "required"] {
        let scenario = with_remote(
            "for to in origin ../../remote.git \"file://$PWD/../../remote.git\" web ssh split; do \
             git push $to HEAD:refs/heads/pushed && echo PUSHED; done; git fetch origin && echo FETCHED",
        )
        .config(&format!("SAMOCODE_SANDBOX={sandbox}"));
        scenario.git(&["remote", "add", "web", "https://127.0.0.1:1/a.git"]);
        scenario.git(&["remote", "add", "ssh", "git@127.0.0.1:a.git"]);
        scenario.git(&["remote", "add", "split", "https://127.0.0.1:1/a.git"]);
        let remote = scenario.path("remote.git").display().to_string();
        scenario.git(&["remote", "set-url", "--push", "split", &remote]);
        // A person's own rule for pushing must not win.
        scenario.git(&["config", "url.ssh://git@127.0.0.1:1/.pushInsteadOf", "https://127.0.0.1:1/"]);
        scenario.run(RUN).expect_exit(0);
        let said = said(&scenario);
        assert!(!said.contains("PUSHED"), "{said}");
        let refused = said.lines().filter(|line| line.contains("SAMOCODE_ALLOW_PUSH=1")).count();
        assert_eq!(refused, 6, "{said}");
        expect_words(&said, &["FETCHED"]);
        assert_eq!(branches(&scenario), "main");
        assert!(
            scenario.git(&["config", "--get-regexp", "pushurl"]).lines().count() == 1,
            "nothing is configured"
        );
    }
}

#[test]
fn an_agent_that_may_push_pushes() {
    let scenario = with_remote("git push origin HEAD:refs/heads/pushed; cat ~/.ssh/id; echo $SSH_AUTH_SOCK")
        .config("SAMOCODE_ALLOW_PUSH=1")
        .config("SAMOCODE_SANDBOX=required")
        .env("SSH_AUTH_SOCK", "/run/agent");
    fs::create_dir(scenario.path("home/.ssh")).unwrap();
    fs::write(scenario.path("home/.ssh/id"), "the key").unwrap();
    scenario.run(RUN).expect_exit(0);
    assert_eq!(branches(&scenario), "main\npushed", "{}", said(&scenario));
    expect_words(&said(&scenario), &["the key", "/run/agent"]);
}

#[test]
fn a_project_s_own_tests_may_push_by_path_into_the_agent_s_folders() {
    let scenario = shell(
        "git init -q --bare $TMPDIR/a.git && git push $TMPDIR/a.git HEAD:refs/heads/x && echo PUSHED; \
         git init -q --bare $PWD/b.git && git push $PWD/b.git HEAD:refs/heads/x && echo PUSHED; rm -rf b.git",
    )
    .config("SAMOCODE_SANDBOX=required");
    scenario.run(RUN).expect_exit(0);
    let said = said(&scenario);
    assert_eq!(said.matches("PUSHED").count(), 2, "{said}");
}

#[test]
fn an_agent_s_commits_are_unsigned_and_that_is_said_once() {
    let scenario = shell(
        "git -c user.name=A -c user.email=a@localhost commit --allow-empty -m unsigned && git log -1 --format=%s-%G?",
    );
    scenario.git(&["config", "commit.gpgsign", "true"]);
    scenario.git(&["config", "gpg.program", "/bin/false"]);
    scenario.run(RUN).expect_exit(0);
    expect_words(&said(&scenario), &["unsigned-N"]);
    assert_eq!(
        scenario.session_file("session.log").matches("is unsigned, although commit.gpgsign is set").count(),
        1
    );
}

#[test]
fn the_person_s_settings_in_the_environment_reach_an_agent_s_git() {
    let scenario = shell("git config user.nickname; git config credential.helper || echo none")
        .env("GIT_CONFIG_COUNT", "2")
        .env("GIT_CONFIG_KEY_0", "user.nickname")
        .env("GIT_CONFIG_VALUE_0", "countess")
        .env("GIT_CONFIG_KEY_1", "credential.helper")
        .env("GIT_CONFIG_VALUE_1", "store");
    scenario.run(RUN).expect_exit(0).expect_out(&["withheld", "GIT_CONFIG_KEY_1"]);
    assert_eq!(said(&scenario).lines().next(), Some("countess"));
    assert!(!said(&scenario).contains("store"));
}
