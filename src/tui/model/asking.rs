//! Questions answered in place: what the person has chosen so far, and where among the options the cursor stands.

use std::collections::{BTreeMap, BTreeSet};

use ratatui::text::{Line, Span};

use super::pane::{Move, moved};
use crate::domain::qa::AnswerError;
use crate::engine::{GateKindView, QuestionView, View};
use crate::tui::theme::Theme;
use crate::tui::wrap::wrap;

/// What the person wants to answer, not sent yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Draft {
    Letters(BTreeSet<char>),
    Words(String),
}

/// Where the cursor can stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spot {
    /// An option of a question.
    Option(String, char),
    /// A question's own words.
    Own(String),
    /// The line that sends all that was chosen.
    Send,
}

/// The questions of an open gate.
#[derive(Debug, Default)]
pub(in crate::tui) struct Asking {
    gate: Option<String>,
    questions: Vec<QuestionView>,
    drafts: BTreeMap<String, Draft>,
    cursor: usize,
    rows: Vec<Line<'static>>,
    /// The spots, each with its first row and the one behind its last.
    spots: Vec<(Spot, usize, usize)>,
    top: usize,
    height: usize,
}

impl Asking {
    /// The session as it is now. Drafts stay as long as the gate does.
    pub(super) fn see(&mut self, view: &View) {
        let open = view.gate.as_ref().and_then(|gate| match &gate.kind {
            GateKindView::Answers { questions, .. } => Some((gate.id.clone(), questions.clone())),
            GateKindView::Approval { .. } | GateKindView::HumanAction { .. } => None,
        });
        let Some((gate, questions)) = open else {
            *self = Self { height: self.height, ..Self::default() };
            return;
        };
        if self.gate.as_ref() != Some(&gate) {
            *self = Self { gate: Some(gate), height: self.height, ..Self::default() };
        }
        // A question that reads otherwise now is another question.
        let same = |old: &QuestionView| {
            questions
                .iter()
                .any(|new| new.id == old.id && new.title == old.title && new.options == old.options)
        };
        let gone: Vec<String> =
            self.questions.iter().filter(|old| !same(old)).map(|old| old.id.clone()).collect();
        self.drafts.retain(|id, _| !gone.contains(id));
        self.questions = questions;
    }

    /// The gate that waits for answers.
    pub(super) fn gate(&self) -> Option<&str> {
        self.gate.as_deref()
    }

    pub(in crate::tui) fn is_open(&self) -> bool {
        self.gate.is_some()
    }

    pub(super) fn open(&self) -> impl Iterator<Item = &QuestionView> {
        self.questions.iter().filter(|question| question.answer.is_none())
    }

    pub(super) fn question(&self, id: &str) -> Option<&QuestionView> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// Where the cursor stands.
    pub(super) fn spot(&self) -> Option<Spot> {
        self.spots.get(self.cursor).map(|(spot, ..)| spot.clone())
    }

    pub(super) fn scroll(&mut self, way: Move) {
        self.cursor = moved(self.cursor, self.spots.len().saturating_sub(1), self.height, way);
    }

    /// Chooses one option and goes to the next question; marks one more of several when `more`.
    pub(super) fn choose(&mut self, id: &str, letter: char, more: bool) {
        match self.drafts.get_mut(id) {
            Some(Draft::Letters(letters)) if more => {
                if !letters.remove(&letter) {
                    letters.insert(letter);
                }
                if letters.is_empty() {
                    self.drafts.remove(id);
                }
            }
            _ => {
                self.drafts.insert(id.to_owned(), Draft::Letters(BTreeSet::from([letter])));
            }
        }
        if !more {
            self.go_on(id);
        }
    }

    /// Answers in words; none are no answer.
    pub(super) fn say(&mut self, id: &str, words: &str) {
        if words.trim().is_empty() {
            self.drafts.remove(id);
        } else {
            self.drafts.insert(id.to_owned(), Draft::Words(words.trim().to_owned()));
            self.go_on(id);
        }
    }

    /// The words of an answer under way.
    pub(super) fn own_words(&self, id: &str) -> &str {
        match self.drafts.get(id) {
            Some(Draft::Words(words)) => words,
            Some(Draft::Letters(_)) | None => "",
        }
    }

    /// Takes the suggestion of every question that has one and no draft; says how many were left.
    pub(super) fn suggest(&mut self) -> usize {
        let (mut taken, mut left) = (Vec::new(), 0);
        for question in self.open().filter(|question| !self.drafts.contains_key(&question.id)) {
            match (&question.suggestion, question.suggested.is_empty()) {
                (Some(_), false) => {
                    let letters = question.suggested.iter().copied().collect();
                    taken.push((question.id.clone(), Draft::Letters(letters)));
                }
                (Some(words), true) => taken.push((question.id.clone(), Draft::Words(words.clone()))),
                (None, _) => left += 1,
            }
        }
        self.drafts.extend(taken);
        self.cursor = usize::MAX;
        left
    }

    /// The answers in full.
    pub(super) fn answers(&self) -> Result<BTreeMap<String, String>, AnswerError> {
        let mut answers = BTreeMap::new();
        for question in self.open() {
            let given = match self.drafts.get(&question.id) {
                Some(Draft::Letters(letters)) => {
                    letters.iter().map(char::to_string).collect::<Vec<_>>().join(",")
                }
                Some(Draft::Words(words)) => words.clone(),
                None => continue,
            };
            answers.insert(question.id.clone(), question.resolve(&given)?);
        }
        Ok(answers)
    }

    /// To the next question without a draft, else to the line that sends.
    fn go_on(&mut self, id: &str) {
        let open: Vec<&str> = self.open().map(|question| question.id.as_str()).collect();
        let at = open.iter().position(|other| *other == id).map_or(0, |at| at + 1);
        let next = open.iter().cycle().skip(at).take(open.len()).find(|id| !self.drafts.contains_key(**id));
        let begins = |spot: &Spot| match (spot, next) {
            (Spot::Option(of, _) | Spot::Own(of), Some(next)) => of == next,
            (Spot::Send, None) => true,
            _ => false,
        };
        if let Some(at) = self.spots.iter().position(|(spot, ..)| begins(spot)) {
            self.cursor = at;
        }
    }

    pub(super) fn lay_out(&mut self, width: usize, height: usize, theme: Theme) {
        self.height = height;
        self.rows.clear();
        self.spots.clear();
        // A first option that is suggested is where the cursor begins, so that Enter takes it.
        let spots: usize = self.open().map(|question| question.options.len() + 1).sum();
        self.cursor = self.cursor.min(spots);
        let questions = std::mem::take(&mut self.questions);
        for question in &questions {
            self.lay_out_question(question, width, theme);
        }
        self.questions = questions;
        let open = self.open().count();
        if open > 0 {
            let count = self.drafts.len();
            let words = match (count, open) {
                (0, 1) => "choose an answer above".to_owned(),
                (0, _) => "choose answers above".to_owned(),
                (count, open) if count == open => "send the answers".to_owned(),
                (count, open) => format!("send {count} of {open} answers"),
            };
            let style = if count > 0 { theme.call() } else { theme.dim() };
            self.spot_row(Spot::Send, vec![Span::styled(format!("▶ {words}"), style)], width, 4, theme);
        }
        self.cursor = self.cursor.min(self.spots.len().saturating_sub(1));
        self.show_cursor();
    }

    fn lay_out_question(&mut self, question: &QuestionView, width: usize, theme: Theme) {
        let id = &question.id;
        let title = Line::from(vec![
            Span::styled(format!(" {id}  "), theme.accent()),
            Span::styled(question.title.clone(), theme.strong()),
        ]);
        self.rows.extend(wrap(&title, width, id.len() + 3));
        if let Some(answer) = &question.answer {
            let line = Line::styled(format!("   ✓ {answer}"), theme.good());
            self.rows.extend(wrap(&line, width, 5));
            self.rows.push(Line::default());
            return;
        }
        for (letter, words) in &question.options {
            let draft = self.drafts.get(id);
            let chosen = matches!(draft, Some(Draft::Letters(letters)) if letters.contains(letter));
            let mark = if chosen { "◉" } else { "○" };
            let mut spans = vec![
                Span::styled(format!("{mark} "), if chosen { theme.call() } else { theme.dim() }),
                Span::styled(
                    format!("{letter}) {words}"),
                    if chosen { theme.strong() } else { theme.plain() },
                ),
            ];
            if question.suggested.contains(letter) {
                spans.push(Span::styled("  ← suggested", theme.good()));
            }
            self.spot_row(Spot::Option(id.clone(), *letter), spans, width, 8, theme);
        }
        let own = self.own_words(id).replace('\n', " ");
        let (mark, words, style) = match own.as_str() {
            "" => ("○", "in your own words …".to_owned(), theme.dim()),
            own => ("◉", own.to_owned(), theme.strong()),
        };
        let mark = Span::styled(format!("{mark} "), if own.is_empty() { theme.dim() } else { theme.call() });
        self.spot_row(Spot::Own(id.clone()), vec![mark, Span::styled(words, style)], width, 5, theme);
        if let Some(suggestion) = &question.suggestion {
            let line = Line::styled(format!("     suggestion: {suggestion}"), theme.dim());
            self.rows.extend(wrap(&line, width, 5));
        }
        self.rows.push(Line::default());
    }

    fn spot_row(&mut self, spot: Spot, spans: Vec<Span<'static>>, width: usize, hang: usize, theme: Theme) {
        let here = self.spots.len() == self.cursor;
        let bar = if here { Span::styled(" ▌ ", theme.accent()) } else { Span::raw("   ") };
        let line = Line::from([vec![bar], spans].concat());
        let from = self.rows.len();
        self.rows.extend(wrap(&line, width, hang));
        self.spots.push((spot, from, self.rows.len()));
    }

    fn show_cursor(&mut self) {
        let Some((_, from, to)) = self.spots.get(self.cursor) else { return };
        // The first spot shows the title above it, the last one the end.
        let from = if self.cursor == 0 { 0 } else { from.saturating_sub(1) };
        if *to > self.top + self.height {
            self.top = to.saturating_sub(self.height);
        }
        self.top = self.top.min(from).min(self.rows.len().saturating_sub(1));
    }

    /// The rows that are seen.
    pub(in crate::tui) fn seen(&self) -> impl Iterator<Item = &Line<'static>> {
        self.rows.iter().skip(self.top).take(self.height)
    }
}
