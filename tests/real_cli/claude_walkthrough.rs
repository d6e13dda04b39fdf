//! The walkthrough by itself: the real CLI is started phase by phase by hand, with prompts of the promised form.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use samocode_testing_model::{Dialect, Model, Reply, Script, Turn, Walkthrough};
use serde_json::Value;

use crate::claude::Claude;
use crate::scratch::Scratch;

const ANSWERED: &str = "## Gate passed\n\nThe questions were answered by a person:\n\
    - Q1: Which greeting?\n  Answer: B\n- Q2: A test?\n  Answer: A";

/// A session made by hand: a repository whose only folder is the worktree, too.
struct Session {
    scratch: Scratch,
    iteration: u32,
}

/// The texts that samocode is built with.
fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets")
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

impl Session {
    fn new() -> Self {
        let scratch = Scratch::new();
        let work = scratch.work();
        git(&work, &["init", "-q", "-b", "main"]);
        git(&work, &["config", "user.name", "A Person"]);
        git(&work, &["config", "user.email", "person@example.com"]);
        git(&work, &["commit", "-q", "--allow-empty", "-m", "Begin"]);
        git(&work, &["switch", "-q", "-c", "greeting"]);
        scratch.write(
            "session/_overview.md",
            "# greeting\n\n## Status\nPhase: x\nLast Action: none\nNext: begin\n",
        );
        let manifest = r#"{"name": "samocode", "version": "0.1.0", "description": "samocode's agents"}"#;
        scratch.write("plugin/.claude-plugin/plugin.json", manifest);
        for agent in fs::read_dir(assets().join("agents")).unwrap().map(Result::unwrap) {
            let name = format!("plugin/agents/{}", agent.file_name().display());
            scratch.write(&name, &fs::read_to_string(agent.path()).unwrap());
        }
        Self { scratch, iteration: 0 }
    }

    /// One iteration of a phase; tells its signal.
    fn iterate(&mut self, model: &Model, phase: &str, message: &str) -> Value {
        self.iteration += 1;
        let prompt = self.prompt(phase, message);
        let signal = self.scratch.path("session/_signal.json");
        let _ = fs::remove_file(&signal);

        let outcome = Claude::new(model, &self.scratch)
            .arg("--plugin-dir")
            .arg(self.scratch.path("plugin"))
            .args(&["--agent", &format!("samocode:{phase}"), "--append-system-prompt-file"])
            .arg(assets().join("rules.md"))
            .prompt(&prompt)
            .run();

        model.assert_nothing_unexpected();
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        serde_json::from_str(&fs::read_to_string(signal).unwrap()).unwrap()
    }

    fn prompt(&self, phase: &str, message: &str) -> String {
        let (session, work) = (self.scratch.path("session"), self.scratch.work());
        let (session, work, iteration) = (session.display(), work.display(), self.iteration);
        format!(
            "Session path: {session}\nWorking directory: {work}\nMain repository: {work}\nWorktree path: {work}\n\
             Branch name: greeting\nBase branch: main\nWorkflow: full\nPhase: {phase}\nMay go to: a phase\nIteration: {iteration}\n\
             Time limit: 1800 seconds\nTIMESTAMP_FILE: 01-08-10:{iteration:02}\nTIMESTAMP_LOG: 10:42\n\
             TIMESTAMP_ITERATION: 2026-01-08T10:42:00Z\n\n{message}\n\n## Task\n\nadd a greeting\n"
        )
    }
}

fn assert_asks(signal: &Value, wanted: &str) {
    let status = signal["status"].as_str().unwrap();
    let more = signal["phase"].as_str().or_else(|| signal["for"].as_str()).unwrap_or_default();
    assert_eq!(format!("{status} {more}").trim(), wanted, "{signal}");
}

#[test]
fn it_leads_through_the_full_workflow() {
    let mut session = Session::new();
    let model = Model::start(Walkthrough::full().with_task("add a greeting"));

    assert_asks(&session.iterate(&model, "investigation", ""), "continue requirements");
    assert_asks(&session.iterate(&model, "requirements", ""), "waiting qa_answers");
    let qa = session.scratch.path("session/_qa.md");
    let asked = fs::read_to_string(&qa).unwrap();
    fs::write(&qa, asked.replacen("_waiting_", "B", 1).replacen("_waiting_", "A", 1)).unwrap();
    assert_asks(&session.iterate(&model, "requirements", ANSWERED), "continue planning");
    assert_asks(&session.iterate(&model, "planning", ""), "waiting plan_approval");
    assert_asks(
        &session.iterate(&model, "planning", "## Plan rejected\n\nBy a person: say more."),
        "waiting plan_approval",
    );
    assert_asks(&session.iterate(&model, "implementation", ""), "continue implementation");
    assert_asks(&session.iterate(&model, "implementation", ""), "continue implementation");
    assert_asks(&session.iterate(&model, "implementation", ""), "continue testing");
    assert_asks(&session.iterate(&model, "testing", ""), "continue quality");
    assert_asks(&session.iterate(&model, "quality", ""), "continue done");
    assert_asks(&session.iterate(&model, "done", ""), "done");

    let work = session.scratch.work();
    assert_eq!(git(&work, &["rev-list", "--count", "main..greeting"]).trim(), "3");
    assert_eq!(git(&work, &["status", "--porcelain"]), "");
    let script = fs::read_to_string(work.join("walkthrough/greet.sh")).unwrap();
    assert!(script.contains("good day"), "the person's answer is in the work: {script}");
    let plan = fs::read_to_string(session.scratch.path("session/01-08-10:04-plan-greeting.md")).unwrap();
    assert_eq!((plan.matches("- [x]").count(), plan.matches("- [ ]").count()), (3, 0), "{plan}");
}

#[test]
fn it_builds_everything_at_once_without_a_plan() {
    let mut session = Session::new();
    let model = Model::start(Walkthrough::quick());

    assert_asks(&session.iterate(&model, "implementation", ""), "continue testing");
    assert_asks(&session.iterate(&model, "testing", ""), "continue done");
    assert_asks(&session.iterate(&model, "done", ""), "done");

    assert_eq!(git(&session.scratch.work(), &["rev-list", "--count", "main..greeting"]).trim(), "3");
}

/// What the walkthrough says to a request that lacks something.
fn complaint(change: impl FnOnce(&mut Turn)) -> String {
    let session = Session { iteration: 1, ..Session::new() };
    let prompt = session.prompt("requirements", "");
    let work = session.scratch.work().display().to_string();
    let labels = prompt.lines().take(14).map(|line| line.split_once(": ").unwrap());
    let mut turn = Turn {
        dialect: Dialect::Claude,
        conversation: String::new(),
        model: "m".to_owned(),
        system: vec!["# Requirements\n\nAsk in _qa.md.\n\nWrite _signal.json".to_owned()],
        tools: vec!["Read".to_owned()],
        labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        message: work,
        prompt,
        reminders: Vec::new(),
        answers: 0,
        history: Vec::new(),
        results: Vec::new(),
    };
    change(&mut turn);
    match Walkthrough::full().reply(&turn) {
        Reply::Unexpected(why) => why,
        other => format!("no complaint: {other:?}"),
    }
}

#[test]
fn it_says_what_a_request_lacks() {
    assert!(complaint(|_| ()).starts_with("no complaint"));
    assert!(complaint(|turn| turn.labels.retain(|label| label.0 != "Base branch")).contains("Base branch"));
    assert!(complaint(|turn| turn.labels[3].1 = "/not/there".to_owned()).contains("/not/there"));
    assert!(complaint(|turn| turn.labels[7].1 = "cooking".to_owned()).contains("cooking"));
    let system = |text: &str| vec![text.to_owned()];
    assert!(complaint(|turn| turn.system = system("Write x-plan-y")).contains("the agent of `planning`"));
    assert!(complaint(|turn| turn.system = system("Be nice.")).contains("not the agent of this phase"));
    assert!(complaint(|turn| turn.system = system("Ask in _qa.md")).contains("how to signal"));
    assert!(complaint(|turn| turn.tools.clear()).contains("the tool `Read` is needed"));
}
