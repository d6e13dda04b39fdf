//! What a session came to, without what may differ between two runs of it: times, ids, numbers of iterations.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use samocode::domain::event::Event;
use samocode::domain::gate::GateAsk;
use samocode::domain::outcome::Outcome;
use samocode::domain::request::Effect;
use samocode::domain::review::ReviewEnd;
use samocode::domain::session::{Session, fold};
use samocode::domain::status;
use samocode::domain::verdict::Decision;

use crate::played::Played;
use crate::plot::GUIDANCE;
use crate::suite::scenario::Scenario;

/// Everything that has to be the same.
#[derive(Debug, PartialEq)]
pub(crate) struct Story {
    /// What the iterations that were not interrupted came to, and what their prompts said.
    path: Vec<String>,
    gates: Vec<String>,
    acts: Vec<String>,
    answers: BTreeMap<String, String>,
    counters: String,
    notebook: String,
    files: BTreeMap<String, String>,
    commits: String,
    tree: String,
    left: String,
    /// Whether an iteration was told what was planted. One more is, if it was killed.
    warned: bool,
}

/// What may differ within bounds.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) story: Story,
    pub(crate) interruptions: usize,
    /// The trees that are kept.
    pub(crate) snapshots: BTreeSet<String>,
}

/// Reads a finished session.
pub(crate) fn tell(played: &Played) -> Told {
    let scenario = &played.scenario;
    let entries = scenario.journal();
    let session = fold(&entries).unwrap();
    let mut number = None;
    let mut events = BTreeMap::<&str, Vec<String>>::new();
    let mut interruptions = 0;
    for entry in &entries {
        match &entry.event {
            Event::Started(started) => {
                let expected = number.map_or(started.iteration, |number: u32| number + 1);
                assert_eq!(started.iteration, expected, "numbers go on by one");
                number = Some(started.iteration);
            }
            Event::Judged(judged) if matches!(judged.outcome, Outcome::Interrupted { .. }) => {
                interruptions += 1;
            }
            Event::Judged(judged) => {
                let said = said(scenario, judged.iteration);
                events.entry("path").or_default().push(format!("{} · {said}", decided(&judged.decision)));
                if let Decision::Open(gate) = &judged.decision {
                    events.entry("gates").or_default().push(asked(&gate.ask, &entries, gate.id.as_str()));
                }
            }
            Event::Verified(verified) => {
                let went = if verified.check.passed() { "passed" } else { "failed" };
                let path = events.entry("path").or_default();
                path.push(format!("verification {went}: {}", decided(&verified.decision)));
            }
            Event::Reviewed(review) => {
                let came = matches!(review.end, ReviewEnd::Report { .. });
                events.entry("path").or_default().push(format!("review by {}: {came}", review.provider));
            }
            Event::Received(received) => events.entry("acts").or_default().push(done(&received.effect)),
            Event::Created(_)
            | Event::Adopted(_)
            | Event::Began { .. }
            | Event::Prepared(_)
            | Event::Moved(_)
            | Event::Posted { .. }
            | Event::Reviewing { .. }
            | Event::ReviewsEnded { .. }
            | Event::Notified { .. }
            | Event::Held(_)
            | Event::Parked(_) => {}
        }
    }
    let mut take = |what: &str| events.remove(what).unwrap_or_default();
    let folder = scenario.layout().folder().to_owned();
    let story = Story {
        path: take("path"),
        gates: take("gates"),
        acts: take("acts"),
        answers: session.answers.values().map(|answer| (answer.id.clone(), answer.text.clone())).collect(),
        counters: counters(&session),
        notebook: notebook(scenario, &session),
        files: files(scenario),
        commits: scenario.git(&["log", "--format=%s", "main..auth"]),
        tree: scenario.git(&["ls-tree", "-r", "auth"]),
        left: scenario.git_in(&session_worktree(scenario), &["status", "--porcelain"]),
        warned: scenario.invocations().iter().any(|called| called.stdin.contains("post-merge")),
    };
    let trees = scenario.git(&["for-each-ref", "--format=%(tree)", &format!("refs/samocode/{folder}/")]);
    Told { story, interruptions, snapshots: trees.lines().map(str::to_owned).collect() }
}

fn session_worktree(scenario: &Scenario) -> PathBuf {
    scenario.view().worktree.unwrap()
}

fn decided(decision: &Decision) -> String {
    match decision {
        Decision::Go { phase } => format!("on to {phase}"),
        Decision::Open(gate) => format!("waits for {}", gate.ask.words()),
        Decision::Retry { .. } => "tries again".to_owned(),
        Decision::Verify { .. } => "verifies".to_owned(),
        other => format!("{other:?}"),
    }
}

/// What the prompt of an iteration held of the person's words and of the last iteration's.
fn said(scenario: &Scenario, iteration: u32) -> String {
    let called: Vec<_> =
        scenario.invocations().into_iter().filter(|called| called.iteration == iteration).collect();
    assert_eq!(called.len(), 1, "iteration {iteration} ran once");
    let held = [GUIDANCE, "A - httpOnly cookie", "was approved by", "did not count", "and that failed"];
    let prompt = &called[0].stdin;
    let found: Vec<String> =
        held.iter().map(|words| format!("{} × {words}", prompt.matches(words).count())).collect();
    format!("{}: {}", called[0].phase, found.join(", "))
}

fn asked(ask: &GateAsk, entries: &[samocode::domain::event::Entry], id: &str) -> String {
    let posted =
        entries.iter().filter(|entry| matches!(&entry.event, Event::Posted { gate } if gate.as_str() == id));
    format!("{}, posted {} times", ask.words(), posted.count())
}

fn done(effect: &Effect) -> String {
    match effect {
        Effect::Answered { answers, open } => format!("{answers:?}, open: {open:?}"),
        other => format!("{other:?}"),
    }
}

fn counters(session: &Session) -> String {
    let counters = &session.counters;
    let spent = &counters.spent;
    format!(
        "{:?} {:?} failures {} unverified {} idle {} interruptions {} iterations {} tokens {} cost {:.4}, passed {:?} skipped {:?}",
        counters.in_phase,
        counters.moves,
        counters.failures,
        counters.unverified,
        counters.idle,
        counters.interruptions,
        spent.iterations,
        spent.tokens,
        spent.cost_usd,
        session.passed,
        session.skipped
    )
}

/// samocode's own lines; the total has to fit the record.
fn notebook(scenario: &Scenario, session: &Session) -> String {
    let mut lines = status::read(&scenario.session_file("_overview.md"));
    assert_eq!(lines.total_iterations.take(), Some(u64::from(session.iteration)));
    format!("{lines:?}")
}

/// A line without what differs from run to run in samocode's own section of the summary.
fn lasting(line: &str) -> &str {
    let fleeting = ["- Commit: ", "- Result: passed, exit code 0, after", "- When: ", "- Output: "];
    fleeting.into_iter().find(|start| line.starts_with(start)).unwrap_or(line)
}

/// The files of the session folder with their text, and what was approved.
fn files(scenario: &Scenario) -> BTreeMap<String, String> {
    let layout = scenario.layout();
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(layout.session_dir()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // What is made anew in each run, what is copied once more, and what is not done with yet.
        if path.is_dir()
            || name.contains(".backup-")
            || ["session.log", "_overview.md"].contains(&name.as_str())
        {
            continue;
        }
        // One that was written right before the death is written once more.
        let name = if name.contains("-review-") { "a review".to_owned() } else { name };
        let text = fs::read_to_string(path).unwrap();
        found.insert(name, text.lines().map(lasting).collect::<Vec<_>>().join("\n"));
    }
    let others = [
        ("approved", layout.approved_plan()),
        ("before the answers", layout.session_dir().join("_qa.md.backup-1")),
        ("before it was adopted", layout.session_dir().join("_overview.md.backup-1")),
        ("settings", scenario.repo().join(".git/config")),
        ("hook", scenario.repo().join(".git/hooks/post-merge")),
        ("copied", session_worktree(scenario).join(".env")),
    ];
    for (name, path) in others {
        found.insert(name.to_owned(), fs::read_to_string(path).unwrap_or_else(|_| "none".to_owned()));
    }
    found
}
