//! The questions at an open gate: those of `_qa.md` as it is now, and those that were posted and are missing from it.

use std::path::Path;

use crate::domain::gate::{Gate, GateAsk, GateId};
use crate::domain::qa::{self, Qa, Question};
use crate::domain::session::Session;
use crate::store::{Layout, read_any_text};

/// A question that waits for a person.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) question: Question,
    /// Whether `_qa.md` holds it now. One that a person deleted still needs an answer.
    pub(super) in_file: bool,
}

/// The questions of a file; none when it cannot be read.
pub(super) fn parsed(path: &Path) -> Qa {
    qa::parse(&read_any_text(path).unwrap_or_default())
}

/// The questions of an open gate, each once.
#[must_use]
pub fn questions_at(layout: &Layout, gate: &GateId) -> Qa {
    let questions = with_posted(layout, gate).into_iter().map(|asked| asked.question).collect();
    Qa { questions, duplicates: Vec::new() }
}

/// Each question once. With an open gate for answers, those that were posted there and are gone from the file keep their
/// place.
pub(super) fn questions(layout: &Layout, gate: Option<&Gate>) -> Vec<Asked> {
    match gate {
        Some(gate) if gate.ask == GateAsk::Answers => with_posted(layout, &gate.id),
        Some(_) | None => in_file(layout),
    }
}

fn in_file(layout: &Layout) -> Vec<Asked> {
    let mut asked: Vec<Asked> = Vec::new();
    for question in parsed(&layout.qa()).questions {
        if !asked.iter().any(|known| known.question.id == question.id) {
            asked.push(Asked { question, in_file: true });
        }
    }
    asked
}

fn with_posted(layout: &Layout, gate: &GateId) -> Vec<Asked> {
    let mut asked = in_file(layout);
    for (at, question) in parsed(&layout.shown_questions(gate)).questions.into_iter().enumerate() {
        if !asked.iter().any(|known| known.question.id == question.id) {
            asked.insert(at.min(asked.len()), Asked { question, in_file: false });
        }
    }
    asked
}

/// The text with the person's answers in it. With `keep_given`, an answer that the text holds already is not replaced.
pub(super) fn with_answers(text: &str, session: &Session, keep_given: bool) -> String {
    let mut written = text.to_owned();
    for answer in session.answers.values() {
        let parsed = qa::parse(&written);
        let Some(question) = parsed.question(&answer.id).filter(|question| question.title == answer.title)
        else {
            continue;
        };
        let differs = question.answer.as_deref() != Some(answer.text.as_str());
        if differs
            && (question.answer.is_none() || !keep_given)
            && let Ok(changed) = qa::set_answer(&written, &answer.id, &answer.text)
        {
            written = changed;
        }
    }
    written
}
