//! What channels are sent, and what is said when they do not take it: against services on loopback.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use samocode::config::{Channels, Ntfy, Secret, Webhook};
use samocode::domain::redact::Redactor;
use samocode::notify::{
    Announcement, Channel, DeliveryError, Kind, Limits, Plan, Question, QuestionOption, Surroundings, Usage,
};

mod bus;
mod command;
mod fuzzed;
mod service;
mod session;
mod strict;
mod tried;

/// The announcement of `docs/notices.md`.
fn announcement() -> Announcement {
    let option = |letter, text: &str| QuestionOption { letter, text: text.to_owned() };
    let session = "/home/ada/_sessions/26-01-08-add-jwt-auth";
    Announcement {
        version: samocode::notify::VERSION,
        id: "5f0c1d9be2a74c60".to_owned(),
        at: "2026-01-08T14:03:22Z".parse().unwrap(),
        kind: Kind::Waiting,
        session: "26-01-08-add-jwt-auth".to_owned(),
        name: "add-jwt-auth".to_owned(),
        phase: "requirements".to_owned(),
        project: "/home/ada/shop".into(),
        title: "add-jwt-auth: 1 question".to_owned(),
        text: "Q1: Where should tokens live?\nA) httpOnly cookie (suggested)\nB) localStorage".to_owned(),
        commands: vec!["samocode answer add-jwt-auth Q1=A".to_owned()],
        branch: "add-jwt-auth".to_owned(),
        reason: Some("the answers decide what is built".to_owned()),
        until: Some("2026-01-08T17:00:00Z".parse().unwrap()),
        summary: Some("Tokens are signed and rotate; 14 tests.".to_owned()),
        questions: vec![Question {
            id: "Q1".to_owned(),
            title: "Where should tokens live?".to_owned(),
            options: vec![option('A', "httpOnly cookie"), option('B', "localStorage")],
            suggestion: Some("A - not readable by scripts".to_owned()),
        }],
        plan: Some(Plan {
            file: format!("{session}/01-08-14:03-plan-auth.md").into(),
            sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        }),
        usage: Some(Usage { tokens: 184_220, cost_usd: Some(1.42) }),
        worked_ms: Some(1_260_000),
    }
}

/// The JSON of `docs/notices.md`.
fn documented() -> serde_json::Value {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/notices.md");
    let page = fs::read_to_string(page).unwrap();
    let block = page.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    serde_json::from_str(block).unwrap()
}

/// Limits that a test can wait for.
fn short() -> Limits {
    let time = Duration::from_millis(400);
    Limits { connect: time, whole: time, command: time }
}

fn around(folder: PathBuf, limits: Limits) -> Surroundings {
    let environment = std::env::vars_os().filter(|(name, _)| name == "PATH").collect();
    Surroundings { folder, environment, redactor: Arc::new(Redactor::new(["plum-basket-7"])), limits }
}

/// The only channel of these settings.
fn channel(set: &Channels, around: &Surroundings) -> Channel {
    let mut channels = Channel::all(set, around);
    assert_eq!(channels.len(), 1);
    channels.remove(0)
}

fn webhook(url: &str) -> Channels {
    let hook = Webhook { url: Secret::new(url), secret: None };
    Channels { webhook: Some(hook), ..Channels::default() }
}

fn slack(url: &str) -> Channels {
    Channels { slack: Some(Secret::new(url)), ..Channels::default() }
}

#[test]
fn the_documented_json_is_what_is_sent() {
    assert_eq!(serde_json::to_value(announcement()).unwrap(), documented());
    let read: Announcement = serde_json::from_value(documented()).unwrap();
    assert_eq!(read, announcement());
    for kind in
        [Kind::Waiting, Kind::Blocked, Kind::Failed, Kind::Parked, Kind::Resumed, Kind::Done, Kind::Test]
    {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
    let bare = serde_json::to_value(Announcement::test("1".into(), read.at, "/p".into())).unwrap();
    for always in
        ["version", "id", "at", "kind", "session", "name", "phase", "project", "title", "text", "commands"]
    {
        assert!(bare.get(always).is_some(), "{always}");
    }
    assert_eq!(bare.as_object().unwrap().len(), 11, "what there is nothing to say of is left out: {bare}");
}

#[test]
fn each_answer_of_a_service_means_one_thing() {
    let judged = |code: u16, headers: &[(&str, &str)], body: &str| {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let answer = samocode_testing_http::Answer::Whole { code, headers, body: body.to_owned() };
        let service = service::Service::saying(&answer);
        let around = around(PathBuf::from("/"), Limits::default());
        let result = channel(&slack(&service.url("services/hidden-part")), &around).deliver(&announcement());
        assert_eq!(service.requests().len(), 1, "nothing is tried twice here");
        result.map_err(|error| {
            assert!(!error.to_string().contains("hidden-part"), "{error}");
            error
        })
    };
    let refused = |code, body: &str| match judged(code, &[], body) {
        Err(DeliveryError::Refused(words)) => words,
        other => panic!("{code}: {other:?}"),
    };
    assert_eq!(judged(200, &[], "ok"), Ok(()));
    assert_eq!(judged(204, &[], ""), Ok(()));
    insta::assert_snapshot!(refused(400, "no_text"), @"127.0.0.1 refused it with 400 (no_text): look after SAMOCODE_NOTIFY_SLACK");
    insta::assert_snapshot!(refused(403, "invalid_token plum-basket-7"), @"127.0.0.1 refused it with 403 (invalid_token <redacted>): it does not take what opens it; look after SAMOCODE_NOTIFY_SLACK");
    insta::assert_snapshot!(refused(404, ""), @"127.0.0.1 refused it with 404: nothing takes messages at that address; look after SAMOCODE_NOTIFY_SLACK");
    insta::assert_snapshot!(refused(307, ""), @"127.0.0.1 sends on to another address (307), which is not followed; put that one into SAMOCODE_NOTIFY_SLACK");
    for code in [408, 500, 502, 503] {
        assert!(matches!(judged(code, &[], "x"), Err(DeliveryError::Unreachable(_))), "{code}");
    }
    let wait = |seconds| Err(DeliveryError::RetryAfter(Duration::from_secs(seconds)));
    assert_eq!(judged(429, &[("retry-after", "7")], ""), wait(7));
    assert_eq!(judged(429, &[("retry-after", "0.3")], ""), wait(1));
    assert_eq!(judged(429, &[], ""), wait(30));
    assert_eq!(judged(429, &[("retry-after", "99999999999")], ""), wait(24 * 3600));
    assert_eq!(judged(503, &[("retry-after", "11")], ""), wait(11));
    let date = jiff::Timestamp::now() + Duration::from_secs(90);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date).unwrap();
    match judged(429, &[("retry-after", &date)], "") {
        Err(DeliveryError::RetryAfter(wait)) => assert!((80..=90).contains(&wait.as_secs()), "{wait:?}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_redirect_is_never_followed() {
    let other = service::Service::kind();
    let there = vec![("location".to_owned(), other.url("x"))];
    let service = service::Service::saying(&samocode_testing_http::Answer::Whole {
        code: 302,
        headers: there,
        body: String::new(),
    });
    let set = webhook(&service.url("x"));
    let result = channel(&set, &around(PathBuf::from("/"), Limits::default())).deliver(&announcement());
    assert!(matches!(result, Err(DeliveryError::Refused(_))), "{result:?}");
    assert!(other.requests().is_empty());
}

#[test]
fn a_service_that_is_slow_away_or_talks_nonsense_is_tried_again_later() {
    use samocode_testing_http::Answer;
    let unreachable = |set: &Channels| {
        let begin = Instant::now();
        let result = channel(set, &around(PathBuf::from("/"), short())).deliver(&announcement());
        assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
        match result {
            Err(error @ DeliveryError::Unreachable(_)) if error.may_pass() => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let silent = service::Service::saying(&Answer::Silence);
    insta::assert_snapshot!(unreachable(&webhook(&silent.url("x"))), @"127.0.0.1 did not answer within 0.4 s");
    let late = Answer::Late(Duration::from_secs(20), Box::new(Answer::json(200, "ok")));
    let late = service::Service::saying(&late);
    insta::assert_snapshot!(unreachable(&webhook(&late.url("x"))), @"127.0.0.1 did not answer within 0.4 s");
    let cut = service::Service::saying(&Answer::Cut);
    assert!(unreachable(&webhook(&cut.url("x"))).starts_with("127.0.0.1 cannot be reached: "));
    let gone = {
        let service = service::Service::kind();
        service.url("hidden-part")
    };
    let words = unreachable(&webhook(&gone));
    assert!(words.contains("refused") && !words.contains("hidden-part"), "{words}");
    // One that speaks no TLS.
    let plain = service::Service::kind();
    let words = unreachable(&webhook(&plain.url("x").replace("http://", "https://")));
    assert!(words.contains("127.0.0.1") && !words.contains("/x"), "{words}");
}

#[test]
fn a_title_in_any_script_reaches_a_topic() {
    let service = service::Service::new(strict::ntfy);
    let ntfy = Ntfy { url: Secret::new(service.url("topic")), token: Some(Secret::new("tk_plum")) };
    let set = Channels { ntfy: Some(ntfy), ..Channels::default() };
    let title = "für שלום_x 😀 =?a?= 50%";
    let told = Announcement { title: title.to_owned(), ..announcement() };
    channel(&set, &around(PathBuf::from("/"), Limits::default())).deliver(&told).unwrap();
    let request = service.request();
    assert_eq!(strict::title(request.header("title").unwrap()).as_deref(), Ok(title));
    assert_eq!(request.header("authorization"), Some("Bearer tk_plum"));
    assert_eq!(request.header("priority"), Some("high"));
    assert_eq!(request.line(), "POST /topic");
    assert_eq!(
        String::from_utf8(request.body).unwrap(),
        format!("{}\nsamocode answer add-jwt-auth Q1=A", announcement().text)
    );
}
