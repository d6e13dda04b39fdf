//! What was read, as blocks for a pane.

use jiff::Timestamp;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::data::DiffText;
use crate::engine::{ChangeKind, Moment, PlanText, View, usage_words};
use crate::tui::markdown::{Block, blocks};
use crate::tui::theme::Theme;
use crate::tui::words;

/// The longest piece of the model's words that is shown, in lines.
const SAID: usize = 12;

/// What the newest iteration did.
pub(super) fn activity(iteration: u32, moments: &[Moment], theme: Theme) -> Vec<Block> {
    let mut shown = Vec::new();
    for moment in moments {
        let (mark, style, text) = match moment {
            Moment::Up(words) => ("┌", theme.dim(), format!("#{iteration} {words}")),
            Moment::Call(words) => ("▸", theme.accent(), words.clone()),
            Moment::Words(words) => {
                said(&mut shown, words, theme);
                continue;
            }
            Moment::Trouble(words) => ("!", theme.bad(), words.clone()),
            Moment::End(words, true) => ("└", theme.good(), words.clone()),
            Moment::End(words, false) => ("└", theme.bad(), words.clone()),
        };
        let call = matches!(moment, Moment::Call(_));
        let spans = match text.split_once(' ').filter(|_| call) {
            Some((tool, about)) => vec![
                Span::styled(format!(" {mark} "), style),
                Span::styled(format!("{tool} "), theme.strong()),
                Span::raw(about.to_owned()),
            ],
            None => vec![
                Span::styled(format!(" {mark} "), style),
                Span::styled(text, if call { theme.strong() } else { style }),
            ],
        };
        shown.push(Block::new(spans).hanging(5));
    }
    shown
}

/// The model's own words stand apart from what it does.
fn said(shown: &mut Vec<Block>, text: &str, theme: Theme) {
    let mut lines = blocks(text.trim(), theme);
    let left = lines.len().saturating_sub(SAID);
    lines.truncate(SAID);
    for mut block in lines {
        if block.line.width() > 0 {
            block.line.spans.insert(0, Span::raw("   "));
        }
        block.hang += 3;
        block.rule = false;
        shown.push(block);
    }
    if left > 0 {
        shown.push(Block::new(Line::styled(format!("   … {left} more lines"), theme.dim())));
    }
}

/// Where a session stands, in fields, then its notebook.
pub(super) fn overview(view: &View, notebook: &str, now: Timestamp, theme: Theme) -> Vec<Block> {
    let mut shown = Vec::new();
    let mut field = |label: &str, value: &str, style: Style| {
        let spans =
            vec![Span::styled(format!(" {label:<10} "), theme.dim()), Span::styled(value.to_owned(), style)];
        shown.push(Block::new(spans).hanging(12));
    };
    let plain = theme.plain();
    if let Some(task) = &view.task {
        field("task", words::first_line(task), plain);
    }
    let at = view.phases.iter().position(|phase| *phase == view.phase).map_or(0, |at| at + 1);
    field(
        "phase",
        &format!("{}, {at} of {} in {}", view.phase, view.phases.len(), view.workflow),
        theme.strong(),
    );
    let most = view.most_in_phase.map(|most| format!(" of {most}")).unwrap_or_default();
    field(
        "iteration",
        &format!("{} ({}{most} in {})", view.iteration, view.used_in_phase, view.phase),
        plain,
    );
    field("used", &format!("{} of work, {}", words::worked(view), usage_words(&words::used(view))), plain);
    field(
        "age",
        &format!("made {}, changed {}", ago(view.created_at, now), ago(view.changed_at, now)),
        plain,
    );
    if let (Some(base), Some(worktree)) = (&view.base_branch, &view.worktree) {
        field("branch", &format!("{} from {base}", view.branch), plain);
        field("worktree", &worktree.display().to_string(), plain);
    }
    field("folder", &view.session_dir.display().to_string(), plain);
    if let Some(verification) = &view.verification {
        let style = if verification.passed { theme.good() } else { theme.bad() };
        field("verified", &verification.words, style);
    }
    for (label, text) in [("last", &view.last_action), ("next", &view.next)] {
        if let Some(text) = text {
            field(label, text, plain);
        }
    }
    if let Some(reason) = &view.reason {
        for (number, line) in reason.lines().enumerate() {
            field(if number == 0 { "because" } else { "" }, line, plain);
        }
    }
    for piece in &view.guidance {
        let read = match piece.read_by {
            Some(iteration) => Span::styled(format!("  read by #{iteration}"), theme.good()),
            None => Span::styled("  unread", theme.call()),
        };
        let label = Span::styled(format!(" {:<10} ", "told"), theme.dim());
        let text = Span::raw(piece.text.replace('\n', " "));
        shown.push(Block::new(vec![label, text, read]).hanging(12));
    }
    if let Some(summary) = &view.summary {
        shown.push(Block::new(""));
        shown.extend(blocks(summary, theme).into_iter().map(indented));
    }
    if !notebook.trim().is_empty() {
        shown.push(Block { rule: true, ..Block::new("") });
        shown.extend(blocks(notebook, theme).into_iter().map(indented));
    }
    shown
}

/// Documents do not stick to the edge.
fn indented(mut block: Block) -> Block {
    if !block.rule {
        block.line.spans.insert(0, Span::raw(" "));
        block.hang += 1;
    }
    block
}

fn ago(at: Timestamp, now: Timestamp) -> String {
    match words::age(at, now).as_str() {
        "now" => "just now".to_owned(),
        age => format!("{age} ago"),
    }
}

/// A document.
pub(super) fn document(text: &str, theme: Theme) -> Vec<Block> {
    blocks(text, theme).into_iter().map(indented).collect()
}

/// The plan, or what changed in it since the agent asked.
pub(super) fn plan(plan: &PlanText, changes: bool, theme: Theme) -> Vec<Block> {
    let name = plan.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let hash = plan.sha256.get(..12).unwrap_or_default();
    let title = format!(" {name} · sha256 {hash}…");
    let mut shown = vec![Block::new(Line::styled(title, theme.dim())).hanging(1)];
    if !plan.changes.is_empty() {
        let words = if changes {
            " what changed since the agent asked (d shows the whole plan)"
        } else {
            " it changed since the agent asked (d shows what)"
        };
        shown.push(Block::new(Line::styled(words, theme.call())).hanging(1));
    }
    shown.push(Block::new(""));
    if !changes {
        shown.extend(document(&plan.text, theme));
        return shown;
    }
    for (kind, text) in &plan.changes {
        let (mark, style) = match kind {
            ChangeKind::Same => (" ", theme.plain()),
            ChangeKind::Added => ("+", theme.good()),
            ChangeKind::Removed => ("-", theme.bad()),
            ChangeKind::Gap => ("⋯", theme.dim()),
        };
        shown.push(Block::new(Line::styled(format!(" {mark} {text}"), style)).hanging(3));
    }
    shown
}

/// What a branch changes.
pub(super) fn diff(diff: &DiffText, theme: Theme) -> Vec<Block> {
    let mut shown = Vec::new();
    for (number, line) in diff.head.iter().enumerate() {
        let style = if number == 0 { theme.strong() } else { theme.plain() };
        shown.push(Block::new(Line::styled(format!(" {line}"), style)).hanging(3));
    }
    for note in &diff.notes {
        shown.push(Block::new(Line::styled(format!(" {note}"), theme.dim())).hanging(3));
    }
    let mut in_hunk = false;
    for line in &diff.patch {
        if line.starts_with("diff --git ") {
            in_hunk = false;
            shown.push(Block::new(""));
        }
        in_hunk |= line.starts_with("@@");
        let style = match line.as_bytes().first() {
            Some(b'@') if in_hunk => theme.accent(),
            Some(b'+') if in_hunk => theme.good(),
            Some(b'-') if in_hunk => theme.bad(),
            _ if in_hunk => theme.plain(),
            _ => theme.strong(),
        };
        shown.push(Block::new(Line::styled(format!(" {line}"), style)).hanging(2));
    }
    shown
}
