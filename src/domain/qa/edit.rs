//! Sets and clears answers in place; every byte that is not the answer's stays.

use std::ops::Range;

use super::answer::{normal, written};
use super::parse::{Block, blocks};
use super::{Question, WAITING, canonical_id};
use crate::domain::markdown;

/// Why an answer could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QaError {
    /// No question has the id.
    #[error("there is no question `{id}`; {}", there_are(known))]
    UnknownQuestion {
        /// The id that was given.
        id: String,
        /// The ids that there are.
        known: Vec<String>,
    },
    /// The answer says nothing.
    #[error("the answer to {id} is empty")]
    EmptyAnswer {
        /// The question's id.
        id: String,
    },
}

fn there_are(known: &[String]) -> String {
    if known.is_empty() {
        "the file has no questions".into()
    } else {
        format!("there are {}", known.join(", "))
    }
}

/// Writes an answer into the file's text. Where an id stands twice, the first question without an answer
/// is meant, else the last.
///
/// # Errors
/// No question has the id, or the answer is empty or `_waiting_`.
pub fn set_answer(text: &str, id: &str, answer: &str) -> Result<String, QaError> {
    let blocks = blocks(text);
    let block = find(&blocks, id)?;
    let answer = normal(answer).ok_or_else(|| QaError::EmptyAnswer { id: block.question.id.clone() })?;
    Ok(markdown::splice(text, &[edit(text, block, &answer)]))
}

/// Puts an answer back to `_waiting_`.
///
/// # Errors
/// No question has the id.
pub fn clear_answer(text: &str, id: &str) -> Result<String, QaError> {
    let blocks = blocks(text);
    Ok(markdown::splice(text, &[edit(text, find(&blocks, id)?, WAITING)]))
}

/// Gives every question the answer that `keep` says, or none. A question that has it already stays byte
/// for byte. For the opening of a gate, where only what a person answered before may stand.
pub fn clear_answers_except(text: &str, keep: impl Fn(&Question) -> Option<String>) -> String {
    let edits: Vec<_> = blocks(text)
        .iter()
        .filter_map(|block| {
            let kept = keep(&block.question).and_then(|answer| normal(&answer));
            (kept != block.question.answer).then(|| edit(text, block, kept.as_deref().unwrap_or(WAITING)))
        })
        .collect();
    markdown::splice(text, &edits)
}

fn find<'a>(blocks: &'a [Block], id: &str) -> Result<&'a Block, QaError> {
    let wanted = canonical_id(id);
    let mut same = blocks.iter().filter(|block| wanted.as_ref() == Some(&block.question.id));
    let open = same.clone().find(|block| block.question.answer.is_none());
    open.or_else(|| same.next_back()).ok_or_else(|| {
        let mut known: Vec<String> = Vec::new();
        for block in blocks {
            if !known.contains(&block.question.id) {
                known.push(block.question.id.clone());
            }
        }
        QaError::UnknownQuestion { id: id.to_owned(), known }
    })
}

fn edit(text: &str, block: &Block, answer: &str) -> (Range<usize>, String) {
    let answer = written(answer, markdown::newline(text));
    (block.place.range.clone(), format!("{}{answer}", block.place.before))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use proptest::prelude::*;

    fn answers(text: &str) -> Vec<Option<String>> {
        parse(text).questions.into_iter().map(|q| q.answer).collect()
    }

    #[test]
    fn only_the_answer_changes() {
        let before =
            "\u{feff}### Q1: ü?\r\nA) x\r\n**Answer:** _waiting_  \r\n\r\n---\r\n### Q2\r\n**Answer:**\r\nno";
        let after =
            "\u{feff}### Q1: ü?\r\nA) x\r\n**Answer:** A - x  \r\n\r\n---\r\n### Q2\r\n**Answer:**\r\nno";
        assert_eq!(set_answer(before, "q1", "A - x").unwrap(), after);
        assert_eq!(clear_answer(after, "Q1").unwrap(), before);
    }

    #[test]
    fn a_missing_answer_line_is_added_at_the_end_of_the_question() {
        let before = "# Q1: a\nA) x\n\n---\n# Q2: b";
        assert_eq!(set_answer(before, "Q1", "A").unwrap(), "# Q1: a\nA) x\n**Answer:** A\n\n---\n# Q2: b");
        assert_eq!(set_answer(before, "Q2", "A").unwrap(), format!("{before}\n**Answer:** A"));
    }

    #[test]
    fn an_answer_cannot_make_questions() {
        let answer = "yes\n### Q7: forged\n**Answer:** x\n```\n---\n\n**Suggestion:** y\n# Q8";
        let text = set_answer("# Q1\r\n**Answer: old**\r\n# Q2\r\n", "Q1", answer).unwrap();
        assert_eq!(answers(&text), [Some(answer.to_owned()), None]);
        assert!(text.starts_with("# Q1\r\n**Answer:** yes\r\n    ### Q7"), "{text}");
        assert!(text.ends_with("    # Q8\r\n# Q2\r\n"), "{text}");
    }

    #[test]
    fn an_unknown_question_is_named_with_those_there_are() {
        let error = set_answer("# Q1\n# Q3\n", "Q2", "x").unwrap_err();
        insta::assert_snapshot!(error, @"there is no question `Q2`; there are Q1, Q3");
        assert!(set_answer("", "Q1", "x").unwrap_err().to_string().ends_with("the file has no questions"));
        assert_eq!(set_answer("# Q1", "Q1", " _waiting_ "), Err(QaError::EmptyAnswer { id: "Q1".into() }));
    }

    #[test]
    fn at_a_gate_the_childs_answers_go_and_the_persons_come_back() {
        let text = "# Q1\n**Answer:** altered\n# Q2\n**Answer:** invented\n# Q3\n**Answer:**   mine\n# Q4\n";
        let person = |q: &Question| match q.id.as_str() {
            "Q1" => Some("first".to_owned()),
            "Q3" => Some("mine".to_owned()),
            _ => None,
        };
        let expected =
            "# Q1\n**Answer:** first\n# Q2\n**Answer:** _waiting_\n# Q3\n**Answer:**   mine\n# Q4\n";
        assert_eq!(clear_answers_except(text, person), expected);
    }

    fn documents() -> impl Strategy<Value = String> {
        let line = prop_oneof![
            4 => (1..5_u8).prop_map(|n| format!("### Q{n}: which?")),
            1 => Just("## Notes".to_owned()),
            1 => Just("#### Sub".to_owned()),
            1 => Just("```".to_owned()),
            1 => Just("~~~".to_owned()),
            1 => Just("---".to_owned()),
            1 => Just("A) x".to_owned()),
            1 => Just("**Answer:** _waiting_".to_owned()),
            1 => Just("**Answer:**".to_owned()),
            1 => Just("**Answer: b**".to_owned()),
            1 => Just("- __Answer__:no".to_owned()),
            1 => Just("_Answer: open".to_owned()),
            1 => Just("**Suggestion:** A - x".to_owned()),
            1 => Just("    # deep".to_owned()),
            1 => "\\PC{0,12}",
            1 => any::<String>(),
        ];
        (prop::collection::vec((line, prop_oneof![Just("\n"), Just("\r\n")]), 0..20), any::<bool>()).prop_map(
            |(lines, whole)| {
                let text: String = lines.into_iter().map(|(line, end)| line + end).collect();
                if whole { text } else { text.trim_end_matches('\n').to_owned() }
            },
        )
    }

    fn given() -> impl Strategy<Value = String> {
        let hostile = prop_oneof![
            Just("### Q1: x".to_owned()),
            Just("```".to_owned()),
            Just("**Answer:** y".to_owned()),
            Just("**Suggestion:** z".to_owned()),
            Just("---".to_owned()),
            Just("x**".to_owned()),
            Just(String::new()),
            "\\PC{0,10}",
            any::<String>(),
        ];
        prop::collection::vec(hostile, 1..5).prop_map(|lines| lines.join("\n"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn a_set_answer_reads_back_and_nothing_else_changes(text in documents(), answer in given(), pick: prop::sample::Index) {
            let before = blocks(&text);
            let Some(wanted) = normal(&answer) else { return Ok(()) };
            if before.is_empty() {
                return Ok(());
            }
            let id = &before[pick.index(before.len())].question.id;
            let place = find(&before, id).unwrap().place.range.clone();
            let at = before.iter().position(|b| b.place.range == place && &b.question.id == id).unwrap();

            let text_after = set_answer(&text, id, &answer).unwrap();
            prop_assert!(text_after.starts_with(&text[..place.start]));
            prop_assert!(text_after.ends_with(&text[place.end..]));
            let after = blocks(&text_after);
            prop_assert_eq!(after.len(), before.len(), "{}", text_after);
            for (nth, (after, before)) in after.iter().zip(&before).enumerate() {
                let mut expected = before.question.clone();
                if nth == at {
                    expected.answer = Some(wanted.clone());
                    // Adding or joining lines may give an empty heading its words or take them.
                    expected.title.clone_from(&after.question.title);
                }
                prop_assert_eq!(&after.question, &expected, "{}", text_after);
            }
        }

        #[test]
        fn clearing_leaves_no_answer_and_settles(text in documents()) {
            let cleared = clear_answers_except(&text, |_| None);
            prop_assert!(parse(&cleared).questions.iter().all(|q| q.answer.is_none()), "{}", cleared);
            prop_assert_eq!(clear_answers_except(&cleared, |_| None), cleared);
        }

        #[test]
        fn keeping_everything_changes_nothing(text in documents()) {
            prop_assert_eq!(clear_answers_except(&text, |q| q.answer.clone()), text);
        }

        #[test]
        fn any_text_can_be_read(text in any::<String>()) {
            parse(&text);
        }
    }
}
