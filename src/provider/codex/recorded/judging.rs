//! How recorded runs, and runs that users reported, are judged.

use jiff::Timestamp;

use super::{judge, outcome, seen};
use crate::domain::command::Exit;
use crate::domain::outcome::Outcome;
use crate::provider::Seen;
use crate::provider::replay::detail;

fn until(outcome: Outcome) -> Option<String> {
    match outcome {
        Outcome::UsageLimit { until, .. } => until.map(|at: Timestamp| at.to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_usage_limit_tells_its_reset_in_local_time_or_with_a_date_or_not_at_all() {
    assert_eq!(until(outcome(recorded!("usage-limit"))).as_deref(), Some("2026-04-15T15:01:00Z"));
    assert_eq!(until(outcome(recorded!("usage-limit-far"))).as_deref(), Some("2026-11-27T14:01:00Z"));
    assert_eq!(until(outcome(recorded!("usage-limit-unsaid"))), None);
    assert!(detail(&outcome(recorded!("usage-limit"))).starts_with("You’ve hit your usage limit."));
}

#[test]
fn every_failure_of_the_service_has_its_verdict() {
    type Check = fn(&Outcome) -> bool;
    let login: Check = |o| matches!(o, Outcome::LoginRequired { .. });
    let credit: Check = |o| matches!(o, Outcome::CreditExhausted { .. });
    let start: Check = |o| matches!(o, Outcome::CannotStart { .. });
    let outage: Check = |o| matches!(o, Outcome::Overloaded { .. });
    let refused: Check = |o| matches!(o, Outcome::Refused { .. });
    let crashed: Check = |o| matches!(o, Outcome::Crashed { .. });
    let cases = [
        (recorded!("bad-key"), login, "Incorrect API key provided"),
        (recorded!("bad-key"), login, "`codex login`"),
        (recorded!("no-access"), login, "403 Forbidden"),
        (recorded!("no-key"), login, "Missing environment variable: `HUB_KEY`; put it into the environment"),
        (recorded!("no-credit"), credit, "Quota exceeded. Check your plan and billing details; add credit"),
        (recorded!("plan-without-codex"), credit, "upgrade to Plus"),
        (recorded!("unknown-model"), start, "`CODEX_MODEL`"),
        (
            recorded!("model-not-supported"),
            start,
            "not supported when using Codex with a ChatGPT account; set `CODEX_MODEL`",
        ),
        (recorded!("too-many-requests"), outage, "429 Too Many Requests"),
        (recorded!("rate-limit"), outage, "Rate limit reached"),
        (recorded!("server-error"), outage, "high demand"),
        (recorded!("at-capacity"), outage, "at capacity"),
        (recorded!("connection-cut"), outage, "stream disconnected"),
        (recorded!("no-connection"), outage, "error sending request"),
        (recorded!("refusal"), refused, "content_filter"),
        (recorded!("invalid-prompt"), refused, "usage policy"),
        (recorded!("bad-request"), crashed, "Invalid value: 'x'."),
    ];
    for (stream, check, words) in cases {
        let outcome = outcome(stream);
        assert!(check(&outcome), "{words}: {outcome:?}");
        assert!(detail(&outcome).contains(words), "no {words:?} in {outcome:?}");
    }
    assert_eq!(outcome(recorded!("context")), Outcome::ContextExhausted);
}

#[test]
fn a_turn_that_completed_stands_whatever_the_process_came_to() {
    for exit in [Exit::Code(0), Exit::Code(1), Exit::Signal(9)] {
        assert_eq!(judge(&seen(recorded!("work")), exit, "boom"), Outcome::Completed);
    }
}

#[test]
fn an_end_in_mid_turn_is_told_by_the_last_error_or_is_a_crash() {
    let ended = |stream: &str, lines: usize, stderr: &str| {
        let begun: Vec<&str> = stream.lines().take(lines).collect();
        judge(&seen(&begun.join("\n")), Exit::Signal(15), stderr)
    };
    let limit = ended(recorded!("usage-limit"), 4, "");
    assert!(matches!(limit, Outcome::UsageLimit { until: Some(_), .. }), "{limit:?}");
    let retrying = ended(recorded!("no-connection"), 4, "");
    assert!(matches!(retrying, Outcome::Overloaded { .. }), "{retrying:?}");
    assert!(detail(&retrying).contains("try 1 of 1"), "{retrying:?}");
    let refused = ended(recorded!("bad-key"), 4, "");
    assert!(matches!(refused, Outcome::LoginRequired { .. }), "{refused:?}");
    let crash = ended(recorded!("work"), 6, "WARNING: proceeding, even though\nthread 'main' panicked\n");
    assert_eq!(
        crash,
        Outcome::Crashed {
            detail: "it ended with signal 15 and without the end of its turn; thread 'main' panicked".into()
        }
    );
}

#[test]
fn what_it_says_before_it_starts_is_understood() {
    let of = |stderr: &str, code: i32| judge(&Seen::new("planning"), Exit::Code(code), stderr);
    for (stderr, words) in [
        ("error: unexpected argument '--no-such-flag' found\n\n  tip: to pass", "`CODEX_ARGS`"),
        ("Error: Unknown feature flag: nope", "update Codex"),
        (
            "Error loading config.toml:\n/c/config.toml:1:10: unclosed array, expected `]`",
            "mend `config.toml`",
        ),
        ("Error: Model provider `y` not found", "mend `config.toml`"),
    ] {
        let outcome = of(stderr, 1);
        assert!(matches!(outcome, Outcome::CannotStart { .. }), "{outcome:?}");
        assert!(detail(&outcome).contains(words), "{outcome:?}");
    }
    let missing = of("env: 'node': No such file or directory", 127);
    assert!(detail(&missing).contains("'node'") && detail(&missing).contains("`CODEX_PATH`"), "{missing:?}");
    assert!(matches!(of("boom", 101), Outcome::Crashed { .. }));
}
