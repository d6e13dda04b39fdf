//! Draws the model. Pure: the same model gives the same screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

mod dialog;
mod footer;
mod help;
mod list;
mod session;

pub(super) use help::help_lines;

use super::model::Model;
use super::places::{LEAST, Places};

/// Draws all of it.
pub(super) fn draw(model: &Model, buffer: &mut Buffer) {
    let area = buffer.area;
    let (width, height) = model.size;
    if width != area.width || height != area.height {
        // A resize that is still on its way: drawn in a moment, at its size.
        return;
    }
    if width < LEAST.0 || height < LEAST.1 {
        let words = format!("needs {}×{}, this is {width}×{height}", LEAST.0, LEAST.1);
        put(buffer, area, 0, &Line::from(super::wrap::cut(&words, usize::from(width))));
        return;
    }
    if let Some(top) = model.help {
        return help::draw(model, top, buffer);
    }
    let places = Places::of(model);
    match &model.open {
        Some(open) => session::draw(model, open, places, buffer),
        None => list::draw(model, places, buffer),
    }
    footer::draw(model, places.footer, buffer);
    if let Some(asked) = &model.dialog {
        dialog::draw(model, asked, buffer);
    }
}

/// Puts a line into a row of an area; nothing outside of it.
fn put(buffer: &mut Buffer, area: Rect, row: usize, line: &Line<'_>) {
    let area = area.intersection(buffer.area);
    if let Ok(row) = u16::try_from(row)
        && row < area.height
        && area.width > 0
    {
        if line.style != ratatui::style::Style::new() {
            buffer.set_style(Rect { y: area.y + row, height: 1, ..area }, line.style);
        }
        buffer.set_line(area.x, area.y + row, line, area.width);
    }
}

/// Two texts in one row, the second at its end; the first gives way.
fn put_both(buffer: &mut Buffer, area: Rect, row: usize, left: &Line<'_>, right: &Line<'_>) {
    let taken = u16::try_from(right.width()).unwrap_or(area.width).min(area.width);
    put(buffer, Rect { width: area.width - taken, ..area }, row, left);
    put(buffer, Rect { x: area.x + area.width - taken, width: taken, ..area }, row, right);
}

/// A line with each place reversed that holds the words, whatever the case.
fn highlighted(line: &Line<'static>, words: &str, model: &Model) -> Line<'static> {
    let wanted = words.to_lowercase();
    let mut spans = Vec::new();
    for span in &line.spans {
        let text = span.content.as_ref();
        let lower = text.to_lowercase();
        // Letters whose lower case is longer would shift the places.
        if wanted.is_empty() || lower.len() != text.len() || !lower.contains(&wanted) {
            spans.push(span.clone());
            continue;
        }
        let mut from = 0;
        for (at, found) in lower.match_indices(&wanted) {
            let (Some(before), Some(hit)) = (text.get(from..at), text.get(at..at + found.len())) else {
                continue;
            };
            spans.push(Span::styled(before.to_owned(), span.style));
            spans.push(Span::styled(hit.to_owned(), span.style.patch(model.theme().hit())));
            from = at + found.len();
        }
        spans.push(Span::styled(text.get(from..).unwrap_or_default().to_owned(), span.style));
    }
    Line { spans, ..line.clone() }
}

/// A cell for each phase: those that are behind, the one where it stands, those ahead.
fn bar(view: &crate::engine::View, model: &Model) -> Vec<Span<'static>> {
    let theme = model.theme();
    let at = view.phases.iter().position(|phase| *phase == view.phase).unwrap_or(0);
    let done = view.state == "done";
    vec![
        Span::styled("▰".repeat(at), if done { theme.dim() } else { theme.plain() }),
        Span::styled("▰", if done { theme.dim() } else { theme.accent().patch(theme.strong()) }),
        Span::styled("▱".repeat(view.phases.len().saturating_sub(at + 1)), theme.dim()),
    ]
}
