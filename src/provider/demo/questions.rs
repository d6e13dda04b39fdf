//! The demo agent's two questions, and what the answers mean for the program that it changes.
//!
//! Pure; text of `_qa.md` in, choices out.

use crate::domain::qa::{self, Question};

/// The questions, as the block format of `_qa.md` has them.
pub(super) const QUESTIONS: &str = "\
### Q1: Which word should the greeting begin with?
A) Ahoy
B) Hello
**Suggestion:** A - the task asks for something friendlier, and `Hello` is what it says today
**Answer:** _waiting_

### Q2: What should the option for a loud greeting be called?
A) --shout
B) --loud
**Suggestion:** A - it says what the output does
**Answer:** _waiting_
";

/// What the person chose, or what was suggested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choices {
    /// The greeting's first word.
    pub(super) word: String,
    /// The option for a loud greeting.
    pub(super) flag: String,
}

/// Whether any question has been asked.
pub(super) fn asked(text: &str) -> bool {
    !qa::parse(text).questions.is_empty()
}

/// How many questions were asked, in words.
pub(super) fn count(text: &str) -> String {
    match qa::parse(text).questions.len() {
        1 => "asked one question".to_owned(),
        2 => "asked two questions".to_owned(),
        many => format!("asked {many} questions"),
    }
}

/// Whether every question has its answer.
pub(super) fn answered(text: &str) -> bool {
    asked(text) && qa::parse(text).unanswered().next().is_none()
}

/// The questions with their answers, as quotes.
pub(super) fn quoted(text: &str) -> String {
    let quotes: Vec<String> = qa::parse(text)
        .questions
        .iter()
        .map(|question| {
            let answer = question.answer.as_deref().unwrap_or(qa::WAITING);
            format!("> {}: {}\n> {}\n", question.id, question.title, answer.replace('\n', "\n> "))
        })
        .collect();
    quotes.join("\n")
}

/// What the answers choose; where there is none, what was suggested.
pub(super) fn choices(text: &str) -> Choices {
    let qa = qa::parse(text);
    let chosen = |id: &str| qa.question(id).and_then(choice);
    let word = chosen("Q1").unwrap_or_else(|| "Ahoy".into());
    let flag = chosen("Q2").unwrap_or_else(|| "shout".into()).to_lowercase();
    Choices {
        word: fit(&word, |c| c.is_alphanumeric() || c == ' ' || c == '-', "Ahoy"),
        flag: format!("--{}", fit(&flag, |c| c.is_ascii_alphanumeric() || c == '-', "shout")),
    }
}

/// What each question of `asked` means: its id, and what was answered in `qa`, or what was suggested.
pub(super) fn chosen(asked: &str, qa: &str) -> Vec<(String, String)> {
    let answered = qa::parse(qa);
    let asked = qa::parse(asked).questions.into_iter();
    asked
        .map(|question| {
            let suggested = || {
                let full = qa::resolve_answer(&question, "suggestion").ok()?;
                choice(&Question { answer: Some(full.text), ..question.clone() })
            };
            let words = answered.question(&question.id).and_then(choice).or_else(suggested);
            let plain = |c: char| c.is_alphanumeric() || " -_./".contains(c);
            (question.id.clone(), fit(&words.unwrap_or_default(), plain, "x"))
        })
        .collect()
}

/// The answer, with a letter replaced by its option's words: a hand writes `A`, samocode writes `A - Ahoy`.
fn choice(question: &Question) -> Option<String> {
    let answer = question.answer.as_deref()?;
    let full = qa::resolve_answer(question, answer).map_or_else(|_| answer.to_owned(), |full| full.text);
    let option = question.options.iter().find(|(letter, words)| full == format!("{letter} - {words}"));
    Some(option.map_or(full, |(_, words)| words.clone()))
}

/// The characters of `text` that can stand in a shell script as they are, or `otherwise` if none is left.
fn fit(text: &str, allowed: fn(char) -> bool, otherwise: &str) -> String {
    let fit: String = text.chars().filter(|c| allowed(*c)).take(24).collect();
    let fit = fit.trim_matches([' ', '-']);
    if fit.is_empty() { otherwise } else { fit }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(first: &str, second: &str) -> String {
        QUESTIONS.replacen("_waiting_", first, 1).replacen("_waiting_", second, 1)
    }

    #[test]
    fn knows_open_from_answered() {
        assert!(!answered(""));
        assert!(!answered(QUESTIONS));
        assert!(!answered(&with("A", "_waiting_")));
        assert!(answered(&with("A", "whatever")));
    }

    #[test]
    fn a_letter_means_its_option_and_words_mean_themselves() {
        let choices = choices(&with("b", "--very-loud"));
        assert_eq!(choices.word, "Hello");
        assert_eq!(choices.flag, "--very-loud");
    }

    #[test]
    fn an_answer_that_samocode_wrote_means_its_option() {
        let choices = choices(&with("B - Hello", "A - --shout"));
        assert_eq!((choices.word.as_str(), choices.flag.as_str()), ("Hello", "--shout"));
    }

    #[test]
    fn every_question_has_options_and_a_suggestion_to_take() {
        for question in qa::parse(QUESTIONS).questions {
            let taken = qa::resolve_answer(&question, "suggestion").unwrap();
            assert!(taken.suggested && taken.letters == ['A'], "{taken:?}");
            assert_eq!(question.options.len(), 2);
        }
    }

    #[test]
    fn open_questions_choose_what_was_suggested() {
        assert_eq!(choices(QUESTIONS), choices(""));
        assert_eq!(choices("").word, "Ahoy");
    }

    #[test]
    fn nothing_of_an_answer_is_run() {
        let choices = choices(&with("Hi'; rm -rf $(pwd) #", "`x`"));
        assert_eq!(choices.word, "Hi rm -rf pwd");
        assert_eq!(choices.flag, "--x");
    }
}
