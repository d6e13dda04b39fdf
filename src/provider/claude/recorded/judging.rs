//! How recorded runs, and runs that users reported, are judged.

use jiff::Timestamp;

use super::super::super::event::LimitStatus;
use super::{detail, events, judge, outcome, seen};
use crate::domain::command::Exit;
use crate::domain::outcome::Outcome;
use crate::provider::Seen;

#[test]
fn a_warning_parks_nothing() {
    let seen = seen(recorded!("limit-warning"));
    assert_eq!(seen.rate_limit().unwrap().status, LimitStatus::Warning);
    assert_eq!(judge(&seen, Exit::Code(0), ""), Outcome::Completed);

    for info in [
        r#"{"status":"allowed","resetsAt":1795335949,"overageStatus":"rejected"}"#,
        r#"{"status":"something_new"}"#,
    ] {
        let stream =
            format!("{{\"type\":\"rate_limit_event\",\"rate_limit_info\":{info}}}\n{}", recorded!("work"));
        assert_eq!(judge(&self::seen(&stream), Exit::Code(0), ""), Outcome::Completed);
    }
}

#[test]
fn a_usage_limit_is_known_to_the_second() {
    assert_eq!(
        outcome(recorded!("usage-limit")),
        Outcome::UsageLimit {
            until: Some(Timestamp::from_second(1_795_335_949).unwrap()),
            detail: "You've hit your limit · resets 8:25am (UTC)".into(),
        }
    );
}

#[test]
fn a_usage_limit_in_words_alone_is_one_too() {
    for (words, at) in [
        ("You've hit your session limit · resets 3:30am (Middle/Earth)", None),
        ("You've hit your weekly limit · resets Apr 17, 7pm (Asia/Riyadh)", Some("2026-04-17T16:00:00Z")),
        ("Claude AI usage limit reached|1762952400", Some("2025-11-12T13:00:00Z")),
    ] {
        let stream = format!(
            r#"{{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"result":"{words}"}}"#
        );
        let at = at.map(|at| at.parse::<Timestamp>().unwrap());
        assert_eq!(outcome(&stream), Outcome::UsageLimit { until: at, detail: words.to_owned() });
    }
}

#[test]
fn a_reset_that_only_the_words_tell_is_read_from_them_and_the_event_wins() {
    let result = |words: &str| {
        format!(
            r#"{{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"result":"{words}"}}"#
        )
    };
    let event = |info: &str| {
        format!("{{\"type\":\"rate_limit_event\",\"rate_limit_info\":{{\"status\":\"rejected\"{info}}}}}\n")
    };
    let until = |stream: &str| match outcome(stream) {
        Outcome::UsageLimit { until, .. } => until.map(|at| at.to_string()),
        other => panic!("{other:?}"),
    };
    let words = result("You've hit your session limit · resets 7:28am (UTC)");
    assert_eq!(until(&words).as_deref(), Some("2026-04-15T07:28:00Z"));
    assert_eq!(until(&(event("") + &words)).as_deref(), Some("2026-04-15T07:28:00Z"));
    assert_eq!(
        until(&(event(r#","resetsAt":1776243515"#) + &words)).as_deref(),
        Some("2026-04-15T08:58:35Z")
    );
    assert_eq!(
        until(&result("Claude AI usage limit reached|1776243515")).as_deref(),
        Some("2026-04-15T08:58:35Z")
    );
    assert_eq!(until(&result("Claude AI usage limit reached")), None);
    assert_eq!(until(&result("5-hour limit reached · resets 7pm (Middle/Earth)")), None);
}

#[test]
fn a_429_in_the_words_is_no_limit() {
    for words in
        ["src/main.rs:429:7: no such field", "connect to port 4290 refused", "assert_eq!(status, 429)"]
    {
        let line = format!(r#"{{"type":"result","subtype":"error","is_error":true,"result":"{words}"}}"#);
        assert!(matches!(outcome(&line), Outcome::Crashed { .. }), "{words}");
        let stderr = judge(&Seen::new("planning"), Exit::Code(1), words);
        assert!(matches!(stderr, Outcome::Crashed { .. }), "{words}");
    }
}

#[test]
fn a_limit_without_a_result_parks_too() {
    let limit = recorded!("usage-limit").lines().find(|line| line.contains("rate_limit_event")).unwrap();
    assert!(matches!(judge(&seen(limit), Exit::Signal(15), ""), Outcome::UsageLimit { until: Some(_), .. }));
}

#[test]
fn every_failure_of_the_service_has_its_verdict() {
    type Check = fn(&Outcome) -> bool;
    let cases: [(&str, &str, Check, &str); 11] = [
        (
            "bad key",
            recorded!("bad-key"),
            |o| matches!(o, Outcome::LoginRequired { .. }),
            "Invalid API key · Fix external API key; start `claude`",
        ),
        ("no access", recorded!("no-access"), |o| matches!(o, Outcome::LoginRequired { .. }), "/login"),
        (
            "no login",
            recorded!("not-logged-in"),
            |o| matches!(o, Outcome::LoginRequired { .. }),
            "Not logged in",
        ),
        (
            "no credit",
            recorded!("no-credit"),
            |o| matches!(o, Outcome::CreditExhausted { .. }),
            "Credit balance is too low; add credit",
        ),
        (
            "429",
            recorded!("too-many-requests"),
            |o| matches!(o, Outcome::Overloaded { .. }),
            "Request rejected (429)",
        ),
        ("529", recorded!("overloaded"), |o| matches!(o, Outcome::Overloaded { .. }), "529 Overloaded"),
        (
            "500",
            recorded!("server-error"),
            |o| matches!(o, Outcome::Overloaded { .. }),
            "500 Internal server error",
        ),
        (
            "no connection",
            recorded!("no-connection"),
            |o| matches!(o, Outcome::Overloaded { .. }),
            "Unable to connect",
        ),
        (
            "connection cut in mid-answer",
            recorded!("connection-cut"),
            |o| matches!(o, Outcome::Overloaded { .. }),
            "Connection to the API was lost",
        ),
        (
            "unknown model",
            recorded!("unknown-model"),
            |o| matches!(o, Outcome::CannotStart { .. }),
            "`CLAUDE_MODEL`",
        ),
        ("refusal", recorded!("refusal"), |o| matches!(o, Outcome::Refused { .. }), "Usage Policy"),
    ];
    for (what, stream, check, words) in cases {
        let outcome = outcome(stream);
        assert!(check(&outcome), "{what}: {outcome:?}");
        assert!(detail(&outcome).contains(words), "{what}: {outcome:?}");
    }
    assert_eq!(outcome(recorded!("prompt-too-long")), Outcome::ContextExhausted);
    assert_eq!(outcome(recorded!("turn-limit")), Outcome::TurnLimit);
}

#[test]
fn a_run_that_ended_at_its_budget_is_no_crash() {
    let reached = Outcome::BudgetReached { figures: "Reached maximum budget ($1)".into() };
    assert_eq!(outcome(recorded!("budget-2.1.197")), reached);
    assert_eq!(outcome(recorded!("budget-2.1.332")), reached);
}

#[test]
fn lines_after_the_result_change_nothing() {
    let stream = recorded!("background-task");
    assert!(!stream.lines().last().unwrap().contains("\"result\""));
    assert_eq!(judge(&seen(stream), Exit::Code(0), ""), Outcome::Completed);
}

#[test]
fn a_result_stands_when_the_process_had_to_be_ended() {
    assert_eq!(judge(&seen(recorded!("work")), Exit::Signal(9), ""), Outcome::Completed);
}

#[test]
fn a_polite_refusal_is_no_success() {
    let line =
        r#"{"type":"result","subtype":"success","is_error":false,"stop_reason":"refusal","result":"No."}"#;
    assert_eq!(outcome(line), Outcome::Refused { detail: "No.".into() });
}

#[test]
fn an_end_without_a_result_is_a_crash_whatever_the_exit_code() {
    let init = recorded!("work").lines().next().unwrap();
    for (exit, words) in [
        (Exit::Code(0), "exit code 0"),
        (Exit::Code(143), "exit code 143"),
        (Exit::Signal(9), "signal 9"),
        (Exit::Unknown, "an unknown end"),
    ] {
        let outcome = judge(&seen(init), exit, "boom\n");
        let Outcome::Crashed { detail } = outcome else {
            panic!("{outcome:?}");
        };
        assert!(detail.contains(words) && detail.contains("boom"), "{detail}");
    }
}

#[test]
fn an_end_among_retries_is_an_outage() {
    let stream: Vec<&str> = recorded!("no-connection").lines().take(3).collect();
    let outcome = judge(&seen(&stream.join("\n")), Exit::Code(1), "");
    assert!(matches!(outcome, Outcome::Overloaded { .. }), "{outcome:?}");
}

#[test]
fn what_it_says_before_it_starts_is_understood() {
    let of = |stderr: &str| judge(&Seen::new("planning"), Exit::Code(1), stderr);
    let agent =
        of("--agent 'samocode:planning' not found. Available agents: claude, Explore, general-purpose");
    assert!(matches!(agent, Outcome::CannotStart { .. }), "{agent:?}");
    let option = of("error: unknown option '--no-such-flag'");
    assert!(detail(&option).contains("`CLAUDE_ARGS`"), "{option:?}");
    assert!(matches!(option, Outcome::CannotStart { .. }), "{option:?}");
    let login = of("Not logged in · Please run /login");
    assert!(matches!(login, Outcome::LoginRequired { .. }), "{login:?}");
}

#[test]
fn a_run_without_the_agent_asked_for_cannot_start() {
    let mut seen = Seen::new("quality");
    for event in events(recorded!("work")) {
        seen.note(&event);
    }
    let outcome = judge(&seen, Exit::Code(0), "");
    assert!(matches!(outcome, Outcome::CannotStart { .. }), "{outcome:?}");
    assert!(detail(&outcome).contains("`samocode:quality`"));
}

#[test]
fn a_program_that_lacks_what_it_runs_on_cannot_start() {
    let of =
        |code| judge(&Seen::new("planning"), Exit::Code(code), "env: 'node': No such file or directory\n");
    for code in [126, 127] {
        let outcome = of(code);
        assert!(matches!(outcome, Outcome::CannotStart { .. }), "{outcome:?}");
        assert!(
            detail(&outcome).contains("'node'") && detail(&outcome).contains("`CLAUDE_PATH`"),
            "{outcome:?}"
        );
    }
    assert!(matches!(of(1), Outcome::Crashed { .. }));
    let begun = recorded!("work").lines().next().unwrap();
    let later = judge(&seen(begun), Exit::Code(127), "");
    assert!(matches!(later, Outcome::Crashed { .. }), "it came up: {later:?}");
}
