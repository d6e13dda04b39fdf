//! Claude Code's stream: one line becomes one event, or none.
//!
//! Keeps no state between lines, and knows a line by its fields alone: no order of keys and no length is promised.

use std::time::Duration;

use jiff::Timestamp;

use super::super::Message;
use super::super::event::{Activity, AgentEvent, LimitStatus, MessageId, RateLimit, Retrying, Started};
use super::super::fields;
use super::super::words;
use super::fields::Field;
use super::result;

type Line<'a> = fields::Line<'a, Field>;

/// What a line says. See [`super::super::Reader::event`].
pub(in super::super) fn event(line: &Line<'_>, last_in_chunk: bool) -> Option<AgentEvent> {
    match line.word(Field::Type).as_ref() {
        "assistant" if line.is_whole() => from_model(line, last_in_chunk),
        "user" => answers(line).then_some(AgentEvent::ToolAnswered),
        "result" => Some(AgentEvent::Result(result::read(line))),
        "rate_limit_event" if line.is_whole() => rate_limit(line),
        "system" if line.is_whole() => match line.word(Field::Subtype).as_ref() {
            "init" => Some(started(line)),
            "api_retry" => Some(retrying(line)),
            _ => None,
        },
        _ => None,
    }
}

/// What the model says in a line. See [`super::super::Reader::said`].
pub(in super::super) fn said(line: &Line<'_>) -> Option<Message> {
    if line.word(Field::Type) != "assistant" {
        return None;
    }
    let texts: Vec<String> = line.texts(Field::BlockText).collect();
    (!texts.is_empty()).then(|| Message::Whole(texts.join("\n")))
}

/// A message of the model's, or one that the CLI wrote itself, about an error of the service.
fn from_model(line: &Line<'_>, last_in_chunk: bool) -> Option<AgentEvent> {
    if let Some(kind) = line.text(Field::Error) {
        return Some(AgentEvent::ServiceError { kind });
    }
    if !line.has(Field::MessageId) {
        return None;
    }
    let calls = line.entries(Field::Block).filter(|block| block.word(Field::BlockType) == "tool_use").count();
    Some(AgentEvent::Activity(Activity {
        message: MessageId::of(line.word(Field::MessageId).as_bytes()),
        usage: result::tokens(line),
        tool: if last_in_chunk { tool(line) } else { None },
        calls: u32::try_from(calls).unwrap_or(u32::MAX),
    }))
}

/// The last tool that a message calls.
fn tool(line: &Line<'_>) -> Option<String> {
    line.entries(Field::Block).rev().find_map(|block| {
        let name = block.text(Field::ToolName)?;
        Some(words::tool_label(&name, &about(&block)))
    })
}

/// What a tool works on.
fn about(block: &Line<'_>) -> String {
    let text = |field| block.text(field);
    let path = |field| block.text(field).map(|path| words::short_path(&path));
    text(Field::Command)
        .or_else(|| path(Field::FilePath))
        .or_else(|| path(Field::NotebookPath))
        .or_else(|| text(Field::Pattern))
        .or_else(|| text(Field::Url))
        .or_else(|| text(Field::Query))
        .or_else(|| text(Field::Skill))
        .or_else(|| text(Field::Description))
        .or_else(|| path(Field::Path))
        .unwrap_or_default()
}

/// Whether a tool answers in the line: one call a line, and one answer (measured with 2.1.197 and 2.1.332).
fn answers(line: &Line<'_>) -> bool {
    line.entries(Field::Block).any(|block| block.word(Field::BlockType) == "tool_result")
}

fn started(line: &Line<'_>) -> AgentEvent {
    let failed = line.entries(Field::Server).filter(|server| server.word(Field::ServerStatus) == "failed");
    AgentEvent::Started(Started {
        version: line.text(Field::Version).unwrap_or_default(),
        model: line.text(Field::Model).unwrap_or_default(),
        agents: line.texts(Field::Agent).collect(),
        tools: line.texts(Field::Tool).collect(),
        mcp_failed: failed.filter_map(|server| server.text(Field::ServerName)).collect(),
    })
}

fn retrying(line: &Line<'_>) -> AgentEvent {
    let number = |field| line.number(field).and_then(|number| u32::try_from(number).ok()).unwrap_or_default();
    let wait = line.decimal(Field::RetryDelay).unwrap_or_default();
    AgentEvent::Retrying(Retrying {
        attempt: number(Field::Attempt),
        max: number(Field::MaxRetries),
        wait: Duration::try_from_secs_f64(wait / 1000.0).unwrap_or_default(),
        status: line.number(Field::ErrorStatus).and_then(|status| u16::try_from(status).ok()),
        detail: line.text(Field::Error).unwrap_or_default(),
    })
}

fn rate_limit(line: &Line<'_>) -> Option<AgentEvent> {
    if !line.has(Field::LimitStatus) {
        return None;
    }
    let resets_at = line.number(Field::ResetsAt).and_then(|seconds| i64::try_from(seconds).ok());
    Some(AgentEvent::RateLimit(RateLimit {
        status: match line.word(Field::LimitStatus).as_ref() {
            "allowed" => LimitStatus::Allowed,
            "allowed_warning" => LimitStatus::Warning,
            "rejected" => LimitStatus::Rejected,
            _ => LimitStatus::Unknown,
        },
        resets_at: resets_at.and_then(|seconds| Timestamp::from_second(seconds).ok()),
        kind: line.text(Field::LimitType).unwrap_or_default(),
    }))
}
