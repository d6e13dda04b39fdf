//! Reads questions out of the text, each with the place of its answer.

use std::ops::Range;

use super::answer::{normal, read_answer, strip_prefix_ignoring_case};
use super::suggestion::suggested;
use super::{Qa, Question};
use crate::domain::markdown::{self, Label, Line};

/// A question and where its answer stands or would stand.
pub(super) struct Block {
    pub(super) question: Question,
    pub(super) place: Place,
    /// Whether there is an `Answer:` line.
    labelled: bool,
}

/// The bytes that are the answer's, and what comes before new ones.
pub(super) struct Place {
    pub(super) range: Range<usize>,
    pub(super) before: String,
}

/// Reads the questions of a file. Any text can be read; what is no question is passed over.
pub fn parse(text: &str) -> Qa {
    let questions: Vec<Question> = blocks(text).into_iter().map(|block| block.question).collect();
    let mut duplicates: Vec<String> = Vec::new();
    for (at, question) in questions.iter().enumerate() {
        let again = questions[..at].iter().any(|other| other.id == question.id);
        if again && !duplicates.contains(&question.id) {
            duplicates.push(question.id.clone());
        }
    }
    Qa { questions, duplicates }
}

/// The ids of questions that have no `Answer:` line.
pub fn unlabelled(text: &str) -> Vec<String> {
    let without = blocks(text).into_iter().filter(|block| !block.labelled);
    without.map(|block| block.question.id).collect()
}

/// `Q` and the number without leading zeros, for `Q1`, `q01`, `1`.
pub fn canonical_id(id: &str) -> Option<String> {
    let id = id.trim();
    let digits = id.strip_prefix(['q', 'Q']).unwrap_or(id);
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then(|| with_number(digits))
}

fn with_number(digits: &str) -> String {
    let number = digits.trim_start_matches('0');
    format!("Q{}", if number.is_empty() { "0" } else { number })
}

pub(super) fn blocks(text: &str) -> Vec<Block> {
    let lines = markdown::lines(text);
    let newline = markdown::newline(text);
    let heads: Vec<Head> = lines
        .iter()
        .enumerate()
        .filter_map(|(at, line)| {
            let (level, title) = line.heading()?;
            Some(Head { at, level, question: question_heading(title) })
        })
        .collect();
    let mut blocks = Vec::new();
    for (nth, head) in heads.iter().enumerate() {
        let Some((id, title)) = &head.question else {
            continue;
        };
        let mut after = heads[nth + 1..].iter();
        let next = after.find(|other| other.level <= head.level || other.question.is_some());
        let end = next.map_or(lines.len(), |next| next.at);
        blocks.push(block(text, newline, &lines[head.at..end], id, title));
    }
    blocks
}

/// A heading, and the id and title of the question that it may begin.
struct Head {
    at: usize,
    level: usize,
    question: Option<(String, String)>,
}

/// Reads one question; the first line is its heading.
fn block(text: &str, newline: &str, lines: &[Line<'_>], id: &str, title: &str) -> Block {
    let answer =
        lines.iter().enumerate().find_map(|(at, line)| Some((at, line.label().filter(|l| l.is("answer"))?)));
    let answer_lines = answer.as_ref().map_or(0..0, |(at, _)| {
        let ends = |line: &Line<'_>| line.heading().is_some() || line.is_break() || bold_suggestion(line);
        let more = lines[at + 1..].iter().position(ends).unwrap_or(lines.len() - at - 1);
        *at..at + 1 + more
    });
    let mut suggestion = None;
    let mut options: Vec<(char, String)> = Vec::new();
    let mut words = None;
    for (at, line) in lines.iter().enumerate().skip(1) {
        if answer_lines.contains(&at) || line.fenced || line.is_blank() || line.heading().is_some() {
            continue;
        }
        if let Some(label) = line.label().filter(is_suggestion) {
            suggestion.get_or_insert(text[label.value].trim());
        } else if let Some((letter, words)) = option(line.text) {
            if !options.iter().any(|(other, _)| *other == letter) {
                options.push((letter, words.to_owned()));
            }
        } else {
            words.get_or_insert(line.text.trim());
        }
    }
    let labelled = answer.is_some();
    let place = match &answer {
        Some((_, label)) => place(label, &lines[answer_lines]),
        None => {
            let last = lines.iter().rev().find(|line| !line.is_blank() && !line.is_break());
            let end = last.unwrap_or(&lines[0]).end();
            Place { range: end..end, before: format!("{newline}**Answer:** ") }
        }
    };
    let read = answer.and_then(|(_, label)| match place.before.as_str() {
        // A label whose mark closes behind the value holds it on one line.
        before if !before.trim().is_empty() => normal(&text[label.value]),
        _ => read_answer(&text[place.range.clone()]),
    });
    let title = if title.is_empty() { words.unwrap_or_default() } else { title };
    let suggestion = suggestion.filter(|raw| !raw.is_empty()).map(|raw| suggested(raw, &options));
    Block {
        question: Question { id: id.to_owned(), title: title.to_owned(), options, suggestion, answer: read },
        place,
        labelled,
    }
}

fn place(label: &Label<'_>, lines: &[Line<'_>]) -> Place {
    let end = lines.iter().rev().find(|line| !line.is_blank()).map_or(label.value.end, Line::content_end);
    if label.unclosed.is_empty() {
        let before = if label.spaced { "" } else { " " };
        let start = label.value.start.min(end);
        Place { range: start..end.max(start), before: before.to_owned() }
    } else {
        let start = label.behind_colon;
        Place { range: start..end.max(start), before: format!("{} ", label.unclosed) }
    }
}

fn is_suggestion(label: &Label<'_>) -> bool {
    ["suggestion", "suggested", "recommendation", "recommended"].into_iter().any(|key| label.is(key))
}

/// Some write the suggestion behind the answer. Only a bold one ends the answer: a person may well begin
/// a line of it with the plain word.
fn bold_suggestion(line: &Line<'_>) -> bool {
    line.label().is_some_and(|label| !label.marker.is_empty() && is_suggestion(&label))
}

/// Id and title of a question's heading: `Q1: …`, `q1. …`, `Question 1`, `**Q1:** …`.
fn question_heading(title: &str) -> Option<(String, String)> {
    let bare = title.trim_start_matches(['*', '_', '[']);
    let rest = strip_prefix_ignoring_case(bare, "question").or_else(|| bare.strip_prefix(['q', 'Q']))?;
    let rest = rest.trim_start();
    let digits = &rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())];
    let words = &rest[digits.len()..];
    if digits.is_empty() || words.starts_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    let words = words.trim_start_matches([':', '.', ')', ']', '-', '–', '—', '*', '_', ' ']);
    let words = if bare.len() < title.len() { words.trim_end_matches(['*', '_']) } else { words };
    Some((with_number(digits), words.trim().to_owned()))
}

/// Letter and words of an option: `A) …`, `a. …`, `- A) …`, `(A) …`, `**A)** …`, `- [ ] A: …`.
fn option(line: &str) -> Option<(char, &str)> {
    let mut rest = line.trim();
    for bullet in ["- ", "* ", "+ "] {
        if let Some(behind) = rest.strip_prefix(bullet) {
            rest = behind.trim_start();
            break;
        }
    }
    for check in ["[ ] ", "[x] ", "[X] "] {
        rest = rest.strip_prefix(check).unwrap_or(rest).trim_start();
    }
    let rest = rest.trim_start_matches(['*', '_', '(']);
    let letter = rest.chars().next().filter(char::is_ascii_alphabetic)?;
    let behind = rest[1..].trim_start_matches(['*', '_']);
    let behind = behind.strip_prefix([')', '.', ':'])?.trim_start_matches(['*', '_']);
    (behind.is_empty() || behind.starts_with([' ', '\t']))
        .then(|| (letter.to_ascii_uppercase(), behind.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# Questions\n\n### Q1: Where should tokens live?\nA) httpOnly cookie\nB) localStorage\n\
        **Suggestion:** A - not readable by scripts\n**Answer:** _waiting_\n\n\
        ## q02. Which\n- a. one\n* **B)** two\n- [ ] (C) three\n```\n### Q9: not a question\nD) not an option\n```\n\
        Recommended: **A and C** because both\n- Answer: Both,\nbut later.\n\n### Other\nAnswer: no\n\
        ### **Question 12**\nFree?\n**Answer:**\n";

    #[test]
    fn questions_are_read_in_every_dress() {
        let qa = parse(FILE);
        let ids: Vec<&str> = qa.questions.iter().map(|q| q.id.as_str()).collect();
        assert_eq!(ids, ["Q1", "Q2", "Q12"]);
        assert_eq!(qa.questions[0].title, "Where should tokens live?");
        assert_eq!(qa.questions[2].title, "Free?");
        assert_eq!(qa.questions[0].options, [('A', "httpOnly cookie".into()), ('B', "localStorage".into())]);
        let letters: Vec<char> = qa.questions[1].options.iter().map(|o| o.0).collect();
        assert_eq!(letters, ['A', 'B', 'C']);
        let answers: Vec<_> = qa.questions.iter().map(|q| q.answer.as_deref()).collect();
        assert_eq!(answers, [None, Some("Both,\nbut later."), None]);
    }

    #[test]
    fn the_reading_is_the_same_with_crlf_and_a_byte_order_mark() {
        let windows = format!("\u{feff}{}", FILE.replace('\n', "\r\n"));
        assert_eq!(parse(&windows), parse(FILE));
    }

    #[test]
    fn a_suggestion_or_a_break_ends_the_answer() {
        let qa = parse("# Q1\n**Answer:** _waiting_\n**Suggestion:** A\n\n---\n\nnotes\n");
        assert_eq!(qa.questions[0].answer, None);
        assert_eq!(qa.questions[0].suggestion.as_ref().unwrap().raw, "A");
    }

    #[test]
    fn a_question_without_an_answer_line_is_known() {
        assert_eq!(unlabelled("# Q1: a\nA) x\nA\n# Q2: b\nAnswer:\n# Q3\n"), ["Q1", "Q3"]);
    }

    #[test]
    fn an_id_that_stands_twice_is_reported_and_means_the_open_one() {
        let qa = parse("# Q1: old\nAnswer: x\n# Q1: new\n# Q1: third\n");
        assert_eq!(qa.duplicates, ["Q1"]);
        assert_eq!(qa.question("q1").unwrap().title, "new");
    }

    #[test]
    fn ids_are_read_as_people_type_them() {
        assert_eq!(canonical_id(" q01 ").as_deref(), Some("Q1"));
        assert_eq!(canonical_id("3").as_deref(), Some("Q3"));
        assert_eq!((canonical_id("Q"), canonical_id("Q1a"), canonical_id("")), (None, None, None));
    }
}
