//! Draws the last row: the keys that matter now, what is searched for, or a notice.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{put, put_both};
use crate::tui::model::{Edit, Find, Model, Open, Tab};
use crate::tui::places::notice_lines;
use crate::tui::words::Need;

pub(super) fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    if let Some(prompt) = &model.prompt {
        return put(buffer, area, 0, &prompt_line(model, prompt));
    }
    let notice = notice_lines(model);
    if !notice.is_empty() {
        for (row, line) in notice.iter().enumerate() {
            put(buffer, area, row, line);
        }
        return;
    }
    let found = model.open.as_ref().and_then(Open::find).map(|find| found(find, model));
    let right = match found {
        Some(found) => found,
        None if !model.list.filter().is_empty() && model.open.is_none() => {
            Line::styled(format!(" /{} ", model.list.filter()), theme.accent())
        }
        None => Line::default(),
    };
    let room = usize::from(area.width).saturating_sub(right.width());
    put_both(buffer, area, 0, &hints(model, room), &right);
}

fn prompt_line(model: &Model, prompt: &Edit) -> Line<'static> {
    let theme = model.theme();
    let (before, behind) = prompt.halves();
    let under = behind.chars().next().map_or_else(|| " ".to_owned(), |letter| letter.to_string());
    let rest: String = behind.chars().skip(1).collect();
    Line::from(vec![
        Span::styled(" /", theme.accent()),
        Span::raw(before.to_owned()),
        Span::styled(under, theme.hit()),
        Span::raw(rest),
    ])
}

/// `3 of 120`, and that there may be more.
fn found(find: &Find, model: &Model) -> Line<'static> {
    let more = if find.done { "" } else { " …" };
    let words = match find.line() {
        Some(_) => format!(" /{}  {} of {}{more} ", find.words, find.at + 1, find.hits.len()),
        None if find.done => format!(" /{}  not found ", find.words),
        None => format!(" /{}  … ", find.words),
    };
    Line::styled(words, model.theme().accent())
}

/// As many keys as there is room for, the most needed first; help and the way out always.
fn hints(model: &Model, room: usize) -> Line<'static> {
    let theme = model.theme();
    let (first, last) = keys(model);
    let columns = |(key, what): &(&str, &str)| key.width() + what.width() + 3;
    let mut used: usize = last.iter().map(columns).sum();
    let mut shown = Vec::new();
    for hint in first {
        used += columns(&hint);
        if used > room {
            break;
        }
        shown.push(hint);
    }
    let mut spans = Vec::new();
    for (key, what) in shown.into_iter().chain(last) {
        spans.push(Span::styled(format!(" {key}"), theme.accent()));
        spans.push(Span::styled(format!(" {what} "), theme.dim()));
    }
    Line::from(spans)
}

type Hints = Vec<(&'static str, &'static str)>;

fn keys(model: &Model) -> (Hints, Hints) {
    let Some(open) = &model.open else {
        return (vec![("⏎", "open"), ("↑↓", "choose"), ("/", "find")], vec![("?", "keys"), ("q", "quit")]);
    };
    let mut first = Vec::new();
    let view = model.view();
    match view.and_then(Need::of) {
        Some(Need::Answers(_)) if open.asks() => {
            first.extend([("⏎", "choose"), ("A", "suggested")]);
        }
        Some(Need::Answers(_)) => first.push(("3", "answer")),
        Some(Need::Approval) => first.extend([("a", "approve"), ("x", "send back")]),
        Some(Need::Action | Need::Decision) => first.extend([("r", "resume")]),
        Some(Need::Mending) | None => {}
    }
    if open.find().is_some() {
        first.push(("n/N", "next"));
    }
    if view.is_some_and(|view| view.state == "done") {
        first.push(("o", "reopen"));
    } else {
        first.push(("t", "tell"));
    }
    if open.tab == Tab::Log {
        first.push(("/", "search"));
    }
    first.push(("⇥", "tabs"));
    first.push(("↑↓", "scroll"));
    if open.tab != Tab::Log && !open.asks() {
        first.push(("/", "search"));
    }
    (first, vec![("?", "keys"), ("q", "back")])
}
