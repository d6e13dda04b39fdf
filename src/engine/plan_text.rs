//! A session's plan as a person is shown it: the very bytes that an approval is bound to.

use std::path::PathBuf;

use similar::{ChangeTag, TextDiff};

use crate::domain::gate::GateId;
use crate::engine::view::{GateKindView, View};
use crate::store::{Documents, Layout, read_document, sha256_hex};

/// A plan as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanText {
    /// Its file.
    pub file: PathBuf,
    /// The hash of the bytes that `text` was made from.
    pub sha256: String,
    /// Its text.
    pub text: String,
    /// The gate that waits for its approval; none where nothing does.
    pub gate: Option<String>,
    /// What changed since the agent asked, line by line; empty when nothing did.
    pub changes: Vec<(ChangeKind, String)>,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is as it was.
    Same,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Lines are left out here.
    Gap,
}

/// The plan that waits for approval, else the newest one; none where there is none, or it cannot be read.
#[must_use]
pub fn plan_text(layout: &Layout, view: &View) -> Option<PlanText> {
    let asked = view.gate.as_ref().and_then(|gate| match &gate.kind {
        GateKindView::Approval { file, changed, .. } => Some((gate.id.clone(), file.clone(), *changed)),
        GateKindView::Answers { .. } | GateKindView::HumanAction { .. } => None,
    });
    let (gate, file, changed) = match asked {
        Some((gate, file, changed)) => (Some(gate), file, changed),
        None => {
            let newest = Documents::list(layout).ok()?.plan(layout, None)?.ok()?;
            (None, layout.session_dir().join(newest.file), false)
        }
    };
    let bytes = read_document(&file).ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let announced = gate.as_ref().filter(|_| changed).map(|gate| {
        read_document(&layout.shown_plan(&GateId::from_random(gate.clone()))).unwrap_or_default()
    });
    let changes = announced.map(|old| changes(&String::from_utf8_lossy(&old), &text)).unwrap_or_default();
    Some(PlanText { sha256: sha256_hex(&bytes), file, text, gate, changes })
}

/// The lines that differ, with three around them.
fn changes(old: &str, new: &str) -> Vec<(ChangeKind, String)> {
    let diff = TextDiff::from_lines(old, new);
    let mut lines = Vec::new();
    for (number, group) in diff.grouped_ops(3).iter().enumerate() {
        if number > 0 {
            lines.push((ChangeKind::Gap, String::new()));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let kind = match change.tag() {
                ChangeTag::Equal => ChangeKind::Same,
                ChangeTag::Insert => ChangeKind::Added,
                ChangeTag::Delete => ChangeKind::Removed,
            };
            lines.push((kind, change.value().trim_end_matches(['\n', '\r']).to_owned()));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_stands_among_a_few_lines_that_did_not() {
        let old: String = (0..40).map(|n| format!("line {n}\n")).collect();
        let new = old.replace("line 10\n", "line ten\n").replace("line 30\n", "");
        let told = changes(&old, &new);
        let of = |kind| {
            told.iter().filter(|(of, _)| *of == kind).map(|(_, text)| text.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(of(ChangeKind::Added), ["line ten"]);
        assert_eq!(of(ChangeKind::Removed), ["line 10", "line 30"]);
        assert_eq!((of(ChangeKind::Same).len(), of(ChangeKind::Gap).len()), (12, 1));
        assert!(changes(&old, &old).is_empty());
    }
}
