//! What a child may leave in its signal's place, and what each is taken for.

use super::*;

fn read(text: &str) -> Result<Signal, SignalFault> {
    Signal::read(&RawSignal::Bytes(text.as_bytes().to_vec()), 7)
}

#[test]
fn each_status_is_read() {
    let cases = [
        (r#"{"status":"continue","phase":"planning"}"#, Ask::Continue(Some("planning".into()))),
        (r#"{"status":" Continue "}"#, Ask::Continue(None)),
        (
            r#"{"status":"waiting","for":"plan_approval","file":"p.md"}"#,
            Ask::Waiting { what: Some(WaitFor::PlanApproval), file: Some("p.md".into()), reason: None },
        ),
        (
            r#"{"status":"blocked","reason":"no key","needs":"error-resolution"}"#,
            Ask::Blocked { reason: Some("no key".into()), needs: Needs::ErrorResolution },
        ),
        (r#"{"status":"done","summary":"all"}"#, Ask::Done),
        (r#"{"status":"handoff","notes":"go on at x"}"#, Ask::Handoff(Some("go on at x".into()))),
    ];
    for (text, ask) in cases {
        assert_eq!(read(text).unwrap().ask, ask, "{text}");
    }
}

#[test]
fn what_is_worthless_is_named_and_never_panics() {
    for text in [
        "",
        "  ",
        "{}",
        "[]",
        "\"x\"",
        "{\"status\":1}",
        "{\"status\":\"conti",
        "{\"status\":\"go\"}",
        "\u{0}",
    ] {
        assert!(matches!(read(text), Err(SignalFault::Malformed(_))), "{text:?}");
    }
    let not_utf8 = RawSignal::Bytes(vec![b'{', 0xff, b'}']);
    assert!(matches!(Signal::read(&not_utf8, 1), Err(SignalFault::Malformed(_))));
    assert_eq!(Signal::read(&RawSignal::Absent, 1), Err(SignalFault::Missing));
    assert_eq!(Signal::read(&RawSignal::Oversized(2_000_000), 1), Err(SignalFault::Oversized(2_000_000)));
    assert!(matches!(Signal::read(&RawSignal::NotAFile("a link"), 1), Err(SignalFault::Foreign(_))));
}

#[test]
fn the_signal_of_another_iteration_is_foreign() {
    assert!(matches!(read(r#"{"status":"done","iteration":6}"#), Err(SignalFault::Foreign(_))));
    assert!(read(r#"{"status":"done","iteration":7}"#).is_ok());
}

#[test]
fn unknown_keys_are_kept_and_a_bom_is_no_fault() {
    let signal = read("\u{feff}{\"status\":\"done\",\"mood\":\"good\"}").unwrap();
    assert_eq!(signal.extra.get("mood"), Some(&Value::String("good".into())));
}

#[test]
fn where_the_meaning_is_plain_it_is_taken() {
    let go_on = |phase: Option<&str>| Ask::Continue(phase.map(str::to_owned));
    let wait = |what| Ask::Waiting { what, file: None, reason: None };
    let help = |needs| Ask::Blocked { reason: None, needs };
    let cases = [
        (r#"{"status":"continue"}"#, go_on(None)),
        (r#"{"status":"continue","phase":null}"#, go_on(None)),
        (r#"{"status":"continue","phase":"  "}"#, go_on(None)),
        (r#"{"status":"CONTINUE\n","phase":" Testing "}"#, go_on(Some("Testing"))),
        (r#"{"Status":"continue"," PHASE ":"testing"}"#, go_on(Some("testing"))),
        (r#"{"status":"waiting"}"#, wait(None)),
        (r#"{"status":"waiting","for":"QA Answers"}"#, wait(Some(WaitFor::QaAnswers))),
        (r#"{"status":"waiting","for":"plan-approval","file":""}"#, wait(Some(WaitFor::PlanApproval))),
        (r#"{"status":"waiting","for":"Human_Action"}"#, wait(Some(WaitFor::HumanAction))),
        (r#"{"status":"waiting","for":"file update"}"#, wait(Some(WaitFor::FileUpdate))),
        (r#"{"status":"blocked"}"#, help(Needs::HumanDecision)),
        (r#"{"status":"blocked","needs":"a miracle"}"#, help(Needs::HumanDecision)),
        (r#"{"status":"blocked","needs":" Clarification"}"#, help(Needs::Clarification)),
        (r#"{"status":"handoff","notes":["one","two"]}"#, Ask::Handoff(Some("one\ntwo".to_owned()))),
        (r#"{"status":"handoff","notes":{"at":3}}"#, Ask::Handoff(Some(r#"{"at":3}"#.to_owned()))),
        (r#"{"status":"handoff","notes":[]}"#, Ask::Handoff(None)),
        (r#"{"status":"done","summary":7,"iteration":"six"}"#, Ask::Done),
        ("```json\n{\"status\":\"done\"}\n```", Ask::Done),
        (r#""{\"status\":\"done\"}""#, Ask::Done),
        (r#"[{"status":"done"}]"#, Ask::Done),
    ];
    for (text, ask) in cases {
        assert_eq!(read(text).map(|signal| signal.ask), Ok(ask), "{text}");
    }
}

#[test]
fn where_the_meaning_is_not_plain_it_is_refused() {
    for text in [
        r#"{"status":["continue"]}"#,
        r#"{"status":null}"#,
        r#"{"status":"continue","phase":3}"#,
        r#"{"status":"continue","phase":["testing"]}"#,
        r#"{"status":"waiting","for":"something"}"#,
        r#"{"status":"waiting","for":"plan_approval","file":["a.md","b.md"]}"#,
        r#"{"status":"blocked","needs":{}}"#,
        r#"{"status":"done"} {"status":"done"}"#,
        r#"[{"status":"done"},{"status":"done"}]"#,
    ] {
        assert!(matches!(read(text), Err(SignalFault::Malformed(_))), "{text}");
    }
    let deep = RawSignal::Bytes(vec![b'['; 60_000]);
    assert!(matches!(Signal::read(&deep, 1), Err(SignalFault::Malformed(_))));
}

#[test]
fn utf_16_with_its_mark_is_read() {
    let text = r#"{"status":"done"}"#;
    let little: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let big: Vec<u8> =
        [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    for bytes in [&little, &big] {
        let read = Signal::read(&RawSignal::Bytes(bytes.clone()).in_utf8(), 1).map(|signal| signal.ask);
        assert_eq!(read, Ok(Ask::Done));
    }
    let odd = RawSignal::Bytes(little[..little.len() - 1].to_vec()).in_utf8();
    assert!(matches!(Signal::read(&odd, 1), Err(SignalFault::Malformed(_))));
}

#[test]
fn a_refusal_names_the_place_in_words_and_never_a_parsers_position() {
    for text in
        [r#"{"status": "done""#, r#"{"status" "done"}"#, "{\"status\": \"done", "all is well", "[1, 2]"]
    {
        let words = read(text).unwrap_err().to_string();
        assert!(!words.contains("column") && !words.contains("line "), "{words}");
    }
    let not_utf8 = RawSignal::Bytes(b"{\"status\":\"done\",\"notes\":\"\xff\"}".to_vec());
    let words = Signal::read(&not_utf8, 1).unwrap_err().to_string();
    assert!(
        words.contains(r#"not UTF-8 text after `"done","notes":"`"#) || words.contains("notes"),
        "{words}"
    );
}
