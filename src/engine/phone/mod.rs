//! The phone: notices become letters in a mailbox, and words from the phone become requests.
//!
//! Each orchestrator writes its own letters. One process at a time, whichever holds the mailbox's lock, sends all of them
//! and listens for all sessions; when it leaves, the next one takes over.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::config::Telegram;
use crate::domain::notice::Notice;
use crate::domain::redact::Redactor;
use crate::domain::session::Session;
use crate::engine::view::View;
use crate::notify::telegram::{Bot, Fault, Rich};
use crate::patience;
use crate::store::{Layout, LetterFile, Mailbox, StoreError, sha256_hex};

mod commands;
mod compose;
mod desk;
mod letter;
mod listener;
mod person;
mod replies;
mod sender;
mod taps;

use compose::{Beside, Draft, draft};
use desk::{Desk, Project};
use letter::{Closed, Delivery, Letter, Sent};

/// The phone's name among the channels.
pub(super) const CHANNEL: &str = "telegram";

/// How often a process that does not hold the mailbox tries to.
const TAKE_OVER: Duration = Duration::from_secs(1);

/// How long a call under way is waited for when it is time to leave: its reply says that it is not to be made again.
const GRACE: Duration = Duration::from_secs(3);

/// A session's end of the phone.
pub(super) struct Phone {
    mailbox: Mailbox,
    layout: Layout,
    chat: i64,
    redactor: Arc<Redactor>,
    lines: Receiver<String>,
    desk: Arc<Desk>,
    /// None where the machine had no thread for it.
    serving: Option<JoinHandle<Option<()>>>,
    /// Letters of this session that ask for something, with their notices.
    open: Vec<(String, String)>,
}

/// What became of a notice on the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// It lies in the mailbox.
    NotYet,
    /// The service took it, or refused a part of it for good.
    Taken {
        /// Why.
        refused: Option<String>,
    },
}

impl Phone {
    /// Opens the mailbox and starts the thread that serves it, or waits for its turn to.
    pub(super) fn start(
        telegram: &Telegram,
        data: &std::path::Path,
        layout: &Layout,
        redactor: &Arc<Redactor>,
    ) -> Result<Self, StoreError> {
        let mailbox = Mailbox::open(data, telegram.bot_token.reveal())?;
        let users = telegram.allowed_users.clone();
        let project = Project { sessions: layout.sessions().to_owned(), chat: telegram.chat_id, users };
        mailbox.add_project(layout.sessions(), &project)?;
        let (sender, lines) = channel();
        let open = open_letters(&mailbox, layout);
        let desk = Arc::new(Desk::new(mailbox.clone(), telegram, redactor, sender));
        let served = Arc::clone(&desk);
        let serving = patience::thread("phone", move || serve(&served));
        if let Err(error) = &serving {
            desk.say(format!("the phone is not served: {error}"));
        }
        Ok(Self {
            mailbox,
            layout: layout.clone(),
            chat: telegram.chat_id,
            redactor: Arc::clone(redactor),
            lines,
            desk,
            serving: serving.ok(),
            open,
        })
    }

    fn is_serving(&self) -> bool {
        self.serving.as_ref().is_some_and(|serving| !serving.is_finished())
    }

    /// Lines for the session's log.
    pub(super) fn lines(&self) -> Vec<String> {
        self.lines.try_iter().collect()
    }

    /// Sees to it that a notice lies in the mailbox, once, and says how far it got. `salt` sets a repetition apart.
    pub(super) fn tell(
        &mut self,
        notice: &Notice,
        session: &Session,
        salt: &str,
        changed: impl FnOnce() -> String,
    ) -> Result<Told, StoreError> {
        let id = letter_id(&self.layout, &notice.id, salt);
        if !self.mailbox.has(&id, LetterFile::Letter) {
            let view = View::of(&self.layout, session).without_secrets(&self.redactor);
            let changed = changed();
            let beside = Beside { changed: &changed, again: !salt.is_empty(), chat: self.chat };
            let draft = draft(id.clone(), notice, &view, &self.layout, beside, &self.redactor);
            keep(&self.mailbox, &draft)?;
            self.open.push((id, notice.id.clone()));
            return Ok(Told::NotYet);
        }
        let delivery = self.mailbox.read::<Delivery>(&id, LetterFile::Delivery).unwrap_or_default();
        let letter = self.mailbox.read::<Letter>(&id, LetterFile::Letter);
        if !letter.is_some_and(|letter| delivery.is_whole(&letter)) {
            return Ok(Told::NotYet);
        }
        let mut refused = delivery.parts.into_iter().filter_map(|sent| match sent {
            Sent::Refused(why) => Some(why),
            Sent::Message(_) => None,
        });
        Ok(Told::Taken { refused: refused.next_back() })
    }

    /// Closes the letters of notices that do not hold any more.
    pub(super) fn close_others(&mut self, holding: &BTreeSet<&str>, why: &str) -> Result<(), StoreError> {
        let over = |notice: &String| !holding.contains(notice.as_str());
        self.close(|_, notice| over(notice), why)
    }

    /// Closes the letters of a notice, for it is told again.
    pub(super) fn close_earlier(&mut self, notice: &str, salt: &str) -> Result<(), StoreError> {
        let newest = letter_id(&self.layout, notice, salt);
        self.close(|id, of| of == notice && *id != newest, "asked again, in a newer message")
    }

    fn close(&mut self, which: impl Fn(&String, &String) -> bool, why: &str) -> Result<(), StoreError> {
        // Another process may have added one: a plan that changed is sent by whoever heard of it.
        if self.open.iter().any(|(id, notice)| which(id, notice)) {
            self.open = open_letters(&self.mailbox, &self.layout);
        }
        let closed = Closed { why: self.redactor.text(why).into_owned(), at: Timestamp::now() };
        let over: Vec<_> = self.open.iter().filter(|(id, notice)| which(id, notice)).cloned().collect();
        for (id, _) in &over {
            self.mailbox.write(id, LetterFile::Closed, &closed)?;
        }
        self.open.retain(|letter| !over.contains(letter));
        Ok(())
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        // A long poll is not waited for: its thread ends with the process.
        self.desk.stop();
        let until = Instant::now() + GRACE;
        while (self.is_serving() || self.desk.is_hearing()) && Instant::now() < until {
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Sends one message, to see that it arrives; returns the bot's name.
///
/// # Errors
/// As the service says, or when it does not answer.
pub fn try_phone(telegram: &Telegram) -> Result<String, Fault> {
    let bot = Bot::new(telegram);
    let name = bot.name()?;
    let words = "When a session needs you, it says so here. /help lists what you can do.";
    let text = Rich::default().bold("samocode can reach you here").plain("\n\n").plain(words);
    bot.send(&text, &[], None)?;
    Ok(name)
}

/// The letters of a session that ask for something.
fn open_letters(mailbox: &Mailbox, layout: &Layout) -> Vec<(String, String)> {
    let ids = mailbox.ids().unwrap_or_default();
    ids.into_iter()
        .filter(|id| !mailbox.has(id, LetterFile::Closed))
        .filter_map(|id| {
            let letter: Letter = mailbox.read(&id, LetterFile::Letter)?;
            let own = letter.sessions == layout.sessions() && letter.folder == layout.folder();
            own.then_some((id, letter.notice))
        })
        .collect()
}

/// Waits for its turn to serve the mailbox, and then does.
fn serve(desk: &Arc<Desk>) {
    let lock = loop {
        match desk.mailbox.try_lock() {
            Ok(Some(lock)) => break lock,
            Ok(None) => {}
            Err(error) => return desk.say(format!("the phone is not served: {error}")),
        }
        desk.pause(TAKE_OVER);
        if desk.is_stopping() {
            return;
        }
    };
    let listening = Arc::clone(desk);
    if let Err(error) = patience::thread("listener", move || listener::Listener::new(listening).run()) {
        desk.say(format!("nobody listens to the phone: {error}"));
    }
    sender::Sender::new(Arc::clone(desk)).run();
    drop(lock);
}

/// The id of the letter of a notice, the same whoever works it out.
fn letter_id(layout: &Layout, notice: &str, salt: &str) -> String {
    let name = format!("{}\n{}\n{notice}\n{salt}", layout.sessions().display(), layout.folder());
    sha256_hex(name.as_bytes()).get(..16).unwrap_or_default().to_owned()
}

/// Puts a letter into the mailbox, its documents first.
fn keep(mailbox: &Mailbox, draft: &Draft) -> Result<(), StoreError> {
    let id = &draft.letter.id;
    for (name, bytes) in &draft.documents {
        mailbox.keep_document(id, name, bytes)?;
    }
    mailbox.write(id, LetterFile::Letter, &draft.letter)
}
