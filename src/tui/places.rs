//! Where on the screen what stands, for any size.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::model::Model;
use super::words::{self, Need};
use super::wrap::wrap;

/// The smallest screen that is drawn on.
pub(super) const LEAST: (u16, u16) = (40, 10);

/// From this width on a session of the list is one row, else it is two.
pub(super) const ONE_ROW: u16 = 72;

/// The parts of the screen; each may be empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// The first row.
    pub(super) title: Rect,
    /// What a session does and needs; empty in the list.
    pub(super) head: Rect,
    /// The tabs, and the rule below them.
    pub(super) tabs: Rect,
    /// What can be scrolled.
    pub(super) body: Rect,
    /// More on the chosen session of the list.
    pub(super) detail: Rect,
    /// Keys, what is being searched for, or a notice.
    pub(super) footer: Rect,
}

impl Places {
    /// For what the model shows.
    pub(super) fn of(model: &Model) -> Self {
        let (width, height) = model.size;
        if width < LEAST.0 || height < LEAST.1 {
            return Self::default();
        }
        let mut rest = Rect::new(0, 0, width, height);
        let title = take_top(&mut rest, 1);
        let notice = u16::try_from(notice_lines(model).len()).unwrap_or(1);
        let footer = take_bottom(&mut rest, notice.clamp(1, 3));
        if model.open.is_some() {
            let lines = u16::try_from(head_lines(model).len()).unwrap_or(1);
            let room = rest.height.saturating_sub(5);
            let head = take_top(&mut rest, lines.min(room));
            let tabs = take_top(&mut rest, 2);
            return Self { title, head, tabs, body: rest, footer, ..Self::default() };
        }
        let tabs = take_top(&mut rest, 1);
        let detail = if height >= 18 { take_bottom(&mut rest, 5) } else { Rect::default() };
        Self { title, tabs, body: rest, detail, footer, ..Self::default() }
    }

    /// How many sessions the list has room for.
    pub(super) fn list_rows(self) -> usize {
        usize::from(self.body.height) / if self.body.width < ONE_ROW { 2 } else { 1 }
    }
}

fn take_top(rest: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(rest.height);
    let taken = Rect { height: rows, ..*rest };
    (rest.y, rest.height) = (rest.y + rows, rest.height - rows);
    taken
}

fn take_bottom(rest: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(rest.height);
    rest.height -= rows;
    Rect { y: rest.y + rest.height, height: rows, ..*rest }
}

/// The notice, broken to the screen's width; none while a prompt stands in its place.
pub(super) fn notice_lines(model: &Model) -> Vec<Line<'static>> {
    let Some(notice) = model.notice.as_ref().filter(|_| model.prompt.is_none()) else {
        return Vec::new();
    };
    let style = if notice.bad { model.theme().bad() } else { model.theme().strong() };
    let rows = |text: &str| wrap(&Line::styled(format!(" {text}"), style), usize::from(model.size.0), 1);
    notice.words.lines().flat_map(rows).take(3).collect()
}

/// What stands above the tabs of a session: what it needs or does, and whether it needs samocode started.
pub(super) fn head_lines(model: &Model) -> Vec<Line<'static>> {
    let (theme, width) = (model.theme(), usize::from(model.size.0));
    let Some(entry) = model.entry() else {
        let gone = Line::styled(" this session is gone", theme.bad());
        return vec![if model.list.all().is_some() { gone } else { Line::default() }];
    };
    let view = match &entry.view {
        Ok(view) => view,
        Err(error) => return wrap(&Line::styled(format!(" {error}"), theme.bad()), width, 1),
    };
    let mut lines = match Need::of(view) {
        Some(need) => {
            let line = Line::from(format!(" ● {}{}", need.call(view), need.keys()));
            wrap(&line, width, 3).into_iter().map(|line| line.style(theme.call_bar())).take(2).collect()
        }
        None => {
            let style = if view.state == "done" { theme.good() } else { theme.plain() };
            wrap(
                &Line::styled(format!(" {}", words::doing(view, model.now, &model.setting.zone)), style),
                width,
                1,
            )
        }
    };
    lines.truncate(2);
    if words::needs_start(view) {
        let run = model.setting.typed(&format!("run {}", view.name));
        let spans = vec![
            ratatui::text::Span::styled(" nothing works on it now; start it: ", theme.dim()),
            ratatui::text::Span::styled(run, theme.accent()),
        ];
        lines.extend(wrap(&Line::from(spans), width, 1).into_iter().take(2));
    }
    lines
}
