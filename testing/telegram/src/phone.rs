//! The running stand-in: where it listens, what it was told, what it shows, and its troubles.

use std::io;
use std::sync::Arc;

use samocode_testing_http::Server;

use crate::call::Call;
use crate::fault::Fault;
use crate::happening::{Happening, Toast};
use crate::message::Message;
use crate::service::Service;
use crate::state::Shared;

/// A running stand-in. Dropping it ends every open call, closes every connection and joins every thread.
#[derive(Debug)]
pub struct Phone {
    server: Server,
    token: String,
    pub(crate) shared: Arc<Shared>,
}

impl Phone {
    /// Listens on `port` of 127.0.0.1, 0 for a free one, for the bot that has this token.
    ///
    /// # Errors
    /// The port cannot be bound, or no thread started.
    pub fn try_start(port: u16, token: &str) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let service = Service { token: token.to_owned(), shared: Arc::clone(&shared) };
        let server = Server::start("telegram", port, Arc::new(service))?;
        Ok(Self { server, token: token.to_owned(), shared })
    }

    /// [`Phone::try_start`] on a free port, for tests.
    ///
    /// # Panics
    /// When the stand-in cannot start.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test without its stand-in is to stop there")]
    pub fn start(token: &str) -> Self {
        Self::try_start(0, token).expect("the stand-in listens on loopback")
    }

    /// The value for `TELEGRAM_API_URL`: what stands before `/bot<token>/<method>`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// The token given at the start.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Every message of every chat, the bot's and the persons', as it is now; oldest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.shared.lock().messages.clone()
    }

    /// The bot's messages in one chat.
    #[must_use]
    pub fn shown_in(&self, chat: i64) -> Vec<Message> {
        let mut messages = self.messages();
        messages.retain(|message| message.by_bot && message.chat == chat);
        messages
    }

    /// What the bot said to taps, oldest first.
    #[must_use]
    pub fn toasts(&self) -> Vec<Toast> {
        self.shared.lock().toasts.clone()
    }

    /// The commands of the bot's menu with their descriptions.
    #[must_use]
    pub fn commands(&self) -> Vec<(String, String)> {
        self.shared.lock().commands.clone()
    }

    /// Every request with a bot's path, in the order of arrival.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.shared.lock().calls.clone()
    }

    /// The requests for one method.
    #[must_use]
    pub fn calls_of(&self, method: &str) -> Vec<Call> {
        let mut calls = self.calls();
        calls.retain(|call| call.method.eq_ignore_ascii_case(method));
        calls
    }

    /// The ids of the updates that the bot has not confirmed.
    #[must_use]
    pub fn unconfirmed(&self) -> Vec<u32> {
        self.shared.lock().updates.ids()
    }

    /// Everything that happened, oldest first.
    #[must_use]
    pub fn happenings(&self) -> Vec<Happening> {
        self.shared.lock().happenings.clone()
    }

    /// The next `times` calls of `method` (`*` for any) meet this fault; faults come in the order they are asked for.
    pub fn fail(&self, method: &str, times: usize, fault: Fault) {
        self.shared.change(|state| state.faults.order(method, times, fault));
    }

    /// Takes back the faults that are still to come.
    pub fn heal(&self) {
        self.shared.change(|state| state.faults.clear());
    }

    /// Closes every connection, and each new one as soon as it is made, until [`Phone::come_up`].
    pub fn go_down(&self) {
        self.server.go_down();
        self.shared.change(|state| {
            state.closed = true;
            state.happenings.push(Happening::Down);
        });
    }

    /// Serves again, on the same port, with everything as it was.
    pub fn come_up(&self) {
        self.shared.change(|state| {
            state.closed = false;
            state.happenings.push(Happening::Up);
        });
        self.server.come_up();
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        // Before the server goes: it joins the threads that wait for updates.
        self.shared.change(|state| state.closed = true);
    }
}
