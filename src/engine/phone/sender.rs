//! Sends what lies in the mailbox, in order, each message until the service has answered; takes the buttons from what
//! asks for nothing any more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::engine::phone::desk::{Desk, pause_after};
use crate::engine::phone::letter::{About, Body, Letter, Part, Sent, data};
use crate::notify::telegram::{Bot, Button, Fault, LONGEST_TEXT, Rich};

/// How often the mailbox is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Letters are kept that long, so that old buttons can be answered.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Sends until it is told to leave.
pub(super) struct Sender {
    desk: Arc<Desk>,
    /// Letters of which nothing is left to send.
    whole: BTreeSet<String>,
    /// Letters of which nothing is left to do.
    over: BTreeSet<String>,
    /// Chats that the bot may not write to, each with when it is tried again: they hold up no other chat.
    shut: BTreeMap<i64, (Instant, u32)>,
    /// Tries in a row without an answer.
    silent: u32,
    /// That it does not answer was said.
    said: bool,
}

impl Sender {
    pub(super) fn new(desk: Arc<Desk>) -> Self {
        Self {
            desk,
            whole: BTreeSet::new(),
            over: BTreeSet::new(),
            shut: BTreeMap::new(),
            silent: 0,
            said: false,
        }
    }

    pub(super) fn run(mut self) {
        self.prune();
        while !self.desk.is_stopping() {
            let pause = match self.round() {
                Ok(()) => LOOK,
                Err(fault) => self.trouble(&fault),
            };
            self.desk.pause(pause);
        }
    }

    /// Removes what nobody will tap any more.
    fn prune(&self) {
        let before = Timestamp::now() - KEPT;
        for letter in self.desk.all().iter().filter(|letter| letter.at < before) {
            self.desk.forget(&letter.id);
        }
    }

    fn round(&mut self) -> Result<(), Fault> {
        let mut closed = Vec::new();
        for letter in self.desk.all() {
            if self.over.contains(&letter.id) {
                continue;
            }
            match self.desk.closed(&letter.id) {
                None if self.whole.contains(&letter.id) => {}
                None if self.is_shut(letter.chat) => {}
                None => match self.send(&letter) {
                    Err(fault @ (Fault::Forbidden(_) | Fault::Moved(_) | Fault::Refused(_))) => {
                        self.shut(letter.chat, &fault);
                    }
                    sent => sent?,
                },
                Some(why) => closed.push((letter, why)),
            }
        }
        // What asks for something comes first: tidying up holds up nothing.
        for (letter, why) in &closed {
            if self.is_shut(letter.chat) {
                continue;
            }
            match self.put_away(letter, why) {
                Err(fault @ (Fault::Forbidden(_) | Fault::Moved(_))) => self.shut(letter.chat, &fault),
                done => done?,
            }
        }
        Ok(())
    }

    fn send(&mut self, letter: &Letter) -> Result<(), Fault> {
        for (at, part) in letter.parts.iter().enumerate().skip(self.desk.delivery(&letter.id).parts.len()) {
            // Passed meanwhile at another place: the rest is not worth a message.
            if self.desk.is_stopping() || self.desk.closed(&letter.id).is_some() {
                return Ok(());
            }
            self.desk.now_sending(true);
            let sent = self.send_part(letter, at, part);
            if let Ok(sent) = &sent {
                self.note(letter, |delivery| delivery.parts.push(sent.clone()));
            }
            self.desk.now_sending(false);
            if let Sent::Refused(why) = sent? {
                self.desk.say(format!("a message for the phone was refused and is left out: {why}"));
            }
            self.answered();
            self.shut.remove(&letter.chat);
        }
        let asks = letter.parts.iter().any(|part| !part.keys.is_empty());
        if asks { &mut self.whole } else { &mut self.over }.insert(letter.id.clone());
        Ok(())
    }

    /// Writes down what the service did. Where that cannot be kept, it was done all the same.
    fn note(&self, letter: &Letter, change: impl FnOnce(&mut super::letter::Delivery)) {
        if let Err(error) = self.desk.note(&letter.id, change) {
            self.desk.say(format!("what the phone has taken cannot be kept: {error}"));
        }
    }

    fn send_part(&self, letter: &Letter, at: usize, part: &Part) -> Result<Sent, Fault> {
        let buttons = buttons(letter, at);
        let refused = match &part.body {
            Body::Text(text) => self.sent(letter.chat, |bot| bot.send(text, &buttons, None))?,
            Body::File { name, caption } => {
                let file = self.desk.mailbox.document(&letter.id, name);
                self.sent(letter.chat, |bot| bot.send_file(&file, caption, &buttons, None))?
            }
        };
        let Sent::Refused(why) = refused else { return Ok(refused) };
        // Without its form it is better than not at all, and without its buttons it can be replied to.
        let plain = self.plain(letter, part, &why);
        let simpler = [(&plain, buttons.as_slice()), (&plain, &[]), (&last_resort(letter), &[])];
        for (text, buttons) in simpler {
            let sent = self.sent(letter.chat, |bot| bot.send(text, buttons, None))?;
            if !matches!(sent, Sent::Refused(_)) {
                return Ok(sent);
            }
        }
        if letter.gate.is_some() {
            // Whoever is not asked cannot answer: it is tried again for as long as the gate is open.
            return Err(Fault::Refused(why));
        }
        Ok(Sent::Refused(why))
    }

    fn sent(&self, chat: i64, call: impl FnMut(&Bot) -> Result<i32, Fault>) -> Result<Sent, Fault> {
        match self.desk.call(chat, call) {
            Ok(message) => Ok(Sent::Message(message)),
            Err(Fault::Refused(why)) => Ok(Sent::Refused(why)),
            Err(fault) => Err(fault),
        }
    }

    /// A part in nothing but words.
    fn plain(&self, letter: &Letter, part: &Part, refused: &str) -> Rich {
        let text = match &part.body {
            Body::Text(text) => text.text().to_owned(),
            Body::File { name, caption } => format!(
                "{}\n\nThe document {name} was refused ({refused}); it is in {}",
                caption.text(),
                letter.layout().session_dir().display()
            ),
        };
        Rich::default().plain(&self.desk.redactor.text(&text)).shortened(LONGEST_TEXT)
    }

    /// Takes the buttons from a letter's messages and says under the first why.
    fn put_away(&mut self, letter: &Letter, why: &str) -> Result<(), Fault> {
        let delivery = self.desk.delivery(&letter.id);
        if !delivery.put_away {
            for (at, (part, sent)) in letter.parts.iter().zip(&delivery.parts).enumerate() {
                let Sent::Message(message) = sent else { continue };
                let done = match (&part.body, &part.about) {
                    // Its message shows the answer already.
                    (_, About::Question(id)) if delivery.answered.contains(id) => Ok(()),
                    (Body::Text(text), _) if at == 0 => {
                        let why = Rich::default().plain("\n\n— ").plain(why).shortened(600);
                        let end = Rich::default().plain("\n\n").and(&why);
                        let kept = text.shortened(LONGEST_TEXT - end.units()).and(&end);
                        self.desk.call(letter.chat, |bot| bot.rewrite(*message, &kept, &[]))
                    }
                    _ if part.keys.is_empty() => Ok(()),
                    _ => self.desk.call(letter.chat, |bot| bot.take_buttons(*message)),
                };
                // A message that the person deleted has no buttons either.
                if let Err(fault) = done
                    && !matches!(fault, Fault::Refused(_))
                {
                    return Err(fault);
                }
            }
            self.answered();
            self.note(letter, |delivery| delivery.put_away = true);
        }
        self.over.insert(letter.id.clone());
        Ok(())
    }

    fn is_shut(&self, chat: i64) -> bool {
        self.shut.get(&chat).is_some_and(|(until, _)| Instant::now() < *until)
    }

    /// Leaves a chat alone for a while; says so the first time.
    fn shut(&mut self, chat: i64, fault: &Fault) {
        let tries = self.shut.get(&chat).map_or(1, |(_, tries)| tries.saturating_add(1));
        self.shut.insert(chat, (Instant::now() + pause_after(tries), tries));
        if tries == 1 {
            self.desk.say(format!("{fault}; what is to be told waits"));
        }
    }

    fn answered(&mut self) {
        self.silent = 0;
        if std::mem::take(&mut self.said) {
            self.desk.say("Telegram answers again".to_owned());
        }
    }

    /// Says a trouble once, and how long to pause for it.
    fn trouble(&mut self, fault: &Fault) -> Duration {
        if let Fault::TooMany(pause) = fault {
            return *pause;
        }
        if !std::mem::replace(&mut self.said, true) {
            self.desk.say(format!("{fault}; what is to be told waits"));
        }
        self.silent = self.silent.saturating_add(1);
        pause_after(self.silent)
    }
}

/// What is said where nothing else is taken. A reply to it counts as one to the message that it stands for.
fn last_resort(letter: &Letter) -> Rich {
    let name = &letter.name;
    Rich::default().plain(&format!("{name} has a message that Telegram refuses. See: samocode status {name}"))
}

/// The buttons of a part, with data that names them and says nothing else.
fn buttons(letter: &Letter, at: usize) -> Vec<Vec<Button>> {
    let mut count = 0;
    let rows = letter.parts.get(at).map(|part| part.keys.as_slice()).unwrap_or_default();
    rows.iter()
        .map(|row| {
            row.iter()
                .map(|key| {
                    count += 1;
                    Button { label: key.label.clone(), data: data(&letter.id, at, count - 1) }
                })
                .collect()
        })
        .collect()
}
