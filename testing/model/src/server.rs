//! The running stand-in, and what a test asks it afterwards. Decides no reply.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};

use samocode_testing_http::{Answer, Handler, Request, Server};

use crate::protocol;
use crate::recorder::{Recorded, Recorder};
use crate::script::Script;

/// A running stand-in. Dropping it closes every connection and joins every thread.
pub struct Model {
    server: Server,
    shared: Arc<Shared>,
}

struct Shared {
    script: Mutex<Box<dyn Script>>,
    recorder: Recorder,
}

impl Handler for Shared {
    fn answer(&self, request: &Request) -> Answer {
        protocol::answer(request, &self.script, &self.recorder)
    }

    fn unreadable(&self, why: String) -> Answer {
        protocol::refuse(&self.recorder, why)
    }

    fn turned_away(&self, why: String) {
        self.recorder.unexpected(why);
    }
}

impl Model {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// No port can be bound, or no thread started.
    pub fn try_start(script: impl Script + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared { script: Mutex::new(Box::new(script)), recorder: Recorder::default() });
        let handler = Arc::clone(&shared);
        Ok(Self { server: Server::start("model", 0, handler)?, shared })
    }

    /// [`Model::try_start`] for tests.
    ///
    /// # Panics
    /// When the stand-in cannot start.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test without its stand-in is to stop there")]
    pub fn start(script: impl Script + 'static) -> Self {
        Self::try_start(script).expect("the stand-in listens on loopback")
    }

    /// The value for `ANTHROPIC_BASE_URL`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Every request for a message so far, in the order of arrival, also those that were not expected.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.recorder.messages()
    }

    /// The other requests that are known and answered: `HEAD /` and token counts, as method and path.
    #[must_use]
    pub fn others(&self) -> Vec<String> {
        self.shared.recorder.others()
    }

    /// Why requests were refused; empty in a good run.
    #[must_use]
    pub fn unexpected(&self) -> Vec<String> {
        self.shared.recorder.all_unexpected()
    }

    /// Fails when a request was refused, naming each.
    ///
    /// # Panics
    /// When [`Model::unexpected`] is not empty.
    #[expect(clippy::panic, reason = "this is an assertion")]
    pub fn assert_nothing_unexpected(&self) {
        let unexpected = self.unexpected();
        if !unexpected.is_empty() {
            panic!(
                "the model stand-in refused {} requests:\n- {}",
                unexpected.len(),
                unexpected.join("\n- ")
            );
        }
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Model").field("server", &self.server).finish_non_exhaustive()
    }
}
