//! The queue of what the bot has not yet confirmed.

use std::collections::VecDeque;

use serde_json::{Value, json};

/// Updates, oldest first.
#[derive(Debug)]
pub(crate) struct Updates {
    queue: VecDeque<(u32, Value)>,
    next: u32,
    allowed: Vec<String>,
}

impl Default for Updates {
    fn default() -> Self {
        Self { queue: VecDeque::new(), next: 730_000_001, allowed: Vec::new() }
    }
}

impl Updates {
    /// Queues an update unless the bot does not want its kind; its id in either case.
    pub(crate) fn push(&mut self, kind: &str, content: &Value) -> u32 {
        let id = self.next;
        self.next += 1;
        if self.allowed.is_empty() || self.allowed.iter().any(|wanted| wanted == kind) {
            self.queue.push_back((id, json!({"update_id": id, kind: content})));
        }
        id
    }

    /// What the bot wants from now on; an empty list is everything.
    pub(crate) fn allow(&mut self, kinds: Vec<String>) {
        self.allowed = kinds;
    }

    /// Forgets what lies before `offset`; a negative one keeps that many from the end.
    pub(crate) fn confirm(&mut self, offset: i64) {
        match usize::try_from(offset) {
            Ok(_) => self.queue.retain(|(id, _)| i64::from(*id) >= offset),
            Err(_) => {
                let kept = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
                self.queue.drain(..self.queue.len().saturating_sub(kept));
            }
        }
    }

    pub(crate) fn first(&self, limit: usize) -> Vec<Value> {
        self.queue.iter().take(limit).map(|(_, update)| update.clone()).collect()
    }

    pub(crate) fn clear(&mut self) {
        self.queue.clear();
    }

    pub(crate) fn ids(&self) -> Vec<u32> {
        self.queue.iter().map(|(id, _)| *id).collect()
    }
}
