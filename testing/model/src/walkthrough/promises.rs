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
const PATHS: [&str; 4] = [
    "Session path",
    "Working directory",
    "Main repository",
    "Worktree path",
];

/// How much of the agent's text may come before it names its phase, in characters.
const OPENING: usize = 400;

/// The phase that this request is about.
pub(super) fn check(
    turn: &Turn,
    phases: &[&'static str],
    task: Option<&str>,
) -> Result<&'static str, String> {
    let missing: Vec<_> = LABELS
        .into_iter()
        .filter(|label| turn.label(label).is_none())
        .collect();
    if !missing.is_empty() {
        return Err(format!(
            "the prompt lacks the labels {missing:?}; it starts with {:?}",
            opening(&turn.prompt)
        ));
    }
    for label in PATHS {
        let path = turn.label(label).unwrap_or_default();
        if !Path::new(path).is_absolute() || !Path::new(path).is_dir() {
            return Err(format!(
                "`{label}` is `{path}`, which is no absolute path of a folder"
            ));
        }
    }
    let iteration = turn.label("Iteration").unwrap_or_default();
    if !iteration.starts_with(|first: char| ('1'..='9').contains(&first)) {
        return Err(format!(
            "`Iteration` is `{iteration}`, which is no number from 1"
        ));
    }
    let asked = turn.label("Phase").unwrap_or_default();
    let known = phases.iter().find(|known| **known == asked);
    let phase = *known.ok_or_else(|| format!("the phase `{asked}` is not one of {phases:?}"))?;
    let agent = turn.agent_text();
    if !opening(&agent).to_lowercase().contains(phase) {
        return Err(format!(
            "the system text is not the agent of this phase; it starts with {:?}",
            opening(&agent)
        ));
    }
    if !agent.contains("_signal.json") {
        return Err("the system text does not say how to signal".to_owned());
    }
    match task {
        Some(task) if !turn.message.contains(task) => {
            Err("the prompt does not hold the task".to_owned())
        }
        _ => Ok(phase),
    }
}

fn opening(text: &str) -> String {
    text.chars().take(OPENING).collect()
}
