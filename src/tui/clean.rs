//! Makes texts of agents fit for a screen: without secrets, and without what would steer a terminal or turn the order
//! of letters. To be called on a whole text, before it is cut: half a secret is not known for one.

use std::sync::Arc;

use crate::domain::redact::Redactor;
use crate::engine::{GateKindView, Moment, PlanText, View};

/// The longest task that is shown, in characters.
const TASK: usize = 4000;

/// Cleans texts.
#[derive(Debug, Clone)]
pub(super) struct Cleaner {
    redactor: Arc<Redactor>,
}

impl Cleaner {
    pub(super) fn new(redactor: Arc<Redactor>) -> Self {
        Self { redactor }
    }

    /// A text of several lines.
    pub(super) fn text(&self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        for letter in self.redactor.text(text).chars() {
            match letter {
                '\n' => clean.push('\n'),
                '\t' => clean.push_str("    "),
                letter if letter.is_control() || turns(letter) => {}
                letter => clean.push(letter),
            }
        }
        clean
    }

    /// A text on one line.
    pub(super) fn line(&self, text: &str) -> String {
        self.text(text).replace('\n', " ")
    }

    /// A view whose every text is clean.
    pub(super) fn view(&self, view: &View) -> View {
        let mut view = view.clone();
        if let Some(task) = &mut view.task {
            *task = self.text(task).chars().take(TASK).collect();
        }
        for text in [&mut view.reason, &mut view.summary].into_iter().flatten() {
            *text = self.text(text);
        }
        for text in [&mut view.last_action, &mut view.next].into_iter().flatten() {
            *text = self.line(text);
        }
        for piece in &mut view.guidance {
            piece.text = self.text(&piece.text);
            piece.who = self.line(&piece.who);
        }
        if let Some(live) = &mut view.live {
            for text in [&mut live.tool, &mut live.trouble].into_iter().flatten() {
                *text = self.line(text);
            }
        }
        if let Some(verification) = &mut view.verification {
            verification.command = self.line(&verification.command);
            verification.words = self.line(&verification.words);
            verification.origins.iter_mut().for_each(|words| *words = self.line(words));
        }
        match view.gate.as_mut().map(|gate| &mut gate.kind) {
            Some(GateKindView::Answers { questions, .. }) => {
                for question in questions {
                    question.title = self.line(&question.title);
                    for (_, words) in &mut question.options {
                        *words = self.line(words);
                    }
                    for text in [&mut question.suggestion, &mut question.answer].into_iter().flatten() {
                        *text = self.line(text);
                    }
                }
            }
            Some(GateKindView::Approval { headings, .. }) => {
                for heading in headings {
                    *heading = self.line(heading);
                }
            }
            Some(GateKindView::HumanAction { reason, file }) => {
                *reason = self.text(reason);
                *file = file.as_deref().map(|file| self.line(file));
            }
            None => {}
        }
        view
    }

    /// What an agent did.
    pub(super) fn moment(&self, moment: &Moment) -> Moment {
        match moment {
            Moment::Up(words) => Moment::Up(self.line(words)),
            Moment::Call(words) => Moment::Call(self.line(words)),
            Moment::Words(words) => Moment::Words(self.text(words)),
            Moment::Trouble(words) => Moment::Trouble(self.line(words)),
            Moment::End(words, good) => Moment::End(self.line(words), *good),
        }
    }

    /// A plan. Its hash stays that of the bytes that stand in the file.
    pub(super) fn plan(&self, mut plan: PlanText) -> PlanText {
        plan.text = self.text(&plan.text);
        for (_, line) in &mut plan.changes {
            *line = self.line(line);
        }
        plan
    }
}

/// Whether a character changes how its neighbours are shown.
fn turns(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_what_steers_a_terminal_are_gone() {
        let cleaner = Cleaner::new(Arc::new(Redactor::new(["hunter2hunter2"])));
        let said = cleaner.text("a\u{1b}[2J\u{7}\u{9b}b\u{202e}c\td\r\nkey hunter2hunter2\u{0}");
        assert_eq!(said, "a[2Jbc    d\nkey <redacted>");
        assert_eq!(cleaner.line("one\ntwo"), "one two");
    }
}
