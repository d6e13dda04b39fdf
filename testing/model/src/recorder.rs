//! What the stand-in keeps of every request, for the test to look at. Never decides a reply.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::turn::Turn;

/// One request for a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The request's path with its query, e.g. `/v1/messages?beta=true`.
    pub path: String,
    /// The request's headers, names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
    /// The body as sent.
    pub body: Value,
    /// The body as the script saw it.
    pub turn: Turn,
}

impl Recorded {
    /// The first header of this name (lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Debug, Default)]
struct Kept {
    messages: Vec<Recorded>,
    others: Vec<String>,
    unexpected: Vec<String>,
}

/// The record of one stand-in, shared by its threads.
#[derive(Debug, Default)]
pub(crate) struct Recorder(Mutex<Kept>);

impl Recorder {
    pub(crate) fn message(&self, recorded: Recorded) {
        self.lock().messages.push(recorded);
    }

    pub(crate) fn other(&self, line: String) {
        self.lock().others.push(line);
    }

    pub(crate) fn unexpected(&self, why: String) {
        self.lock().unexpected.push(why);
    }

    pub(crate) fn messages(&self) -> Vec<Recorded> {
        self.lock().messages.clone()
    }

    pub(crate) fn others(&self) -> Vec<String> {
        self.lock().others.clone()
    }

    pub(crate) fn all_unexpected(&self) -> Vec<String> {
        self.lock().unexpected.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
