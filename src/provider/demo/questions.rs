//! The demo agent's two questions, and what the answers mean for the program that it changes.
//!
//! Pure; text of `_qa.md` in, choices out.

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
pub(super) fn asked(qa: &str) -> bool {
    qa.lines().any(|line| line.starts_with("### Q"))
}

/// Whether every question has its answer.
pub(super) fn answered(qa: &str) -> bool {
    asked(qa) && blocks(qa).iter().all(|block| block.answer().is_some())
}

/// What the answers choose; where there is none, what was suggested.
pub(super) fn choices(qa: &str) -> Choices {
    let blocks = blocks(qa);
    let chosen = |heading: &str| {
        blocks
            .iter()
            .find(|block| block.heading.starts_with(heading))
    };
    let word = chosen("Q1").and_then(Block::choice).unwrap_or("Ahoy");
    let flag = chosen("Q2").and_then(Block::choice).unwrap_or("--shout");
    Choices {
        word: fit(
            word,
            |c| c.is_alphanumeric() || c == ' ' || c == '-',
            "Ahoy",
        ),
        flag: format!(
            "--{}",
            fit(
                flag.trim_start_matches('-').to_lowercase().as_str(),
                |c| c.is_ascii_alphanumeric() || c == '-',
                "shout"
            )
        ),
    }
}

/// One question of `_qa.md`.
#[derive(Debug)]
struct Block<'a> {
    heading: &'a str,
    lines: Vec<&'a str>,
}

impl<'a> Block<'a> {
    fn answer(&self) -> Option<&'a str> {
        self.lines
            .iter()
            .find_map(|line| line.strip_prefix("**Answer:**"))
            .map(str::trim)
            .filter(|answer| !answer.is_empty() && *answer != "_waiting_")
    }

    /// The answer, with a letter replaced by its option's text.
    fn choice(&self) -> Option<&'a str> {
        let answer = self.answer()?;
        let letter = answer.trim_end_matches([')', '.']);
        let option = self.lines.iter().find_map(|line| {
            let (name, text) = line.split_once(')')?;
            name.trim()
                .eq_ignore_ascii_case(letter)
                .then(|| text.trim())
        });
        Some(option.unwrap_or(answer))
    }
}

fn blocks(qa: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for line in qa.lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            blocks.push(Block {
                heading,
                lines: Vec::new(),
            });
        } else if let Some(block) = blocks.last_mut() {
            block.lines.push(line.trim());
        }
    }
    blocks
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
        QUESTIONS
            .replacen("_waiting_", first, 1)
            .replacen("_waiting_", second, 1)
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
