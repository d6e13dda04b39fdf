//! Everything the service knows. One lock holds it; whoever changes it wakes those who wait.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::call::Call;
use crate::fault::Faults;
use crate::happening::{Happening, Toast};
use crate::message::Message;
use crate::people::Chats;
use crate::updates::Updates;

/// A tap that waits for the bot's answer, or had it.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) user: i64,
    pub(crate) message: i32,
    pub(crate) over: bool,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) chats: Chats,
    pub(crate) messages: Vec<Message>,
    pub(crate) updates: Updates,
    pub(crate) queries: HashMap<String, Query>,
    pub(crate) toasts: Vec<Toast>,
    pub(crate) happenings: Vec<Happening>,
    pub(crate) calls: Vec<Call>,
    pub(crate) faults: Faults,
    pub(crate) commands: Vec<(String, String)>,
    /// Counts the calls of `getUpdates`: only the newest may wait.
    pub(crate) polls: u64,
    /// The service is down, or the stand-in ends: nobody waits any longer.
    pub(crate) closed: bool,
    /// Counts what [`Shared::change`] did.
    pub(crate) changes: u64,
}

impl State {
    /// The number of the next message.
    pub(crate) fn next_message(&self) -> i32 {
        self.messages.last().map_or(101, |last| last.id + 1)
    }

    pub(crate) fn message(&self, id: i32) -> Option<&Message> {
        self.messages.iter().find(|message| message.id == id)
    }

    /// Puts a message into its chat.
    pub(crate) fn post(&mut self, message: Message) {
        self.happenings.push(Happening::Sent(message.clone()));
        self.messages.push(message);
    }
}

/// The state and the bell for those who wait.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and wakes everybody who waits for a change.
    pub(crate) fn change<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        state.changes += 1;
        let result = act(&mut state);
        drop(state);
        self.changed.notify_all();
        result
    }

    /// Waits for the next change, at most this long.
    pub(crate) fn wait<'a>(&self, state: MutexGuard<'a, State>, time: Duration) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
