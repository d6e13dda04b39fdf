//! Whole sessions of the workflow `full`: from a task to a finished branch, the gates passed in three ways.

use std::fs;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use samocode::domain::event::Event;
use samocode::domain::request::{Effect, Who};
use samocode::domain::session::State;
use samocode_testing_model::Walkthrough;

use crate::asked::assert_asked_well;
use crate::clis::Cli;
use crate::scratch::files_below;
use crate::stage::{NAME, Stage, TASK, git};

/// How soon a session goes on after a command; a loaded machine included.
const AFTER_A_COMMAND: Duration = Duration::from_secs(2);
/// A file that was edited by hand has to rest for three seconds first.
const AFTER_AN_EDIT: Duration = Duration::from_secs(6);

/// The iterations of the walkthrough, whose phases come after samocode's own `init`.
pub(crate) const WALK: [&str; 10] = [
    "investigation",
    "requirements",
    "requirements",
    "planning",
    "implementation",
    "implementation",
    "implementation",
    "testing",
    "quality",
    "done",
];

fn walkthrough() -> Walkthrough {
    Walkthrough::full().with_task(TASK)
}

#[test]
fn a_task_becomes_a_branch_with_the_gates_passed_by_commands() {
    passes_the_gates_by_commands(Cli::Claude);
}

#[test]
fn codex_makes_a_task_a_branch_with_the_gates_passed_by_commands() {
    passes_the_gates_by_commands(Cli::Codex);
}

#[test]
fn gemini_makes_a_task_a_branch_with_the_gates_passed_by_commands() {
    passes_the_gates_by_commands(Cli::Gemini);
}

pub(crate) fn passes_the_gates_by_commands(cli: Cli) {
    let stage = Stage::with(&[cli], walkthrough());
    let mut run = stage.begin(&[]);

    run.hears(&format!("answer {NAME} Q1=A Q2=A"));
    let answered = Timestamp::now();
    stage.act("answer", &["Q1=B", "Q2=A"]).with_code(0).saying("answered; greet goes on");
    stage.goes_on(3, answered, AFTER_A_COMMAND);

    run.hears("samocode needs you: a plan to approve");
    let approved = Timestamp::now();
    stage.act("approve", &[]).with_code(0).saying("approved; greet goes on with implementation");
    stage.goes_on(5, approved, AFTER_A_COMMAND);

    run.wait().with_code(0).saying("done greet: a greeting with a test");
    let person = Who::Terminal("ada".to_owned());
    assert_passed_by(&stage, &[person.clone(), person]);
    assert_finished(&stage, "good day");
    assert_asked_well(&stage);
    stage.was_told(3, "The questions were answered by ada at a terminal:");
    stage.was_told(3, "Q1: Which greeting should the script print?\n  Answer: B - good day");
    stage.was_told(3, "Q2: Should the script have a test?\n  Answer: A - yes");
    stage.was_told(5, "approved by ada at a terminal");
}

#[test]
fn a_task_becomes_a_branch_with_the_gates_passed_by_edits() {
    let stage = Stage::new(walkthrough());
    let mut run = stage.begin(&[]);

    run.hears("samocode needs you: 2 questions");
    let answered = Timestamp::now();
    edit(&stage.layout().qa(), |text| {
        text.replacen("_waiting_", "C", 1).replacen("_waiting_", "yes, a small one", 1)
    });
    stage.goes_on(3, answered, AFTER_AN_EDIT);

    run.hears("samocode needs you: a plan to approve");
    let approved = Timestamp::now();
    edit(&stage.layout().overview(), |text| text.replace("Phase: planning", "Phase: implementation"));
    stage.goes_on(5, approved, AFTER_AN_EDIT);

    run.wait().with_code(0);
    let by = |file: &str| Who::File(file.to_owned());
    assert_passed_by(&stage, &[by("_qa.md"), by("_overview.md")]);
    assert_finished(&stage, "welcome");
    stage.was_told(3, "Q2: Should the script have a test?\n  Answer: yes, a small one");
    stage.was_told(5, "approved by an edit of _overview.md");
}

#[test]
fn a_task_becomes_a_branch_with_the_gates_passed_by_flags() {
    let stage = Stage::new(walkthrough());

    stage.begin(&["--accept-suggestions", "--approve-plan"]).wait().with_code(0);

    let by = |flag: &str| Who::Flag(flag.to_owned());
    assert_passed_by(&stage, &[by("--accept-suggestions"), by("--approve-plan")]);
    assert_finished(&stage, "hello");
    stage.was_told(3, "answered by the flag --accept-suggestions");
}

fn edit(path: &Path, change: impl FnOnce(String) -> String) {
    let before = fs::read_to_string(path).unwrap();
    let after = change(before.clone());
    assert_ne!(before, after, "the edit of {} changes nothing", path.display());
    fs::write(path, after).unwrap();
}

/// Who passed the gates, in order.
fn assert_passed_by(stage: &Stage, wanted: &[Who]) {
    let entries = stage.journal();
    let who: Vec<Who> = entries
        .into_iter()
        .filter_map(|entry| match entry.event {
            Event::Received(received) => match received.effect {
                Effect::Answered { open, .. } if open.is_empty() => Some(received.request.who),
                Effect::Approved { .. } => Some(received.request.who),
                other => panic!("no other request was made: {other:?}"),
            },
            _ => None,
        })
        .collect();
    assert_eq!(who, wanted);
}

/// The branch, the documents, the notebook, the record and the logs of a walkthrough that went well.
fn assert_finished(stage: &Stage, greeting: &str) {
    stage.model.assert_nothing_unexpected();
    let session = stage.session();
    assert_eq!(session.state, State::Done("a greeting with a test".to_owned()));
    assert_eq!(stage.phases(), WALK);
    let phases: Vec<_> = session.workflow.phases().map(|rules| rules.name.to_string()).collect();
    assert_eq!(phases.len(), 8, "{phases:?}");
    assert_eq!(phases[0], "init");

    let worktree = session.worktree().unwrap().clone();
    let commits = git(&stage.main(), &["log", "--format=%an: %s", "--reverse", "main..greet"]);
    let wanted =
        ["greet.sh", "greet_test.sh", "README.md"].map(|file| format!("Ada: Add walkthrough/{file}"));
    assert_eq!(commits.lines().collect::<Vec<_>>(), wanted);
    assert_eq!(git(&worktree, &["status", "--porcelain"]), "");
    assert_eq!(git(&worktree, &["symbolic-ref", "--short", "HEAD"]), "greet");
    let script = git(&stage.main(), &["show", "greet:walkthrough/greet.sh"]);
    assert!(script.contains(greeting), "the person's answer is in the work: {script}");
    assert_eq!(git(&stage.main(), &["status", "--porcelain"]), "", "the main checkout is as it was");
    assert_eq!(git(&stage.main(), &["log", "--format=%s", "main"]), "Begin");

    for part in
        ["-dive-", "-requirements.md", "-plan-", "-test-report.md", "-quality-review.md", "-summary.md"]
    {
        assert!(!stage.document(part).1.is_empty());
    }
    let (plan, text) = stage.document("-plan-");
    assert_eq!((text.matches("- [x]").count(), text.matches("- [ ]").count()), (3, 0), "{text}");
    let overview = fs::read_to_string(stage.layout().overview()).unwrap();
    for line in ["Phase: done", "Total Iterations: 10", "Blocked: no", "Last Action: wrote the summary"] {
        assert!(overview.contains(line), "no `{line}` in:\n{overview}");
    }
    let named = stage.request(5).turn.label("Approved plan").map(str::to_owned);
    assert_eq!(named, Some(plan.display().to_string()));
    assert_eq!(stage.request(4).turn.label("Approved plan"), None);
    assert_logs(stage);
    assert_home_is_clean(stage);
}

/// One raw stream an iteration, from its first event to its last.
fn assert_logs(stage: &Stage) {
    let mut logs = files_below(&stage.layout().logs());
    logs.retain(|name| name.ends_with(".jsonl"));
    let ends: Vec<String> =
        (1..).zip(WALK).map(|(number, phase)| format!("-{number:03}-{phase}.jsonl")).collect();
    assert_eq!(logs.len(), ends.len(), "{logs:?}");
    for (log, end) in logs.iter().zip(&ends) {
        assert!(log.ends_with(end), "{log} is not `*{end}`");
        let stream = fs::read_to_string(stage.layout().logs().join(log)).unwrap();
        let (first, last) = stage.cli.first_and_last();
        assert!(stream.contains(first) && stream.contains(last), "{log}");
    }
}

fn assert_home_is_clean(stage: &Stage) {
    let files = files_below(&stage.scratch.home());
    // Of installed tools, the caches that a confined child could not make are there already.
    let own = |file: &String| [".cache/samocode/", ".cargo/."].iter().any(|start| file.starts_with(start));
    let strange: Vec<_> = files.iter().filter(|file| !own(file) && !stage.had.contains(file)).collect();
    assert!(strange.is_empty(), "in the home: {strange:?}");
    assert!(files.iter().any(|file| file.starts_with(".cache/samocode/")), "{files:?}");
    // Of a CLI's own folder nothing stays when the session is done.
    assert!(!files.iter().any(|file| file.starts_with(".cache/samocode/state/")), "{files:?}");
}
