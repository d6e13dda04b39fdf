//! What must hold when samocode ended, and when a schedule is over.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use samocode::domain::session::{Session, fold};
use samocode::store::{Layout, read_journal};
use samocode_testing_agent::TROUBLE;

use super::follower::Follower;
use crate::scenario::Scenario;

/// After samocode ended by itself the notebook says what the journal says. A person's edit of `Phase:` at an open gate
/// stands until samocode looks at it.
pub(super) fn notebook(layout: &Layout, session: &Session) -> Result<(), String> {
    let notebook = fs::read_to_string(layout.overview()).unwrap_or_default();
    for line in [
        format!("Phase: {}", session.phase),
        format!("Total Iterations: {}", session.iteration),
        format!("Iteration: {}", session.used_in_phase()),
    ] {
        let edited = line.starts_with("Phase") && session.open_gate().is_some();
        if !edited && !notebook.lines().any(|found| found.trim() == line) {
            return Err(format!("_overview.md does not say `{line}`:\n{notebook}"));
        }
    }
    Ok(())
}

/// The journal replayed as a whole is what it gave entry by entry.
pub(super) fn journal(layout: &Layout, follower: &Follower) -> Result<(), String> {
    let read = read_journal(&layout.journal()).map_err(|error| error.to_string())?;
    let folded = read.map(|read| fold(&read.entries)).ok_or("the journal is gone")?;
    let same = folded.map_err(|error| error.to_string())? == *session(follower)?;
    if same { Ok(()) } else { Err("the journal replayed gives another session".to_owned()) }
}

/// `status` shows what the journal says.
pub(super) fn status(scenario: &Scenario, follower: &Follower) -> Result<(), String> {
    let session = session(follower)?;
    let view = scenario.run(["status", "auth", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&view.out).map_err(|error| error.to_string())?;
    for (what, right) in [
        ("iteration", session.iteration.into()),
        ("used_in_phase", session.used_in_phase().into()),
        ("worked_ms", session.worked_ms.into()),
        ("phase", serde_json::Value::from(session.phase.as_str())),
    ] {
        if shown[what] != right {
            return Err(format!("status shows {what} {}, the journal says {right}", shown[what]));
        }
    }
    Ok(())
}

/// Nothing that an agent planted has run, and every invocation had something to do.
pub(super) fn planted(records: &Path) -> Result<(), String> {
    if records.join("ran").exists() {
        return Err("what an agent planted has run".to_owned());
    }
    let trouble = fs::read_to_string(records.join(TROUBLE)).unwrap_or_default();
    if trouble.contains("no run fits") {
        return Err(format!("the stand-in was in trouble: {trouble}"));
    }
    Ok(())
}

/// Every commit that an agent made is part of the session's branch or of what samocode keeps. Gives how many there are.
pub(super) fn commits(scenario: &Scenario, layout: &Layout) -> Result<u32, String> {
    let made = fs::read_to_string(scenario.records().join("commits")).unwrap_or_default();
    let made: BTreeSet<&str> = made.lines().filter(|line| line.len() == 40).collect();
    let refs = format!("--glob=refs/samocode/{}/*", layout.folder());
    let kept = scenario.git(&["rev-list", "refs/heads/auth", &refs]);
    let kept: BTreeSet<&str> = kept.lines().collect();
    let lost: Vec<_> = made.difference(&kept).collect();
    if lost.is_empty() {
        Ok(u32::try_from(made.len()).unwrap_or(0))
    } else {
        Err(format!("these commits are lost: {lost:?}"))
    }
}

fn session(follower: &Follower) -> Result<&Session, String> {
    follower.session.as_ref().ok_or_else(|| "there is no session".to_owned())
}
