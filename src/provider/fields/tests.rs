//! What is found, what is skipped, and that memory is bounded.

use super::{Line, Members, Scanner, Want};
use crate::domain::redact::{REDACTED, Redactor};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Type,
    Count,
    Block,
    Name,
    Model,
}

static WANTED: Members<Field> = Members::of(&[
    ("type", Want::Value(Field::Type, 100)),
    ("message", Want::Members(&MESSAGE)),
    ("models", Want::Each(&Want::Members(&MODEL))),
]);

static MESSAGE: Members<Field> = Members::of(&[
    ("count", Want::Value(Field::Count, 20)),
    ("blocks", Want::Each(&Want::Entry(Field::Block, &BLOCK))),
]);

static BLOCK: Members<Field> = Members::of(&[("name", Want::Value(Field::Name, 1000))]);

static MODEL: Members<Field> = Members::of(&[("in", Want::Value(Field::Model, 20))]);

/// What `read` makes of a line that came in pieces.
fn read<T>(pieces: &[&[u8]], read: impl Fn(&Line<'_, Field>) -> T) -> T {
    let mut scanner = Scanner::new(&WANTED, &[]);
    for piece in pieces {
        scanner.feed(piece);
    }
    read(&scanner.line(&Redactor::default()))
}

/// The type of a line, if the line is whole.
fn kind(line: &[u8]) -> Option<String> {
    read(&[line], |line| line.is_whole().then(|| line.word(Field::Type).into_owned()))
}

#[test]
fn a_field_is_found_wherever_it_stands() {
    for line in [
        &br#"{"type":"a"}"#[..],
        br#" { "x" : [ 1 , { "type" : "b" } ] , "type" : "a" } "#,
        br#"{"x":"\"type\":\"b\"","type":"a","y":{"type":"b","z":[[],{}]}}"#,
        br#"{"x\":{\"type":"b","type":"a"}"#,
        br#"{"x\\":"\\","type":"a"}"#,
        br#"{"x":"]}","type":"a","message":{"type":"b"}}"#,
        br#"{"\u0074ype":"\u0061"}"#,
        b"{\"\xff\":-1.5e+7,\"type\":\"a\",\"y\":null}",
    ] {
        assert_eq!(kind(line).as_deref(), Some("a"), "{}", String::from_utf8_lossy(line));
        for at in 0..line.len() {
            let (head, tail) = line.split_at(at);
            let found = read(&[head, tail], |line| (line.is_whole(), line.word(Field::Type).into_owned()));
            assert_eq!(found, (true, "a".to_owned()), "cut at {at}: {}", String::from_utf8_lossy(line));
        }
    }
}

#[test]
fn what_is_no_object_or_has_no_end_is_not_whole() {
    for line in
        ["", " ", "[]", "null", "words", "{", r#"{"type":"a""#, r#"{"type":"a","x":{}"#, r#"x{"type":"a"}"#]
    {
        assert_eq!(kind(line.as_bytes()), None, "{line}");
    }
    assert_eq!(read(&[br#"{"type":"a","x":"#], |line| line.word(Field::Type).into_owned()), "a");
    assert_eq!(read(&[br#"{"type":"a",%"type":"b"}"#], |line| line.word(Field::Type).into_owned()), "a");
}

#[test]
fn of_keys_that_occur_twice_the_first_one_wins() {
    assert_eq!(kind(br#"{"type":"a","message":{},"type":"b"}"#).as_deref(), Some("a"));
}

#[test]
fn a_line_is_left_as_soon_as_it_has_told_enough() {
    let read = |line: &[u8]| {
        let mut scanner = Scanner::new(&WANTED, &[(Field::Type, "a"), (Field::Name, "x")]);
        scanner.feed(line);
        let redactor = Redactor::default();
        let line = scanner.line(&redactor);
        (line.number(Field::Count), line.is_whole())
    };
    let blocks = |name: &str| format!(r#""blocks":[{{"name":"y"}},{{"name":"{name}"}}],"count":3"#);
    let line = |kind: &str, name: &str| format!(r#"{{"type":"{kind}","message":{{{}}}}}"#, blocks(name));
    assert_eq!(read(line("a", "x").as_bytes()), (None, false));
    assert_eq!(read(line("a", "z").as_bytes()), (Some(3), true));
    assert_eq!(read(line("b", "x").as_bytes()), (Some(3), true));
    let late = format!(r#"{{"message":{{{}}},"type":"a"}}"#, blocks("x"));
    assert_eq!(read(late.as_bytes()), (Some(3), true));
}

#[test]
fn values_are_told_from_their_kinds() {
    let line =
        br#"{"type":7,"message":{"count":12,"blocks":"none"},"models":{"a":{"in":1},"b":{"in":2},"c":3}}"#;
    read(&[line], |line| {
        assert_eq!((line.word(Field::Type).as_ref(), line.text(Field::Type)), ("", None));
        assert_eq!((line.number(Field::Count), line.entries(Field::Block).count()), (Some(12), 0));
        assert_eq!(line.sum(Field::Model), 3);
    });
    for (count, number, decimal) in [
        ("null", None, None),
        ("-1", None, Some(-1.0)),
        ("1.5", None, Some(1.5)),
        ("99999999999999999999", None, Some(1e20)),
        ("\"12\"", None, None),
        ("{\"count\":12}", None, None),
    ] {
        let line = format!(r#"{{"message":{{"count":{count}}}}}"#);
        let found = read(&[line.as_bytes()], |line| (line.number(Field::Count), line.decimal(Field::Count)));
        assert_eq!(found, (number, decimal), "{count}");
    }
}

#[test]
fn entries_are_kept_apart() {
    let line = br#"{"message":{"blocks":[{"name":"a"},{"x":1},[{"name":"no"}],"no",{"name":"b"}]}}"#;
    let names = read(&[line], |line| {
        line.entries(Field::Block).map(|block| block.text(Field::Name)).collect::<Vec<_>>()
    });
    assert_eq!(names, [Some("a".to_owned()), None, Some("b".to_owned())]);
}

#[test]
fn a_secret_is_taken_out_before_a_text_is_cut_and_half_of_one_is_left_out() {
    let secret = "correct-horse-battery-staple";
    let redactor = Redactor::new([secret]);
    for before in 0..1000 {
        let line = format!(r#"{{"message":{{"blocks":[{{"name":"{}{secret}!"}}]}}}}"#, "x".repeat(before));
        let mut scanner = Scanner::new(&WANTED, &[]);
        scanner.feed(line.as_bytes());
        let text = scanner.line(&redactor).text(Field::Name).unwrap();
        assert!(!text.contains("cor"), "after {before}: {text}");
        assert_eq!(text.contains(REDACTED), before + secret.len() <= 1000, "after {before}");
    }
}

#[test]
fn what_is_kept_is_bounded_and_the_type_is_found_behind_it_all() {
    let mut scanner = Scanner::new(&WANTED, &[]);
    scanner.feed(br#"{"message":{"blocks":["#);
    for _ in 0..100_000 {
        scanner.feed(format!(r#"{{"name":"{}"}},"#, "x".repeat(2000)).as_bytes());
    }
    scanner.feed(&b"[".repeat(1 << 20));
    scanner.feed(&b"]".repeat(1 << 20));
    scanner.feed(format!(r#"],"{}":0}},"type":"a"}}"#, "k".repeat(1 << 20)).as_bytes());
    assert!(scanner.kept_bytes() < 4 << 20, "{}", scanner.kept_bytes());
    let redactor = Redactor::default();
    let line = scanner.line(&redactor);
    assert_eq!((line.is_whole(), line.word(Field::Type).as_ref()), (true, "a"));
    scanner.next_line();
    scanner.feed(br#"{"type":"b"}"#);
    assert_eq!(scanner.line(&redactor).word(Field::Type), "b");
}
