//! What is taken out, what stays, and that the pieces of a stream make no difference.

use std::borrow::Cow;

use proptest::prelude::*;

use super::{REDACTED, Redactor, Stream};

const KNOWN: &str = "correct horse\"battery";

/// Texts around a secret, so that no scanner takes this file for a leak.
fn secrets() -> Vec<String> {
    vec![
        format!("sk-ant-{}", "api03-Zk3_x9-".repeat(4)),
        format!("sk-{}", "aB3dE6gH9jK2mN5pQ8sT1vW4"),
        format!("sk-proj-{}", "aB3dE6gH9jK2mN5pQ8sT1vW4_x-y"),
        format!("ghp_{}", "a1B2c3D4e5".repeat(4)),
        format!("gho_{}", "a1B2c3D4e5".repeat(4)),
        format!("github_pat_{}", "11ABCDEFG0_a1B2c3D4e5f6G7"),
        format!("xoxb-{}", "123456789012-abcdefABCDEF"),
        format!("AKIA{}", "IOSFODNN7EXAMPLE"),
        format!("AIza{}", "SyD3-aB4cE5fG6hI7jK8lM9nO0pQ1rS2tU3"),
        format!("glpat-{}", "a1B2c3D4e5f6G7h8I9j0"),
        format!(
            "eyJ{}.eyJ{}.{}",
            "hbGciOiJIUzI1NiJ9", "zdWIiOiIxMjM0NTY3ODkwIn0", "dozjgNryP4J3jVmNHl0w5N_X"
        ),
        KNOWN.to_owned(),
        KNOWN.replace('"', "\\\""),
    ]
}

fn redactor() -> Redactor {
    Redactor::new([KNOWN])
}

fn in_pieces(redactor: &Redactor, bytes: &[u8], cuts: &[usize]) -> Vec<u8> {
    let mut stream = Stream::default();
    let mut out = Vec::new();
    let mut rest = bytes;
    for cut in cuts {
        let (piece, after) = rest.split_at((*cut).min(rest.len()));
        stream.feed(redactor, piece, &mut |piece| out.extend_from_slice(piece));
        rest = after;
    }
    stream.feed(redactor, rest, &mut |piece| out.extend_from_slice(piece));
    stream.finish(redactor, &mut |piece| out.extend_from_slice(piece));
    out
}

#[test]
fn every_kind_of_secret_is_taken_out_and_nothing_around_it() {
    for secret in secrets() {
        for (before, after) in
            [("", ""), ("key=", " and"), ("\"", "\"}"), ("\\n", "\\n"), ("\u{1b}[31m", "\u{1b}[0m")]
        {
            let text = format!("{before}{secret}{after}");
            assert_eq!(redactor().text(&text), format!("{before}{REDACTED}{after}"), "{text}");
        }
    }
}

#[test]
fn of_what_has_a_public_part_that_part_stays() {
    let secret = "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1";
    let other = "XYHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1";
    for (text, clean) in [
        (format!("token 110201543:{secret}!"), "token 110201543:<redacted>!"),
        (format!("https://host/bot110201543:{other}/getMe"), "https://host/bot110201543:<redacted>/getMe"),
        ("Authorization: Bearer abc.DEF-123 x".into(), "Authorization: Bearer <redacted> x"),
        ("from https://ada:s3cr3t@host/x".into(), "from https://ada:<redacted>@host/x"),
        (r#"{"url":"postgres://ada:a/b"}"#.into(), r#"{"url":"postgres://ada:a/b"}"#),
        (r#"{"url":"postgres://ada:p@ss,w0rd@host:5432/x?y=@z"}"#.into(), r#"{"url":"postgres://ada:<redacted>@host:5432/x?y=@z"}"#),
        ("(https://:s3cr3t@host)".into(), "(https://:<redacted>@host)"),
        (format!("https://{}@host/x.git", "a1B2c3D4e5f6G7h8I9j0K"), "https://<redacted>@host/x.git"),
        ("authorization: Basic dXNlcjpwYXNz".into(), "authorization: Basic <redacted>"),
        (r#"{"Authorization":"Bearer s3cr3t-value"}"#.into(), r#"{"Authorization":"Bearer <redacted>"}"#),
        (r#"{\"authorization\": \"token s3cr3t-value\"}"#.into(), r#"{\"authorization\": \"token <redacted>\"}"#),
        (format!("curl -H 'X: bearer {}'", "a1B2c3D4e5f6G7h8I9j0"), "curl -H 'X: bearer <redacted>'"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nAES-128\n\nMIIE+/==\nab\n-----END RSA PRIVATE KEY-----\nx"
                .into(),
            "-----BEGIN RSA PRIVATE KEY-----<redacted>-----END RSA PRIVATE KEY-----\nx",
        ),
        (
            r#""-----BEGIN PRIVATE KEY-----\nMIIE\nab\n-----END PRIVATE KEY-----\n""#.into(),
            r#""-----BEGIN PRIVATE KEY-----<redacted>-----END PRIVATE KEY-----\n""#,
        ),
    ] {
        assert_eq!(redactor().text(&text), clean);
    }
}

#[test]
fn what_only_looks_a_little_like_a_secret_stays() {
    for text in [
        "commit 7fe2e22a1b2c3d4e5f60718293a4b5c6d7e8f901",
        "session 05fbe1ff-7ea7-4ec6-ab3b-5efd50ba057a",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
        "a sk- in prose, sk-learn, task-2026-01-08-add-jwt-auth-1234567890abcdef",
        "class=\"sk-toggleable__label-arrow sk-container-id-12 sk-estimator-doc-link-fitted\"",
        "desk-1234567890abcdef1234567890",
        "Authorization: Basic authentication is needed",
        "the header Authorization: Bearer $TOKEN, or Authorization: Bearer <token>",
        "authorizations are checked; authorization = none",
        "bearer tokens are opaque",
        "https://host:8080/a@b, ssh://git@host/x, https://ada@host, git@host:x/y, http://[::1]:80",
        "at 07:25:30:A nothing, 12345678:Ab, 1234567890123:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1",
        "npm_config_registry npm_lifecycle_event ghp_short AKIASHORT AIzaShort xoxb-",
        "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIE\n-----END PUBLIC KEY-----",
        "eyJhbGciOiJIUzI1NiJ9 alone, and eyJhbGciOiJIUzI1NiJ9.png",
        "toolu_01A09q90qw90lq917835lq9 msg_01XFDUDYJgAACzvnptvVoYEL req_011CSHoEeqs5C35K2UUqR7Fy",
        REDACTED,
        "",
    ] {
        assert!(matches!(redactor().text(text), Cow::Borrowed(same) if same == text), "{text}");
    }
}

#[test]
fn many_known_values_and_long_ones_are_found_too() {
    let values: Vec<String> =
        (0..200).map(|number| format!("value-{number:03}-{}", "y".repeat(number * 30))).collect();
    let redactor = Redactor::new(&values);
    for value in &values {
        let text = format!("<{value}>");
        let clean = redactor.text(&text);
        assert!(clean.starts_with("<<redacted>") && !clean.contains("value-"), "{clean}");
    }
}

#[test]
fn what_it_knows_is_not_shown() {
    assert!(!format!("{:?}", redactor()).contains("horse"));
}

#[test]
fn a_line_is_handed_on_whole_as_soon_as_it_is_there() {
    let redactor = redactor();
    let mut out = Vec::new();
    Stream::default().feed(&redactor, b"one line\n", &mut |piece| out.extend_from_slice(piece));
    assert_eq!(out, b"one line\n");
}

#[test]
fn memory_stays_small_however_long_a_secret_is() {
    let redactor = redactor();
    let mut stream = Stream::default();
    let mut out = Vec::new();
    stream.feed(&redactor, b"-----BEGIN PRIVATE KEY-----", &mut |piece| out.extend_from_slice(piece));
    for _ in 0..100 {
        stream.feed(&redactor, &[b'x'; 10_000], &mut |piece| out.extend_from_slice(piece));
        assert!(stream.held.len() < 2_000, "{}", stream.held.len());
    }
    stream.finish(&redactor, &mut |piece| out.extend_from_slice(piece));
    assert_eq!(out, b"-----BEGIN PRIVATE KEY-----<redacted>");
}

#[test]
fn what_stands_before_a_key_that_is_cut_off_at_once_stays() {
    let header = "-----BEGIN PRIVATE KEY-----";
    assert_eq!(redactor().text(header), "-----BEGIN PRIVATE KEY-----<redacted>");
}

fn piece() -> impl Strategy<Value = String> {
    let mut known = secrets();
    known.extend(
        [
            "-----BEGIN PRIVATE KEY-----\nMII",
            "\n-----END PRIVATE KEY-----",
            "Authorization: Bearer s3cr3tvalue",
            "eyJ",
            "sk-",
            "sk-ant-",
        ]
        .map(str::to_owned),
    );
    known.extend(
        ["12345678", ":A", "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1", "/bot", "-", "\\n", "\n", " "]
            .map(str::to_owned),
    );
    prop_oneof![
        proptest::sample::select(known.clone()),
        (proptest::sample::select(known), 0..60_usize)
            .prop_map(|(text, length)| text.chars().take(length).collect()),
        "[a-zA-Z0-9 .:_\\n\"-]{0,30}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_stream_comes_out_the_same_whatever_its_pieces(
        pieces in proptest::collection::vec(piece(), 0..12),
        cuts in proptest::collection::vec(0..40_usize, 0..60),
        breaks in any::<bool>(),
    ) {
        let text = pieces.concat();
        let values = if breaks { vec![KNOWN, "two\nlines of it"] } else { vec![KNOWN] };
        let redactor = Redactor::new(values);
        let whole = redactor.bytes(text.as_bytes()).into_owned();
        let cut = in_pieces(&redactor, text.as_bytes(), &cuts);
        prop_assert_eq!(String::from_utf8_lossy(&cut), String::from_utf8_lossy(&whole));
    }

    #[test]
    fn a_planted_secret_is_never_seen_and_what_surrounds_it_stays(
        before in "[a-z ]{0,40}",
        after in "[a-z ]{0,40}",
        secret in proptest::sample::select(secrets()),
        cuts in proptest::collection::vec(1..30_usize, 0..20),
    ) {
        let text = format!("{before} {secret} {after}");
        let clean = in_pieces(&redactor(), text.as_bytes(), &cuts);
        prop_assert_eq!(String::from_utf8(clean).unwrap(), format!("{before} {REDACTED} {after}"));
    }
}
