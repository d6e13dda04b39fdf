//! Draws an open session.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{bar, highlighted, put, put_both};
use crate::tui::model::{Find, Model, Open, Pane, Tab};
use crate::tui::places::{Places, head_lines};
use crate::tui::words::{self, Need};

pub(super) fn draw(model: &Model, open: &Open, places: Places, buffer: &mut Buffer) {
    title(model, open, places.title, buffer);
    for (row, line) in head_lines(model).iter().enumerate() {
        put(buffer, places.head, row, line);
    }
    tabs(model, open, places, buffer);
    body(model, open, places.body, buffer);
}

fn title(model: &Model, open: &Open, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let Some(view) = model.view() else {
        return put(buffer, area, 0, &Line::styled(format!(" {}", open.folder), theme.strong()));
    };
    let mut left = vec![Span::styled(format!(" {}  ", view.name), theme.strong())];
    left.extend(bar(view, model));
    left.push(Span::raw(format!(" {}", view.phase)));
    let used = words::used(view);
    let figures = [format!("#{}", view.iteration), words::tokens(&used), words::cost(&used)];
    let mut figures: Vec<String> = figures.into_iter().filter(|figure| !figure.is_empty()).collect();
    if area.width < 72 {
        figures.truncate(1);
    }
    let right = Line::styled(format!(" {} ", figures.join(" · ")), theme.dim());
    put_both(buffer, area, 0, &Line::from(left), &right);
}

fn tabs(model: &Model, open: &Open, places: Places, buffer: &mut Buffer) {
    let theme = model.theme();
    let (area, rows) = (places.tabs, usize::from(places.body.height));
    let short = area.width < 72;
    let needs = match model.view().and_then(Need::of) {
        Some(Need::Answers(_)) => Some(Tab::Questions),
        Some(Need::Approval) => Some(Tab::Plan),
        Some(Need::Action | Need::Decision | Need::Mending) | None => None,
    };
    let mut spans = vec![Span::raw(if short { "" } else { " " })];
    let mut rule = vec![Span::styled(if short { "" } else { "─" }, theme.dim())];
    for (number, tab) in Tab::ALL.into_iter().enumerate() {
        let name = if short { tab.names().1 } else { tab.names().0 };
        let style = match (tab == open.tab, needs == Some(tab)) {
            (true, _) => theme.accent().patch(theme.strong()),
            (false, true) => theme.call(),
            (false, false) => theme.dim(),
        };
        let text = format!("{} {name}", number + 1);
        let gap = if short { 1 } else { 3 };
        let columns = text.chars().count();
        rule.push(if tab == open.tab {
            Span::styled("━".repeat(columns), theme.accent())
        } else {
            Span::styled("─".repeat(columns), theme.dim())
        });
        rule.push(Span::styled("─".repeat(gap), theme.dim()));
        spans.push(Span::styled(text, style));
        spans.push(Span::raw(" ".repeat(gap)));
    }
    rule.push(Span::styled("─".repeat(usize::from(area.width)), theme.dim()));
    put(buffer, area, 0, &Line::from(spans));
    put(buffer, area, 1, &Line::from(rule));
    if let Some(place) = place(open, rows) {
        let text = Line::styled(format!(" {place} "), theme.dim());
        let taken = u16::try_from(text.width()).unwrap_or(0).min(area.width);
        put(buffer, Rect { x: area.width - taken, width: taken, ..area }, 1, &text);
    }
}

/// Where in a document the person is, if it is longer than the screen.
fn place(open: &Open, rows: usize) -> Option<String> {
    let (top, count) = match open.tab {
        Tab::Live => open.live.place(),
        Tab::Overview => open.overview.place(),
        Tab::Questions if open.asks() => return None,
        Tab::Questions => open.questions.place(),
        Tab::Plan => open.plan.place(),
        Tab::Log => open.log.place(),
        Tab::Diff => open.diff.place(),
    };
    (count > rows).then(|| format!("{} of {count}", (top + 1).min(count)))
}

fn body(model: &Model, open: &Open, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    match open.tab {
        Tab::Questions if open.asks() => {
            for (row, line) in open.asking.seen().enumerate() {
                put(buffer, area, row, line);
            }
        }
        Tab::Log if open.log.loaded() && open.log.place().1 > 0 => {
            for (row, (number, line)) in open.log.seen(theme).iter().enumerate() {
                found(model, open.log.find(), *number, line, area, row, buffer);
            }
        }
        Tab::Log => put(buffer, area, 1, &nothing(open.log.loaded(), "no log yet", model)),
        Tab::Live => document(model, &open.live, "no iteration has run yet", area, buffer),
        Tab::Overview => document(model, &open.overview, "nothing is known of it", area, buffer),
        Tab::Questions => document(model, &open.questions, "no questions were asked yet", area, buffer),
        Tab::Plan => document(model, &open.plan, "no plan yet", area, buffer),
        Tab::Diff => document(model, &open.diff, "nothing changed yet", area, buffer),
    }
}

fn nothing(loaded: bool, words: &str, model: &Model) -> Line<'static> {
    Line::styled(if loaded { format!(" {words}") } else { " reading …".to_owned() }, model.theme().dim())
}

fn document(model: &Model, pane: &Pane, words: &str, area: Rect, buffer: &mut Buffer) {
    if pane.place().1 == 0 {
        return put(buffer, area, 1, &nothing(pane.loaded(), words, model));
    }
    for (row, (number, line)) in pane.seen().enumerate() {
        found(model, pane.find(), number, line, area, row, buffer);
    }
}

/// A row, with what is searched for marked in it; the hit where the person is has a bar before it.
fn found(
    model: &Model,
    find: Option<&Find>,
    number: usize,
    line: &Line<'static>,
    area: Rect,
    row: usize,
    buffer: &mut Buffer,
) {
    let Some(find) = find else {
        return put(buffer, area, row, line);
    };
    put(buffer, area, row, &highlighted(line, &find.words, model));
    if find.line() == Some(number) {
        put(buffer, Rect { width: 1, ..area }, row, &Line::styled("▌", model.theme().accent()));
    }
}
