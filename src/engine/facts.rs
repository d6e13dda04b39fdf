//! What stands in the session folder and the worktree when a child has ended.

use std::fs;
use std::path::Path;

use crate::domain::check::Head;
use crate::domain::gate::{Gate, GateAsk};
use crate::domain::request::{Scene, SceneQuestion};
use crate::domain::session::Session;
use crate::domain::signal::{Ask, Signal};
use crate::domain::verdict::Facts;
use crate::engine::{EngineError, asked};
use crate::git::{Change, ChangeKind, WorktreeState};
use crate::store::{Documents, Layout, odd_document, read_document, sha256_hex};

/// How many paths are named.
const MOST_NAMED: usize = 5;

/// Looks at the folder for what the signal is about.
pub(super) fn gather(
    layout: &Layout,
    session: &Session,
    signal: Option<&Signal>,
    branch_trouble: Option<String>,
    unchanged: bool,
    head: Option<Head>,
) -> Result<Facts, EngineError> {
    let documents = Documents::list(layout)?;
    let repeated_questions = asked::parsed(&layout.qa()).duplicates;
    let questions = scene_questions(layout, None);
    let named = match signal.map(|signal| &signal.ask) {
        Some(Ask::Waiting { file, .. }) => file.as_deref(),
        Some(Ask::Continue(_) | Ask::Blocked { .. } | Ask::Done | Ask::Handoff(_)) | None => None,
    };
    Ok(Facts {
        branch_trouble,
        documents: documents.kinds(),
        questions: questions.len(),
        repeated_questions,
        open_questions: questions
            .iter()
            .filter(|question| !session.has_answer(&question.id, &question.title))
            .map(|question| question.id.clone())
            .collect(),
        plan: documents.plan(layout, named),
        unchanged,
        head,
        tampering: None,
    })
}

/// What stands, in one line that differs when anything of it does: the commit, the tree, the names and sizes of the
/// documents, the newest plan to the letter, the questions.
///
/// Sizes will do for documents: only in a plan, whose items get ticked, does work leave the size as it was.
pub(super) fn standing(
    layout: &Layout,
    head: Option<&str>,
    tree: Option<&str>,
) -> Result<String, EngineError> {
    let documents = Documents::list(layout)?;
    let size = |path: &Path| fs::metadata(path).map_or(0, |stat| stat.len());
    let mut named: Vec<(&str, u64)> = documents
        .names()
        .iter()
        .map(|name| (name.as_str(), size(&layout.session_dir().join(name))))
        .collect();
    named.sort_unstable();
    let plan = documents.plan(layout, None);
    Ok(format!("{head:?} {tree:?} {named:?} {plan:?} {}", size(&layout.qa())))
}

/// Which of the two files that agents share with the person are no files, in words.
pub(super) fn odd_files(layout: &Layout) -> Vec<String> {
    let odd = |name: &str, path: &Path| {
        odd_document(path)
            .map(|what| format!("`{name}` is {what}; it has to be a regular file, and does not count."))
    };
    [("_overview.md", layout.overview()), ("_qa.md", layout.qa())]
        .iter()
        .filter_map(|(name, path)| odd(name, path))
        .collect()
}

/// What a request has to be judged by, with the bytes of the plan at the open gate.
pub(super) fn scene(layout: &Layout, session: &Session) -> (Scene, Option<Vec<u8>>) {
    let gate = session.open_gate();
    let plan = match gate.map(|gate| &gate.ask) {
        Some(GateAsk::Approval(plan)) => read_document(&layout.session_dir().join(&plan.file)).ok(),
        Some(GateAsk::Answers | GateAsk::HumanAction { .. }) | None => None,
    };
    let plan_sha256 = plan.as_deref().map(sha256_hex);
    (Scene { questions: scene_questions(layout, gate), plan_sha256 }, plan)
}

fn scene_questions(layout: &Layout, gate: Option<&Gate>) -> Vec<SceneQuestion> {
    let questions = asked::questions(layout, gate).into_iter().map(|asked| asked.question);
    questions.map(|question| SceneQuestion { id: question.id, title: question.title }).collect()
}

/// Why the session's branch is not checked out and clean, in words. Files that git does not know and that are named in
/// `left` are nobody's work.
pub(super) fn branch_trouble(state: &WorktreeState, branch: &str, left: &[String]) -> Option<String> {
    let mut troubles = Vec::new();
    match state.branch.as_deref() {
        Some(current) if current == branch => {}
        Some(current) => troubles.push(format!("{current} is checked out instead of {branch}")),
        None => troubles.push(format!("HEAD is detached; {branch} is not checked out")),
    }
    if let Some(operation) = state.operation {
        troubles.push(format!("a {operation} was stopped in its middle"));
    }
    troubles.extend(nested_trouble(state));
    let nobodys = |change: &Change| {
        change.kind == ChangeKind::Untracked && left.iter().any(|path| *path == change.path.to_string_lossy())
    };
    let is_nested = |change: &Change| change.kind == ChangeKind::NestedRepository;
    let changes: Vec<&Change> =
        state.changes.iter().filter(|change| !nobodys(change) && !is_nested(change)).collect();
    if !changes.is_empty() {
        let shown: Vec<String> =
            changes.iter().take(5).map(|change| change.path.display().to_string()).collect();
        let more = changes.len().saturating_sub(shown.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        troubles.push(format!("the worktree has changes that are not committed: {}{more}", shown.join(", ")));
    }
    (!troubles.is_empty()).then(|| troubles.join("; "))
}

/// Repositories in the worktree whose files no commit has, and what to do about them.
fn nested_trouble(state: &WorktreeState) -> Vec<String> {
    let committed: Vec<&Path> =
        state.nested.iter().filter(|nested| nested.committed).map(|nested| nested.path.as_path()).collect();
    let staged = state.nested.iter().filter(|nested| !nested.committed).map(|nested| nested.path.as_path());
    let loose = state.changes.iter().filter(|change| change.kind == ChangeKind::NestedRepository);
    let loose: Vec<&Path> = staged.chain(loose.map(|change| change.path.as_path())).collect();
    let mut troubles = Vec::new();
    for (paths, what) in [
        (committed, "committed as a bare link: the branch has none of its files"),
        (loose, "not committed: `git add` makes a bare link of it and adds none of its files"),
    ] {
        let Some(first) = paths.first() else {
            continue;
        };
        let named: Vec<String> =
            paths.iter().take(MOST_NAMED).map(|path| format!("{}/", path.display())).collect();
        let more = paths.len().saturating_sub(named.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let shown = first.display().to_string();
        // A path with a zero byte cannot be typed, and cannot be.
        let first = shlex::try_quote(&shown).unwrap_or_default();
        troubles.push(format!(
            "{}{more} is a Git repository inside the worktree, {what} (if it belongs to this project: `rm -rf {first}/.git`, \
             `git rm --cached --ignore-unmatch {first}`, `git add {first}`, and commit; if not: add it with `git submodule add`, or \
             move it out of the worktree)",
            named.join(", ")
        ));
    }
    troubles
}
