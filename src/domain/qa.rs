//! `_qa.md`: the questions of the requirements phase and their answers.
//!
//! Agents write the file and people edit it by hand, so it is read leniently and changed in place: only
//! the bytes of an answer are ever touched. Never touches the file itself.

mod answer;
mod edit;
mod parse;
mod resolve;
mod suggestion;

pub use edit::{QaError, clear_answer, clear_answers_except, set_answer};
pub use parse::{canonical_id, parse, unlabelled};
pub use resolve::{AnswerError, ResolvedAnswer, resolve_answer};

/// What stands where an answer is awaited.
pub const WAITING: &str = "_waiting_";

/// The questions of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Qa {
    /// In the order of the file; one id may stand twice.
    pub questions: Vec<Question>,
    /// Ids that stand more than once.
    pub duplicates: Vec<String>,
}

impl Qa {
    /// The question that an id means: the first of that id without an answer, else the last.
    pub fn question(&self, id: &str) -> Option<&Question> {
        let id = canonical_id(id)?;
        let mut same = self.questions.iter().filter(|question| question.id == id);
        same.clone().find(|question| question.answer.is_none()).or_else(|| same.next_back())
    }

    /// The questions without an answer.
    pub fn unanswered(&self) -> impl Iterator<Item = &Question> {
        self.questions.iter().filter(|question| question.answer.is_none())
    }
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// `Q` and a number without leading zeros.
    pub id: String,
    /// The question itself, one line.
    pub title: String,
    /// Upper-case letter and words of each option.
    pub options: Vec<(char, String)>,
    /// What the agent would choose.
    pub suggestion: Option<Suggestion>,
    /// The answer, lines separated by `\n`; none while it is awaited.
    pub answer: Option<String>,
}

impl Question {
    /// The words of an option.
    pub fn option(&self, letter: char) -> Option<&str> {
        let letter = letter.to_ascii_uppercase();
        self.options.iter().find(|(other, _)| *other == letter).map(|(_, words)| words.as_str())
    }
}

/// What the agent would choose, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The options meant; empty where the suggestion is in words of its own.
    pub letters: Vec<char>,
    /// What stands behind the letters.
    pub reason: String,
    /// The whole line as written.
    pub raw: String,
}
