//! A reply to one of samocode's messages: what it is about is known from the letter that the message belongs to.

use std::sync::Arc;

use crate::domain::request::{Act, Effect};
use crate::engine::ask::Asked;
use crate::engine::phone::letter::{About, Letter, read_data};
use crate::engine::phone::person::{Person, gate, state_words};
use crate::engine::phone::taps::question;
use crate::notify::telegram::Replied;

/// Words that agree, and ask for no change.
const AGREEING: &[&str] = &[
    "ok",
    "okay",
    "yes",
    "y",
    "approve",
    "approved",
    "lgtm",
    "looks good",
    "good",
    "fine",
    "go",
    "👍",
    "+1",
];

impl Person<'_> {
    /// The letter and the topic of a message of samocode's; of one whose number was lost, by its button.
    pub(super) fn topic(&self, replied: &Replied) -> Option<(Arc<Letter>, About)> {
        self.topic_by_number(replied.message).or_else(|| self.topic_by_key(replied))
    }

    fn topic_by_key(&self, replied: &Replied) -> Option<(Arc<Letter>, About)> {
        let (letter, part, _) = read_data(replied.key.as_deref()?)?;
        let letter = self.desk.letter(letter).filter(|letter| self.may_act_on(letter))?;
        let about = letter.parts.get(part)?.about.clone();
        Some((letter, about))
    }

    fn topic_by_number(&self, message: i32) -> Option<(Arc<Letter>, About)> {
        let letters = self.desk.all();
        letters.into_iter().rev().filter(|letter| self.may_act_on(letter)).find_map(|letter| {
            let about = self.desk.delivery(&letter.id).about(&letter, message)?;
            Some((letter, about))
        })
    }

    pub(super) fn replied(&self, message: i32, text: &str, letter: &Letter, about: &About) {
        let layout = letter.layout();
        let Some(view) = self.view(&layout) else {
            return self.write_words(message, "The session's record cannot be read, or it was archived.");
        };
        let open = view.gate.as_ref().map(|gate| gate.id.as_str());
        let passed = letter.gate.is_some() && letter.gate.as_deref() != open;
        if passed && !matches!(about, About::Session) {
            let why = self.desk.closed(&letter.id).unwrap_or_else(|| state_words(&view));
            let tell = format!("/tell {} gives it as guidance.", view.name);
            return self.write_words(message, &format!("Too late: {why}. {tell}"));
        }
        match (about, &letter.gate) {
            (About::Question(id), _) => match question(&view, id) {
                Some(question) => {
                    let words = match self.answer(letter, &[(question, text)]) {
                        Ok((_, words)) | Err(words) => words,
                    };
                    self.write_words(message, &words);
                }
                None => self.write_words(message, &format!("There is no question {id} any more.")),
            },
            (About::Plan, Some(gate_id)) => self.reject(message, text, letter, gate_id),
            (About::Stop, _) => {
                let stopped = letter.gate.is_some() || matches!(view.state, "blocked" | "parked");
                self.tell(message, text, letter, stopped);
            }
            (About::End, _) if view.state == "done" => self.write_words(
                message,
                &format!("{0} is done; `samocode reopen {0} -m …` takes it back to work.", view.name),
            ),
            (About::Session | About::Plan | About::End, _) => self.tell(message, text, letter, false),
        }
    }

    fn reject(&self, message: i32, text: &str, letter: &Letter, gate_id: &str) {
        let words = text.trim_end_matches(['.', '!']).to_lowercase();
        if AGREEING.contains(&words.as_str()) {
            return self
                .write_words(message, "To approve the plan, tap Approve: the button names the very bytes.");
        }
        let act = Act::Reject { gate: gate(gate_id), message: text.to_owned() };
        let (_, words) = self.ask(&letter.layout(), &letter.name, 0, act);
        self.write_words(message, &words);
    }

    /// Guidance; where the session was stopped, it goes on with it.
    fn tell(&self, message: i32, text: &str, letter: &Letter, go_on: bool) {
        let layout = letter.layout();
        let (asked, told) = self.ask(&layout, &letter.name, 0, Act::Tell(self.guidance(text)));
        if !go_on || matches!(asked, Asked::Took(Effect::Refused(_))) {
            return self.write_words(message, &told);
        }
        let (asked, words) =
            self.ask(&layout, &letter.name, 1, Act::Resume(letter.gate.as_deref().map(gate)));
        let words = match asked {
            Asked::Took(Effect::Resumed | Effect::ActionDone) => format!("{words}, and reads this first"),
            Asked::Took(_) | Asked::Sent | Asked::Kept => words,
        };
        self.write_words(message, &words);
    }
}
