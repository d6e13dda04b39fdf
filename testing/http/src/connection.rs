//! One client's connection: requests in, answers out. Starts no thread and listens nowhere.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::answer::{Answer, End};
use crate::request::{Length, Request};

const HEAD_LIMIT: usize = 64 * 1024;

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

    /// The next request; `None` when the client left. A client that is killed may leave half a request behind, which
    /// is no fault of what it asked.
    ///
    /// # Errors
    /// A request that this server does not read, in words.
    pub(crate) fn receive(&mut self) -> Result<Option<Request>, String> {
        let (mut request, length, head) = loop {
            if let Some(parsed) = Request::parse_head(&self.buffered)? {
                break parsed;
            }
            if self.buffered.len() > HEAD_LIMIT {
                return Err("the head of a request is longer than 64 KiB".to_owned());
            }
            if self.more().unwrap_or(0) == 0 {
                return Ok(None);
            }
        };
        self.buffered.drain(..head);
        if request.header("expect").is_some() {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").map_err(|error| error.to_string())?;
        }
        let body = match length {
            Length::Bytes(length) => self.take(length),
            Length::Chunks => self.chunks(&request)?,
        };
        Ok(body.map(|body| {
            request.body = body;
            request
        }))
    }

    /// Sends an answer; `pause` waits and says whether to go on.
    ///
    /// # Errors
    /// The client left, or the server is stopping.
    pub(crate) fn send(
        &mut self,
        answer: &Answer,
        method: &str,
        pause: &impl Fn(Duration) -> bool,
    ) -> io::Result<After> {
        match answer {
            Answer::Cut => Ok(After::Close),
            Answer::Silence => self.until_the_client_leaves(),
            Answer::Late(time, answer) if pause(*time) => self.send(answer, method, pause),
            Answer::Late(..) => Ok(After::Close),
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
        let mut bytes = format!("HTTP/1.1 {code} Answer\r\ncontent-length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            bytes.push_str("content-type: application/json\r\n");
        }
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

    /// The next bytes; `None` when the client left before.
    fn take(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.buffered.len() < length {
            if self.more().unwrap_or(0) == 0 {
                return None;
            }
        }
        Some(self.buffered.drain(..length).collect())
    }

    /// A body in chunks, joined; trailers are skipped.
    fn chunks(&mut self, request: &Request) -> Result<Option<Vec<u8>>, String> {
        let mut body = Vec::new();
        loop {
            let Some(line) = self.line() else { return Ok(None) };
            let size = match httparse::parse_chunk_size(&line) {
                Ok(httparse::Status::Complete((_, size))) => usize::try_from(size).unwrap_or(usize::MAX),
                _ => return Err(format!("a chunk of `{}` does not begin with its size", request.line())),
            };
            request.within_limit(body.len().saturating_add(size))?;
            if size == 0 {
                while let Some(trailer) = self.line() {
                    if trailer == b"\r\n" {
                        return Ok(Some(body));
                    }
                }
                return Ok(None);
            }
            let Some(chunk) = self.take(size + 2) else { return Ok(None) };
            body.extend_from_slice(&chunk[..size]);
        }
    }

    /// The next line with its end; `None` when the client left before.
    fn line(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.buffered.windows(2).position(|pair| pair == b"\r\n") {
                return self.take(end + 2);
            }
            if self.buffered.len() > HEAD_LIMIT || self.more().unwrap_or(0) == 0 {
                return None;
            }
        }
    }

    fn more(&mut self) -> io::Result<usize> {
        let mut piece = [0; 16 * 1024];
        let read = self.stream.read(&mut piece)?;
        self.buffered.extend_from_slice(&piece[..read]);
        Ok(read)
    }
}
