//! What the session's branch changes, asked of Git on a thread of its own: a large difference keeps nobody waiting.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Source;
use crate::engine::{BranchDiff, EngineError, View, branch_diff};
use crate::tui::model::{Data, DiffText};

/// How much of a difference is shown, in bytes.
const MOST: u64 = 4 * 1024 * 1024;

/// How long a difference counts as new while an agent may commit at any moment.
const FRESH: Duration = Duration::from_secs(5);

/// How many uncommitted paths are named.
const NAMED: usize = 5;

/// A difference under way, or when it was last asked for.
#[derive(Debug, Default)]
pub(super) struct DiffJob {
    job: Option<JoinHandle<()>>,
    asked: Option<(u64, Instant)>,
}

impl DiffJob {
    /// Asks again where the session is another one than at the last time.
    pub(super) fn look(&mut self, source: &Source, folder: &str, version: u64, view: &View) {
        if self.job.as_ref().is_some_and(|job| !job.is_finished()) {
            return;
        }
        let due = self.asked.is_none_or(|(known, at)| {
            let works = view.orchestrator.is_some();
            (known != version || works && view.state == "running") && (!works || at.elapsed() >= FRESH)
        });
        if !due {
            return;
        }
        self.asked = Some((version, Instant::now()));
        let (source, folder, view) = (source.clone(), folder.to_owned(), view.clone());
        self.job = Some(thread::spawn(move || {
            let diff = match read(&source, &view) {
                Ok(diff) => diff,
                Err(error) => DiffText { head: vec![error.to_string()], ..DiffText::default() },
            };
            let clean = |lines: Vec<String>| {
                // As one text: a secret may span lines.
                let text = source.cleaner.text(&lines.join("\n"));
                if lines.is_empty() { Vec::new() } else { text.split('\n').map(str::to_owned).collect() }
            };
            let DiffText { head, patch, notes } = diff;
            let diff = DiffText { head: clean(head), patch: clean(patch), notes: clean(notes) };
            // Nobody may listen any more.
            let _ = source.send(Data::Diff { folder, diff });
        }));
    }
}

fn read(source: &Source, view: &View) -> Result<DiffText, EngineError> {
    let changes = match branch_diff(&source.main_repo, view)? {
        BranchDiff::Changes(changes) => changes,
        BranchDiff::NotMade => return Ok(DiffText::default()),
        BranchDiff::Gone { branch, top } => {
            let words = format!("the branch {branch} is gone from {}", top.display());
            return Ok(DiffText { head: vec![words], ..DiffText::default() });
        }
    };
    let (title, since) = changes.title();
    let mut head = vec![title + &since];
    head.extend(changes.commits.iter().map(|commit| format!("  {} {}", commit.id, commit.subject)));
    if !changes.stat.is_empty() {
        head.push(format!("  {}", changes.stat));
    }
    let (text, whole) = changes.text(MOST)?;
    let mut notes = Vec::new();
    if !whole {
        let all = format!("{} diff {}", source.command, view.name);
        notes.push(format!("only its first {} MiB are shown here; all of it: {all}", MOST >> 20));
    }
    let left = changes.uncommitted(view).unwrap_or_default();
    if !left.is_empty() {
        let named: Vec<String> = left.iter().take(NAMED).map(|path| path.display().to_string()).collect();
        let more = if left.len() > NAMED { " …" } else { "" };
        notes.push(format!("not committed and not shown: {}{more}", named.join(", ")));
    }
    Ok(DiffText { head, patch: text.lines().map(str::to_owned).collect(), notes })
}
