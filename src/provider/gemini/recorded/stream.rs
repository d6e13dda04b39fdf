//! What recorded streams say, line by line and in sum.

use super::*;
use crate::provider::event::AgentEvent;

#[test]
fn a_tool_is_at_work_from_its_call_to_its_answer() {
    let mut seen = Seen::new("planning");
    let mut rows = Vec::new();
    for line in recorded!("work").lines() {
        if let Some(event) = parse(line.as_bytes()) {
            seen.note(&event);
        }
        let works = if seen.tool_runs() { "works" } else { "" };
        rows.push(format!("{works:5} {}", seen.last_tool().unwrap_or_default()).trim_end().to_owned());
    }
    insta::assert_snapshot!(rows.join("\n"));
}

#[test]
fn its_sums_are_the_results_and_its_turns_are_counted() {
    let seen = seen(recorded!("work"));
    let usage = seen.usage();
    // Its `output_tokens` are 52; the total has the thoughts, too.
    assert_eq!((usage.input_tokens, usage.cached_tokens, usage.output_tokens), (620, 240, 70));
    assert_eq!((usage.turns, usage.cost_usd), (5, None));
    assert_eq!(seen.started().unwrap().model, "auto");
    assert!(seen.is_over() && !seen.tool_runs());
}

#[test]
fn the_prompt_is_no_word_of_the_models() {
    let said = |line: &str| parse(line.as_bytes());
    assert_eq!(said(r#"{"type":"message","timestamp":"x","role":"user","content":"go"}"#), None);
    let quoted =
        r#"{"type":"message","timestamp":"x","role":"assistant","content":"\"role\":\"user\"","delta":true}"#;
    assert!(matches!(said(quoted), Some(AgentEvent::Activity(_))));
}

#[test]
fn cut_lines_still_say_what_they_are() {
    let long = "x".repeat(2000);
    let cut = |line: &str| parse(line.as_bytes());
    let call = format!(
        r#"{{"type":"tool_use","timestamp":"x","tool_name":"write_file","tool_id":"a","parameters":{{"content":"{long}"#
    );
    let Some(AgentEvent::Activity(activity)) = cut(&call) else {
        panic!("a call is activity");
    };
    assert_eq!((activity.tool.as_deref(), activity.calls), (Some("Write"), 1));
    let answer = format!(r#"{{"type":"tool_result","timestamp":"x","output":"{long}"#);
    assert_eq!(cut(&answer), Some(AgentEvent::ToolAnswered));
    for (status, is_error) in [("success", false), ("error", true)] {
        let line = format!(r#"{{"type":"result","timestamp":"x","status":"{status}","error":"{long}"#);
        let Some(AgentEvent::Result(result)) = cut(&line) else {
            panic!("a result that is cut is one");
        };
        assert_eq!((result.is_error, result.usage), (is_error, None));
    }
}

#[test]
fn lines_written_another_way_count_and_strange_ones_do_not() {
    let said = |line: &[u8]| parse(line);
    assert_eq!(said(br#"{ "status": "success", "type": "tool_result" }"#), Some(AgentEvent::ToolAnswered));
    for strange in [&b""[..], b"{", b"[]", b"not json", b"{\"type\":\"\xff\"}", br#"{"type":"new_thing"}"#] {
        assert_eq!(said(strange), None, "{}", String::from_utf8_lossy(strange));
    }
}
