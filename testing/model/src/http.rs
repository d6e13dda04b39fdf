//! HTTP/1.1 as far as a CLI on loopback needs it: requests with a length, answers whole or in chunks, connections that
//! stay open. Knows nothing of models.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const MOST_HEADERS: usize = 100;
const HEAD_LIMIT: usize = 64 * 1024;
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// One request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Names in lower case, in the order sent.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Method and path.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// How a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// As it should.
    Finish,
    /// The connection stays open, nothing more comes.
    Hang,
    /// The connection is closed in the middle.
    Cut,
}

/// What is sent for a request.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A body of known length.
    Whole { code: u16, headers: Vec<(String, String)>, body: String },
    /// Server-sent events, with a pause before each.
    Stream { events: Vec<String>, every: Duration, end: End },
    /// Nothing, until the client leaves.
    Silence,
}

impl Answer {
    pub(crate) fn json(code: u16, body: &str) -> Self {
        Self::Whole { code, headers: Vec::new(), body: body.to_owned() }
    }
}

/// Whether the connection can take another request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    Keep,
    Close,
}

/// One client's connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffered: Vec<u8>,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, buffered: Vec::new() }
    }

    /// The next request; `None` when the client left. A CLI that is killed may leave half a request behind, which is
    /// no fault of what it asked.
    ///
    /// # Errors
    /// A request that this server does not read, in words.
    pub(crate) fn receive(&mut self) -> Result<Option<Request>, String> {
        let (mut request, length, head) = loop {
            if let Some(parsed) = parse_head(&self.buffered)? {
                break parsed;
            }
            if self.buffered.len() > HEAD_LIMIT {
                return Err("the head of a request is longer than 64 KiB".to_owned());
            }
            if self.more().unwrap_or(0) == 0 {
                return Ok(None);
            }
        };
        if request.header("expect").is_some() {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").map_err(|error| error.to_string())?;
        }
        while self.buffered.len() < head + length {
            if self.more().unwrap_or(0) == 0 {
                return Ok(None);
            }
        }
        request.body = self.buffered[head..head + length].to_vec();
        self.buffered.drain(..head + length);
        Ok(Some(request))
    }

    /// Sends an answer; `pause` waits and says whether to go on.
    ///
    /// # Errors
    /// The client left, or the server is stopping.
    pub(crate) fn send(
        &mut self,
        answer: &Answer,
        method: &str,
        pause: impl Fn(Duration) -> bool,
    ) -> io::Result<After> {
        match answer {
            Answer::Silence => self.until_the_client_leaves(),
            Answer::Whole { code, headers, body } => self.send_whole(*code, headers, body, method),
            Answer::Stream { events, every, end } => {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n\
                            transfer-encoding: chunked\r\n\r\n";
                self.stream.write_all(head.as_bytes())?;
                for event in events {
                    if !every.is_zero() && !pause(*every) {
                        return Ok(After::Close);
                    }
                    write!(self.stream, "{:x}\r\n{event}\r\n", event.len())?;
                    self.stream.flush()?;
                }
                match end {
                    End::Finish => self.stream.write_all(b"0\r\n\r\n").map(|()| After::Keep),
                    End::Cut => Ok(After::Close),
                    End::Hang => self.until_the_client_leaves(),
                }
            }
        }
    }

    fn send_whole(
        &mut self,
        code: u16,
        headers: &[(String, String)],
        body: &str,
        method: &str,
    ) -> io::Result<After> {
        let mut bytes = format!(
            "HTTP/1.1 {code} Answer\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            bytes.extend([name, ": ", value, "\r\n"]);
        }
        bytes.push_str("\r\n");
        if method != "HEAD" {
            bytes.push_str(body);
        }
        self.stream.write_all(bytes.as_bytes())?;
        Ok(After::Keep)
    }

    fn until_the_client_leaves(&mut self) -> io::Result<After> {
        while self.more()? > 0 {}
        Ok(After::Close)
    }

    fn more(&mut self) -> io::Result<usize> {
        let mut piece = [0; 16 * 1024];
        let read = self.stream.read(&mut piece)?;
        self.buffered.extend_from_slice(&piece[..read]);
        Ok(read)
    }
}

/// The request without its body, the body's length, and the head's length; `None` while the head is incomplete.
fn parse_head(bytes: &[u8]) -> Result<Option<(Request, usize, usize)>, String> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let head = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(head)) => head,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(error) => return Err(format!("no HTTP request: {error}")),
    };
    let headers = parsed.headers.iter();
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: parsed.path.unwrap_or_default().to_owned(),
        headers: headers
            .map(|header| {
                (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned())
            })
            .collect(),
        body: Vec::new(),
    };
    for refused in ["transfer-encoding", "content-encoding"] {
        if let Some(value) = request.header(refused) {
            return Err(format!(
                "`{}` has a body with {refused} `{value}`, which is not read here",
                request.line()
            ));
        }
    }
    let length = request.header("content-length").map_or(Ok(0), str::parse::<usize>);
    let length = length.map_err(|error| format!("the content-length is no number: {error}"))?;
    if length > BODY_LIMIT {
        return Err(format!("the body of `{}` is longer than 64 MiB", request.line()));
    }
    Ok(Some((request, length, head)))
}
