//! The main checkout's files can't be read by agents and the verify command, what they need of it can. All of these need
//! a kernel with Landlock.

use std::fs;

use samocode::domain::check::CheckEnd;
use samocode_testing_agent::{Script, Step};
use serde_json::json;

use super::evidence::{RUN, log, summary, verified};
use super::origins::{commit, environment, write};
use crate::scenario::{Scenario, expect_words};

fn confined() -> Scenario {
    Scenario::new().config("SAMOCODE_SANDBOX=required").config("SAMOCODE_MAX_RETRIES=1")
}

fn verifies(command: &str) -> Scenario {
    confined().config(&format!("SAMOCODE_VERIFY='{command}'"))
}

/// The agent's shell runs these lines in its worktree, and then all goes on as usual.
fn shell(scenario: Scenario, lines: &str) -> Scenario {
    let go_on = Step::signal(json!({"status": "continue", "phase": "testing"}));
    let work = Step::run([Step::shell(lines), go_on]);
    scenario.agent(Script::new().once("implementation", work).then(Script::quick()))
}

/// What the agent's shell left in the folder of records.
fn left(scenario: &Scenario, name: &str) -> String {
    fs::read_to_string(scenario.records().join(name)).unwrap_or_default()
}

#[test]
fn an_environment_that_imports_the_main_checkout_makes_the_verification_fail_in_words() {
    let scenario = confined();
    commit(&scenario, &[("src/pkg.py", "one\n")]);
    let src = scenario.repo().join("src");
    environment(&scenario.path("venv"), src.to_str().unwrap());
    let program = scenario.path("venv/bin/python");
    let scenario = scenario.config(&format!("SAMOCODE_VERIFY={}", program.display()));
    scenario.run(RUN).expect_exit(11).expect_state("blocked").expect_out(&[
        "agents and the verify command can't read that",
        "it can't read other checkouts of the repository",
        &format!("{}/pkg.py", src.display()),
        "SAMOCODE_SETUP='python3 -m venv .venv",
    ]);
    assert!(!verified(&scenario)[0].check.passed());
}

#[test]
fn a_command_or_a_link_that_leads_to_the_main_checkout_fails_in_words() {
    let absolute = |scenario: &Scenario| scenario.repo().join("README.md").display().to_string();
    let scenario = verifies("cat ../../repo/README.md");
    scenario.run(RUN).expect_exit(11).expect_out(&["SAMOCODE_VERIFY points to the main checkout"]);
    let CheckEnd::Failed { .. } = verified(&scenario)[0].check.end else { panic!("it failed") };

    let scenario = verifies("cat ${PWD%/worktrees/*}/repo/README.md");
    let file = absolute(&scenario);
    let refused = format!("it can't read other checkouts of the repository: {file}");
    scenario.run(RUN).expect_exit(11).expect_out(&[&refused]);

    let scenario = verifies("cat linked/x").config("SAMOCODE_SETUP='ln -s ../../repo/lib linked'");
    commit(&scenario, &[("lib/x", "x\n"), (".gitignore", "linked\n")]);
    scenario.run(RUN).expect_exit(11).expect_out(&["`linked` is a link into the main checkout"]);
}

#[test]
fn a_build_folder_that_was_copied_needs_no_reading_and_is_named_all_the_same() {
    let scenario = verifies("true").config("SAMOCODE_SETUP='cp -R ../../repo/build build'");
    let cache = format!("CMAKE_HOME_DIRECTORY:INTERNAL={}\n", scenario.repo().display());
    commit(&scenario, &[(".gitignore", "build\n")]);
    write(&scenario.repo().join("build/CMakeCache.txt"), &cache);
    scenario.run(RUN).expect_exit(0).expect_out(&["was configured for the sources in the main checkout"]);
    expect_words(&summary(&scenario), &["may have tested other files", "`build/CMakeCache.txt`"]);
}

#[test]
fn what_cannot_be_read_casts_no_doubt_on_a_pass() {
    let scenario = verifies("test -e README.md");
    let path = scenario.repo().join("src");
    let scenario = scenario.env("PYTHONPATH", path);
    scenario.run(RUN).expect_exit(0).expect_out(&["the variable PYTHONPATH points to", "passed on commit"]);
    expect_words(&summary(&scenario), &["- Result: passed"]);
}

#[test]
fn an_agent_reads_its_worktree_and_git_but_no_other_checkout() {
    let scenario = shell(
        confined(),
        "cat ../../repo/README.md ../../second/README.md > ~/.cache/agent/seen 2>&1; ls ../../repo >> ~/.cache/agent/listed; \
         (cat README.md && git log --oneline && git status --short && git diff HEAD~0 && git worktree list && git fsck) \
         > ~/.cache/agent/own 2>&1 && echo fine >> ~/.cache/agent/own",
    );
    let second = scenario.path("second");
    scenario.git(&["worktree", "add", "--quiet", second.to_str().unwrap(), "-b", "second"]);
    scenario.run(RUN).expect_exit(0);
    let seen = left(&scenario, "seen");
    assert_eq!(seen.matches("Permission denied").count(), 2, "{seen}");
    assert!(!seen.contains("a project"), "{seen}");
    let own = left(&scenario, "own");
    assert!(own.starts_with("a project") && own.ends_with("fine\n"), "{own}");
    assert!(left(&scenario, "listed").contains("README.md"), "names are no secret");
}

#[test]
fn a_refused_read_is_told_to_the_agent_and_the_person_and_a_setting_opens_it() {
    let scenario = confined();
    let file = scenario.repo().join("notes.txt");
    fs::write(&file, "untracked notes\n").unwrap();
    let said = format!("cat: {}: Permission denied", file.display());
    let answer = json!({"type": "user", "message": {"content": [{"type": "tool_result", "tool_use_id": "t", "content": said}]}});
    let read = || {
        let again = Step::signal(json!({"status": "handoff", "notes": "more"}));
        Step::run([Step::Use("cat".to_owned()), Step::Line(answer.to_string()), again])
    };
    let scenario = scenario.agent(Script::new().once("implementation", read()).then(Script::quick()));
    let opens = format!("`SAMOCODE_SANDBOX_READ={}` lets agents", file.display());
    scenario.run(RUN).expect_exit(0).expect_out(&["it belongs to another checkout", &opens]);
    expect_words(&scenario.prompt(2), &["other checkouts of the repository can't be read"]);

    for opened in ["repo/notes.txt", "repo"] {
        let scenario = shell(confined(), "cat ../../repo/notes.txt > ~/.cache/agent/seen 2>&1")
            .config(&format!("SAMOCODE_SANDBOX_READ={opened}"));
        fs::write(scenario.repo().join("notes.txt"), "untracked notes\n").unwrap();
        scenario.run(RUN).expect_exit(0);
        assert_eq!(left(&scenario, "seen"), "untracked notes\n", "{opened}");
    }
}

#[test]
fn the_set_up_may_copy_from_the_main_checkout() {
    let scenario = verifies("cat data/x").config("SAMOCODE_SETUP='cp -R ../../repo/data data'");
    commit(&scenario, &[(".gitignore", "data\n")]);
    write(&scenario.repo().join("data/x"), "copied\n");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(log(&scenario), "copied\n");
}

#[test]
fn an_environment_inside_the_main_checkout_works_and_the_code_beside_it_stays_closed() {
    let scenario = confined();
    commit(&scenario, &[(".gitignore", ".venv\n"), ("src/pkg.py", "one\n")]);
    let venv = scenario.repo().join(".venv");
    environment(&venv, venv.to_str().unwrap());
    write(&venv.join("pkg.py"), "a dependency\n");
    let program = venv.join("bin/python").display().to_string();
    let by_path = format!("{program} && ! cat {}/src/pkg.py", scenario.repo().display());
    let scenario = scenario.config(&format!("SAMOCODE_VERIFY='{by_path}'"));
    scenario.run(RUN).expect_exit(0).expect_state("done");
    expect_words(&log(&scenario), &["a dependency\n", "Permission denied"]);

    let scenario = verifies("python");
    let venv = scenario.repo().join(".venv");
    environment(&venv, venv.to_str().unwrap());
    write(&venv.join("pkg.py"), "a dependency\n");
    let path = format!("{}/bin:{}", venv.display(), std::env::var("PATH").unwrap());
    let scenario = scenario.env("PATH", path).env("VIRTUAL_ENV", venv);
    // The stand-in finds its environment by its own name.
    let scenario = scenario.config("SAMOCODE_VERIFY='$VIRTUAL_ENV/bin/python'");
    scenario.run(RUN).expect_exit(0).expect_state("done");
    assert_eq!(log(&scenario), "a dependency\n");
}

#[test]
fn folders_inside_the_main_checkout_work_and_its_code_stays_closed() {
    let scenario = confined().config("WORKTREES=repo/wt").config("SESSIONS=repo/_sessions").config(
        "SAMOCODE_VERIFY='cat work-1.txt && cat ../../Cargo.toml ../../.editorconfig && ! cat ../../lib.rs'",
    );
    commit(&scenario, &[("Cargo.toml", "[package]\n"), (".editorconfig", "root\n"), ("lib.rs", "code\n")]);
    let sessions = scenario.path("repo/_sessions");
    scenario.run(RUN).expect_exit(0);
    let layout = scenario.session_in(&sessions).unwrap();
    let output = fs::read_dir(layout.logs()).unwrap().map(|entry| entry.unwrap().path());
    let output = output.filter(|path| path.to_string_lossy().ends_with("-verify.log"));
    let output: String = output.map(|path| fs::read_to_string(path).unwrap()).collect();
    expect_words(&output, &["[package]\nroot\n", "Permission denied"]);
    assert!(!output.contains("code"), "{output}");
}

#[test]
fn a_reviewer_of_a_worktree_inside_the_main_checkout_reads_the_worktree_alone() {
    let look = "(cat work-1.txt ../../lib.rs && git log) > ~/.cache/agent/review 2>&1; git log --oneline >> ~/.cache/agent/review";
    let report = Step::Report("# Outside review\nVerdict: nothing blocks".to_owned());
    let script = Script::new()
        .each("outside review", [Step::Init, Step::shell(look), report])
        .each("implementation", Step::work("quality"))
        .each("quality", Step::go("done"))
        .each("done", Step::finish());
    let scenario = confined()
        .config("WORKTREES=repo/wt")
        .config("SAMOCODE_REVIEWERS=claude")
        .workflow("reviewed.toml", include_str!("../../../testing/workflows/reviewed.toml"))
        .agent(script);
    commit(&scenario, &[("lib.rs", "code\n")]);
    scenario.run(["run", "auth", "--workflow", "reviewed.toml", "--task", "t"]).expect_exit(0);
    let seen = left(&scenario, "review");
    expect_words(&seen, &["Permission denied", "more\n"]);
    assert!(!seen.contains("code\n") && !seen.contains("work-1.txt"), "{seen}");
}

#[test]
fn a_home_folder_that_is_a_checkout_is_not_closed() {
    let scenario =
        shell(confined(), "cat ~/tool.conf ../../../../home/README.md > ~/.cache/agent/seen 2>&1; true");
    let home = scenario.path("home");
    for arguments in [vec!["init", "--quiet", "-b", "main"], vec!["add", "--all"]] {
        write(&home.join("tool.conf"), "a setting\n");
        scenario.git_in(&home, &arguments);
    }
    scenario.git_in(&home, &["commit", "--quiet", "-m", "dotfiles"]);
    let scenario = scenario.config("MAIN_REPO=home").config("WORKTREES=home/wt").config("SESSIONS=sessions");
    scenario.run(RUN).expect_exit(0);
    assert!(left(&scenario, "seen").starts_with("a setting\n"), "{}", left(&scenario, "seen"));
    assert!(home.join("wt").is_dir());
}
