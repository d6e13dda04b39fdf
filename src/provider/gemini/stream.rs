//! Gemini CLI's stream, a JSON object a line, in samocode's own words.
//!
//! Keeps nothing between lines. Unknown and broken lines are no event, so a stream that changes costs knowledge, not the
//! run.

use super::fields::Field;
use super::{result, tools};
use crate::domain::outcome::Usage;
use crate::provider::event::{Activity, AgentEvent, MessageId, Started};
use crate::provider::{fields, words};

type Line<'a> = fields::Line<'a, Field>;

/// What a line says. See [`super::super::Reader::event`].
pub(in super::super) fn event(line: &Line<'_>, last_in_chunk: bool) -> Option<AgentEvent> {
    match line.word(Field::Type).as_ref() {
        "init" => Some(AgentEvent::Started(Started {
            model: line.text(Field::Model).unwrap_or_default(),
            ..Started::default()
        })),
        // It repeats the prompt before the model's first words.
        "message" => (line.word(Field::Role) != "user").then(|| activity(None, 0)),
        "tool_use" => Some(activity(if last_in_chunk { label(line) } else { None }, 1)),
        "tool_result" => Some(AgentEvent::ToolAnswered),
        "error" => line.text(Field::Message).map(|kind| AgentEvent::ServiceError { kind }),
        "result" => Some(AgentEvent::Result(result::read(line))),
        _ => None,
    }
}

/// Its lines belong to no message, and tell what was used only at the end.
fn activity(tool: Option<String>, calls: u32) -> AgentEvent {
    AgentEvent::Activity(Activity { message: MessageId::UNNAMED, usage: Usage::default(), tool, calls })
}

/// The tool that a line calls, with what it is about.
fn label(line: &Line<'_>) -> Option<String> {
    let name = line.text(Field::ToolName)?;
    Some(words::tool_label(tools::shown_name(&name), &about(line)))
}

/// What a tool works on.
fn about(line: &Line<'_>) -> String {
    let text = |field| line.text(field);
    let path = |field| line.text(field).map(|path| words::short_path(&path));
    text(Field::Command)
        .or_else(|| path(Field::FilePath))
        .or_else(|| text(Field::AgentName))
        .or_else(|| text(Field::Name))
        .or_else(|| text(Field::Pattern))
        .or_else(|| text(Field::Url))
        .or_else(|| text(Field::Query))
        .or_else(|| text(Field::Prompt))
        .or_else(|| path(Field::DirPath))
        .unwrap_or_default()
}
