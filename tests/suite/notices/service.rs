//! A service on loopback that keeps what it is sent, and answers as it is told.

use std::sync::{Arc, Mutex};

use samocode_testing_http::{Answer, Client, Handler, Request, Server};

type Reply = Box<dyn Fn(&Request) -> Answer + Send + Sync>;

/// A running service.
pub(super) struct Service {
    server: Server,
    inner: Arc<Inner>,
}

struct Inner {
    reply: Reply,
    requests: Mutex<Vec<Request>>,
}

impl Handler for Inner {
    fn answer(&self, request: &Request, _: &Client<'_>) -> Answer {
        self.requests.lock().unwrap().push(request.clone());
        (self.reply)(request)
    }

    fn unreadable(&self, why: String) -> Answer {
        Answer::json(400, &why)
    }

    fn turned_away(&self, why: String) {
        panic!("{why}");
    }
}

impl Service {
    pub(super) fn new(reply: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let inner = Arc::new(Inner { reply: Box::new(reply), requests: Mutex::default() });
        let handler: Arc<dyn Handler> = Arc::clone(&inner) as _;
        Self { server: Server::start("service", 0, handler).unwrap(), inner }
    }

    /// One that takes everything.
    pub(super) fn kind() -> Self {
        Self::new(|_| Answer::json(200, "ok"))
    }

    /// One that says this to everything.
    pub(super) fn saying(answer: &Answer) -> Self {
        let answer = answer.clone();
        Self::new(move |_| answer.clone())
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.server.address())
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.inner.requests.lock().unwrap().clone()
    }

    /// The only request.
    pub(super) fn request(&self) -> Request {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests.remove(0)
    }
}
