//! Scripts: what decides the replies.

use std::collections::VecDeque;

use crate::reply::Reply;
use crate::turn::Turn;

/// Decides the reply to each request. One request is decided at a time, also when several CLIs run.
///
/// A closure `FnMut(&Turn) -> Reply` is a script, too. A script that panics makes its request an unexpected one.
pub trait Script: Send {
    /// The reply to one request. A CLI that retries asks for the same turn again.
    fn reply(&mut self, turn: &Turn) -> Reply;
}

impl<F: FnMut(&Turn) -> Reply + Send> Script for F {
    fn reply(&mut self, turn: &Turn) -> Reply {
        self(turn)
    }
}

/// A fixed list of replies, given in order to whatever comes; a request after the last one is unexpected.
#[derive(Debug)]
pub struct Steps(VecDeque<Reply>);

impl Steps {
    /// The replies in order.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self(replies.into_iter().collect())
    }
}

impl Script for Steps {
    fn reply(&mut self, turn: &Turn) -> Reply {
        self.0.pop_front().unwrap_or_else(|| {
            Reply::Unexpected(format!(
                "a request after the last step of the script; last results: {:?}",
                turn.results
            ))
        })
    }
}
