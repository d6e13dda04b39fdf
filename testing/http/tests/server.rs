//! The server, spoken to by a plain socket.
#![expect(clippy::unwrap_used, reason = "a test's helper stops the test where it fails")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use samocode_testing_http::{Answer, Client, Handler, Request, Server};

/// Says back what it was sent; `/late` and `/cut` as they say.
struct Echo;

impl Handler for Echo {
    fn answer(&self, request: &Request, client: &Client<'_>) -> Answer {
        assert!(!client.left(), "the client waits for its answer");
        let answer = Answer::json(200, &String::from_utf8_lossy(&request.body));
        match request.path.as_str() {
            "/late" => Answer::Late(Duration::from_millis(100), Box::new(answer)),
            "/cut" => Answer::Cut,
            _ => answer,
        }
    }

    fn unreadable(&self, why: String) -> Answer {
        Answer::json(400, &why)
    }

    fn turned_away(&self, _why: String) {}
}

fn start() -> Server {
    Server::start("echo", 0, Arc::new(Echo)).unwrap()
}

const CHUNKS: &str =
    "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nab\r\r\n2;x=y\r\n\nc\r\n0\r\nt: u\r\n\r\n";

#[test]
fn a_body_in_chunks_is_joined_and_the_connection_goes_on() {
    let answer = answers(&format!("{CHUNKS}POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\nxy"));
    assert_eq!(answer, ["ab\r\nc", "xy"]);
}

#[test]
fn a_chunk_that_is_longer_than_it_says_is_no_request() {
    let server = start();
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(CHUNKS.replace("\nc", "\ncd").as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

/// The bodies of all answers to these requests, sent at once by a client that waits.
fn answers(requests: &str) -> Vec<String> {
    let server = start();
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(requests.as_bytes()).unwrap();
    let mut bodies = Vec::new();
    let mut text = Vec::new();
    while bodies.len() < 2 {
        let mut byte = [0];
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&text));
        text.push(byte[0]);
        let so_far = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = so_far.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() == length.parse::<usize>().unwrap() {
            bodies.push(body.to_owned());
            text.clear();
        }
    }
    bodies
}

#[test]
fn down_it_closes_what_comes_and_up_it_serves_again() {
    let server = start();
    let mut open = TcpStream::connect(server.address()).unwrap();
    open.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    assert!(open.read(&mut [0; 1024]).unwrap() > 0);
    server.go_down();
    assert_eq!(open.read(&mut [0]).unwrap_or(0), 0, "an open connection is closed");
    let mut refused = TcpStream::connect(server.address()).unwrap();
    assert_eq!(refused.read(&mut [0]).unwrap_or(0), 0, "a new one as well");
    server.come_up();
    let mut again = TcpStream::connect(server.address()).unwrap();
    again.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    assert!(again.read(&mut [0; 1024]).unwrap() > 0);
}

#[test]
fn an_answer_comes_late_or_not_at_all() {
    let server = start();
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let began = Instant::now();
    stream.write_all(b"GET /late HTTP/1.1\r\n\r\nGET /cut HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(began.elapsed() >= Duration::from_millis(100));
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
}
