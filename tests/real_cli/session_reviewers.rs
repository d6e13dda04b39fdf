//! Outside reviewers with the real CLIs: they read what they are given, report, and change nothing, with the sandbox and
//! without one.

use std::fs;

use samocode_testing_model::{Reply, Script, Turn, Walkthrough};

use crate::clis::Cli;
use crate::stage::{Stage, TASK, git};

const REPORT: &str =
    "# Outside review\nVerdict: must be mended\n## Findings\nF1 (minor, confidence 40): `greet` it is";

/// The usual engineer, and reviewers that look at the difference and try to write.
struct Reviewed(Walkthrough);

impl Script for Reviewed {
    fn reply(&mut self, turn: &Turn) -> Reply {
        if turn.label("Run") != Some("outside review") {
            return self.0.reply(turn);
        }
        let diff = turn.label("Diff").unwrap_or_default();
        let overview = format!("{}/_overview.md", turn.label("Session path").unwrap_or_default());
        match turn.answers {
            0 => Reply::call(turn.dialect.read(diff)),
            1 => Reply::call(turn.dialect.read(&overview)),
            2 => Reply::call(turn.dialect.bash(
                "echo x > planted; git commit -q --allow-empty -m planted; git log --oneline -1; echo AFTER",
            )),
            3 => {
                let planted = format!("{}/written", turn.label("Worktree path").unwrap_or_default());
                Reply::call(turn.dialect.write(&planted, "x"))
            }
            _ => Reply::text(REPORT),
        }
    }
}

/// A whole session, with the reviews of each of these CLIs; checks what does not depend on the sandbox.
fn reviewed(clis: &[Cli], sandbox: &str) -> Stage {
    let names: Vec<&str> = clis.iter().map(|cli| cli.name()).collect();
    let stage = Stage::with(clis, Reviewed(Walkthrough::full().with_task(TASK)))
        .setting(&format!("SAMOCODE_REVIEWERS={}", names.join(",")))
        .setting(&format!("SAMOCODE_SANDBOX={sandbox}"));
    stage.begin(&["--accept-suggestions", "--approve-plan"]).wait().with_code(0);
    assert_eq!(stage.model.unexpected(), Vec::<String>::new());

    let session = stage.layout().session_dir();
    let requests = stage.model.requests();
    for name in names {
        let report = fs::read_dir(&session).unwrap().map(|entry| entry.unwrap().path());
        let mut report =
            report.filter(|path| path.display().to_string().ends_with(&format!("-review-{name}.md")));
        let report = report.next().unwrap_or_else(|| panic!("{name} left no report"));
        assert_eq!(fs::read_to_string(&report).unwrap().trim_end(), REPORT, "{name}");
        let line = format!("- {name}: {}", report.display());
        let told = |turn: &Turn| turn.label("Phase") == Some("quality") && turn.prompt.contains(&line);
        assert!(requests.iter().any(|request| told(&request.turn)), "quality was not told: {line}");
    }
    for turn in requests.iter().map(|request| &request.turn) {
        if turn.label("Run").is_some() && turn.answers == 1 {
            assert!(turn.results[0].text.contains("diff --git"), "it read no difference: {:?}", turn.results);
        }
        if turn.label("Run").is_some() && turn.answers == 2 {
            assert!(turn.results[0].text.contains("Worktree"), "it read no notebook: {:?}", turn.results);
        }
    }
    let worktree = stage.scratch.path("worktrees").read_dir().unwrap().next().unwrap().unwrap().path();
    for planted in ["planted", "written"] {
        assert!(!worktree.join(planted).exists(), "{planted} was written");
    }
    assert!(!git(&stage.main(), &["log", "--format=%s", "greet"]).contains("planted"));
    let log = fs::read_to_string(stage.layout().session_log()).unwrap();
    assert!(!log.contains("which were to read only"), "{log}");
    stage
}

/// What the reviewers' shells said.
fn said(stage: &Stage) -> Vec<String> {
    let requests = stage.model.requests();
    let tried = requests.iter().map(|request| &request.turn);
    let tried = tried.filter(|turn| turn.label("Run").is_some() && turn.answers == 3);
    tried.map(|turn| turn.results[0].text.clone()).collect()
}

#[test]
fn claude_reviews_in_the_sandbox() {
    let stage = reviewed(&[Cli::Claude], "required");
    let said = said(&stage);
    assert!(said[0].contains("denied") && said[0].contains("AFTER"), "{said:?}");
}

#[test]
fn claude_reviews_without_a_sandbox() {
    let stage = reviewed(&[Cli::Claude], "off");
    let requests = stage.model.requests();
    let review = requests.iter().find(|request| request.turn.label("Run").is_some()).unwrap();
    assert_eq!(review.turn.tools, ["Glob", "Grep", "Read"]);
    assert!(!said(&stage)[0].contains("AFTER"), "{:?}", said(&stage));
}
