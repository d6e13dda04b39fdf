//! Listens to the phone, one long poll after another. Hands on only the words of the configured senders in the configured
//! chat; everyone else gets no answer, and one line in the log.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::engine::phone::desk::{Desk, pause_after};
use crate::engine::phone::person::Person;
use crate::notify::telegram::{Bot, Fault, Said, Update, Word};

/// How long the service holds a request open for which there is nothing yet.
const POLL: Duration = Duration::from_secs(25);

/// How much longer the answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// How many of the latest messages are remembered, to tell an edit of the words from one of something else.
const MOST_HEARD: usize = 50;

/// The commands in the chat's menu.
pub(super) const COMMANDS: &[(&str, &str)] = &[
    ("status", "where a session stands: /status [NAME]"),
    ("list", "all sessions"),
    ("tell", "guidance for the next iteration: /tell NAME words"),
    ("stop", "end the running iteration and leave: /stop NAME"),
    ("resume", "let a blocked or parked session go on: /resume NAME"),
    ("help", "what can be done from here"),
];

/// Listens until it is told to leave.
pub(super) struct Listener {
    desk: Arc<Desk>,
    offset: i64,
    /// Strangers that the log names already.
    strangers: BTreeSet<u64>,
    failures: u32,
    said: bool,
    /// The latest messages: chat, number, text.
    heard: VecDeque<(i64, i32, String)>,
}

impl Listener {
    pub(super) fn new(desk: Arc<Desk>) -> Self {
        let offset = desk.mailbox.offset();
        Self { desk, offset, strangers: BTreeSet::new(), failures: 0, said: false, heard: VecDeque::new() }
    }

    pub(super) fn run(mut self) {
        let bot = Bot::within(&self.desk.phone, POLL + PATIENCE);
        let mut offered = false;
        while !self.desk.is_stopping() {
            match bot.updates(self.offset, POLL) {
                Ok(updates) => {
                    self.failures = 0;
                    if std::mem::take(&mut self.said) {
                        self.desk.say("the phone is listened to again".to_owned());
                    }
                    for update in updates {
                        self.desk.hear(true);
                        // What is not confirmed is handed on to the next one.
                        if !self.desk.is_stopping() {
                            self.take(update);
                        }
                        self.desk.hear(false);
                    }
                    // Once the service is known to answer; a menu that is missing is no trouble.
                    offered =
                        offered || self.desk.call(self.desk.phone.chat_id, |bot| bot.offer(COMMANDS)).is_ok();
                }
                Err(fault) => {
                    let pause = self.trouble(&fault);
                    self.desk.pause(pause);
                }
            }
        }
    }

    /// Acts on an update, and only then confirms it: what it asks for is known by its number, and done once.
    fn take(&mut self, update: Update) {
        if update.id < self.offset {
            return;
        }
        if let Some(word) = update.word {
            if let Said::Moved { to } = word.said {
                // The service's own message, whoever caused it; a chat that is nobody's home leads nowhere.
                if self.desk.is_home(word.chat) {
                    self.desk.follow(word.chat, to);
                }
            } else if self.may_speak(&word) && self.is_new(&word) {
                Person::new(&self.desk, update.id, &word).heard(&word.said);
            }
        }
        self.offset = update.id + 1;
        if let Err(error) = self.desk.mailbox.keep_offset(self.offset) {
            self.desk.say(format!("how far the phone was listened to cannot be kept: {error}"));
        }
    }

    /// Whether a word says something that was not heard yet. A message also counts as edited when only its preview or a
    /// reaction changed.
    fn is_new(&mut self, word: &Word) -> bool {
        let Said::Text { message, text, is_edited, .. } = &word.said else {
            return true;
        };
        let heard = (word.chat, *message, text.clone());
        if *is_edited && self.heard.contains(&heard) {
            return false;
        }
        if self.heard.len() == MOST_HEARD {
            self.heard.pop_front();
        }
        self.heard.push_back(heard);
        true
    }

    fn may_speak(&mut self, word: &Word) -> bool {
        if !self.desk.projects_of(word).is_empty() {
            return true;
        }
        let phone = &self.desk.phone;
        if self.strangers.insert(word.from.id) {
            let what = match word.said {
                Said::Text { .. } | Said::Wordless { .. } | Said::Moved { .. } => "a message",
                Said::Tap { .. } => "a tap",
            };
            let who = if word.chat == phone.chat_id {
                "who is not among TELEGRAM_ALLOWED_USERS"
            } else {
                "in another chat than TELEGRAM_CHAT_ID"
            };
            let (user, chat) = (word.from.id, word.chat);
            self.desk.say(format!("the phone: {what} of user {user} (chat {chat}), {who}, was ignored"));
        }
        false
    }

    fn trouble(&mut self, fault: &Fault) -> Duration {
        if let Fault::TooMany(pause) = fault {
            return *pause;
        }
        self.failures = self.failures.saturating_add(1);
        // A lost poll is ordinary; one that is lost again is worth a line.
        if self.failures > 1 && !self.said {
            self.said = true;
            self.desk.say(format!("the phone is not listened to: {fault}"));
        }
        pause_after(self.failures)
    }
}
