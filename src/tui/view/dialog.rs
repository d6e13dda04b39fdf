//! Draws what is asked in the middle of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::put;
use crate::tui::model::{Asks, Dialog, Edit, Model};
use crate::tui::wrap::{cut, wrap};

/// The widest that a dialog gets.
const WIDEST: u16 = 78;

pub(super) fn draw(model: &Model, asked: &Dialog, buffer: &mut Buffer) {
    let theme = model.theme();
    let area = buffer.area;
    let width = area.width.saturating_sub(2).min(WIDEST);
    let inside = usize::from(width).saturating_sub(4);
    let mut lines: Vec<Line<'static>> =
        asked.text.lines().flat_map(|line| wrap(&Line::from(line.to_owned()), inside, 4)).collect();
    // On a low screen what is written matters more than what it is about.
    let most = usize::from(area.height).saturating_sub(7).max(1);
    lines.truncate(most);
    let hint = match &asked.asks {
        Asks::Yes(_) => vec![("y", "yes"), ("n", "no")],
        Asks::Words(..) => vec![("⏎", "send"), ("Esc", "leave it"), ("Alt-⏎", "new line")],
    };
    lines.push(Line::default());
    if let Asks::Words(edit, _) = &asked.asks {
        let room = usize::from(area.height).saturating_sub(lines.len() + 4).clamp(1, 8);
        lines.extend(writing(edit, inside, room, model));
        lines.push(Line::default());
    }
    let hints = hint.into_iter().flat_map(|(key, what)| {
        [Span::styled(key, theme.accent()), Span::styled(format!(" {what}   "), theme.dim())]
    });
    lines.push(Line::from(hints.collect::<Vec<_>>()));
    let height = u16::try_from(lines.len() + 2).unwrap_or(area.height).min(area.height);
    let frame = Rect { x: (area.width - width) / 2, y: (area.height - height) / 2, width, height };
    draw_frame(frame, &asked.title, model, buffer);
    let body = Rect {
        x: frame.x + 2,
        y: frame.y + 1,
        width: frame.width.saturating_sub(4),
        height: height.saturating_sub(2),
    };
    for (row, line) in lines.iter().enumerate() {
        put(buffer, body, row, line);
    }
}

fn draw_frame(frame: Rect, title: &str, model: &Model, buffer: &mut Buffer) {
    let theme = model.theme();
    let across = usize::from(frame.width).saturating_sub(2);
    let title = cut(title, across.saturating_sub(4));
    let top = Line::from(vec![
        Span::styled("╭─ ", theme.accent()),
        Span::styled(title.clone(), theme.strong()),
        Span::styled(
            format!(" {}╮", "─".repeat(across.saturating_sub(Line::from(title).width() + 3))),
            theme.accent(),
        ),
    ]);
    let frame = frame.intersection(buffer.area);
    for row in frame.rows() {
        for place in row.positions() {
            if let Some(cell) = buffer.cell_mut(place) {
                cell.reset();
            }
        }
    }
    let rows = usize::from(frame.height);
    put(buffer, frame, 0, &top);
    for row in 1..rows.saturating_sub(1) {
        let edge = Span::styled("│", theme.accent());
        put(buffer, frame, row, &Line::from(vec![edge.clone(), Span::raw(" ".repeat(across)), edge]));
    }
    put(
        buffer,
        frame,
        rows.saturating_sub(1),
        &Line::styled(format!("╰{}╯", "─".repeat(across)), theme.accent()),
    );
}

/// The text that is written, with its cursor; the rows around the cursor where it is long.
fn writing(edit: &Edit, width: usize, room: usize, model: &Model) -> Vec<Line<'static>> {
    let theme = model.theme();
    let (before, behind) = edit.halves();
    let under = behind.chars().next().filter(|letter| *letter != '\n');
    let rest = under.map_or(behind, |letter| behind.get(letter.len_utf8()..).unwrap_or_default());
    let cursor = Span::styled(under.map_or_else(|| " ".to_owned(), |letter| letter.to_string()), theme.hit());
    let mut lines: Vec<Vec<Span<'static>>> =
        before.split('\n').map(|line| vec![Span::raw(line.to_owned())]).collect();
    if let Some(last) = lines.last_mut() {
        last.push(cursor);
        let mut behind = rest.split('\n');
        last.push(Span::raw(behind.next().unwrap_or_default().to_owned()));
        lines.extend(behind.map(|line| vec![Span::raw(line.to_owned())]));
    }
    let rows: Vec<Line<'static>> =
        lines.into_iter().flat_map(|spans| wrap(&Line::from(spans), width.saturating_sub(2), 0)).collect();
    let at = rows.iter().position(|row| row.spans.iter().any(|span| span.style == theme.hit())).unwrap_or(0);
    let top = (at + 1).saturating_sub(room);
    let bar = |row: Line<'static>| Line::from([vec![Span::styled("▏ ", theme.accent())], row.spans].concat());
    rows.into_iter().skip(top).take(room).map(bar).collect()
}
