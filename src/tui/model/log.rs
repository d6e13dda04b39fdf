//! The log as the screen holds it: how many lines there are, and those around what is seen. All else stays in the file.

use ratatui::text::Line;
use ratatui::text::Span;

use super::pane::{Find, Move};
use crate::tui::theme::Theme;
use crate::tui::wrap::wrap;

/// How many lines around the seen ones are asked for, too.
const AROUND: usize = 300;

/// `MM-DD HH:MM:SS  `
const STAMP: usize = 16;

/// The log of a session.
#[derive(Debug)]
pub(in crate::tui) struct LogPane {
    count: Option<usize>,
    /// Number of the first line that is at hand.
    first: usize,
    lines: Vec<String>,
    /// The newest line at hand may have been half a line.
    stale: bool,
    /// What was asked for and has not come.
    asked: Option<(usize, usize)>,
    top: usize,
    /// How many rows of the top line are above the screen: a line may be longer than the screen.
    skip: usize,
    follow: bool,
    width: usize,
    height: usize,
    find: Option<Find>,
}

impl LogPane {
    pub(super) fn new() -> Self {
        Self {
            count: None,
            first: 0,
            lines: Vec::new(),
            stale: false,
            asked: None,
            top: 0,
            skip: 0,
            follow: true,
            width: 0,
            height: 0,
            find: None,
        }
    }

    /// There are so many lines now.
    pub(super) fn grown(&mut self, count: usize) {
        if self.count.is_none_or(|known| count < known) {
            // It was begun anew: nothing that is at hand is right any more.
            self.lines.clear();
        }
        self.stale |= self.first + self.lines.len() >= self.count.unwrap_or(0);
        self.count = Some(count);
        self.asked = None;
    }

    /// Lines have come.
    pub(super) fn came(&mut self, first: usize, lines: Vec<String>) {
        (self.first, self.lines, self.asked) = (first, lines, None);
        self.stale = false;
    }

    /// Fits it to the screen; says which lines have to be asked for: from where, and how many.
    pub(super) fn lay_out(&mut self, width: usize, height: usize) -> Option<(usize, usize)> {
        (self.width, self.height) = (width, height);
        let count = self.count?;
        let last = self.last_place();
        (self.top, self.skip) = if self.follow { last } else { (self.top, self.skip).min(last) };
        let last = (self.top + height).min(count);
        let at_hand = self.first..self.first + self.lines.len();
        let covers = at_hand.contains(&self.top) && last <= at_hand.end;
        let renews = self.stale && last >= at_hand.end;
        if height == 0 || (covers && !renews) || self.top >= last {
            return None;
        }
        let wanted = (self.top.saturating_sub(AROUND), height + 2 * AROUND);
        if self.asked.is_some_and(|(first, many)| first <= self.top && last <= first + many) {
            return None;
        }
        self.asked = Some(wanted);
        Some(wanted)
    }

    /// Where a screen begins that ends with the log: a line, and rows of it that are above.
    fn last_place(&self) -> (usize, usize) {
        let mut rows = 0;
        let mut top = self.count.unwrap_or(0);
        while top > 0 && rows < self.height {
            top -= 1;
            rows += self.rows_of(top);
        }
        (top, rows.saturating_sub(self.height))
    }

    fn rows_of(&self, number: usize) -> usize {
        let line = number.checked_sub(self.first).and_then(|at| self.lines.get(at));
        line.map_or(1, |line| line_rows(line, self.width, Theme::new(false)).len())
    }

    pub(super) fn scroll(&mut self, way: Move) {
        let last = self.last_place();
        let half = isize::try_from((self.height / 2).max(1)).unwrap_or(1);
        let mut place = (self.top, self.skip).min(last);
        match way {
            Move::Top => place = (0, 0),
            Move::End => place = last,
            Move::By(rows) => place = self.moved(place, rows),
            Move::Halves(halves) => place = self.moved(place, halves.saturating_mul(half)),
        }
        (self.top, self.skip) = place.min(last);
        self.follow = place >= last && way != Move::Top;
    }

    /// So many rows on, or back.
    fn moved(&self, (mut top, mut skip): (usize, usize), rows: isize) -> (usize, usize) {
        for _ in 0..rows.unsigned_abs() {
            if rows > 0 {
                skip += 1;
                if skip >= self.rows_of(top) {
                    (top, skip) = (top + 1, 0);
                }
            } else if skip > 0 {
                skip -= 1;
            } else if top > 0 {
                top -= 1;
                skip = self.rows_of(top) - 1;
            }
        }
        (top, skip)
    }

    pub(super) fn search(&mut self, words: &str) {
        self.find = Some(Find { words: words.to_owned(), ..Find::default() });
    }

    /// More was found.
    pub(super) fn found(&mut self, words: &str, more: Vec<usize>, done: bool) {
        let top = self.top;
        if let Some(find) = self.find.as_mut().filter(|find| find.words == words) {
            let first = find.hits.is_empty();
            find.hits.extend(more);
            find.done = done;
            if first && !find.hits.is_empty() {
                find.near(top);
                self.show_hit();
            }
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
            && !(self.top..self.top + self.height / 2).contains(&line)
        {
            (self.top, self.skip) = (line.saturating_sub(self.height / 4), 0).min(self.last_place());
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
        self.count.is_some()
    }

    /// The first line that is seen, and how many there are.
    pub(in crate::tui) fn place(&self) -> (usize, usize) {
        (self.top, self.count.unwrap_or(0))
    }

    /// The rows that are seen, each with the number of its line.
    pub(in crate::tui) fn seen(&self, theme: Theme) -> Vec<(usize, Line<'static>)> {
        let mut rows = Vec::new();
        for number in self.top..self.count.unwrap_or(0) {
            if rows.len() >= self.height + self.skip {
                break;
            }
            match number.checked_sub(self.first).and_then(|at| self.lines.get(at)) {
                Some(line) => {
                    let broken = line_rows(line, self.width, theme);
                    rows.extend(broken.into_iter().map(|row| (number, row)));
                }
                None => rows.push((number, Line::styled("…", theme.dim()))),
            }
        }
        rows.drain(..self.skip.min(rows.len()));
        rows.truncate(self.height);
        rows
    }
}

fn line_rows(line: &str, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let stamped =
        line.split_at_checked(STAMP).filter(|(stamp, _)| stamp.starts_with(|c: char| c.is_ascii_digit()));
    let hang = if width >= 60 { STAMP + 1 } else { 3 };
    let (stamp, words) = stamped.unwrap_or(("", line));
    let spans = vec![Span::styled(format!(" {stamp}"), theme.dim()), Span::raw(words.to_owned())];
    wrap(&Line::from(spans), width, hang)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::wrap::plain;

    fn lines(first: usize, count: usize) -> Vec<String> {
        (first..first + count).map(|n| format!("01-08 14:30:00  line {n}")).collect()
    }

    fn seen(log: &LogPane) -> Vec<String> {
        log.seen(Theme::new(false)).iter().map(|(_, row)| plain(row)).collect()
    }

    #[test]
    fn only_lines_around_the_seen_ones_are_asked_for_and_once() {
        let mut log = LogPane::new();
        assert_eq!(log.lay_out(80, 10), None);
        log.grown(100_000);
        let (first, count) = log.lay_out(80, 10).unwrap();
        assert!(first <= 99_990 && first + count >= 100_000 && count < 1000, "{first} {count}");
        assert_eq!(log.lay_out(80, 10), None, "it was asked for");
        assert_eq!(seen(&log)[0], "…");
        log.came(first, lines(first, 100_000 - first));
        assert_eq!(log.lay_out(80, 10), None);
        assert_eq!(seen(&log).last().unwrap(), " 01-08 14:30:00  line 99999");
        log.scroll(Move::Top);
        assert_eq!(log.lay_out(80, 10).unwrap().0, 0);
        log.came(0, lines(0, 600));
        assert_eq!(seen(&log)[0], " 01-08 14:30:00  line 0");
        log.scroll(Move::End);
        log.grown(100_001);
        log.lay_out(80, 10).unwrap();
        assert_eq!(log.place(), (99_991, 100_001));
    }

    #[test]
    fn the_first_hit_is_shown_and_a_search_for_other_words_is_not_taken_for_it() {
        let mut log = LogPane::new();
        log.grown(1000);
        log.lay_out(80, 10);
        log.scroll(Move::Top);
        log.search("x");
        log.found("y", vec![1], true);
        assert!(log.find().unwrap().hits.is_empty());
        log.found("x", vec![500, 700], false);
        log.found("x", vec![900], true);
        log.lay_out(80, 10);
        assert_eq!((log.place().0, log.find().unwrap().hits.len()), (498, 3));
        log.step(false);
        assert_eq!(log.find().unwrap().line(), Some(900));
    }

    #[test]
    fn long_lines_are_broken_and_the_end_stays_in_sight() {
        let mut log = LogPane::new();
        log.grown(3);
        log.came(0, vec!["one".to_owned(), "two".to_owned(), "word ".repeat(20) + "end"]);
        log.lay_out(20, 6);
        assert!(seen(&log).len() == 6 && seen(&log).last().unwrap().ends_with("end"), "{:?}", seen(&log));
        log.scroll(Move::By(-1));
        log.lay_out(20, 6);
        assert_eq!(seen(&log)[0], " word word word word", "a line is scrolled through row by row");
        log.scroll(Move::By(-1));
        log.lay_out(20, 6);
        assert_eq!(seen(&log)[0], " two");
        log.scroll(Move::Halves(9));
        assert_eq!(log.place(), (2, 3));
    }
}
