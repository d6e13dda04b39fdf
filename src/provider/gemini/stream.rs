//! Gemini CLI's stream, a JSON object a line, in samocode's own words.
//!
//! Reads single lines and keeps nothing between them. Unknown and broken lines are no event, so a stream that changes
//! costs knowledge, not the run.

use serde::Deserialize;
use serde_json::Value;

use super::{result, tools};
use crate::domain::outcome::Usage;
use crate::provider::event::{Activity, AgentEvent, MessageId, Started};
use crate::provider::words::{self, json};

/// How far into a line the fields reach that stand before what may be long; they took 180 bytes when measured.
const HEAD: usize = 1024;

/// A longer line that does not begin as the CLI writes it is not parsed to learn what it is.
const UNUSUAL: usize = 64 * 1024;

/// What `line` says. See [`super::super::Provider::parse`].
pub(in super::super) fn parse(line: &[u8], truncated: bool, last_in_chunk: bool) -> Option<AgentEvent> {
    match kind(line)?.as_str() {
        "init" => started(line),
        "message" => from_model(line).then(|| activity(None, 0)),
        "tool_use" => Some(activity(last_in_chunk.then(|| label(line, truncated)).flatten(), 1)),
        "tool_result" => Some(AgentEvent::ToolAnswered),
        "error" => error(line),
        "result" => Some(AgentEvent::Result(result::read(line, truncated))),
        _ => None,
    }
}

/// What a line is about, from its first bytes if it is written as Gemini CLI writes it; none if it is no JSON object.
pub(super) fn kind(line: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Tag {
        r#type: String,
    }
    if let Some(kind) = line.strip_prefix(br#"{"type":""#).and_then(until_quote) {
        return Some(kind);
    }
    // JSON promises no order of keys and no spacing; a line that a newer version writes differently still counts.
    let plain = line.len() <= UNUSUAL && line.first() == Some(&b'{');
    plain.then(|| json::<Tag>(line)).flatten().map(|tag| tag.r#type)
}

fn until_quote(text: &[u8]) -> Option<String> {
    let text = text.get(..text.len().min(128))?;
    let name = text.get(..memchr::memchr(b'"', text)?)?;
    Some(String::from_utf8_lossy(name).into_owned())
}

/// The beginning of a line.
pub(super) fn head(line: &[u8]) -> &[u8] {
    line.get(..line.len().min(HEAD)).unwrap_or(line)
}

/// It repeats the prompt before the model's first words.
fn from_model(line: &[u8]) -> bool {
    let head = head(line);
    memchr::memmem::find(head, br#""role":"user""#)
        .is_none_or(|at| memchr::memmem::find(head, br#""content":"#).is_some_and(|content| content < at))
}

/// Its lines belong to no message, and tell what was used only at the end.
fn activity(tool: Option<String>, calls: u32) -> AgentEvent {
    AgentEvent::Activity(Activity { message: MessageId::UNNAMED, usage: Usage::default(), tool, calls })
}

fn started(line: &[u8]) -> Option<AgentEvent> {
    #[derive(Deserialize)]
    struct Init {
        #[serde(default)]
        model: String,
    }
    let Init { model } = json(line)?;
    Some(AgentEvent::Started(Started { model, ..Started::default() }))
}

fn error(line: &[u8]) -> Option<AgentEvent> {
    #[derive(Deserialize)]
    struct Error {
        message: String,
    }
    json(line).map(|Error { message }| AgentEvent::ServiceError { kind: message })
}

/// What the tools call the thing they work on.
#[derive(Default, Deserialize)]
struct Parameters {
    command: Option<Value>,
    file_path: Option<Value>,
    agent_name: Option<Value>,
    name: Option<Value>,
    pattern: Option<Value>,
    url: Option<Value>,
    query: Option<Value>,
    prompt: Option<Value>,
    dir_path: Option<Value>,
}

impl Parameters {
    fn about(&self) -> String {
        let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
        let path = |value: &Option<Value>| text(value).map(|path| words::short_path(&path));
        text(&self.command)
            .or_else(|| path(&self.file_path))
            .or_else(|| text(&self.agent_name))
            .or_else(|| text(&self.name))
            .or_else(|| text(&self.pattern))
            .or_else(|| text(&self.url))
            .or_else(|| text(&self.query))
            .or_else(|| text(&self.prompt))
            .or_else(|| path(&self.dir_path))
            .unwrap_or_default()
    }
}

/// The tool that a line calls, with what it is about as far as the line is there.
fn label(line: &[u8], truncated: bool) -> Option<String> {
    #[derive(Deserialize)]
    struct Call {
        tool_name: String,
        #[serde(default)]
        parameters: Parameters,
    }
    const NAME: &[u8] = br#""tool_name":""#;
    let call = (!truncated).then(|| json::<Call>(line)).flatten().or_else(|| {
        let at = memchr::memmem::find(head(line), NAME)? + NAME.len();
        Some(Call { tool_name: until_quote(line.get(at..)?)?, parameters: Parameters::default() })
    })?;
    Some(words::tool_label(tools::shown_name(&call.tool_name), &call.parameters.about()))
}
