//! The lines that `codex exec --json` writes, in samocode's own words.
//!
//! An item is announced when it starts and told again when it is completed, then with all that a command printed.

use std::time::Duration;

use serde_json::Value;

use super::fields::Field;
use crate::domain::outcome::Usage;
use crate::provider::event::{Activity, AgentEvent, MessageId, Retrying, RunResult, Started};
use crate::provider::{fields, words};

type Line<'a> = fields::Line<'a, Field>;

/// Most characters kept of an error.
const WORDS: usize = 500;

/// Items that are a tool at work from their start to their completion.
const TOOLS: [&str; 5] =
    ["command_execution", "file_change", "mcp_tool_call", "collab_tool_call", "web_search"];

/// What a line says. See [`super::super::Reader::event`].
pub(in super::super) fn event(line: &Line<'_>) -> Option<AgentEvent> {
    match line.word(Field::Type).as_ref() {
        "thread.started" => Some(AgentEvent::Started(Started::default())),
        "item.started" => started(line),
        "item.completed" => completed(line),
        "turn.completed" => Some(AgentEvent::Result(turn(line))),
        "turn.failed" => Some(AgentEvent::Result(failed(&message(line)))),
        "error" => Some(error(&message(line))),
        _ => None,
    }
}

fn started(line: &Line<'_>) -> Option<AgentEvent> {
    let item = line.word(Field::ItemType);
    let calls = u32::from(TOOLS.contains(&item.as_ref()));
    if calls == 0 && item != "todo_list" {
        return None;
    }
    Some(activity(line, label(line, &item), calls))
}

fn completed(line: &Line<'_>) -> Option<AgentEvent> {
    match line.word(Field::ItemType).as_ref() {
        item if TOOLS.contains(&item) => Some(AgentEvent::ToolAnswered),
        "agent_message" | "reasoning" => Some(activity(line, None, 0)),
        // An item of type `error` is a warning: the run goes on.
        _ => None,
    }
}

fn activity(line: &Line<'_>, tool: Option<String>, calls: u32) -> AgentEvent {
    let message = MessageId::of(line.word(Field::ItemId).as_bytes());
    AgentEvent::Activity(Activity { message, usage: Usage::default(), tool, calls })
}

/// What a tool is called and what it works on.
fn label(line: &Line<'_>, item: &str) -> Option<String> {
    let text = |field| line.text(field).unwrap_or_default();
    Some(match item {
        "command_execution" => words::tool_label("shell", &script(&text(Field::Command))),
        "file_change" => {
            let file =
                line.texts(Field::Path).next().map(|path| words::short_path(&path)).unwrap_or_default();
            let more = match line.entries(Field::Change).count() {
                0 | 1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            words::tool_label("edit", &format!("{file}{more}"))
        }
        "mcp_tool_call" => words::tool_label(&format!("{}.{}", text(Field::Server), text(Field::Tool)), ""),
        "collab_tool_call" => words::tool_label(&text(Field::Tool), &text(Field::Prompt)),
        "web_search" => words::tool_label("web_search", &text(Field::Query)),
        "todo_list" => words::tool_label("plan", ""),
        _ => return None,
    })
}

/// The command that the model wrote: Codex puts a shell around it, `/bin/bash -lc '…'`. A command that is cut has no
/// closing quote.
fn script(command: &str) -> String {
    match shlex::split(command).as_deref() {
        Some([_, flag, script]) if flag == "-lc" || flag == "-c" => script.clone(),
        Some(_) => command.to_owned(),
        None => command.split_once(" -lc '").map_or(command, |(_, script)| script).to_owned(),
    }
}

/// The end of a run: `exec` makes one turn, in which the model is asked as often as it takes. What sub-agents used is not
/// in the sum.
fn turn(line: &Line<'_>) -> RunResult {
    let number = |field| line.number(field).unwrap_or_default();
    let is_told = line.is_whole() && line.has(Field::InputTokens);
    RunResult {
        subtype: "completed".into(),
        usage: is_told.then(|| Usage {
            input_tokens: number(Field::InputTokens),
            cached_tokens: number(Field::CachedTokens),
            output_tokens: number(Field::OutputTokens),
            ..Usage::default()
        }),
        ..RunResult::default()
    }
}

fn failed(message: &str) -> RunResult {
    RunResult { subtype: "failed".into(), is_error: true, words: message.to_owned(), ..RunResult::default() }
}

/// An error that Codex tries again after, or its last one, which the failed turn repeats.
fn error(message: &str) -> AgentEvent {
    retrying(message)
        .map_or_else(|| AgentEvent::ServiceError { kind: message.to_owned() }, AgentEvent::Retrying)
}

/// `Reconnecting... 2/5 (unexpected status 503 Service Unavailable: …)`.
fn retrying(message: &str) -> Option<Retrying> {
    let (count, detail) = message.strip_prefix("Reconnecting... ")?.split_once(' ')?;
    let (attempt, max) = count.split_once('/')?;
    let detail = detail.trim_start_matches('(').trim_end_matches(')');
    let status = detail.strip_prefix("unexpected status ").and_then(|status| status.split(' ').next());
    Some(Retrying {
        attempt: attempt.parse().ok()?,
        max: max.parse().ok()?,
        wait: Duration::ZERO,
        status: status.and_then(|status| status.parse().ok()),
        detail: detail.to_owned(),
    })
}

/// The words of an error, on one line. A service's answer that Codex does not know is repeated as it came, as JSON.
fn message(line: &Line<'_>) -> String {
    let said = line.text(Field::Message).or_else(|| line.text(Field::ErrorMessage)).unwrap_or_default();
    words::one_line(&inner(&said).unwrap_or(said), WORDS)
}

/// The message in a service's answer: `{"error": {"message": …}}` or `{"detail": …}`.
fn inner(said: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(said).ok()?;
    let message = answer.get("error").and_then(|error| error.get("message")).or_else(|| answer.get("detail"));
    message.and_then(Value::as_str).map(str::to_owned)
}
