//! The listener and its threads: one that accepts, one a connection. All end when the [`Server`] is dropped.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::answer::Answer;
use crate::connection::{After, Connection};
use crate::request::Request;

/// More connections than any test's clients open together; the next one is closed and told to the handler.
const MOST_CONNECTIONS: usize = 64;

/// Who answers. One handler serves all connections, each from its own thread.
pub trait Handler: Send + Sync + 'static {
    /// The answer to one request. It may wait; whoever drops the server has to wake it first.
    fn answer(&self, request: &Request) -> Answer;

    /// The answer to what could not be read as a request, before the connection is closed.
    fn unreadable(&self, why: String) -> Answer;

    /// A connection was closed without an answer, for want of threads.
    fn turned_away(&self, why: String);
}

/// A running server. Dropping it closes every connection and joins every thread.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    handler: Arc<dyn Handler>,
    open: Mutex<Open>,
    stopped: Condvar,
}

#[derive(Default)]
struct Open {
    stopping: bool,
    down: bool,
    next: u64,
    streams: HashMap<u64, TcpStream>,
}

impl Server {
    /// Listens on `port` of 127.0.0.1, 0 for a free one; `name` is the threads'.
    ///
    /// # Errors
    /// The port cannot be bound, or no thread started.
    pub fn start(name: &str, port: u16, handler: Arc<dyn Handler>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { handler, open: Mutex::default(), stopped: Condvar::new() });
        let (accepting, client) = (Arc::clone(&shared), format!("{name}-client"));
        let acceptor = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || accept(&listener, &accepting, &client))?;
        Ok(Self { address, shared, acceptor: Some(acceptor) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes every connection, and each new one as soon as it is made, until [`Server::come_up`]. The port stays
    /// this server's, so that no other program can take it meanwhile.
    pub fn go_down(&self) {
        let mut open = self.shared.open();
        open.down = true;
        open.close_all();
    }

    /// Serves again after [`Server::go_down`].
    pub fn come_up(&self) {
        self.shared.open().down = false;
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        {
            let mut open = self.shared.open();
            open.stopping = true;
            open.close_all();
        }
        self.shared.stopped.notify_all();
        // Wakes the acceptor, which then sees that it is to stop.
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

impl Open {
    fn close_all(&self) {
        for stream in self.streams.values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits; `false` as soon as the server stops.
    fn pause(&self, time: Duration) -> bool {
        let waited = self.stopped.wait_timeout_while(self.open(), time, |open| !open.stopping);
        !waited.unwrap_or_else(PoisonError::into_inner).0.stopping
    }

    /// Keeps a second handle to the stream, by which it can be closed from outside; `None` when none is served now.
    fn register(&self, stream: &TcpStream) -> Option<u64> {
        let mut open = self.open();
        if open.stopping || open.down {
            return None;
        }
        let id = open.next;
        open.next += 1;
        open.streams.insert(id, stream.try_clone().ok()?);
        Some(id)
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>, name: &str) {
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    for stream in listener.incoming() {
        if shared.open().stopping {
            break;
        }
        let Ok(stream) = stream else { continue };
        threads.retain(|thread| !thread.is_finished());
        if threads.len() >= MOST_CONNECTIONS {
            shared.handler.turned_away(format!("more than {MOST_CONNECTIONS} connections at a time"));
            continue;
        }
        let serving = Arc::clone(shared);
        let spawned = thread::Builder::new().name(name.to_owned()).spawn(move || {
            if let Some(id) = serving.register(&stream) {
                serve(stream, &serving);
                serving.open().streams.remove(&id);
            }
        });
        match spawned {
            Ok(thread) => threads.push(thread),
            Err(error) => shared.handler.turned_away(format!("no thread for a connection: {error}")),
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
            Ok(Some(request)) => (shared.handler.answer(&request), request.method),
            Ok(None) => return,
            Err(why) => {
                let answer = shared.handler.unreadable(why);
                let _ = connection.send(&answer, "", &|_| false);
                return;
            }
        };
        match connection.send(&answer, &method, &|time| shared.pause(time)) {
            Ok(After::Keep) => {}
            Ok(After::Close) | Err(_) => return,
        }
    }
}
