//! The stand-in itself, spoken to by a plain socket.
#![expect(clippy::unwrap_used, reason = "a test's helper stops the test where it fails")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use samocode_testing_model::{Model, Reply, Steps, ToolCall, Turn, faults};
use serde_json::{Value, json};

/// Sends a request for a message and reads until the stand-in closes or falls silent for `patience`.
fn ask(model: &Model, body: &Value, patience: Duration) -> String {
    let body = body.to_string();
    let request = format!(
        "POST /v1/messages?beta=true HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    send(model, &request, patience)
}

fn send(model: &Model, request: &str, patience: Duration) -> String {
    let mut stream = TcpStream::connect(model.base_url().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(patience)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut piece) {
        answer.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&answer);
        if text.ends_with("0\r\n\r\n") || (text.contains("content-length") && text.ends_with('}')) {
            break;
        }
    }
    String::from_utf8(answer).unwrap()
}

fn body() -> Value {
    json!({"model": "m", "stream": true, "messages": [{"role": "user", "content": "Phase: planning\n\ngo"}]})
}

const PATIENCE: Duration = Duration::from_secs(5);
const SHORT: Duration = Duration::from_millis(100);

#[test]
fn a_tool_call_is_streamed_and_the_request_is_kept() {
    let model = Model::start(|turn: &Turn| {
        assert_eq!(turn.label("Phase"), Some("planning"));
        Reply::call(ToolCall::bash("true"))
    });
    let answer = ask(&model, &body(), PATIENCE);
    for part in [
        "event: message_start",
        "\"input_json_delta\"",
        "\"stop_reason\":\"tool_use\"",
        "event: message_stop",
    ] {
        assert!(answer.contains(part), "{part} is not in {answer}");
    }
    let requests = model.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].turn.message, "go");
    assert_eq!(requests[0].path, "/v1/messages?beta=true");
    model.assert_nothing_unexpected();
}

#[test]
fn a_request_without_stream_gets_one_json_body() {
    let model = Model::start(Steps::new([Reply::text("hi")]));
    let mut body = body();
    body["stream"] = json!(false);
    let answer = ask(&model, &body, PATIENCE);
    let (_, json) = answer.split_once("\r\n\r\n").unwrap();
    let message: Value = serde_json::from_str(json).unwrap();
    assert_eq!(message["content"][0]["text"], "hi");
    assert_eq!(message["stop_reason"], "end_turn");
}

#[test]
fn what_nobody_expects_is_refused_and_listed() {
    let model = Model::start(Steps::new([]));
    assert!(ask(&model, &body(), PATIENCE).starts_with("HTTP/1.1 400"));
    assert!(send(&model, "GET /v1/models HTTP/1.1\r\n\r\n", PATIENCE).starts_with("HTTP/1.1 400"));
    assert!(send(&model, "nonsense\r\n\r\n", PATIENCE).contains("UNEXPECTED"));
    assert!(ask(&model, &json!({"model": "m"}), PATIENCE).contains("no array `messages`"));
    assert_eq!(model.unexpected().len(), 4);
}

#[test]
fn a_script_that_panics_makes_the_request_unexpected() {
    let model = Model::start(|_: &Turn| -> Reply { panic!("no label") });
    assert!(ask(&model, &body(), PATIENCE).starts_with("HTTP/1.1 400"));
    assert_eq!(model.unexpected(), ["the script panicked: no label"]);
}

#[test]
fn a_fault_carries_its_status_and_headers() {
    let model = Model::start(Steps::new([faults::usage_limit(1_795_332_515)]));
    let answer = ask(&model, &body(), PATIENCE);
    assert!(answer.starts_with("HTTP/1.1 429"), "{answer}");
    assert!(answer.contains("anthropic-ratelimit-unified-reset: 1795332515\r\n"), "{answer}");
}

#[test]
fn a_cut_stream_ends_without_its_last_events() {
    let model = Model::start(Steps::new([Reply::CutMidStream("half".to_owned())]));
    let started = Instant::now();
    let answer = ask(&model, &body(), PATIENCE);
    assert!(started.elapsed() < PATIENCE, "the connection is closed, not left open");
    assert!(answer.contains("half") && !answer.contains("message_stop"), "{answer}");
}

#[test]
fn a_hanging_stream_begins_and_stays_open() {
    let model = Model::start(Steps::new([Reply::HangMidStream("half".to_owned()), Reply::Hang]));
    let started = Instant::now();
    assert!(ask(&model, &body(), SHORT).contains("half"));
    assert_eq!(ask(&model, &body(), SHORT), "");
    assert!(started.elapsed() >= 2 * SHORT, "neither connection was closed by the stand-in");
}

#[test]
fn a_slow_stream_pauses_before_each_event() {
    let model = Model::start(Steps::new([Reply::text("hi").slowly(Duration::from_millis(20))]));
    let started = Instant::now();
    assert!(ask(&model, &body(), PATIENCE).contains("message_stop"));
    assert!(started.elapsed() >= Duration::from_millis(6 * 20));
}

#[test]
fn dropping_the_stand_in_ends_hanging_and_slow_answers_at_once() {
    let slow = Reply::text("hi").slowly(Duration::from_secs(60));
    let model = Model::start(Steps::new([Reply::Hang, slow]));
    let address = model.base_url().trim_start_matches("http://").to_owned();
    ask(&model, &body(), SHORT);
    let mut open = TcpStream::connect(&address).unwrap();
    let text = body().to_string();
    write!(open, "POST /v1/messages HTTP/1.1\r\nContent-Length: {}\r\n\r\n{text}", text.len()).unwrap();
    let deadline = Instant::now() + PATIENCE;
    while model.requests().len() < 2 {
        assert!(Instant::now() < deadline, "the second request did not arrive");
        std::thread::yield_now();
    }
    let started = Instant::now();
    drop(model);
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(TcpStream::connect(&address).is_err(), "nothing listens any more");
}

#[test]
fn one_connection_takes_several_requests() {
    let model = Model::start(Steps::new([]));
    let mut stream = TcpStream::connect(model.base_url().trim_start_matches("http://")).unwrap();
    stream
        .write_all(
            b"HEAD / HTTP/1.1\r\n\r\nPOST /v1/messages/count_tokens HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
        )
        .unwrap();
    stream.set_read_timeout(Some(SHORT)).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 2, "{answer}");
    assert_eq!(model.others(), ["HEAD /", "POST /v1/messages/count_tokens"]);
}
