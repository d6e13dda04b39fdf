//! Everything that can happen to a running orchestrator, as one enum through one channel.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use crate::process::ProcessEvent;

/// What can happen.
#[derive(Debug)]
pub enum Happening {
    /// Ctrl-C, or a TERM signal.
    Interrupt,
    /// The process of iteration `.0` changed.
    Process(u32, ProcessEvent),
    /// The process of an outside reviewer changed; the numbers say of which round, and which one of it.
    Reviewer(u32, usize, ProcessEvent),
}

/// The receiving end, with a way to make senders.
#[derive(Debug)]
pub struct Happenings {
    sender: Sender<Happening>,
    receiver: Receiver<Happening>,
}

impl Default for Happenings {
    fn default() -> Self {
        let (sender, receiver) = channel();
        Self { sender, receiver }
    }
}

impl Happenings {
    /// A sender for another thread.
    #[must_use]
    pub fn sender(&self) -> Sender<Happening> {
        self.sender.clone()
    }

    /// The next happening, or none within that time.
    #[must_use]
    pub fn next(&self, within: Duration) -> Option<Happening> {
        // This end holds a sender, so the channel never closes: the only error is that nothing came in time.
        self.receiver.recv_timeout(within).ok()
    }
}
