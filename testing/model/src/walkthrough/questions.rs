//! The two questions, and their answers: read from the prompt, compared with `_qa.md`.

use super::product::GREETING;

/// What `_qa.md` says before anyone answered.
pub(super) const QUESTIONS: &str = "\
### Q1: Which greeting should the script print?
A) hello
B) good day
C) welcome
**Suggestion:** A - it is the shortest
**Answer:** _waiting_

### Q2: Should the script have a test?
A) yes
B) no
**Suggestion:** A - a change without a test cannot be trusted
**Answer:** _waiting_
";

/// A person's answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answers {
    pub(super) greeting: String,
    pub(super) test: String,
}

/// The answers that the prompt tells; an error in words when one is missing there, or is another than in `_qa.md`.
pub(super) fn answers(prompt: &str, qa: &str) -> Result<Answers, String> {
    Ok(Answers {
        greeting: answer(prompt, qa, "Q1", &[("A", GREETING), ("B", "good day"), ("C", "welcome")])?,
        test: answer(prompt, qa, "Q2", &[("A", "yes"), ("B", "no")])?,
    })
}

fn answer(prompt: &str, qa: &str, question: &str, options: &[(&str, &str)]) -> Result<String, String> {
    let given = segment(qa, question).filter(|given| *given != "_waiting_");
    let given = given.ok_or_else(|| format!("`_qa.md` has no answer to {question}:\n{qa}"))?;
    let told = segment(prompt, question)
        .ok_or_else(|| format!("the prompt does not tell the answer to {question}; it says:\n{prompt}"))?;
    if !contains_word(told, given) {
        return Err(format!("the prompt does not tell the answer {given:?} to {question}, but: {told:?}"));
    }
    let option = options.iter().find(|(letter, _)| letter.eq_ignore_ascii_case(given));
    Ok(option.map_or(given, |(_, meaning)| *meaning).to_owned())
}

/// What is said about a question: from its number to the next one's or the next heading, without the question and its
/// options where an `Answer:` line tells them apart.
fn segment<'text>(text: &'text str, question: &str) -> Option<&'text str> {
    let from = text.find(question)? + question.len();
    let rest = &text[from..];
    let end = ["Q2", "\n## ", "\n### "].into_iter().filter_map(|next| rest.find(next)).min();
    let block = &rest[..end.unwrap_or(rest.len())];
    let told = block.split("Answer:").nth(1).unwrap_or(block);
    Some(told.trim_matches(['*', ' ', '\n', '\r'])).filter(|told| !told.is_empty())
}

fn contains_word(text: &str, word: &str) -> bool {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(word).any(|(at, _)| {
        is_edge(text[..at].chars().next_back()) && is_edge(text[at + word.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::{QUESTIONS, answers};

    fn filled(first: &str, second: &str) -> String {
        QUESTIONS.replacen("_waiting_", first, 1).replacen("_waiting_", second, 1)
    }

    #[test]
    fn a_letter_means_its_option_and_other_text_itself() {
        let found =
            answers("The answers:\nQ1: B\nQ2: only a small one\n\nTask", &filled("B", "only a small one"))
                .unwrap();
        assert_eq!(found.greeting, "good day");
        assert_eq!(found.test, "only a small one");
    }

    #[test]
    fn an_answer_that_the_prompt_lacks_is_told() {
        assert!(answers("Q1: B\n\nTask", &filled("B", "A")).unwrap_err().contains("answer to Q2"));
        assert!(answers("Task", &filled("B", "A")).unwrap_err().contains("answer to Q1"));
    }

    #[test]
    fn another_answer_than_the_files_is_told() {
        assert!(answers("Q1: C\nQ2: A", &filled("B", "A")).unwrap_err().contains("\"B\""));
    }

    #[test]
    fn options_shown_in_the_prompt_are_no_answer() {
        let qa = filled("B", "A");
        assert!(answers(&filled("C", "A"), &qa).unwrap_err().contains("\"B\""));
        assert_eq!(answers(&qa, &qa).unwrap().greeting, "good day");
    }

    #[test]
    fn an_open_question_is_told() {
        assert!(answers("Q1: A\nQ2: A", &filled("A", "_waiting_")).unwrap_err().contains("no answer to Q2"));
    }
}
