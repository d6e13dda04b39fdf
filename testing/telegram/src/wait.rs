//! Waiting for what the bot does, without sleeping, and failing with the whole chat.

use std::time::{Duration, Instant};

use crate::happening::Happening;
use crate::message::Message;
use crate::phone::Phone;

impl Phone {
    /// The first message of the bot that fits, as soon as there is one.
    ///
    /// # Panics
    /// When there is none after `patience`, showing the chat.
    pub fn wait_for(&self, what: &str, patience: Duration, fits: impl Fn(&Message) -> bool) -> Message {
        self.wait_until(what, patience, |phone| {
            let state = phone.shared.lock();
            state.messages.iter().find(|message| message.by_bot && fits(message)).cloned()
        })
    }

    /// What `look` finds, as soon as it finds something; it is asked again after each change.
    ///
    /// # Panics
    /// When it finds nothing in `patience`, showing the chat.
    #[expect(clippy::panic, reason = "this is an assertion")]
    pub fn wait_until<T>(&self, what: &str, patience: Duration, look: impl Fn(&Self) -> Option<T>) -> T {
        let deadline = Instant::now() + patience;
        loop {
            let seen = self.shared.lock().changes;
            if let Some(found) = look(self) {
                return found;
            }
            if !self.changed_since(seen, deadline) {
                panic!("waited {patience:?} in vain for {what}.\nThe chat:\n{}", self.transcript());
            }
        }
    }

    /// What happened after the first `known` happenings, as soon as something did; empty after `patience`.
    #[must_use]
    pub fn happenings_after(&self, known: usize, patience: Duration) -> Vec<Happening> {
        let deadline = Instant::now() + patience;
        loop {
            let state = self.shared.lock();
            let (seen, new) = (state.changes, state.happenings[known.min(state.happenings.len())..].to_vec());
            drop(state);
            if !new.is_empty() || !self.changed_since(seen, deadline) {
                return new;
            }
        }
    }

    /// Everything that happened, as text.
    #[must_use]
    pub fn transcript(&self) -> String {
        let happenings = self.happenings();
        if happenings.is_empty() {
            return "     (nothing happened)".to_owned();
        }
        happenings.iter().map(Happening::to_string).collect::<Vec<_>>().join("\n")
    }

    /// Waits for a change after the `seen`th; `false` when none came in time.
    fn changed_since(&self, seen: u64, deadline: Instant) -> bool {
        let mut state = self.shared.lock();
        while state.changes == seen {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.shared.wait(state, left);
        }
        true
    }
}
