//! The listener and its threads: one that accepts, one a connection. All end when the [`Model`] is dropped.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::http::{After, Connection};
use crate::protocol;
use crate::recorder::{Recorded, Recorder};
use crate::script::Script;

/// More connections than any test's CLIs open together; the next one is closed and listed as unexpected.
const MOST_CONNECTIONS: usize = 64;

/// A running stand-in. Dropping it closes every connection and joins every thread.
pub struct Model {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    script: Mutex<Box<dyn Script>>,
    recorder: Recorder,
    open: Mutex<Open>,
    stopped: Condvar,
}

#[derive(Default)]
struct Open {
    stopping: bool,
    next: u64,
    streams: HashMap<u64, TcpStream>,
}

impl Model {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// No port can be bound, or no thread started.
    pub fn try_start(script: impl Script + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            script: Mutex::new(Box::new(script)),
            recorder: Recorder::default(),
            open: Mutex::default(),
            stopped: Condvar::new(),
        });
        let accepting = Arc::clone(&shared);
        let acceptor =
            thread::Builder::new().name("model".to_owned()).spawn(move || accept(&listener, &accepting))?;
        Ok(Self { address, shared, acceptor: Some(acceptor) })
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
        format!("http://{}", self.address)
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
        formatter.debug_struct("Model").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        {
            let mut open = self.shared.open();
            open.stopping = true;
            for stream in open.streams.values() {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
        self.shared.stopped.notify_all();
        // Wakes the acceptor, which then sees that it is to stop.
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits; `false` as soon as the stand-in stops.
    fn pause(&self, time: Duration) -> bool {
        let waited = self.stopped.wait_timeout_while(self.open(), time, |open| !open.stopping);
        !waited.unwrap_or_else(PoisonError::into_inner).0.stopping
    }

    /// Keeps a second handle to the stream, by which it can be closed from outside; `None` when stopping.
    fn register(&self, stream: &TcpStream) -> Option<u64> {
        let mut open = self.open();
        if open.stopping {
            return None;
        }
        let id = open.next;
        open.next += 1;
        open.streams.insert(id, stream.try_clone().ok()?);
        Some(id)
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    for stream in listener.incoming() {
        if shared.open().stopping {
            break;
        }
        let Ok(stream) = stream else { continue };
        threads.retain(|thread| !thread.is_finished());
        if threads.len() >= MOST_CONNECTIONS {
            shared.recorder.unexpected(format!("more than {MOST_CONNECTIONS} connections at a time"));
            continue;
        }
        let serving = Arc::clone(shared);
        let spawned = thread::Builder::new().name("model-client".to_owned()).spawn(move || {
            if let Some(id) = serving.register(&stream) {
                serve(stream, &serving);
                serving.open().streams.remove(&id);
            }
        });
        match spawned {
            Ok(thread) => threads.push(thread),
            Err(error) => shared.recorder.unexpected(format!("no thread for a connection: {error}")),
        }
    }
    for thread in threads {
        let _ = thread.join();
    }
}

fn serve(stream: TcpStream, shared: &Shared) {
    let _ = stream.set_nodelay(true);
    let mut connection = Connection::new(stream);
    loop {
        let (answer, method) = match connection.receive() {
            Ok(Some(request)) => {
                (protocol::answer(&request, &shared.script, &shared.recorder), request.method)
            }
            Ok(None) => return,
            Err(why) => {
                let answer = protocol::refuse(&shared.recorder, why);
                let _ = connection.send(&answer, "", |_| false);
                return;
            }
        };
        match connection.send(&answer, &method, |time| shared.pause(time)) {
            Ok(After::Keep) => {}
            Ok(After::Close) | Err(_) => return,
        }
    }
}
