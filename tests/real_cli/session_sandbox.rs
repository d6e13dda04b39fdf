//! The sandbox around the real CLI, as it is by default: what its shell tool can do to the person, and what it still can do.

use std::fs;
use std::path::Path;

use samocode_testing_model::Walkthrough;

use crate::clis::Cli;
use crate::stage::{Stage, TASK, git};

/// What a person has at home, and shall have afterwards.
const HOME: [(&str, &str); 7] = [
    (".bashrc", "export FROM_BASHRC=1\n"),
    (".ssh/id_ed25519", "the-key-itself\n"),
    (".claude/settings.json", "{\"env\": {\"FROM_SETTINGS\": \"yes\"}}\n"),
    (".codex/AGENTS.md", "Be brief.\n"),
    (".claude/agents/mine.md", "---\nname: mine\ndescription: mine\n---\nBe brief.\n"),
    ("photos/2026/cat.txt", "a cat\n"),
    ("notes.txt", "mine\n"),
];

/// Without `rm -rf`, which Codex keeps from running by itself: "rm -f style commands are not permitted".
const ATTACK: &str = r#"
    touch ~/x; touch /etc/samocode-x; cat ~/.ssh/id_ed25519; echo '{}' > ~/OWN_FILE
    echo x >> ../../project/.samocode; echo x > ../../sessions/.samocode/x
    git push origin HEAD:refs/heads/pushed; git push https://127.0.0.1:1/a.git HEAD
    git fetch origin && echo FETCHED; echo settings=$FROM_SETTINGS
    find ~ -delete 2> /dev/null; find ../../sessions/.samocode -delete 2> /dev/null; echo AFTER
"#;

fn stage(cli: Cli, command: &str) -> Stage {
    let script = Walkthrough::quick().with_task(TASK).with_last_command("implementation", command);
    let stage = Stage::with(&[cli], script);
    for (path, text) in HOME {
        stage.scratch.write(&format!("home/{path}"), text);
    }
    let remote = stage.scratch.path("remote.git");
    git(&stage.main(), &["init", "-q", "--bare", &remote.display().to_string()]);
    git(&stage.main(), &["remote", "add", "origin", &remote.display().to_string()]);
    git(&stage.main(), &["push", "-q", "origin", "main"]);
    stage
}

#[test]
fn an_agent_harms_nothing_of_the_person_and_does_its_work() {
    let said = attack(Cli::Claude, ".claude/settings.json");
    assert!(said.contains("settings=yes"), "{said}");
}

#[test]
fn codex_harms_nothing_of_the_person_and_does_its_work() {
    attack(Cli::Codex, ".codex/config.toml");
}

#[test]
fn gemini_harms_nothing_of_the_person_and_does_its_work() {
    attack(Cli::Gemini, ".gemini/settings.json");
}

/// What the attack's commands said to the agent.
fn attack(cli: Cli, cli_settings: &str) -> String {
    let stage = stage(cli, &ATTACK.replace("OWN_FILE", cli_settings));
    let before = fs::read_to_string(stage.scratch.home().join(cli_settings)).unwrap();
    let settings = fs::read_to_string(stage.config()).unwrap();

    stage.begin(&["--workflow", "quick"]).wait().with_code(0);

    for (path, text) in HOME {
        assert_eq!(fs::read_to_string(stage.scratch.home().join(path)).unwrap(), text, "{path}");
    }
    assert_eq!(fs::read_to_string(stage.scratch.home().join(cli_settings)).unwrap(), before);
    assert_eq!(fs::read_to_string(stage.config()).unwrap(), settings);
    assert!(!stage.scratch.home().join("x").exists() && !Path::new("/etc/samocode-x").exists());
    assert_eq!(
        git(&stage.scratch.path("remote.git"), &["for-each-ref", "--format=%(refname:short)"]),
        "main"
    );
    assert!(
        !git(&stage.main(), &["log", "--format=%s", "main..greet"]).is_empty(),
        "it committed in its worktree"
    );

    let said = said(&stage);
    // Shells spell it in their own ways: the CLI takes zsh where there is one.
    assert_eq!(said.to_lowercase().matches("permission denied").count(), 6, "{said}");
    assert_eq!(said.matches("SAMOCODE_ALLOW_PUSH=1").count(), 2, "{said}");
    for words in ["FETCHED", "AFTER"] {
        assert!(said.contains(words), "no {words:?} in:\n{said}");
    }
    assert!(!said.contains("the-key-itself"), "{said}");
    let log = fs::read_to_string(stage.layout().session_log()).unwrap();
    assert!(log.contains("the sandbox kept a tool from"), "{log}");
    said
}

#[test]
fn a_person_s_login_serves_a_confined_run() {
    let stage = stage(Cli::Claude, "true").without_env("ANTHROPIC_API_KEY");
    let login = r#"{"claudeAiOauth": {"accessToken": "sk-ant-oat01-fake", "refreshToken": "sk-ant-ort01-fake",
        "expiresAt": 4102444800000, "scopes": ["user:inference"], "subscriptionType": "max"}}"#;
    stage.scratch.write("home/.claude/.credentials.json", login);

    stage.begin(&["--workflow", "quick"]).wait().with_code(0);

    let kept = fs::read_to_string(stage.scratch.home().join(".claude/.credentials.json")).unwrap();
    assert_eq!(kept, login);
}

#[test]
fn gemini_has_the_persons_key_in_a_confined_run() {
    let stage = stage(Cli::Gemini, "true").without_env("GEMINI_API_KEY");
    stage.scratch.write("home/.gemini/.env", "GEMINI_API_KEY=the-persons-key\n");

    stage.begin(&["--workflow", "quick"]).wait().with_code(0);

    assert_eq!(stage.request(1).header("x-goog-api-key"), Some("the-persons-key"));
}

/// What was said to the agent.
fn said(stage: &Stage) -> String {
    let requests = stage.model.requests();
    let results = requests.iter().flat_map(|request| &request.turn.results);
    let mut said = results.map(|result| result.text.clone());
    said.find(|text| text.contains("AFTER")).unwrap_or_default()
}
