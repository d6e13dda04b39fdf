//! `samocode notify test` and the doctor, through the program.

use hmac::digest::Digest;
use samocode_testing_http::{Answer, Request};
use serde_json::Value;
use sha2::Sha256;

use super::bus::{Bus, Shown};
use super::service::Service;
use super::strict;
use crate::cli_stage::{Said, Stage, heard};

const SECRET: &str = "kettle-and-spoon";
const TOKEN: &str = "tk_plumbasket77";
const HIDDEN: &str = "hidden-part-of-the-address";

/// HMAC as its standard writes it down, without the library that samocode uses.
fn hmac(key: &[u8], text: &[u8]) -> String {
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
    outer.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Settings of all channels that send something over the network.
fn settings(url: impl Fn(&str) -> String) -> String {
    let url = |path: &str| url(&format!("{path}/{HIDDEN}"));
    format!(
        "SAMOCODE_PROVIDER=demo\nSAMOCODE_NOTIFY_WEBHOOK={}\nSAMOCODE_NOTIFY_WEBHOOK_SECRET={SECRET}\n\
         SAMOCODE_NOTIFY_NTFY={}\nSAMOCODE_NOTIFY_NTFY_TOKEN={TOKEN}\nSAMOCODE_NOTIFY_SLACK={}\n\
         SAMOCODE_NOTIFY_DISCORD={}\n",
        url("webhook"),
        url("ntfy"),
        url("slack"),
        url("discord")
    )
}

fn no_secret_in(said: &Said) {
    for secret in [SECRET, TOKEN, HIDDEN] {
        assert!(!said.out.contains(secret) && !said.err.contains(secret), "`{secret}` is in {said:?}");
    }
}

/// Without times and ports, which differ.
fn stable(text: &str) -> String {
    let line = |line: &str| match line.split_once(" in ").filter(|_| line.contains("delivered in")) {
        Some((before, after)) => {
            format!("{before} in T{}", after.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'))
        }
        None => line.to_owned(),
    };
    let mut lines: Vec<String> = text.lines().map(line).collect();
    lines.sort();
    lines.join("\n")
}

fn by_path(request: &Request) -> Answer {
    match request.path.split('/').nth(1) {
        Some("webhook") => strict::webhook(request),
        Some("ntfy") => strict::ntfy(request),
        Some("slack") => strict::slack(request),
        _ => strict::discord(request),
    }
}

#[test]
fn every_channel_is_sent_what_is_documented_and_told_in_a_line() {
    let service = Service::new(by_path);
    let stage = Stage::new();
    stage.settings(&(settings(|path| service.url(path)) + "SAMOCODE_NOTIFY_COMMAND=cat > ../got.json\n"));
    let said = stage.say(&["notify", "test"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    insta::assert_snapshot!(stage.stable(&stable(&said.out)), @"
    command  delivered in T s  (a command, in /stage/repo)
    discord  delivered in T s  (127.0.0.1)
    ntfy     delivered in T s  (127.0.0.1, with a token)
    slack    delivered in T s  (127.0.0.1)
    webhook  delivered in T s  (127.0.0.1, signed)
    ");
    no_secret_in(&said);
    let requests = service.requests();
    let one = |path: &str| requests.iter().find(|request| request.path.starts_with(path)).unwrap();
    let hook = one("/webhook/");
    let sent: Value = serde_json::from_slice(&hook.body).unwrap();
    assert_eq!((&sent["version"], &sent["kind"]), (&1.into(), &"test".into()));
    assert_eq!(sent["project"], stage.path("repo").to_str().unwrap());
    assert_eq!(hook.header("x-samocode-event"), Some("test"));
    assert_eq!(hook.header("x-samocode-delivery"), sent["id"].as_str());
    let timestamp = hook.header("x-samocode-timestamp").unwrap();
    let now = jiff::Timestamp::now().as_second();
    assert!((now - 60..=now).contains(&timestamp.parse().unwrap()), "{timestamp}");
    let signed = [timestamp.as_bytes(), b".", &hook.body].concat();
    let signature = format!("sha256={}", hmac(SECRET.as_bytes(), &signed));
    assert_eq!(hook.header("x-samocode-signature"), Some(signature.as_str()));
    let command: Value = serde_json::from_slice(&std::fs::read(stage.path("got.json")).unwrap()).unwrap();
    assert_eq!(command, sent, "all channels tell of the same");
    assert_eq!(one("/ntfy/").header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    let text = |request: &Request, field: &str| {
        serde_json::from_slice::<Value>(&request.body).unwrap()[field].as_str().unwrap().to_owned()
    };
    for words in [text(one("/slack/"), "text"), text(one("/discord/"), "content")] {
        assert!(words.starts_with("samocode can reach you here\nA test from /"), "{words}");
    }
}

#[test]
fn what_was_not_delivered_is_told_with_what_to_do_and_without_a_secret() {
    let service = Service::new(|request| {
        let echo = format!("{} {:?}", request.path, request.header("authorization"));
        let headers = vec![("retry-after".to_owned(), "9".to_owned())];
        match request.path.split('/').nth(1) {
            Some("webhook") => Answer::json(500, &echo),
            Some("ntfy") => Answer::json(403, &echo),
            Some("slack") => Answer::json(404, &echo),
            _ => Answer::Whole { code: 429, headers, body: echo },
        }
    });
    let stage = Stage::new();
    let more =
        format!("SAMOCODE_NOTIFY_COMMAND=echo {SECRET} is wrong; exit 7\nSAMOCODE_NOTIFY_DESKTOP=on\n");
    stage.settings(&(settings(|path| service.url(path)) + &more));
    let said = stage.say(&["notify", "test"]);
    assert_eq!(said.code, 12, "{said:?}");
    no_secret_in(&said);
    for words in [
        "webhook  not delivered: 127.0.0.1 could not take it, 500",
        "ntfy     not delivered: 127.0.0.1 refused it with 403",
        "look after SAMOCODE_NOTIFY_NTFY",
        "slack    not delivered: 127.0.0.1 refused it with 404",
        "discord  not delivered: it takes no more for now and asks to wait 9 s",
        "command  not delivered: the command ended with exit code 7: <redacted> is wrong",
        "desktop  not delivered: no desktop can be reached (",
        "SAMOCODE_NOTIFY_DESKTOP=off leaves it out",
    ] {
        assert!(said.out.contains(words), "{words}\n{}", said.out);
    }
    let said = stage.say(&["notify", "test", "--json"]);
    assert_eq!(said.code, 12);
    no_secret_in(&said);
    let report: Value = serde_json::from_str(&said.out).unwrap();
    let names: Vec<&str> =
        report["channels"].as_array().unwrap().iter().map(|one| one["channel"].as_str().unwrap()).collect();
    assert_eq!(names, ["desktop", "webhook", "ntfy", "slack", "discord", "command"]);
    assert_eq!((&report["ok"], &report["channels"][2]["delivered"]), (&false.into(), &false.into()));
}

#[test]
fn the_desktop_shows_it_with_its_markup_escaped_where_it_reads_any() {
    for (able, repository) in
        [(&["actions", "body", "body-markup"][..], "a &amp;&lt;b"), (&["body"][..], "a &<b")]
    {
        let stage = Stage::new();
        std::fs::create_dir(stage.path("a &<b")).unwrap();
        stage.settings("MAIN_REPO='../a &<b'\nSAMOCODE_NOTIFY_DESKTOP=on\n");
        let socket = stage.path("bus");
        let bus = Bus::start(&socket, able);
        let mut command = stage.samocode(&["notify", "test"]);
        command.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", socket.display()));
        let said = heard(command);
        assert_eq!(said.code, 0, "{said:?}");
        let shown = bus.shown();
        let body = stage.stable(&shown.body);
        assert_eq!(
            body,
            format!("A test from /stage/{repository}. Sessions will tell you here when they need you.")
        );
        let title = "samocode can reach you here".to_owned();
        assert_eq!(shown, Shown { program: "samocode".to_owned(), title, body: shown.body.clone() });
    }
}

#[test]
fn without_a_channel_the_keys_are_named() {
    let stage = Stage::with_settings();
    let said = stage.say(&["notify", "test"]);
    assert_eq!(said.code, 2);
    for key in ["DESKTOP", "NTFY", "SLACK", "DISCORD", "WEBHOOK", "COMMAND"] {
        assert!(said.err.contains(&format!("SAMOCODE_NOTIFY_{key}")), "{}", said.err);
    }
}

#[test]
fn an_agent_tries_no_channel() {
    let stage = Stage::new();
    stage.settings("SAMOCODE_NOTIFY_COMMAND=touch ../called\n");
    let mut command = stage.samocode(&["notify", "test"]);
    command.env("SAMOCODE_TAG", "x");
    assert_eq!(heard(command).code, 2);
    assert!(!stage.path("called").exists());
}

#[test]
fn the_doctor_lists_what_is_set_up_sends_nothing_and_says_what_is_wrong_with_it() {
    let service = Service::new(by_path);
    let stage = Stage::new();
    let more = "SAMOCODE_NOTIFY_COMMAND=touch ../called\nTELEGRAM_BOT_TOKEN=1:plum\nTELEGRAM_CHAT_ID=-5\n";
    stage.settings(&(settings(|path| service.url(path)) + more));
    for args in [&["doctor"][..], &["doctor", "--json"]] {
        let said = stage.say(args);
        assert_eq!(said.code, 0, "{said:?}");
        no_secret_in(&said);
        for words in [
            "127.0.0.1, signed",
            "127.0.0.1, with a token",
            "`samocode notify test` sends a message",
            "TELEGRAM_CHAT_ID is a group and TELEGRAM_ALLOWED_USERS names nobody",
            "<hidden>",
        ] {
            assert!(said.out.contains(words), "{words}\n{}", said.out);
        }
    }
    assert!(service.requests().is_empty() && !stage.path("called").exists());
    stage.settings("SAMOCODE_PROVIDER=demo\nSAMOCODE_NOTIFY_SLACK=http://hooks.example/x\n");
    let said = stage.say(&["doctor"]);
    assert!(said.out.contains("SAMOCODE_NOTIFY_SLACK is a plain http address"), "{}", said.out);
}
