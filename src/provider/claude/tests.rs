//! The adapter against streams recorded from Claude Code 2.1.197, which talked to a loopback server.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::event::{AgentEvent, LimitStatus, Retrying};
use super::parse;
use crate::domain::command::Exit;
use crate::domain::outcome::{Outcome, Usage};
use crate::domain::reset::Clock;
use crate::provider::Seen;

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!("recorded/", $name, ".jsonl"))
    };
}

fn events(stream: &str) -> Vec<AgentEvent> {
    stream.lines().filter_map(|line| parse(line.as_bytes(), false, true)).collect()
}

fn seen(stream: &str) -> Seen {
    let mut seen = Seen::new("planning");
    for event in events(stream) {
        seen.note(&event);
    }
    seen
}

/// As judged at midnight of 2026-04-15, UTC.
fn judge(seen: &Seen, exit: Exit, stderr: &str) -> Outcome {
    let now = "2026-04-15T00:00:00Z".parse().unwrap();
    let zone = |name: &str| (name == "Asia/Riyadh").then(|| TimeZone::posix("<+03>-3").unwrap());
    super::judge(seen, exit, stderr, &Clock { now, local: &TimeZone::UTC, zone: &zone })
}

fn outcome(stream: &str) -> Outcome {
    judge(&seen(stream), Exit::Code(1), "")
}

fn detail(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Crashed { detail }
        | Outcome::Refused { detail }
        | Outcome::UsageLimit { detail, .. }
        | Outcome::Overloaded { detail }
        | Outcome::LoginRequired { detail }
        | Outcome::CreditExhausted { detail }
        | Outcome::CannotStart { detail } => detail,
        Outcome::Completed
        | Outcome::TurnLimit
        | Outcome::ContextExhausted
        | Outcome::TimeLimit { .. }
        | Outcome::Stalled { .. }
        | Outcome::BudgetReached { .. }
        | Outcome::Interrupted { .. } => "",
    }
}

#[test]
fn a_run_that_worked() {
    let seen = seen(recorded!("work"));
    let started = seen.started().unwrap();
    assert_eq!(started.version, "2.1.197");
    assert_eq!(started.model, "claude-opus-4-8");
    assert!(started.agents.contains(&"samocode:planning".to_owned()));
    assert_eq!(started.tools, ["Read", "Write", "Edit", "Bash", "Skill", "Task"]);
    assert_eq!(seen.last_tool(), Some("Write …/tree/new.txt"));
    assert_eq!(
        seen.usage(),
        Usage {
            input_tokens: 306 + 60 + 6000,
            cached_tokens: 6000,
            output_tokens: 156,
            cost_usd: Some(0.008_805),
            turns: 4,
        }
    );
    assert_eq!(judge(&seen, Exit::Code(0), ""), Outcome::Completed);
}

#[test]
fn its_tools_as_they_happen() {
    let tools: Vec<String> = events(recorded!("work"))
        .into_iter()
        .filter_map(|event| match event {
            AgentEvent::Activity(activity) => activity.tool,
            AgentEvent::Started(_)
            | AgentEvent::Retrying(_)
            | AgentEvent::ToolAnswered
            | AgentEvent::RateLimit(_)
            | AgentEvent::ServiceError { .. }
            | AgentEvent::Result(_) => None,
        })
        .collect();
    assert_eq!(tools, ["Bash echo one && ls", "Bash printf 'two\\nlines'", "Write …/tree/new.txt"]);
}

#[test]
fn sampled_parsing_counts_what_full_parsing_counts() {
    for stream in
        [recorded!("work"), recorded!("turn-limit"), recorded!("sub-agent"), recorded!("limit-warning")]
    {
        let total = |last_in_chunk: bool| {
            let mut seen = Seen::new("planning");
            for line in stream.lines().filter(|line| !line.contains("\"result\",")) {
                if let Some(event) = parse(line.as_bytes(), false, last_in_chunk) {
                    seen.note(&event);
                }
            }
            assert!(!seen.has_result());
            seen.usage()
        };
        assert_eq!(total(false), total(true));
        assert_ne!(total(true), Usage::default());
    }
}

#[test]
fn a_tool_that_is_given_numbers_like_a_usage_changes_no_total() {
    let line = r#"{"type":"assistant","message":{"id":"m","type":"message","role":"assistant","model":"o","content":[{"type":"tool_use","id":"t","name":"mcp__x__put","input":{"usage":{"input_tokens":9999},"text":"\"usage\":{\"input_tokens\":8888}"}}],"usage":{"input_tokens":5,"output_tokens":1},"context_management":null},"parent_tool_use_id":null}"#;
    let moved = line
        .replace(r#","usage":{"input_tokens":5,"output_tokens":1}"#, "")
        .replace(r#""content":"#, r#""usage":{"input_tokens":5,"output_tokens":1},"content":"#);
    for line in [line, moved.as_str()] {
        for last_in_chunk in [false, true] {
            let Some(AgentEvent::Activity(activity)) = parse(line.as_bytes(), false, last_in_chunk) else {
                panic!("no activity in {line}");
            };
            assert_eq!(activity.usage.input_tokens, 5, "{line}");
        }
    }
}

#[test]
fn a_line_written_in_another_order_still_counts() {
    let line = br#" {"is_error": false, "subtype": "success", "result": "Done.", "type": "result"}"#;
    let line = line.trim_ascii_start();
    let Some(AgentEvent::Result(result)) = parse(line, false, false) else {
        panic!("no result");
    };
    assert_eq!(result.words, "Done.");
    let init = br#"{"subtype":"init","type":"system","agents":["samocode:x"]}"#;
    assert!(matches!(parse(init, false, false), Some(AgentEvent::Started(_))));
}

#[test]
fn nothing_is_said_by_lines_of_no_interest_or_no_sense() {
    let long = format!("{{\"x\":\"{}\",\"type\":\"result\"}}", "y".repeat(70_000));
    for line in [
        "",
        "{",
        "null",
        "[1]",
        r#""type""#,
        r#"{"type":"user","message":{}}"#,
        r#"{"type":"system","subtype":"thinking_tokens"}"#,
        r#"{"type":"assistant","message":{"id":"#,
        r#"{"type":"rate_limit_event"}"#,
        r#"{"type":"from_the_future"}"#,
        r#"{"type":7}"#,
        long.as_str(),
    ] {
        for last_in_chunk in [false, true] {
            assert_eq!(parse(line.as_bytes(), false, last_in_chunk), None, "{line}");
        }
    }
    assert_eq!(parse(b"{\"type\":\"user\",\xff", false, true), None);
}

#[test]
fn a_result_that_was_cut_is_still_the_result() {
    for (stream, is_error) in [(recorded!("work"), false), (recorded!("bad-key"), true)] {
        let line = stream.lines().last().unwrap();
        let start = line.find("\"result\":\"").unwrap() + 10;
        let long = format!("{}{}", &line[..start], "x".repeat(1 << 20));
        let Some(AgentEvent::Result(result)) = parse(long.as_bytes(), true, true) else {
            panic!("no result");
        };
        assert_eq!(result.is_error, is_error);
        assert_eq!(result.api_status, is_error.then_some(401));
        assert_eq!(result.subtype, "success");
        assert!(result.words.starts_with("xxx"), "{}", result.words);
        assert!(result.words.chars().count() <= 500);
        assert_eq!(result.usage, None);
    }
}

#[test]
fn a_result_with_broken_text_is_still_the_result() {
    let line = b"{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":true,\"api_error_status\":529,\"result\":\"bad \xff byte\"}";
    let Some(AgentEvent::Result(result)) = parse(line, false, true) else {
        panic!("no result");
    };
    assert_eq!(result.api_status, Some(529));
    let torn = br#"{"type":"result","subtype":"success","is_error":true,"num_turns":"#;
    let Some(AgentEvent::Result(result)) = parse(torn, false, true) else {
        panic!("no result");
    };
    assert!(result.is_error);
}

#[test]
fn retries_say_what_is_wrong_and_how_long_it_takes() {
    let retries: Vec<Retrying> = events(recorded!("overloaded"))
        .into_iter()
        .filter_map(|event| match event {
            AgentEvent::Retrying(retrying) => Some(retrying),
            AgentEvent::Started(_)
            | AgentEvent::Activity(_)
            | AgentEvent::ToolAnswered
            | AgentEvent::RateLimit(_)
            | AgentEvent::ServiceError { .. }
            | AgentEvent::Result(_) => None,
        })
        .collect();
    let [first, second] = retries.as_slice() else {
        panic!("{retries:?}");
    };
    assert_eq!((first.attempt, first.max), (1, 2));
    assert_eq!(first.status, Some(529));
    assert_eq!(first.detail, "overloaded");
    assert_eq!(first.wait.as_millis(), 578);
    assert_eq!(second.attempt, 2);
}

#[test]
fn names_the_servers_that_did_not_come_up() {
    assert_eq!(seen(recorded!("mcp-failed")).started().unwrap().mcp_failed, ["broken"]);
}

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
fn lines_after_the_result_change_nothing() {
    let stream = recorded!("background-task");
    assert!(!stream.lines().last().unwrap().contains("\"result\""));
    assert_eq!(judge(&seen(stream), Exit::Code(0), ""), Outcome::Completed);
}

#[test]
fn a_sub_agents_tokens_are_part_of_the_total() {
    assert_eq!(seen(recorded!("sub-agent")).usage().input_tokens, 306 + 60 + 6000);
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
