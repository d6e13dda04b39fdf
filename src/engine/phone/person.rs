//! One word of the person on the phone, and what it brings about. Everything that changes a session goes through its inbox,
//! under the service's own number of the word, so that a word that is heard twice counts once.

use std::thread;
use std::time::{Duration, Instant};

use crate::domain::gate::GateId;
use crate::domain::qa;
use crate::domain::request::{Act, Who};
use crate::engine::ask::{self, Asked};
use crate::engine::asked::questions_at;
use crate::engine::phone::desk::Desk;
use crate::engine::phone::letter::{About, Letter};
use crate::engine::view::View;
use crate::notify::telegram::{Bot, Button, Fault, LONGEST_TEXT, Rich, Said, Word};
use crate::store::{Layout, read_session};

/// How long an orchestrator is waited for, so that the answer can say what came of a word.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often is looked for what is about to be known.
const LOOK: Duration = Duration::from_millis(20);

/// How often an answer is tried. Whoever gets none asks again.
const TRIES: u32 = 3;

/// The longest time that an answer waits for when the service asks for quiet: the words of others wait behind it.
const LONGEST_QUIET: Duration = Duration::from_secs(60);

/// A word with who said it.
pub(super) struct Person<'a> {
    pub(super) desk: &'a Desk,
    pub(super) update: i64,
    pub(super) word: &'a Word,
}

impl<'a> Person<'a> {
    pub(super) fn new(desk: &'a Desk, update: i64, word: &'a Word) -> Self {
        Self { desk, update, word }
    }

    pub(super) fn heard(&self, said: &Said) {
        match said {
            Said::Tap { id, data } => self.tapped(id, data),
            Said::Text { message, text, reply_to, .. } => {
                let about = reply_to.as_ref().and_then(|replied| self.soon(|| self.topic(replied)));
                match (text.trim().strip_prefix('/'), about) {
                    (Some(command), _) => self.command(*message, command),
                    (None, Some((letter, about))) => self.replied(*message, text.trim(), &letter, &about),
                    (None, None) => {
                        let hint = "Reply to one of my messages, so that I know which session you mean. /help says more.";
                        self.write(*message, &Rich::default().plain(hint));
                    }
                }
            }
            Said::Wordless { message, what, reply_to } => {
                let about = reply_to.as_ref().and_then(|replied| self.soon(|| self.topic(replied)));
                self.wordless(*message, what, about.as_ref().map(|(_, about)| about));
            }
            // The listener's own business.
            Said::Moved { .. } => {}
        }
    }

    /// Says that a message without words cannot be read. In a group only where it was meant for samocode.
    fn wordless(&self, message: i32, what: &str, about: Option<&About>) {
        let wish = match about {
            Some(About::Question(id)) => {
                format!("Reply to question {id} in words, or with the letter of an option.")
            }
            Some(_) => "Reply in words.".to_owned(),
            None if self.word.chat > 0 => "Reply to one of my messages in words.".to_owned(),
            None => return,
        };
        self.write_words(message, &format!("I can't read {what}, so it doesn't count. {wish}"));
    }

    /// Guidance as it is told. The first wording of an edited message was told already.
    pub(super) fn guidance(&self, words: &str) -> String {
        match self.word.said {
            Said::Text { is_edited: true, .. } => format!("Correction of my earlier message: {words}"),
            _ => words.to_owned(),
        }
    }

    pub(super) fn who(&self) -> Who {
        let from = &self.word.from;
        Who::Phone(if from.name.is_empty() {
            format!("user {}", from.id)
        } else {
            format!("{} ({})", from.name, from.id)
        })
    }

    /// Asks a session for something and says what came of it. `step` tells the requests of one word apart.
    pub(super) fn ask(&self, layout: &Layout, name: &str, step: u8, act: Act) -> (Asked, String) {
        let id = format!("tg-{}-{step}", self.update);
        let asked = match ask::post_as(layout, id, self.who(), act) {
            Ok(request) => ask::outcome(layout, &request.id, PATIENCE),
            Err(error) => return (Asked::Sent, format!("that could not be kept: {error}")),
        };
        let words = match &asked {
            Asked::Took(effect) => ask::effect_words(effect, name),
            Asked::Sent => format!("sent; {name} has not taken it yet and will before its next iteration"),
            Asked::Kept => {
                format!("kept for {name}; nothing works on it now. Start it with: samocode run {name}")
            }
        };
        (asked, words)
    }

    /// Whether this person may act on a letter's session.
    pub(super) fn may_act_on(&self, letter: &Letter) -> bool {
        let projects = self.desk.projects_of(self.word);
        projects.iter().any(|project| project.sessions == letter.sessions)
    }

    /// Answers a message.
    pub(super) fn write(&self, message: i32, text: &Rich) {
        for piece in text.split(LONGEST_TEXT) {
            self.until_answered(|bot| bot.send(&piece, &[], Some(message)).map(drop));
        }
    }

    /// Answers a message in plain words.
    pub(super) fn write_words(&self, message: i32, words: &str) {
        self.write(message, &Rich::default().plain(&self.desk.redactor.text(words)));
    }

    /// Asks for words about something; a reply to that message has them.
    pub(super) fn prompt(&self, words: &str, hint: &str) -> Option<i32> {
        let text = Rich::default().plain(words).shortened(LONGEST_TEXT);
        let mut asked = None;
        self.until_answered(|bot| {
            asked = Some(bot.ask(&text, hint, None)?);
            Ok(())
        });
        asked
    }

    /// Answers a tap.
    pub(super) fn toast(&self, tap: &str, words: &str, confirm: bool) {
        let words = self.desk.redactor.text(words);
        self.until_answered(|bot| bot.answer(tap, &words, confirm));
    }

    /// Puts another text into a message of samocode's.
    pub(super) fn rewrite(&self, message: i32, text: &Rich, buttons: &[Vec<Button>]) {
        let text = text.shortened(LONGEST_TEXT);
        self.until_answered(|bot| bot.rewrite(message, &text, buttons));
    }

    /// Takes the buttons from a message of samocode's.
    pub(super) fn take_buttons(&self, message: i32) {
        self.until_answered(|bot| bot.take_buttons(message));
    }

    /// What is known once the messages that are on their way are noted: a person may be quicker than the service's answer
    /// to who sent them.
    pub(super) fn soon<T>(&self, look: impl Fn() -> Option<T>) -> Option<T> {
        let until = Instant::now() + PATIENCE;
        loop {
            let on_their_way = self.desk.is_sending();
            let found = look();
            if found.is_some() || !on_their_way || Instant::now() >= until {
                return found;
            }
            thread::sleep(LOOK);
        }
    }

    fn until_answered(&self, mut call: impl FnMut(&Bot) -> Result<(), Fault>) {
        for _ in 0..TRIES {
            match self.desk.call(self.word.chat, |bot| call(&bot.in_topic(self.word.topic))) {
                Err(Fault::TooMany(pause)) if pause <= LONGEST_QUIET => self.desk.pause(pause),
                Err(Fault::Unreachable(_)) => self.desk.pause(Duration::from_secs(1)),
                Ok(()) | Err(_) => return,
            }
        }
    }

    /// A session as it stands, without secrets; none when its record cannot be read.
    pub(super) fn view(&self, layout: &Layout) -> Option<View> {
        let session = read_session(&layout.journal()).ok()??;
        Some(View::of(layout, &session).without_secrets(&self.desk.redactor))
    }
}

/// The full answer that a few letters mean.
pub(super) fn resolve(layout: &Layout, open: &str, id: &str, given: &str) -> Result<String, String> {
    let parsed = questions_at(layout, &gate(open));
    let question = parsed.question(id).ok_or_else(|| format!("there is no question {id} any more"))?;
    qa::resolve_answer(question, given).map(|answer| answer.text).map_err(|e| e.to_string())
}

pub(super) fn gate(id: &str) -> GateId {
    GateId::from_random(id.to_owned())
}

/// Where a session stands, in words that follow "it is".
pub(super) fn state_words(view: &View) -> String {
    match (&view.gate, view.state) {
        (Some(gate), _) => format!("waiting for {}", gate.waits_for),
        (None, "running") => format!("in {}, iteration {}", view.phase, view.iteration),
        (None, "ready") => format!("in {}", view.phase),
        (None, state) => state.to_owned(),
    }
}
