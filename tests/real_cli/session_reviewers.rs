//! Outside reviewers with the real CLIs: they read what they are given, report, and change nothing, with the sandbox and
//! without one.

use std::fs;

use samocode_testing_model::{Reply, Script, Turn};

use crate::clis::Cli;
use crate::stage::{Stage, git};

const REPORT: &str =
    "# Outside review\nVerdict: must be mended\n## Findings\nF1 (minor, confidence 40): `greet` it is";

/// Work, a review, the end.
const WORKFLOW: &str =
    concat!("name = \"reviewed\"\n", include_str!("../../testing/workflows/reviewed.toml"));

/// An engineer of few words, and reviewers that look at the difference and try to write.
struct Reviewed;

impl Reviewed {
    /// One command a phase, which ends with the signal.
    fn work(turn: &Turn) -> Reply {
        let signal = match turn.label("Phase") {
            Some("implementation") => r#"{"status": "continue", "phase": "quality"}"#,
            Some("quality") => r#"{"status": "continue", "phase": "done"}"#,
            Some("done") => r#"{"status": "done", "summary": "all of it"}"#,
            other => return Reply::Unexpected(format!("phase {other:?}")),
        };
        let work = match turn.label("Phase") {
            Some("implementation") => "echo hello > greet.txt && git add . && git commit -q -m greet && ",
            _ => "",
        };
        if turn.answers > 0 {
            return Reply::text("It is done.");
        }
        let session = turn.label("Session path").unwrap_or_default();
        Reply::call(turn.dialect.bash(&format!("{work}printf '%s' '{signal}' > '{session}/_signal.json'")))
    }
}

impl Script for Reviewed {
    fn reply(&mut self, turn: &Turn) -> Reply {
        if turn.label("Run") != Some("outside review") {
            return Self::work(turn);
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

/// A whole session of Claude Code's, with the reviews of each of these; checks what does not depend on the sandbox.
fn reviewed(reviewers: &[Cli], sandbox: &str) -> Stage {
    reviewed_on(Cli::Claude, reviewers, sandbox)
}

/// The same on another version of it.
fn reviewed_on(session: Cli, reviewers: &[Cli], sandbox: &str) -> Stage {
    let names: Vec<&str> = reviewers.iter().map(|cli| cli.name()).collect();
    let others = reviewers.iter().copied().filter(|cli| *cli != session);
    let clis: Vec<Cli> = [session].into_iter().chain(others).collect();
    let stage = Stage::with(&clis, Reviewed)
        .setting(&format!("SAMOCODE_REVIEWERS={}", names.join(",")))
        .setting(&format!("SAMOCODE_SANDBOX={sandbox}"));
    stage.scratch.write("project/reviewed.toml", WORKFLOW);
    let workflow = stage.main().join("reviewed.toml").display().to_string();
    stage.begin(&["--workflow", &workflow]).wait().with_code(0);
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
fn claude_reviews_without_a_sandbox() {
    claude_reviews(Cli::Claude);
}

pub(crate) fn claude_reviews(cli: Cli) {
    let stage = reviewed_on(cli, &[cli], "off");
    let requests = stage.model.requests();
    let review = requests.iter().find(|request| request.turn.label("Run").is_some()).unwrap();
    assert_eq!(review.turn.tools, ["Glob", "Grep", "Read"]);
    assert!(!said(&stage)[0].contains("AFTER"), "{:?}", said(&stage));
}

#[test]
fn codex_reviews_without_a_sandbox_of_samocodes_in_its_own() {
    codex_reviews(Cli::Codex);
}

pub(crate) fn codex_reviews(cli: Cli) {
    let stage = reviewed(&[cli], "off");
    let said = said(&stage);
    assert!(said[0].contains("AFTER") && said[0].contains("Read-only file system"), "{said:?}");
}

#[test]
fn gemini_reviews_without_a_sandbox() {
    let stage = reviewed(&[Cli::Gemini], "off");
    let requests = stage.model.requests();
    let review = requests.iter().find(|request| request.turn.label("Run").is_some()).unwrap();
    let offered = |tool: &str| review.turn.tools.iter().any(|name| name == tool);
    assert!(offered("read_file") && !offered("run_shell_command") && !offered("write_file"));
    assert!(!said(&stage)[0].contains("AFTER"), "{:?}", said(&stage));
}

#[test]
fn all_three_review_one_branch_at_the_same_time_in_the_sandbox() {
    let stage = reviewed(&Cli::ALL, "required");
    let said = said(&stage);
    assert_eq!(said.len(), 3);
    for words in said {
        assert!(words.contains("denied") && words.contains("AFTER"), "{words}");
    }
    let logs = fs::read_dir(stage.layout().logs()).unwrap();
    let names: Vec<String> = logs.map(|log| log.unwrap().file_name().into_string().unwrap()).collect();
    for cli in Cli::ALL {
        let end = format!("-review-{}.jsonl", cli.name());
        assert!(names.iter().any(|name| name.ends_with(&end)), "no {end} in {names:?}");
    }
}
