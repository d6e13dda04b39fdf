//! Secrets: what a child does not get, and what is seen nowhere although the child shows it wherever it can.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::json;

use samocode_testing_agent::{Script, Step};

use crate::scenario::Scenario;

/// Put together here, so that no scanner takes this file for a leak.
fn api_key() -> String {
    format!("sk-ant-{}", "api03-Zk3_x9-".repeat(4))
}

fn bot_token() -> String {
    format!("110201543:{}", "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1")
}

/// Known by nothing but its variable's name.
const OPAQUE: &str = "plum-Basket/7=evening\"quote";
const WITHHELD: &str = "amber-Lantern-31415";
const HEADER: &str = "q7Zf0PlM2x";
/// Of an address.
const URL_PASSWORD: &str = "w4lnut-Harbour";

/// All that must be seen nowhere, as it is and as JSON writes it.
fn planted() -> Vec<String> {
    let bot = bot_token().split_once(':').unwrap().1.to_owned();
    let json = OPAQUE.replace('"', "\\\"");
    vec![
        api_key(),
        bot,
        OPAQUE.to_owned(),
        json,
        WITHHELD.to_owned(),
        HEADER.to_owned(),
        URL_PASSWORD.to_owned(),
    ]
}

/// A line with all of them.
fn leak() -> String {
    format!(
        "key {} bot {} and {OPAQUE} and {WITHHELD}, Authorization: Bearer {HEADER}, \
         https://ada:{URL_PASSWORD}@host/x.git; the end",
        api_key(),
        bot_token()
    )
}

fn scene() -> Scenario {
    Scenario::new()
        .env("ANTHROPIC_API_KEY", api_key())
        .env("TELEGRAM_BOT_TOKEN", bot_token())
        .env("TELEGRAM_CHAT_ID", "42")
        .env("PROJECT_PASSWORD", OPAQUE)
        .env("DEPLOY_TOKEN", WITHHELD)
        .env("SSH_AUTH_SOCK", "/run/user/0/agent")
        .config("SAMOCODE_PASS_ENV=PROJECT_PASSWORD")
        // Nobody listens there.
        .config("TELEGRAM_API_URL=http://127.0.0.1:9")
}

fn nothing_planted_in(what: &str, bytes: &[u8]) {
    for secret in planted() {
        let found = memchr::memmem::find(bytes, secret.as_bytes()).is_some();
        assert!(
            !found,
            "`{secret}` is in {what}:\n{}",
            String::from_utf8_lossy(&bytes[..bytes.len().min(4000)])
        );
    }
}

/// Looks through every file below a folder; gives how many there are.
fn nothing_planted_below(folder: &Path) -> usize {
    nothing_planted_below_but(folder, &[])
}

/// The same, without files whose names begin with one of these.
fn nothing_planted_below_but(folder: &Path, but: &[&str]) -> usize {
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            files += nothing_planted_below_but(&path, but);
        } else if !but.iter().any(|but| name.starts_with(but)) {
            nothing_planted_in(&path.display().to_string(), &fs::read(&path).unwrap());
            files += 1;
        }
    }
    files
}

#[test]
fn a_child_gets_what_its_provider_needs_and_what_is_given_back_and_the_rest_is_named_once() {
    let scenario = scene();
    let ended = scenario.run(["run", "auth", "--task", "x", "--workflow", "quick"]).expect_exit(0);
    let said = ended.expect_out(&[
        "withheld from claude: DEPLOY_TOKEN, SSH_AUTH_SOCK, TELEGRAM_BOT_TOKEN, TELEGRAM_CHAT_ID",
        "SAMOCODE_PASS_ENV",
    ]);
    drop(said);
    let log = scenario.session_file("session.log");
    assert_eq!(log.matches("withheld from").count(), 1, "{log}");
    for called in scenario.invocations() {
        assert_eq!(called.env["ANTHROPIC_API_KEY"], api_key());
        assert_eq!(called.env["PROJECT_PASSWORD"], OPAQUE);
        for gone in ["DEPLOY_TOKEN", "SSH_AUTH_SOCK", "TELEGRAM_BOT_TOKEN"] {
            assert!(!called.env.contains_key(gone), "{gone}");
        }
    }
}

#[test]
fn the_set_up_command_gets_only_what_is_given_back() {
    let scenario = scene().config(
        "SAMOCODE_SETUP='printf \"%s|%s|%s|\" \"${ANTHROPIC_API_KEY-none}\" \"${DEPLOY_TOKEN-none}\" \"${PROJECT_PASSWORD+given}\"'",
    );
    scenario
        .run(["run", "auth", "--task", "x", "--workflow", "quick"])
        .expect_exit(0)
        .expect_out(&["withheld from the set-up command: ANTHROPIC_API_KEY, DEPLOY_TOKEN"]);
    assert_eq!(fs::read_to_string(scenario.layout().setup_log()).unwrap(), "none|none|given|");
}

#[test]
fn fault_28_planted_secrets_are_in_no_log_message_or_record_of_a_whole_session() {
    let line = |text: &str| Step::Line(json!({"type": "assistant", "note": text}).to_string());
    // So long that the pipe and every buffer end somewhere within one of them.
    let long = leak().repeat(1_500);
    let shown = [
        Step::Init,
        Step::Say(leak()),
        Step::Use(format!("curl -H 'Authorization: Bearer {HEADER}' https://host/{}", leak())),
        line(&leak()),
        line(&long),
        Step::Stderr(leak()),
        Step::Stderr(long),
    ];
    let failing = [
        &shown[..],
        &[Step::Failed { subtype: "error_during_execution".into(), status: None, words: leak() }],
    ]
    .concat();
    let refused =
        [&shown[..], &[Step::signal(json!({"status": "continue", "phase": leak()})), Step::Result]].concat();
    let passed = [
        &shown[..],
        &[
            Step::signal(
                json!({"status": "continue", "phase": "testing", "summary": leak(), "extra": leak()}),
            ),
            Step::Result,
        ],
    ]
    .concat();
    let handed =
        [&shown[..], &[Step::signal(json!({"status": "handoff", "notes": leak()})), Step::Result]].concat();
    let asked = [
        &shown[..],
        &[
            Step::signal(json!({"status": "blocked", "reason": leak(), "needs": "clarification"})),
            Step::Result,
        ],
    ]
    .concat();
    let script = Script::new()
        .once("implementation", failing)
        .once("implementation", refused)
        .each("implementation", passed)
        .once("testing", handed)
        .each("testing", asked);
    let scenario =
        scene().agent(script).config(&format!("SAMOCODE_SETUP=\"echo '{} {WITHHELD}'\"", api_key()));

    // With a phone it would stay for the person's word.
    let run = ["run", "auth", "--task", "x", "--workflow", "quick", "--exit-on-wait"];
    let ended = scenario.run(run).expect_exit(11);
    drop(ended.expect_out(&["<redacted>", "the end"]));
    scenario.run(["status", "auth", "--json"]).expect_exit(0).expect_out(&["<redacted>"]);
    scenario.run(["logs", "auth"]).expect_exit(0).expect_out(&["<redacted>"]);
    scenario
        .run(["run", &format!("{WITHHELD}/{}", api_key()), "--task", "x"])
        .expect_exit(2)
        .expect_err(&["<redacted>"]);

    assert_eq!(scenario.invocations().len(), 5);
    assert!(nothing_planted_below(&scenario.path("sessions")) > 12);
    assert_eq!(nothing_planted_in_outputs(&scenario), 4);
    assert_eq!(streams_of_json(&scenario), 5);
}

#[test]
fn fault_28_secrets_in_questions_plans_and_the_notebook_are_on_no_screen_and_in_no_record() {
    let question = format!(
        "### Q1: Is this it: {}?\nA) {}\nB) none\n**Suggestion:** A - as {} has it\n**Answer:** _waiting_\n",
        leak(),
        api_key(),
        bot_token()
    );
    let plan = format!("# Plan {}\n\n## Use {}\n- [ ] it\n", leak(), api_key());
    let noted = Step::replace("{session}/_overview.md", "Last Action:", &format!("Last Action: {}", leak()));
    let mut asking = Step::ask(&question);
    asking.insert(1, noted);
    let script = Script::new()
        .each("investigation", Step::go("requirements"))
        .once("requirements", asking)
        .each("requirements", Step::go("planning"))
        .each("planning", Step::plan(&plan))
        .each("implementation", Step::go("implementation"));
    let scenario = scene().agent(script);

    let run = ["run", "auth", "--exit-on-wait", "--task", "x"];
    scenario.run(run).expect_exit(10).expect_out(&["Is this it", "<redacted>", "suggestion: A"]);
    for looking in [vec!["status", "auth"], vec!["status", "auth", "--json"], vec!["list"]] {
        scenario.run(looking).expect_exit(0).expect_out(&["<redacted>"]);
    }
    scenario.run(["answer", "auth", "--suggestions"]).expect_exit(0);
    scenario.run(["run", "auth", "--exit-on-wait"]).expect_exit(10).expect_out(&["Plan key <redacted>"]);
    scenario.edit("01-08-14:30-plan-tokens.md", "- [ ] it", &format!("- [ ] it with {WITHHELD}"));
    scenario.run(["approve", "auth"]).expect_exit(2).expect_out(&["it with <redacted>"]);

    // Documents of the agent's own are as it wrote them, and so are the bytes that an approval is bound to.
    let own = ["_overview.md", "01-08-14:30-plan", "shown-plan"];
    assert!(nothing_planted_below_but(&scenario.path("sessions"), &own) > 8);
    assert!(nothing_planted_below(&scenario.repo()) > 12);
    // What the stand-in records is its environment, which is meant to hold some of them.
    assert!(nothing_planted_below_but(&scenario.path("home"), &["00"]) > 0);
    assert_eq!(nothing_planted_in_outputs(&scenario), 7);
}

#[test]
fn fault_28_a_remotes_address_with_a_password_is_in_no_error() {
    let scenario = scene();
    scenario.git(&["remote", "add", "origin", &format!("https://ada:{URL_PASSWORD}@127.0.0.1:1/x.git")]);
    let ended = scenario.run(["run", "auth", "--task", "x", "--workflow", "quick"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    drop(scenario.run(["doctor"]));
    // Git's configuration is put back from a copy, byte for byte, which nobody else may read.
    assert!(nothing_planted_below_but(&scenario.path("sessions"), &["guard.json"]) > 6);
    let mode = scenario.layout().guard_copy().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(nothing_planted_in_outputs(&scenario), 2);
}

#[test]
fn an_argument_that_looks_like_a_key_is_said_to_be_visible() {
    let scenario =
        scene().config(&format!("CLAUDE_ARGS=\"--mcp-config '{{\\\"key\\\":\\\"{}\\\"}}'\"", api_key()));
    let run = ["run", "auth", "--task", "x", "--workflow", "quick"];
    scenario.run(run).expect_exit(0).expect_out(&["CLAUDE_ARGS holds what looks like a key"]);
    assert!(nothing_planted_below(&scenario.path("sessions")) > 6);
    assert_eq!(nothing_planted_in_outputs(&scenario), 1);
}

/// Looks through what samocode printed; gives how often it was started.
fn nothing_planted_in_outputs(scenario: &Scenario) -> usize {
    let mut started = 0;
    loop {
        let prefix = format!("output-{started}");
        let entries = fs::read_dir(scenario.root()).unwrap().map(|entry| entry.unwrap().path());
        let files: Vec<_> =
            entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(&prefix)).collect();
        if files.is_empty() {
            return started;
        }
        started += 1;
        for file in files {
            if file.is_dir() {
                nothing_planted_below(&file);
            } else {
                nothing_planted_in(&file.display().to_string(), &fs::read(&file).unwrap());
            }
        }
    }
}

/// Reads every line of the raw streams as JSON; gives how many streams there are.
fn streams_of_json(scenario: &Scenario) -> usize {
    let log = fs::read_dir(scenario.layout().logs()).unwrap().map(|entry| entry.unwrap().path());
    let streams: Vec<_> = log.filter(|path| path.extension().is_some_and(|end| end == "jsonl")).collect();
    for stream in &streams {
        for line in fs::read_to_string(stream).unwrap().lines() {
            serde_json::from_str::<serde_json::Value>(line).expect("a line is JSON still");
        }
    }
    streams.len()
}
