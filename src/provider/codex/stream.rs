//! The lines that `codex exec --json` writes, read as far as samocode needs them.
//!
//! An item is announced when it starts and told again when it is completed, then with all that a command printed. So the
//! kind of a line is read from its first bytes, and only lines that are short in all versions are read whole.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::domain::outcome::Usage;
use crate::provider::event::{Activity, AgentEvent, MessageId, Retrying, RunResult, Started};
use crate::provider::words;

/// Most characters kept of an error.
const WORDS: usize = 500;

/// How much of a command that was cut is looked at.
const CUT: usize = 200;

/// Items that are a tool at work from their start to their completion.
const TOOLS: [&[u8]; 5] =
    [b"command_execution", b"file_change", b"mcp_tool_call", b"collab_tool_call", b"web_search"];

/// What `line` says. See [`super::super::Provider::parse`].
pub(in super::super) fn parse(line: &[u8], truncated: bool, _last_in_chunk: bool) -> Option<AgentEvent> {
    let (kind, rest) = string_after(line, br#"{"type":""#)?;
    match kind {
        b"thread.started" => Some(AgentEvent::Started(Started::default())),
        b"item.started" | b"item.completed" => {
            let (id, rest) = string_after(rest, br#","item":{"id":""#)?;
            let (item, _) = string_after(rest, br#","type":""#)?;
            if kind == b"item.started" { started(line, truncated, id, item) } else { completed(id, item) }
        }
        b"turn.completed" => Some(AgentEvent::Result(turn(line))),
        b"turn.failed" => Some(AgentEvent::Result(failed(&message(line, truncated)))),
        b"error" => Some(error(&message(line, truncated))),
        _ => None,
    }
}

/// The string that follows `before`, and what follows its closing quote.
fn string_after<'a>(text: &'a [u8], before: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let text = text.strip_prefix(before)?;
    let end = memchr::memchr(b'"', text.get(..text.len().min(64))?)?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}

fn started(line: &[u8], truncated: bool, id: &[u8], item: &[u8]) -> Option<AgentEvent> {
    let calls = u32::from(TOOLS.contains(&item));
    if calls == 0 && item != b"todo_list" {
        return None;
    }
    let tool = if truncated { cut_label(line, item) } else { label(line) };
    Some(AgentEvent::Activity(Activity { message: MessageId::of(id), usage: Usage::default(), tool, calls }))
}

fn completed(id: &[u8], item: &[u8]) -> Option<AgentEvent> {
    match item {
        item if TOOLS.contains(&item) => Some(AgentEvent::ToolAnswered),
        b"agent_message" | b"reasoning" => Some(AgentEvent::Activity(Activity {
            message: MessageId::of(id),
            usage: Usage::default(),
            tool: None,
            calls: 0,
        })),
        // An item of type `error` is a warning: the run goes on.
        _ => None,
    }
}

#[derive(Deserialize)]
struct ItemLine {
    item: Item,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Item {
    CommandExecution { command: String },
    FileChange { changes: Vec<Change> },
    McpToolCall { server: String, tool: String },
    CollabToolCall { tool: String, prompt: Option<String> },
    WebSearch { query: String },
    TodoList {},
}

#[derive(Deserialize)]
struct Change {
    path: String,
}

/// What a tool is called and what it works on.
fn label(line: &[u8]) -> Option<String> {
    let ItemLine { item } = words::json(line)?;
    Some(match item {
        Item::CommandExecution { command } => words::tool_label("shell", &script(&command)),
        Item::FileChange { changes } => {
            let file = changes.first().map(|change| words::short_path(&change.path)).unwrap_or_default();
            let more = match changes.len() {
                0 | 1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            words::tool_label("edit", &format!("{file}{more}"))
        }
        Item::McpToolCall { server, tool } => words::tool_label(&format!("{server}.{tool}"), ""),
        Item::CollabToolCall { tool, prompt } => words::tool_label(&tool, &prompt.unwrap_or_default()),
        Item::WebSearch { query } => words::tool_label("web_search", &query),
        Item::TodoList {} => words::tool_label("plan", ""),
    })
}

/// The label of a line without its end: a command's beginning is one.
fn cut_label(line: &[u8], item: &[u8]) -> Option<String> {
    const COMMAND: &[u8] = br#","command":""#;
    if item != b"command_execution" {
        return Some(String::from_utf8_lossy(item).into_owned());
    }
    let at = memchr::memmem::find(line, COMMAND)? + COMMAND.len();
    let text = line.get(at..)?;
    let text = String::from_utf8_lossy(text.get(..CUT).unwrap_or(text));
    let script = text.split_once(" -lc '").map_or(text.as_ref(), |(_, script)| script);
    Some(words::tool_label("shell", script))
}

/// The command that the model wrote: Codex puts a shell around it, `/bin/bash -lc '…'`.
fn script(command: &str) -> String {
    match shlex::split(command).as_deref() {
        Some([_, flag, script]) if flag == "-lc" || flag == "-c" => script.clone(),
        _ => command.to_owned(),
    }
}

#[derive(Deserialize)]
struct TurnLine {
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Tokens {
    /// Those from the cache included.
    input_tokens: u64,
    cached_input_tokens: u64,
    /// Those of its reasoning included.
    output_tokens: u64,
}

/// The end of a run: `exec` makes one turn, in which the model is asked as often as it takes. What sub-agents used is not
/// in the sum.
fn turn(line: &[u8]) -> RunResult {
    let tokens = words::json::<TurnLine>(line).and_then(|line| line.usage);
    RunResult {
        subtype: "completed".into(),
        usage: tokens.map(|tokens| Usage {
            input_tokens: tokens.input_tokens,
            cached_tokens: tokens.cached_input_tokens,
            output_tokens: tokens.output_tokens,
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
fn message(line: &[u8], truncated: bool) -> String {
    #[derive(Deserialize)]
    struct Message {
        message: String,
    }
    #[derive(Deserialize)]
    struct Line {
        message: Option<String>,
        error: Option<Message>,
    }
    let whole = (!truncated).then(|| words::json::<Line>(line)).flatten();
    let said = whole.and_then(|line| line.message.or_else(|| line.error.map(|error| error.message)));
    let said = said.unwrap_or_else(|| String::from_utf8_lossy(line).into_owned());
    words::one_line(&inner(&said).unwrap_or(said), WORDS)
}

/// The message in a service's answer: `{"error": {"message": …}}` or `{"detail": …}`.
fn inner(said: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(said).ok()?;
    let message = answer.get("error").and_then(|error| error.get("message")).or_else(|| answer.get("detail"));
    message.and_then(Value::as_str).map(str::to_owned)
}
