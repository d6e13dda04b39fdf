//! What recorded lines say.

use super::{codex, seen};
use crate::provider::event::{AgentEvent, Retrying};
use crate::provider::{Seen, replay};

fn labels(stream: &str) -> Vec<String> {
    let events = replay::events(&codex(), stream);
    let tools = events.into_iter().filter_map(|event| match event {
        AgentEvent::Activity(activity) => activity.tool,
        _ => None,
    });
    tools.collect()
}

#[test]
fn a_run_tells_its_tools_in_words_for_a_person() {
    assert_eq!(
        labels(recorded!("work")),
        [
            "shell echo hi; cat nofile",
            "shell sleep 1; echo two",
            "edit …/tree/new.txt",
            "spawn_agent SUBTASK look"
        ]
    );
    let one = |item: &str| {
        let line = format!(r#"{{"type":"item.started","item":{{"id":"item_1",{item}}}}}"#);
        labels(&line).remove(0)
    };
    assert_eq!(
        one(r#""type":"mcp_tool_call","server":"db","tool":"query","arguments":{},"status":"in_progress""#),
        "db.query"
    );
    assert_eq!(one(r#""type":"web_search","query":"rust edition""#), "web_search rust edition");
    assert_eq!(one(r#""type":"todo_list","items":[{"text":"a","completed":false}]"#), "plan");
    assert_eq!(
        one(r#""type":"file_change","changes":[{"path":"a","kind":"add"},{"path":"b","kind":"update"}]"#),
        "edit a and 1 more"
    );
}

#[test]
fn a_run_counts_its_tokens_with_those_of_the_cache_and_what_it_did_as_turns() {
    let usage = seen(recorded!("work")).usage();
    assert_eq!((usage.input_tokens, usage.cached_tokens, usage.output_tokens), (1000, 160, 20));
    assert_eq!((usage.turns, usage.cost_usd), (6, None));
}

#[test]
fn a_tool_is_at_work_from_its_start_to_its_completion() {
    let mut seen = Seen::new("planning");
    let mut at_work = String::new();
    for line in recorded!("work").lines() {
        for event in replay::events(&codex(), line) {
            seen.note(&event);
        }
        at_work.push(if seen.tool_runs() { 'x' } else { '.' });
    }
    assert_eq!(at_work, "....x.x.x.x...");
    assert!(seen.is_over());
}

#[test]
fn a_warning_is_no_error_and_an_unknown_line_is_nothing() {
    for line in [
        r#"{"type":"item.completed","item":{"id":"item_0","type":"error","message":"Codex is ignoring 1 setting."}}"#,
        r#"{"type":"item.completed","item":{"id":"item_0","type":"something_new"}}"#,
        r#"{"type":"item.updated","item":{"id":"item_0","type":"todo_list","items":[]}}"#,
        r#"{"type":"turn.started"}"#,
        r#"{"type":"something.new"}"#,
        "plain words",
        "",
    ] {
        assert_eq!(replay::events(&codex(), line), [], "{line}");
    }
}

#[test]
fn a_line_without_its_end_still_tells_what_it_is() {
    let parse = |line: &str| replay::event(&codex(), line.as_bytes(), true);
    let answered = r#"{"type":"item.completed","item":{"id":"item_2","type":"command_execution","command":"x","aggregated_output":"aaa"#;
    assert_eq!(parse(answered), Some(AgentEvent::ToolAnswered));
    let started = r#"{"type":"item.started","item":{"id":"item_2","type":"command_execution","command":"/bin/bash -lc 'cat > a <<X"#;
    let Some(AgentEvent::Activity(activity)) = parse(started) else { panic!("it is the start of a command") };
    assert_eq!((activity.tool.as_deref(), activity.calls), (Some("shell cat > a <<X"), 1));
    let Some(AgentEvent::Result(result)) =
        parse(r#"{"type":"turn.failed","error":{"message":"Quota exceeded. "#)
    else {
        panic!("it is the end of the turn")
    };
    assert!(result.is_error && result.words.contains("Quota exceeded"), "{result:?}");
    let Some(AgentEvent::Result(result)) = parse(r#"{"type":"turn.completed","usage":{"inp"#) else {
        panic!("it is the end of the turn")
    };
    assert!(!result.is_error && result.usage.is_none());
}

#[test]
fn what_is_tried_again_is_told_with_its_status() {
    let retries = |stream| {
        let events = replay::events(&codex(), stream);
        let mut retries = events.into_iter().filter_map(|event| match event {
            AgentEvent::Retrying(Retrying { attempt, max, status, .. }) => Some((attempt, max, status)),
            _ => None,
        });
        retries.next()
    };
    assert_eq!(retries(recorded!("bad-key")), Some((1, 1, Some(401))));
    assert_eq!(retries(recorded!("no-connection")), Some((1, 1, None)));
    assert_eq!(retries(recorded!("usage-limit")), None);
}
