//! What recorded streams say, line by line and summed up. How their runs ended is judged in `judging`.

use super::super::super::event::{AgentEvent, Retrying, RunResult};
use super::{claude, events, judge, seen};
use crate::domain::command::Exit;
use crate::domain::outcome::{Outcome, Usage};
use crate::provider::{Seen, replay};

/// What a line says.
fn event(line: &[u8], last_in_chunk: bool) -> Option<AgentEvent> {
    replay::event(&claude(), line, last_in_chunk)
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
                if let Some(event) = event(line.as_bytes(), last_in_chunk) {
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
            let Some(AgentEvent::Activity(activity)) = event(line.as_bytes(), last_in_chunk) else {
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
    let Some(AgentEvent::Result(result)) = event(line, false) else {
        panic!("no result");
    };
    assert_eq!(result.words, "Done.");
    let init = br#"{"subtype":"init","type":"system","agents":["samocode:x"]}"#;
    assert!(matches!(event(init, false), Some(AgentEvent::Started(_))));
}

#[test]
fn nothing_is_said_by_lines_of_no_interest_or_no_sense() {
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
        r#"{"x":{"type":"result"},"y":["type","result"],"z":"\"type\":\"result\""}"#,
        r#"{"type":"assistant","message":"a text, not an object"}"#,
        r#"words, then {"type":"result"}"#,
    ] {
        for last_in_chunk in [false, true] {
            assert_eq!(event(line.as_bytes(), last_in_chunk), None, "{line}");
        }
    }
    assert_eq!(event(b"{\"type\":\"user\",\xff", true), None);
}

#[test]
fn a_result_that_was_cut_is_still_the_result() {
    for (stream, is_error) in [(recorded!("work"), false), (recorded!("bad-key"), true)] {
        let line = stream.lines().last().unwrap();
        let start = line.find("\"result\":\"").unwrap() + 10;
        let long = format!("{}{}", &line[..start], "x".repeat(1 << 20));
        let Some(AgentEvent::Result(result)) = event(long.as_bytes(), true) else {
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
fn a_result_of_any_length_tells_its_cost_its_tokens_and_its_words() {
    for stream in [recorded!("work"), recorded!("2.1.332/work")] {
        let line = stream.lines().last().unwrap();
        let Some(AgentEvent::Result(short)) = event(line.as_bytes(), true) else {
            panic!("no result in {line}");
        };
        for length in [70_000, 300_000, 3 << 20] {
            let words = format!("\"result\":\"{} and more", "x".repeat(length));
            let Some(AgentEvent::Result(long)) =
                event(line.replacen("\"result\":\"", &words, 1).as_bytes(), true)
            else {
                panic!("no result of {length} bytes");
            };
            assert!(long.words.starts_with("xxx") && long.usage.is_some(), "{length}: {long:?}");
            assert_eq!(RunResult { words: short.words.clone(), ..long }, short);
        }
    }
}

#[test]
fn the_newest_version_says_what_the_oldest_says() {
    let worked = seen(recorded!("2.1.332/work"));
    assert_eq!(worked.started().unwrap().version, "2.1.332");
    assert_eq!(worked.last_tool(), Some("Write …/tree/new.txt"));
    let usage = Usage {
        input_tokens: 306 + 60 + 6000,
        cached_tokens: 6000,
        output_tokens: 155,
        cost_usd: Some(0.005_823_999_999_999_999),
        turns: 4,
    };
    assert_eq!(worked.usage(), usage);
    for (stream, subtype, status) in [
        (recorded!("2.1.332/bad-key"), "success", Some(401)),
        (recorded!("2.1.332/usage-limit"), "success", Some(429)),
        (recorded!("2.1.332/overloaded"), "success", Some(529)),
        (recorded!("2.1.332/turn-limit"), "error_max_turns", None),
    ] {
        let seen = seen(stream);
        let result = seen.result().unwrap();
        assert!(result.is_error && !result.words.is_empty(), "{result:?}");
        assert_eq!((result.subtype.as_str(), result.api_status), (subtype, status));
    }
    assert!(seen(recorded!("2.1.332/usage-limit")).rate_limit().unwrap().resets_at.is_some());
}

#[test]
fn after_a_woken_turn_the_totals_are_the_whole_runs() {
    for (stream, cost) in
        [(recorded!("woken"), 0.0127), (recorded!("2.1.332/woken"), 0.008_159_999_999_999_999)]
    {
        let usage = seen(stream).usage();
        assert_eq!((usage.turns, usage.cost_usd), (4, Some(cost)));
        assert_eq!((usage.input_tokens, usage.output_tokens), (410 + 80 + 10_000, 206));
        // Without the sums by model, each result's `usage` is its own turn's.
        let stream = stream.replace("\"modelUsage\"", "\"somethingElse\"");
        let added = seen(&stream).usage();
        assert_eq!(added, usage);
    }
}

#[test]
fn a_result_with_broken_text_is_still_the_result() {
    let line = b"{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":true,\"api_error_status\":529,\"result\":\"bad \xff byte\"}";
    let Some(AgentEvent::Result(result)) = event(line, true) else {
        panic!("no result");
    };
    assert_eq!(result.api_status, Some(529));
    let torn = br#"{"type":"result","subtype":"success","is_error":true,"num_turns":"#;
    let Some(AgentEvent::Result(result)) = event(torn, true) else {
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
fn a_sub_agents_tokens_are_part_of_the_total() {
    assert_eq!(seen(recorded!("sub-agent")).usage().input_tokens, 306 + 60 + 6000);
}
