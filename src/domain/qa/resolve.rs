//! What a person's short answer means: a letter, several, the suggestion, or words.

use super::Question;
use super::answer::normal;

/// An answer in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedAnswer {
    /// The options chosen; empty for an answer in words.
    pub letters: Vec<char>,
    /// What to write, e.g. `A - httpOnly cookie`.
    pub text: String,
    /// The person took the suggestion as it stands.
    pub suggested: bool,
}

/// Why an answer fits no option.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Nothing was said.
    #[error("the answer to {id} is empty")]
    Empty {
        /// The question's id.
        id: String,
    },
    /// A letter names no option.
    #[error("{id} has no option `{letter}`; it has {}", listed(options))]
    NoSuchOption {
        /// The question's id.
        id: String,
        /// The letter.
        letter: char,
        /// Letter and words of what there is.
        options: Vec<(char, String)>,
    },
    /// The suggestion was meant, and there is none.
    #[error("{id} has no suggestion to take; answer it with {}", if *has_options { "a letter or words" } else { "words" })]
    NoSuggestion {
        /// The question's id.
        id: String,
        /// Whether there are letters to choose from.
        has_options: bool,
    },
}

fn listed(options: &[(char, String)]) -> String {
    let each: Vec<String> = options.iter().map(|(letter, words)| format!("{letter}) {words}")).collect();
    each.join(", ")
}

/// Makes a full answer of `a`, `A,C`, `a c`, `suggestion` (also `recommended` and `s`) or any words.
///
/// # Errors
/// Nothing was said, a letter is no option of a question that has some, or there is no suggestion.
pub fn resolve_answer(question: &Question, given: &str) -> Result<ResolvedAnswer, AnswerError> {
    let id = || question.id.clone();
    let words = normal(given).ok_or_else(|| AnswerError::Empty { id: id() })?;
    let short = words.to_lowercase();
    let suggestion = ["suggestion", "suggested", "recommended", "recommendation"].contains(&short.as_str());
    if suggestion || (short == "s" && question.option('S').is_none() && question.suggestion.is_some()) {
        let Some(suggestion) = &question.suggestion else {
            return Err(AnswerError::NoSuggestion { id: id(), has_options: !question.options.is_empty() });
        };
        let text = chosen(question, &suggestion.letters).unwrap_or_else(|| suggestion.raw.clone());
        return Ok(ResolvedAnswer { letters: suggestion.letters.clone(), text, suggested: true });
    }
    if let Some(letters) = letters(&words).filter(|_| !question.options.is_empty()) {
        if let Some(&letter) = letters.iter().find(|&&letter| question.option(letter).is_none()) {
            return Err(AnswerError::NoSuchOption { id: id(), letter, options: question.options.clone() });
        }
        if let Some(text) = chosen(question, &letters) {
            return Ok(ResolvedAnswer { letters, text, suggested: false });
        }
    }
    Ok(ResolvedAnswer { letters: Vec::new(), text: words, suggested: false })
}

/// The options in words; none if there are no letters or one of them is no option.
fn chosen(question: &Question, letters: &[char]) -> Option<String> {
    let each: Option<Vec<String>> = letters
        .iter()
        .map(|&letter| {
            let words = question.option(letter)?;
            Some(if words.is_empty() { letter.to_string() } else { format!("{letter} - {words}") })
        })
        .collect();
    each.filter(|each| !each.is_empty()).map(|each| each.join("; "))
}

/// The letters, if the words are nothing but single letters.
fn letters(words: &str) -> Option<Vec<char>> {
    let mut found = Vec::new();
    for token in words.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '+' | '&' | '/')) {
        if token.is_empty() || token.eq_ignore_ascii_case("and") {
            continue;
        }
        let token = token.trim_matches(['(', ')', '.', '*']);
        let letter = token.chars().next().filter(|c| token.len() == 1 && c.is_ascii_alphabetic())?;
        let letter = letter.to_ascii_uppercase();
        if !found.contains(&letter) {
            found.push(letter);
        }
    }
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    const TOKENS: &str = "# Q1: Where?\nA) httpOnly cookie\nB) localStorage\nC) memory\n**Suggestion:** A, C - safe\n**Answer:** _waiting_\n";
    const FREE: &str = "# Q2: What name?\n**Answer:** _waiting_\n";

    fn answer(file: &str, given: &str) -> Result<String, AnswerError> {
        resolve_answer(&parse(file).questions[0], given).map(|answer| answer.text)
    }

    #[test]
    fn letters_become_the_options_they_name() {
        for given in ["a", "A", " A) ", "(a)", "A."] {
            assert_eq!(answer(TOKENS, given).as_deref(), Ok("A - httpOnly cookie"), "{given}");
        }
        for given in ["A,C", "a c", "A and C", "a, c, a", "A & C"] {
            assert_eq!(answer(TOKENS, given).as_deref(), Ok("A - httpOnly cookie; C - memory"), "{given}");
        }
    }

    #[test]
    fn the_suggestion_can_be_taken_by_name() {
        for given in ["suggestion", "Recommended", "s"] {
            assert_eq!(answer(TOKENS, given).as_deref(), Ok("A - httpOnly cookie; C - memory"), "{given}");
        }
        let words = "# Q1\nSuggestion: keep it small\n";
        assert_eq!(answer(words, "s").as_deref(), Ok("keep it small"));
    }

    #[test]
    fn words_stay_words() {
        for given in ["A but for a day only", "neither", "a\nb is fine\n"] {
            assert_eq!(answer(TOKENS, given).as_deref(), Ok(given.trim()));
        }
        assert_eq!(answer(FREE, "x").as_deref(), Ok("x"));
    }

    #[test]
    fn what_fits_nothing_is_refused_in_words() {
        insta::assert_snapshot!(answer(TOKENS, "a,z").unwrap_err(), @"Q1 has no option `Z`; it has A) httpOnly cookie, B) localStorage, C) memory");
        insta::assert_snapshot!(answer(FREE, "suggestion").unwrap_err(), @"Q2 has no suggestion to take; answer it with words");
        insta::assert_snapshot!(answer(FREE, " ").unwrap_err(), @"the answer to Q2 is empty");
    }
}
