//! Draws the list of keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::put;
use crate::tui::model::Model;
use crate::tui::wrap::wrap;

/// A heading, or keys with what they do.
const KEYS: [(&str, &str); 30] = [
    ("", "Everywhere"),
    ("↑ ↓  j k", "up and down"),
    ("g G", "to the beginning, to the end"),
    ("Ctrl-d Ctrl-u", "half a screen on, back; also Page Up, Page Down"),
    ("?", "these keys"),
    ("q  Esc", "back; from the list: quit"),
    ("Ctrl-C", "quit. Sessions go on all the same"),
    ("Ctrl-L", "draw the screen anew"),
    ("R", "read everything again"),
    ("", "In the list"),
    ("⏎  →  l", "open the session, where it needs you"),
    ("/", "only names that hold these words"),
    ("", "In a session"),
    ("Tab  ← →  h l", "the next tab, the one before"),
    ("1 … 6", "live, overview, questions, plan, log, diff"),
    ("/", "search; n and N go on and back, Esc ends it"),
    ("t", "tell: guidance for the next iteration"),
    ("r", "resume what is blocked, parked, or waits for you to act"),
    ("s", "stop the session; everything is kept"),
    ("o", "reopen a finished session"),
    ("", "Questions"),
    ("⏎", "choose this answer, go to the next question"),
    ("Space", "choose several"),
    ("A", "the suggestion, wherever nothing is chosen"),
    ("", "The plan"),
    ("a", "approve it, as it is shown"),
    ("x", "send it back, with what to change"),
    ("d", "what changed since the agent asked"),
    ("", "Writing"),
    ("⏎  Alt-⏎  Esc", "send, a new line, leave it"),
];

/// Where what a key does begins.
const COLUMN: usize = 17;

fn lines(width: usize, model: Option<&Model>) -> Vec<Line<'static>> {
    let style = |key: bool| {
        model.map_or_else(
            Default::default,
            |model| if key { model.theme().accent() } else { model.theme().strong() },
        )
    };
    let mut lines = Vec::new();
    for (key, what) in KEYS {
        if key.is_empty() {
            lines.push(Line::default());
            lines.push(Line::styled(format!(" {what}"), style(false)));
            continue;
        }
        let gap = " ".repeat(COLUMN.saturating_sub(key.chars().count() + 3));
        let line = Line::from(vec![Span::styled(format!("   {key}{gap}"), style(true)), Span::raw(what)]);
        lines.extend(wrap(&line, width, COLUMN));
    }
    lines
}

/// How many rows it takes at a width.
pub(in crate::tui) fn help_lines(width: usize) -> usize {
    lines(width, None).len()
}

pub(super) fn draw(model: &Model, top: usize, buffer: &mut Buffer) {
    let area = buffer.area;
    let theme = model.theme();
    put(buffer, area, 0, &Line::styled(" Keys", theme.strong()));
    let body = Rect { y: 1, height: area.height.saturating_sub(2), ..area };
    let lines = lines(usize::from(area.width), Some(model));
    for (row, line) in lines.iter().skip(top).enumerate() {
        put(buffer, body, row, line);
    }
    let more = top + usize::from(body.height) < lines.len();
    let words = if more { " ↓ more · any other key goes back" } else { " any key goes back" };
    put(buffer, area, usize::from(area.height) - 1, &Line::styled(words, theme.dim()));
}
