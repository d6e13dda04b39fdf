//! A document to scroll in: broken to the width of the screen once, searched by its lines.

use ratatui::text::Line;

use crate::tui::markdown::Block;
use crate::tui::wrap::{plain, wrap};

/// Ways to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Move {
    /// So many lines down; up when negative.
    By(isize),
    /// So many halves of the screen down.
    Halves(isize),
    /// To the beginning.
    Top,
    /// To the end, and along with it.
    End,
}

/// A search and what it found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::tui) struct Find {
    /// What is looked for.
    pub(in crate::tui) words: String,
    /// The lines that hold it, in order.
    pub(in crate::tui) hits: Vec<usize>,
    /// The hit where the person is.
    pub(in crate::tui) at: usize,
    /// All was searched.
    pub(in crate::tui) done: bool,
}

impl Find {
    /// The line of the hit where the person is.
    pub(in crate::tui) fn line(&self) -> Option<usize> {
        self.hits.get(self.at).copied()
    }

    /// To the next hit, or the one before; round at the ends.
    pub(super) fn step(&mut self, forward: bool) {
        let count = self.hits.len();
        if count > 0 {
            self.at = (self.at + if forward { 1 } else { count - 1 }) % count;
        }
    }

    /// To the first hit at or behind a line, else the last.
    pub(super) fn near(&mut self, line: usize) {
        self.at = self.hits.partition_point(|hit| *hit < line).min(self.hits.len().saturating_sub(1));
    }
}

/// Where a scroll of `count` lines in `height` goes from `top`.
pub(super) fn moved(top: usize, last_top: usize, height: usize, way: Move) -> usize {
    let by = match way {
        Move::By(lines) => lines,
        Move::Halves(halves) => halves.saturating_mul(isize::try_from((height / 2).max(1)).unwrap_or(1)),
        Move::Top => return 0,
        Move::End => return last_top,
    };
    top.saturating_add_signed(by).min(last_top)
}

/// A document and where in it the person is.
#[derive(Debug, Default)]
pub(in crate::tui) struct Pane {
    blocks: Vec<Block>,
    /// The rows for the width that they were broken to.
    rows: Vec<Line<'static>>,
    width: Option<usize>,
    height: usize,
    top: usize,
    follow: bool,
    /// Something came for it: it is not only empty because nothing did yet.
    loaded: bool,
    find: Option<Find>,
}

impl Pane {
    /// One that stays at its end while it grows.
    pub(super) fn following() -> Self {
        Self { follow: true, ..Self::default() }
    }

    /// Another text; the place in it stays.
    pub(super) fn set(&mut self, blocks: Vec<Block>) {
        self.loaded = true;
        if self.blocks != blocks {
            self.blocks = blocks;
            self.width = None;
        }
    }

    pub(super) fn lay_out(&mut self, width: usize, height: usize) {
        self.height = height;
        if self.width != Some(width) {
            self.width = Some(width);
            self.rows = self
                .blocks
                .iter()
                .flat_map(|block| {
                    if block.rule {
                        vec![Line::from("─".repeat(width))]
                    } else {
                        wrap(&block.line, width, block.hang)
                    }
                })
                .collect();
            if let Some(find) = self.find.take() {
                self.search(&find.words, false);
            }
        }
        self.top = if self.follow { self.last_top() } else { self.top.min(self.last_top()) };
    }

    fn last_top(&self) -> usize {
        self.rows.len().saturating_sub(self.height)
    }

    pub(super) fn scroll(&mut self, way: Move) {
        // Only what stood at its end goes along with it again once it is there.
        let follows = self.follow || way == Move::End;
        self.top = moved(self.top, self.last_top(), self.height, way);
        self.follow = follows && self.top == self.last_top() && way != Move::Top;
    }

    /// Looks for words in the rows as they are shown.
    pub(super) fn search(&mut self, words: &str, go: bool) {
        let wanted = words.to_lowercase();
        let holds = |row: &Line<'_>| plain(row).to_lowercase().contains(&wanted);
        let hits: Vec<usize> =
            self.rows.iter().enumerate().filter(|(_, row)| holds(row)).map(|(at, _)| at).collect();
        let mut find = Find { words: words.to_owned(), hits, at: 0, done: true };
        find.near(self.top);
        self.find = Some(find);
        if go {
            self.show_hit();
        }
    }

    pub(super) fn step(&mut self, forward: bool) {
        if let Some(find) = &mut self.find {
            find.step(forward);
            self.show_hit();
        }
    }

    fn show_hit(&mut self) {
        if let Some(line) = self.find.as_ref().and_then(Find::line)
            && !(self.top..self.top + self.height).contains(&line)
        {
            self.top = line.saturating_sub(self.height / 2).min(self.last_top());
            self.follow = false;
        }
    }

    pub(super) fn end_search(&mut self) -> bool {
        self.find.take().is_some()
    }

    pub(in crate::tui) fn find(&self) -> Option<&Find> {
        self.find.as_ref()
    }

    pub(in crate::tui) fn loaded(&self) -> bool {
        self.loaded
    }

    /// The rows that are seen, with their numbers.
    pub(in crate::tui) fn seen(&self) -> impl Iterator<Item = (usize, &Line<'static>)> {
        self.rows.iter().enumerate().skip(self.top).take(self.height)
    }

    /// The first row that is seen, and how many there are.
    pub(in crate::tui) fn place(&self) -> (usize, usize) {
        (self.top, self.rows.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pane(count: usize) -> Pane {
        let mut pane = Pane::following();
        pane.set((0..count).map(|n| Block::new(format!("line {n}"))).collect());
        pane.lay_out(20, 5);
        pane
    }

    fn first(pane: &Pane) -> String {
        pane.seen().next().map(|(_, line)| plain(line)).unwrap_or_default()
    }

    #[test]
    fn it_stays_at_its_end_until_somebody_looks_elsewhere() {
        let mut pane = pane(50);
        assert_eq!(first(&pane), "line 45");
        pane.set((0..60).map(|n| Block::new(format!("line {n}"))).collect());
        pane.lay_out(20, 5);
        assert_eq!(first(&pane), "line 55");
        pane.scroll(Move::Halves(-1));
        pane.lay_out(20, 5);
        assert_eq!(first(&pane), "line 53");
        pane.scroll(Move::By(99));
        pane.set((0..70).map(|n| Block::new(format!("line {n}"))).collect());
        pane.lay_out(20, 5);
        assert_eq!(first(&pane), "line 55", "it was left, and stays where it is");
        pane.scroll(Move::End);
        pane.scroll(Move::Top);
        pane.lay_out(20, 5);
        assert_eq!(first(&pane), "line 0");
    }

    #[test]
    fn a_search_goes_from_hit_to_hit_and_round() {
        let mut pane = pane(50);
        pane.scroll(Move::Top);
        pane.search("LINE 3", true);
        assert_eq!(pane.find().unwrap().hits.len(), 11);
        assert_eq!(first(&pane), "line 0", "the hit is in sight");
        pane.step(false);
        assert_eq!(pane.find().unwrap().line(), Some(39));
        assert_eq!(first(&pane), "line 37");
        pane.step(true);
        assert_eq!(pane.find().unwrap().line(), Some(3));
        pane.search("nothing", true);
        pane.step(true);
        assert!(pane.find().unwrap().line().is_none() && pane.end_search() && !pane.end_search());
    }

    #[test]
    fn nothing_and_no_room_are_no_trouble() {
        let mut pane = Pane::default();
        pane.lay_out(0, 0);
        for way in [Move::By(-3), Move::Halves(2), Move::Top, Move::End] {
            pane.scroll(way);
        }
        pane.search("x", true);
        pane.step(true);
        assert_eq!(pane.seen().count(), 0);
    }
}
