//! `answer N [Q1=A …]`: takes answers from the command line, or asks one by one.

use std::collections::BTreeMap;

use crate::cli::args::Files;
use crate::cli::failure::Failure;
use crate::cli::request::Desk;
use crate::cli::{needed, terminal};
use crate::domain::qa::{self, Qa};
use crate::domain::request::Act;
use crate::engine::{GateKindView, QuestionView, questions_at};

/// Answers questions of an open gate.
pub(super) fn answer(
    files: &Files,
    session: &str,
    given: &[String],
    suggestions: bool,
) -> Result<u8, Failure> {
    let desk = Desk::open(files, session)?;
    let (gate, kind) = desk.gate("answers")?;
    let GateKindView::Answers { questions, .. } = kind else {
        return Err(desk.misfit("answers"));
    };
    let parsed = questions_at(&desk.layout, &gate);
    let mut answers = named(&parsed, given)?;
    if suggestions {
        add_suggestions(&parsed, questions, &mut answers)?;
    }
    if answers.is_empty() {
        if !terminal::is_person() {
            return Err(Failure::usage("no answers were given, and there is no terminal to ask on")
                .with_hint("give them as Q1=A Q2='in words', or `--suggestions`"));
        }
        answers = interview(&parsed, questions)?;
    }
    desk.send(Act::Answer { gate, answers })
}

/// `Q1=A` and the like.
fn named(parsed: &Qa, given: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let mut answers = BTreeMap::new();
    for word in given {
        let Some((id, text)) = word.split_once('=') else {
            return Err(Failure::usage(format!("`{word}` is no answer")).with_hint("write it as Q1=A"));
        };
        let Some(question) = parsed.question(id) else {
            let known: Vec<&str> = parsed.questions.iter().map(|question| question.id.as_str()).collect();
            return Err(Failure::usage(format!("there is no question {id}; there are {}", known.join(", "))));
        };
        let resolved = qa::resolve_answer(question, text).map_err(|e| Failure::usage(e.to_string()))?;
        answers.insert(question.id.clone(), resolved.text);
    }
    Ok(answers)
}

fn add_suggestions(
    parsed: &Qa,
    questions: &[QuestionView],
    answers: &mut BTreeMap<String, String>,
) -> Result<(), Failure> {
    for open in questions.iter().filter(|question| question.answer.is_none()) {
        if answers.contains_key(&open.id) {
            continue;
        }
        if let Some(question) = parsed.question(&open.id) {
            let resolved =
                qa::resolve_answer(question, "suggestion").map_err(|e| Failure::usage(e.to_string()))?;
            answers.insert(open.id.clone(), resolved.text);
        }
    }
    Ok(())
}

/// Asks every open question; nothing is sent unless all of the asking was gone through.
pub(super) fn interview(
    parsed: &Qa,
    questions: &[QuestionView],
) -> Result<BTreeMap<String, String>, Failure> {
    let mut answers = BTreeMap::new();
    for open in questions.iter().filter(|question| question.answer.is_none()) {
        let Some(question) = parsed.question(&open.id) else {
            continue;
        };
        terminal::raw(&needed::question_words(open));
        let prompt = if open.suggestion.is_some() {
            "     answer (a letter, letters or words; Enter takes the suggestion): "
        } else {
            "     answer (a letter, letters or words): "
        };
        loop {
            let Some(typed) = terminal::ask(prompt) else {
                return Err(Failure::usage("no answers were sent"));
            };
            let typed = if typed.is_empty() { "suggestion".to_owned() } else { typed };
            match qa::resolve_answer(question, &typed) {
                Ok(resolved) => {
                    terminal::line(&format!("     {}\n", resolved.text));
                    answers.insert(open.id.clone(), resolved.text);
                    break;
                }
                Err(error) => terminal::line(&format!("     {error}")),
            }
        }
    }
    Ok(answers)
}
