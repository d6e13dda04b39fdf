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
