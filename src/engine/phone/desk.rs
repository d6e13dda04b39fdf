//! What the threads of the one process share that serves a phone: the mailbox, the bot, how far each letter got.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::Telegram;
use crate::domain::redact::Redactor;
use crate::engine::phone::letter::{Closed, Delivery, Letter};
use crate::notify::telegram::{Bot, Fault, Word};
use crate::store::{LetterFile, Mailbox, StoreError};

/// A project whose sessions the phone may ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Project {
    /// The folder of its sessions.
    pub(super) sessions: PathBuf,
    /// The chat that its sessions talk in.
    pub(super) chat: i64,
    /// The users whose words count for them.
    pub(super) users: BTreeSet<u64>,
}

impl Project {
    /// Whether somebody's word in a chat counts for its sessions. `now` is the number that its chat has by now.
    fn hears(&self, word: &Word, now: i64) -> bool {
        (word.chat == self.chat || word.chat == now) && self.users.contains(&word.from.id)
    }
}

/// Shared by the sender and the listener.
pub(super) struct Desk {
    pub(super) mailbox: Mailbox,
    pub(super) phone: Telegram,
    bot: Bot,
    pub(super) redactor: Arc<Redactor>,
    /// Lines for the log.
    pub(super) lines: Sender<String>,
    stopping: AtomicBool,
    hearing: AtomicBool,
    /// A message is on its way, or its number is not noted yet.
    sending: AtomicBool,
    /// Until when the service asked for quiet.
    quiet: Mutex<Option<Instant>>,
    /// Groups that went on under another number.
    moved: Mutex<BTreeMap<i64, i64>>,
    letters: Mutex<HashMap<String, Arc<Letter>>>,
    deliveries: Mutex<BTreeMap<String, Delivery>>,
}

impl Desk {
    pub(super) fn new(
        mailbox: Mailbox,
        phone: &Telegram,
        redactor: &Arc<Redactor>,
        lines: Sender<String>,
    ) -> Self {
        Self {
            moved: Mutex::new(mailbox.moved()),
            mailbox,
            bot: Bot::new(phone),
            phone: phone.clone(),
            redactor: Arc::clone(redactor),
            lines,
            stopping: AtomicBool::new(false),
            hearing: AtomicBool::new(false),
            sending: AtomicBool::new(false),
            quiet: Mutex::default(),
            letters: Mutex::default(),
            deliveries: Mutex::default(),
        }
    }

    /// A line for the log of the session that serves the phone.
    pub(super) fn say(&self, words: String) {
        // The orchestrator is leaving; its log is closed.
        let _ = self.lines.send(words);
    }

    /// Whether a message is on its way whose number is not noted yet.
    pub(super) fn is_sending(&self) -> bool {
        self.sending.load(Ordering::SeqCst)
    }

    pub(super) fn now_sending(&self, sends: bool) {
        self.sending.store(sends, Ordering::SeqCst);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// It is time to leave.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    /// Whether a word is at hand that is not confirmed.
    pub(super) fn is_hearing(&self) -> bool {
        self.hearing.load(Ordering::SeqCst)
    }

    /// Takes a word in hand, or lays it aside.
    pub(super) fn hear(&self, at_hand: bool) {
        self.hearing.store(at_hand, Ordering::SeqCst);
    }

    /// Pauses, unless it is time to leave.
    pub(super) fn pause(&self, time: Duration) {
        let until = Instant::now() + time;
        while !self.is_stopping() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(Duration::from_millis(100)));
        }
    }

    /// The number that a chat has by now.
    fn current(&self, chat: i64) -> i64 {
        let moved = lock(&self.moved);
        // A group moves once; a few more steps than that, and no circle can hold anybody up.
        (0..4).fold(chat, |chat, _| moved.get(&chat).copied().unwrap_or(chat))
    }

    /// Follows a group to its new number, which only the service tells; says it once.
    pub(super) fn follow(&self, from: i64, to: i64) {
        let mut moved = lock(&self.moved);
        if from == to || moved.insert(from, to) == Some(to) {
            return;
        }
        if let Err(error) = self.mailbox.keep_moved(&moved) {
            self.say(format!("the group's new number cannot be kept: {error}"));
        }
        self.say(format!("the group has a new number, and is followed there: set TELEGRAM_CHAT_ID={to}"));
    }

    /// Makes a call in a chat, unless the service asked for quiet and the time is not over: whoever asks meanwhile is told how long
    /// it is, and nothing is sent.
    ///
    /// # Errors
    /// As the call.
    pub(super) fn call<T>(
        &self,
        chat: i64,
        mut call: impl FnMut(&Bot) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let left = lock(&self.quiet).map(|until| until.saturating_duration_since(Instant::now()));
        if let Some(left) = left.filter(|left| !left.is_zero()) {
            return Err(Fault::TooMany(left));
        }
        let now = self.current(chat);
        let mut done = call(&self.bot.to(now));
        if let Err(Fault::Moved(to)) = done {
            self.follow(now, to);
            done = call(&self.bot.to(to));
        }
        if let Err(Fault::TooMany(pause)) = &done {
            *lock(&self.quiet) = Instant::now().checked_add(*pause);
        }
        done
    }

    /// A letter of the mailbox. It never changes.
    pub(super) fn letter(&self, id: &str) -> Option<Arc<Letter>> {
        let mut letters = lock(&self.letters);
        if let Some(letter) = letters.get(id) {
            return Some(Arc::clone(letter));
        }
        let letter: Arc<Letter> = Arc::new(self.mailbox.read(id, LetterFile::Letter)?);
        letters.insert(id.to_owned(), Arc::clone(&letter));
        Some(letter)
    }

    /// The projects for which somebody's word counts. Each has its own chat and its own users, whoever serves the phone.
    pub(super) fn projects_of(&self, word: &Word) -> Vec<Project> {
        let all: Vec<Project> = self.mailbox.projects_named();
        all.into_iter().filter(|project| project.hears(word, self.current(project.chat))).collect()
    }

    /// Whether a project talks in this chat.
    pub(super) fn is_home(&self, chat: i64) -> bool {
        let all: Vec<Project> = self.mailbox.projects_named();
        all.iter().any(|project| project.chat == chat || self.current(project.chat) == chat)
    }

    /// How far a letter got.
    pub(super) fn delivery(&self, id: &str) -> Delivery {
        let mut deliveries = lock(&self.deliveries);
        if let Some(delivery) = deliveries.get(id) {
            return delivery.clone();
        }
        let delivery: Delivery = self.mailbox.read(id, LetterFile::Delivery).unwrap_or_default();
        deliveries.insert(id.to_owned(), delivery.clone());
        delivery
    }

    /// Changes how far a letter got, on disk first.
    ///
    /// # Errors
    /// When it cannot be written; nothing is changed then.
    pub(super) fn note(&self, id: &str, change: impl FnOnce(&mut Delivery)) -> Result<(), StoreError> {
        self.delivery(id);
        let mut deliveries = lock(&self.deliveries);
        let delivery = deliveries.entry(id.to_owned()).or_default();
        let mut changed = delivery.clone();
        change(&mut changed);
        self.mailbox.write(id, LetterFile::Delivery, &changed)?;
        *delivery = changed;
        Ok(())
    }

    /// Why a letter asks for nothing any more; none while it does.
    pub(super) fn closed(&self, id: &str) -> Option<String> {
        self.mailbox.read(id, LetterFile::Closed).map(|closed: Closed| closed.why)
    }

    /// Says that a letter asks for nothing any more. What cannot be written is said again by its orchestrator.
    pub(super) fn close(&self, id: &str, why: &str) {
        let closed = Closed { why: why.to_owned(), at: Timestamp::now() };
        let _ = self.mailbox.write(id, LetterFile::Closed, &closed);
    }

    pub(super) fn forget(&self, id: &str) {
        lock(&self.letters).remove(id);
        lock(&self.deliveries).remove(id);
        self.mailbox.remove(id);
    }

    /// All letters, oldest first.
    pub(super) fn all(&self) -> Vec<Arc<Letter>> {
        let ids = self.mailbox.ids().unwrap_or_default();
        let mut letters: Vec<_> = ids.iter().filter_map(|id| self.letter(id)).collect();
        letters.sort_by(|one, two| (one.at, &one.id).cmp(&(two.at, &two.id)));
        letters
    }
}

/// The pause after so many tries in a row that came to nothing: 1 s, twice as long each time, at most 32 s.
pub(super) fn pause_after(tries: u32) -> Duration {
    Duration::from_secs(1 << tries.min(6).saturating_sub(1))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
