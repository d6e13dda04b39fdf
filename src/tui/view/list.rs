//! Draws the list of sessions.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{bar, put, put_both};
use crate::engine::View;
use crate::tui::model::{Entry, Model};
use crate::tui::places::{ONE_ROW, Places};
use crate::tui::words::{self, Need};
use crate::tui::wrap::{cut, fit};

/// Columns of the phase bar, the marks and the gaps of a row.
const BAR: usize = 8;

/// How wide the columns are that depend on what stands in them.
#[derive(Clone, Copy)]
struct Columns {
    name: usize,
    /// None where no CLI tells what it costs.
    cost: usize,
}

impl Columns {
    fn of(shown: &[&Arc<Entry>]) -> Self {
        let cost =
            |entry: &&Arc<Entry>| entry.view.as_ref().map_or(0, |view| words::cost(&words::used(view)).len());
        Self {
            name: shown.iter().map(|entry| entry.name().width()).max().unwrap_or(0),
            cost: shown.iter().map(cost).max().unwrap_or(0),
        }
    }
}

pub(super) fn draw(model: &Model, places: Places, buffer: &mut Buffer) {
    title(model, places, buffer);
    let shown = model.list.shown();
    if shown.is_empty() {
        return empty(model, places.body, buffer);
    }
    let (at, top) = (model.list.at(), model.list.top());
    let columns = Columns::of(&shown);
    let narrow = places.body.width < ONE_ROW;
    for (row, entry) in shown.iter().skip(top).take(places.list_rows()).enumerate() {
        let chosen = top + row == at;
        if narrow {
            two_rows(model, entry, chosen, places.body, row * 2, buffer);
        } else {
            one_row(model, entry, chosen, columns, places.body, row, buffer);
        }
    }
    if let Some(entry) = model.list.chosen() {
        detail(model, entry, places.detail, buffer);
    }
}

fn title(model: &Model, places: Places, buffer: &mut Buffer) {
    let theme = model.theme();
    let all = model.list.all().unwrap_or_default();
    let views: Vec<&View> = all.iter().filter_map(|entry| entry.view.as_ref().ok()).collect();
    let need = views.iter().filter(|view| Need::of(view).is_some()).count();
    let work = views.iter().filter(|view| view.orchestrator.is_some() && Need::of(view).is_none()).count();
    let left = Line::from(vec![
        Span::styled(" samocode", theme.strong()),
        Span::styled(format!("  {}", model.setting.project), theme.dim()),
    ]);
    let mut right = Vec::new();
    if need > 0 {
        right.push(Span::styled(
            format!(" {need} need{} you ", if need == 1 { "s" } else { "" }),
            theme.call_bar(),
        ));
        right.push(Span::raw("  "));
    }
    if work > 0 {
        right.push(Span::styled(format!("{work} at work  "), theme.accent()));
    }
    if places.title.width >= ONE_ROW || right.is_empty() {
        right.push(Span::styled(format!("{} in all ", all.len()), theme.dim()));
    }
    put_both(buffer, places.title, 0, &left, &Line::from(right));
    put(buffer, places.tabs, 0, &Line::styled("─".repeat(usize::from(places.tabs.width)), theme.dim()));
}

fn empty(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let lines = match (&model.trouble, model.list.all()) {
        (Some(trouble), _) => vec![Line::styled(format!(" {trouble}"), theme.bad())],
        (None, None) => vec![Line::styled(" reading …", theme.dim())],
        (None, Some([])) => vec![
            Line::from(" no sessions yet; start one:"),
            Line::default(),
            Line::styled(format!("   {}", model.setting.typed("run NAME --task '…'")), theme.accent()),
        ],
        (None, Some(_)) => {
            vec![Line::styled(format!(" no session's name holds `{}`", model.list.filter()), theme.dim())]
        }
    };
    for (row, line) in lines.iter().enumerate() {
        put(buffer, area, row + 1, line);
    }
}

/// What stands before a session's name, and the style of what it does.
fn mark(entry: &Entry, model: &Model) -> (&'static str, Style, Style) {
    let theme = model.theme();
    match &entry.view {
        Err(_) => ("✗", theme.bad(), theme.bad()),
        Ok(view) if Need::of(view).is_some() => ("●", theme.call(), theme.call()),
        Ok(view) if view.state == "done" => ("✓", theme.good(), theme.dim()),
        Ok(view) if view.state == "parked" => ("‖", theme.plain(), theme.plain()),
        Ok(view) if view.orchestrator.is_some() => ("▸", theme.accent(), theme.plain()),
        Ok(_) => ("·", theme.dim(), theme.dim()),
    }
}

fn begin(entry: &Entry, chosen: bool, model: &Model) -> Vec<Span<'static>> {
    let theme = model.theme();
    let (mark, style, _) = mark(entry, model);
    let edge = if chosen { Span::styled("▌", theme.accent()) } else { Span::raw(" ") };
    vec![edge, Span::styled(format!("{mark} "), style)]
}

fn one_row(
    model: &Model,
    entry: &Entry,
    chosen: bool,
    columns: Columns,
    area: Rect,
    row: usize,
    buffer: &mut Buffer,
) {
    let theme = model.theme();
    let width = usize::from(area.width);
    let name_width = columns.name.clamp(8, (width / 4).max(16));
    let name_style = if chosen { theme.strong() } else { theme.plain() };
    let mut spans = begin(entry, chosen, model);
    spans.push(Span::styled(fit(entry.name(), name_width), name_style));
    spans.push(Span::raw("  "));
    let (_, _, style) = mark(entry, model);
    let view = match &entry.view {
        Ok(view) => view,
        Err(error) => {
            spans.push(Span::styled(error.clone(), style));
            return put(buffer, area, row, &Line::from(spans));
        }
    };
    spans.extend(bar(view, model));
    spans.push(Span::raw(" ".repeat((BAR + 2).saturating_sub(view.phases.len()).max(1))));
    if width >= 110 {
        spans.push(Span::styled(fit(&view.phase, 16), theme.dim()));
    }
    let used = words::used(view);
    let mut right = vec![
        Span::styled(format!(" {:>4}", format!("#{}", view.iteration)), theme.dim()),
        Span::styled(format!(" {:>6}", words::age(view.changed_at, model.now)), theme.plain()),
        Span::styled(format!(" {:>5}", words::tokens(&used)), theme.dim()),
    ];
    if columns.cost > 0 {
        right.push(Span::styled(format!(" {:>1$}", words::cost(&used), columns.cost), theme.dim()));
    }
    right.push(Span::raw(" "));
    let right = Line::from(right);
    let left_width: usize = spans.iter().map(Span::width).sum();
    let room = width.saturating_sub(left_width + right.width());
    spans.push(Span::styled(cut(&words::standing(view, &model.setting.zone), room), style));
    put_both(buffer, area, row, &Line::from(spans), &right);
}

fn two_rows(model: &Model, entry: &Entry, chosen: bool, area: Rect, row: usize, buffer: &mut Buffer) {
    let theme = model.theme();
    let width = usize::from(area.width);
    let mut spans = begin(entry, chosen, model);
    let (_, _, style) = mark(entry, model);
    let edge = spans.first().cloned().unwrap_or_default();
    let name_style = if chosen { theme.strong() } else { theme.plain() };
    let view = match &entry.view {
        Ok(view) => view,
        Err(error) => {
            spans.push(Span::styled(entry.folder.clone(), name_style));
            put(buffer, area, row, &Line::from(spans));
            return put(
                buffer,
                area,
                row + 1,
                &Line::from(vec![edge, Span::styled(format!("  {error}"), style)]),
            );
        }
    };
    let mut right = bar(view, model);
    right.push(Span::styled(format!(" {:>6} ", words::age(view.changed_at, model.now)), theme.plain()));
    let right = Line::from(right);
    spans.push(Span::styled(cut(entry.name(), width.saturating_sub(right.width() + 4)), name_style));
    put_both(buffer, area, row, &Line::from(spans), &right);
    let used = words::used(view);
    let standing = words::standing(view, &model.setting.zone);
    let figures = [format!("#{}", view.iteration), words::cost(&used), words::tokens(&used)];
    let mut figures: Vec<String> = figures.into_iter().filter(|figure| !figure.is_empty()).collect();
    // What it waits for is worth more than what it used.
    let columns = |figures: &[String]| figures.join(" · ").chars().count() + standing.chars().count() + 5;
    while figures.len() > 1 && columns(&figures) > width {
        figures.pop();
    }
    let right = Line::styled(format!(" {} ", figures.join(" · ")), theme.dim());
    let room = width.saturating_sub(right.width() + 3);
    let left = Line::from(vec![edge, Span::raw("  "), Span::styled(cut(&standing, room), style)]);
    put_both(buffer, area, row + 1, &left, &right);
}

/// More on the chosen session.
fn detail(model: &Model, entry: &Entry, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let Ok(view) = &entry.view else { return };
    put(buffer, area, 0, &Line::styled("─".repeat(usize::from(area.width)), theme.dim()));
    let mut lines = Vec::new();
    let mut field = |label: &str, value: &str, style: Style| {
        lines.push(Line::from(vec![
            Span::styled(format!(" {label:<6} "), theme.dim()),
            Span::styled(cut(value, usize::from(area.width).saturating_sub(9)), style),
        ]));
    };
    if let Some(task) = &view.task {
        field("task", words::first_line(task), theme.plain());
    }
    let call = Need::of(view).map(|need| need.call(view));
    let now =
        call.as_deref().map_or_else(|| words::doing(view, model.now, &model.setting.zone), str::to_owned);
    field("now", &now, if call.is_some() { theme.call() } else { theme.plain() });
    if words::needs_start(view) {
        let run = model.setting.typed(&format!("run {}", view.name));
        field("start", &run, theme.accent());
    }
    if let Some(last) = &view.last_action {
        field("last", last, theme.plain());
    }
    for (row, line) in lines.iter().take(4).enumerate() {
        put(buffer, area, row + 1, line);
    }
}
