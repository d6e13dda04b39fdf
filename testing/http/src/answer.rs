//! What is sent for a request.

use std::time::Duration;

/// How a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As it should.
    Finish,
    /// The connection stays open, nothing more comes.
    Hang,
    /// The connection is closed in the middle.
    Cut,
}

/// What is sent for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A body of known length. It is JSON unless a header `content-type` says otherwise.
    Whole {
        /// The status.
        code: u16,
        /// Names and values.
        headers: Vec<(String, String)>,
        /// What follows the head; left out for `HEAD`.
        body: String,
    },
    /// Server-sent events, with a pause before each.
    Stream {
        /// As they are written, with their blank line.
        events: Vec<String>,
        /// The pause.
        every: Duration,
        /// What comes after the last event.
        end: End,
    },
    /// The answer, but not before this time has passed.
    Late(Duration, Box<Answer>),
    /// Nothing, until the client leaves.
    Silence,
    /// Nothing; the connection is closed.
    Cut,
}

impl Answer {
    /// JSON without headers of its own.
    #[must_use]
    pub fn json(code: u16, body: &str) -> Self {
        Self::Whole { code, headers: Vec::new(), body: body.to_owned() }
    }
}
