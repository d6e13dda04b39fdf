//! What samocode promises every phase, checked at each request. Looks, never repairs.

use std::path::Path;

use crate::turn::Turn;

const LABELS: [&str; 12] = [
    "Session path",
    "Working directory",
    "Main repository",
    "Worktree path",
    "Branch name",
    "Base branch",
    "Phase",
    "Iteration",
    "Time limit",
    "TIMESTAMP_FILE",
    "TIMESTAMP_LOG",
    "TIMESTAMP_ITERATION",
];
const PATHS: [&str; 4] = ["Session path", "Working directory", "Main repository", "Worktree path"];

/// What the first paragraph of each agent's text names and no other agent's does: the document that it writes.
/// Implementation writes none; its text tells of commits.
const MARKS: [(&str, &str); 7] = [
    ("investigation", "-dive-"),
    ("requirements", "_qa.md"),
    ("planning", "-plan-"),
    ("implementation", "commit"),
    ("testing", "-test-report.md"),
    ("quality", "-quality-review.md"),
    ("done", "-summary.md"),
];

/// The phase that this request is about.
pub(super) fn check(
    turn: &Turn,
    phases: &[&'static str],
    task: Option<&str>,
) -> Result<&'static str, String> {
    let missing: Vec<_> = LABELS.into_iter().filter(|label| turn.label(label).is_none()).collect();
    if !missing.is_empty() {
        return Err(format!(
            "the prompt lacks the labels {missing:?}; it starts with {:?}",
            opening(&turn.prompt)
        ));
    }
    for label in PATHS {
        let path = turn.label(label).unwrap_or_default();
        if !Path::new(path).is_absolute() || !Path::new(path).is_dir() {
            return Err(format!("`{label}` is `{path}`, which is no absolute path of a folder"));
        }
    }
    let iteration = turn.label("Iteration").unwrap_or_default();
    if !iteration.starts_with(|first: char| ('1'..='9').contains(&first)) {
        return Err(format!("`Iteration` is `{iteration}`, which is no number from 1"));
    }
    let asked = turn.label("Phase").unwrap_or_default();
    let known = phases.iter().find(|known| **known == asked);
    let phase = *known.ok_or_else(|| format!("the phase `{asked}` is not one of {phases:?}"))?;
    let agent = turn.agent_text();
    check_agent(phase, &agent)?;
    if !agent.contains("_signal.json") {
        return Err("the system text does not say how to signal".to_owned());
    }
    match task {
        Some(task) if !turn.message.contains(task) => Err("the prompt does not hold the task".to_owned()),
        _ => Ok(phase),
    }
}

fn check_agent(phase: &str, agent: &str) -> Result<(), String> {
    let first = agent.split("\n\n").find(|paragraph| !paragraph.starts_with('#')).unwrap_or_default();
    let own = MARKS.iter().find(|(known, _)| *known == phase);
    let others = MARKS.iter().filter(|(known, _)| *known != phase && *known != "implementation");
    let other = others.into_iter().find(|(_, mark)| first.contains(mark));
    match (own, other) {
        (_, Some((agent, _))) => Err(format!("the system text is the agent of `{agent}`: {first:?}")),
        (Some((_, mark)), None) if first.contains(mark) => Ok(()),
        _ => Err(format!("the system text is not the agent of this phase; it starts with {first:?}")),
    }
}

fn opening(text: &str) -> String {
    text.chars().take(400).collect()
}
