//! Claude Code's stream: one line becomes one event, or none.
//!
//! Keeps no state, and reads only what is needed: a line's first bytes tell its type, most lines are dropped on
//! that alone, and a message's usage is read where it stands without looking at the rest. A line of an unknown
//! shape is parsed as a whole, up to a limit.

use std::sync::LazyLock;
use std::time::Duration;

use jiff::Timestamp;
use memchr::memmem::Finder;
use serde::Deserialize;
use serde_json::Value;

use super::super::event::{Activity, AgentEvent, LimitStatus, MessageId, RateLimit, Retrying, Started};
use super::super::words::{self, json};
use super::result;
use super::tokens::Tokens;

/// Longest line that is parsed as a whole only to learn its type.
const UNUSUAL: usize = 64 * 1024;

/// A message's usage and what follows it take less than this at the end of its line.
const TAIL: usize = 4 * 1024;

const MESSAGE_START: &[u8] = br#"{"type":"assistant","message":{"id":""#;
const SYSTEM_START: &[u8] = br#"{"type":"system","subtype":""#;

/// In a string the quotes would carry backslashes. One call a line, and one answer (measured with 2.1.197).
static CALL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""type":"tool_use""#));
static ANSWER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""type":"tool_result""#));
static USAGE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""usage":{"#));

/// What `line` says. See [`super::super::Provider::parse`].
pub(in super::super) fn parse(line: &[u8], truncated: bool, last_in_chunk: bool) -> Option<AgentEvent> {
    match kind(line)? {
        Kind::Assistant if truncated => None,
        Kind::Assistant if last_in_chunk => whole_message(line),
        Kind::Assistant => usage_of_message(line).or_else(|| whole_message(line)),
        Kind::User => ANSWER.find(line).map(|_| AgentEvent::ToolAnswered),
        Kind::Result => Some(AgentEvent::Result(result::read(line, truncated))),
        Kind::Init => started(line),
        Kind::Retry => retrying(line),
        Kind::RateLimit => rate_limit(line),
        Kind::Other => None,
    }
}

/// What a line is about.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Assistant,
    User,
    Result,
    Init,
    Retry,
    RateLimit,
    Other,
}

impl Kind {
    fn of(name: &[u8], subtype: &[u8]) -> Self {
        match name {
            b"assistant" => Self::Assistant,
            b"user" => Self::User,
            b"result" => Self::Result,
            b"rate_limit_event" => Self::RateLimit,
            b"system" if subtype == b"init" => Self::Init,
            b"system" if subtype == b"api_retry" => Self::Retry,
            _ => Self::Other,
        }
    }
}

/// The kind of `line`, from its first bytes if it is written as Claude Code writes it; none if it is no JSON object.
fn kind(line: &[u8]) -> Option<Kind> {
    if let Some(rest) = line.strip_prefix(SYSTEM_START) {
        return Some(Kind::of(b"system", until_quote(rest)?));
    }
    if let Some(rest) = line.strip_prefix(br#"{"type":""#) {
        let name = until_quote(rest)?;
        if name != b"system" {
            return Some(Kind::of(name, b""));
        }
    }
    // JSON promises no order of keys and no spacing; a line that a newer version writes differently still counts.
    if line.len() > UNUSUAL || line.first() != Some(&b'{') {
        return None;
    }
    #[derive(Deserialize)]
    struct Tag {
        r#type: String,
        #[serde(default)]
        subtype: String,
    }
    let tag: Tag = json(line)?;
    Some(Kind::of(tag.r#type.as_bytes(), tag.subtype.as_bytes()))
}

fn until_quote(text: &[u8]) -> Option<&[u8]> {
    let end = memchr::memchr(b'"', text.get(..text.len().min(64))?)?;
    text.get(..end)
}

/// The usage of a message that is written as measured, without a look at what it says; none if it is not.
///
/// It is exact: the usage is the last such object in the line, and what follows it is checked. In a string the
/// quotes would carry backslashes.
fn usage_of_message(line: &[u8]) -> Option<AgentEvent> {
    let rest = line.strip_prefix(MESSAGE_START)?;
    let id = until_quote(rest)?;
    // Messages that the CLI writes itself, about errors of the service, go on differently.
    if !rest.get(id.len()..)?.starts_with(br#"","type":"message","role":"assistant","model":""#) {
        return None;
    }
    let tail = line.get(line.len().saturating_sub(TAIL)..)?;
    let at = USAGE.find_iter(tail).last()? + br#""usage":"#.len();
    let (tokens, after) = Tokens::scan(tail.get(at..)?)?;
    let after = after.strip_prefix(br#","context_management":null"#).unwrap_or(after);
    after.starts_with(br#"},"parent_tool_use_id":"#).then(|| activity(id, &tokens, None, calls(line)))
}

fn activity(id: &[u8], tokens: &Tokens, tool: Option<String>, calls: u32) -> AgentEvent {
    AgentEvent::Activity(Activity { message: MessageId::of(id), usage: tokens.usage(), tool, calls })
}

/// How many tools a message calls.
fn calls(line: &[u8]) -> u32 {
    u32::try_from(CALL.find_iter(line).count()).unwrap_or(u32::MAX)
}

/// What the model says in a line. See [`super::super::Provider::said`].
pub(in super::super) fn said(line: &[u8], truncated: bool) -> Option<super::super::Message> {
    #[derive(Deserialize)]
    struct Line {
        message: Spoken,
    }
    #[derive(Deserialize)]
    struct Spoken {
        content: Vec<Text>,
    }
    #[derive(Deserialize)]
    struct Text {
        text: Option<String>,
    }
    if truncated || !matches!(kind(line)?, Kind::Assistant) {
        return None;
    }
    let Line { message } = json(line)?;
    let texts: Vec<String> = message.content.into_iter().filter_map(|block| block.text).collect();
    (!texts.is_empty()).then(|| super::super::Message::Whole(texts.join("\n")))
}

#[derive(Deserialize)]
struct AssistantLine {
    message: Message,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    id: String,
    #[serde(default)]
    content: Vec<Block>,
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Block {
    name: Option<String>,
    input: Option<Input>,
}

/// What the tools call the thing they work on.
#[derive(Deserialize)]
struct Input {
    command: Option<Value>,
    file_path: Option<Value>,
    notebook_path: Option<Value>,
    pattern: Option<Value>,
    url: Option<Value>,
    query: Option<Value>,
    skill: Option<Value>,
    description: Option<Value>,
    path: Option<Value>,
}

impl Input {
    fn about(&self) -> String {
        let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
        let path = |value: &Option<Value>| text(value).map(|path| words::short_path(&path));
        text(&self.command)
            .or_else(|| path(&self.file_path))
            .or_else(|| path(&self.notebook_path))
            .or_else(|| text(&self.pattern))
            .or_else(|| text(&self.url))
            .or_else(|| text(&self.query))
            .or_else(|| text(&self.skill))
            .or_else(|| text(&self.description))
            .or_else(|| path(&self.path))
            .unwrap_or_default()
    }
}

/// A message with the last tool that it calls.
fn whole_message(line: &[u8]) -> Option<AgentEvent> {
    let AssistantLine { message, error } = json(line)?;
    if let Some(kind) = error {
        return Some(AgentEvent::ServiceError { kind });
    }
    let tool = message.content.iter().rev().find_map(|block| {
        let about = block.input.as_ref().map(Input::about).unwrap_or_default();
        let name = block.name.as_ref()?;
        Some(words::tool_label(name, &about))
    });
    Some(activity(message.id.as_bytes(), &message.usage?, tool, calls(line)))
}

fn started(line: &[u8]) -> Option<AgentEvent> {
    #[derive(Deserialize)]
    struct Server {
        name: String,
        status: String,
    }
    #[derive(Deserialize)]
    struct Init {
        #[serde(default)]
        claude_code_version: String,
        #[serde(default)]
        model: String,
        #[serde(default)]
        agents: Vec<String>,
        #[serde(default)]
        tools: Vec<String>,
        #[serde(default)]
        mcp_servers: Vec<Server>,
    }
    let init: Init = json(line)?;
    Some(AgentEvent::Started(Started {
        version: init.claude_code_version,
        model: init.model,
        agents: init.agents,
        tools: init.tools,
        mcp_failed: init
            .mcp_servers
            .into_iter()
            .filter(|server| server.status == "failed")
            .map(|server| server.name)
            .collect(),
    }))
}

fn retrying(line: &[u8]) -> Option<AgentEvent> {
    #[derive(Deserialize)]
    struct Retry {
        #[serde(default)]
        attempt: u32,
        #[serde(default)]
        max_retries: u32,
        #[serde(default)]
        retry_delay_ms: f64,
        error_status: Option<u16>,
        error: Option<String>,
    }
    let retry: Retry = json(line)?;
    Some(AgentEvent::Retrying(Retrying {
        attempt: retry.attempt,
        max: retry.max_retries,
        wait: Duration::try_from_secs_f64(retry.retry_delay_ms / 1000.0).unwrap_or_default(),
        status: retry.error_status,
        detail: retry.error.unwrap_or_default(),
    }))
}

fn rate_limit(line: &[u8]) -> Option<AgentEvent> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Info {
        status: String,
        resets_at: Option<i64>,
        #[serde(default)]
        rate_limit_type: Option<String>,
    }
    #[derive(Deserialize)]
    struct RateLimitLine {
        rate_limit_info: Info,
    }
    let RateLimitLine { rate_limit_info: info } = json(line)?;
    Some(AgentEvent::RateLimit(RateLimit {
        status: match info.status.as_str() {
            "allowed" => LimitStatus::Allowed,
            "allowed_warning" => LimitStatus::Warning,
            "rejected" => LimitStatus::Rejected,
            _ => LimitStatus::Unknown,
        },
        resets_at: info.resets_at.and_then(|seconds| Timestamp::from_second(seconds).ok()),
        kind: info.rate_limit_type.unwrap_or_default(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_at_work_from_its_call_to_its_answer_whichever_way_a_line_is_read() {
        for whole in [true, false] {
            let mut seen = super::super::super::Seen::new("planning");
            let mut at_work = Vec::new();
            for line in include_str!("recorded/work.jsonl").lines() {
                if let Some(event) = parse(line.as_bytes(), false, whole) {
                    seen.note(&event);
                }
                at_work.push(if seen.tool_runs() { 'x' } else { '.' });
            }
            // Two calls at once, their answers, one more call, its answer, the end.
            assert_eq!(at_work.into_iter().collect::<String>(), "....xxx.x...", "{whole}");
        }
    }

    #[test]
    fn a_text_about_tools_is_no_tool() {
        let said =
            r#"{"type":"user","message":{"content":[{"type":"text","text":"{\"type\":\"tool_result\"}"}]}}"#;
        assert_eq!(parse(said.as_bytes(), false, true), None);
        assert_eq!(calls(br#"{"text":"{\"type\":\"tool_use\"}"}"#), 0);
    }

    #[test]
    fn the_short_way_is_taken_for_what_the_model_writes_and_not_for_the_clis_own_messages() {
        let messages = |stream: &'static str| {
            stream.lines().filter(|line| line.starts_with(r#"{"type":"assistant""#)).map(str::as_bytes)
        };
        let worked: Vec<&[u8]> = messages(include_str!("recorded/work.jsonl")).collect();
        assert_eq!(worked.len(), 6);
        assert!(worked.into_iter().all(|line| usage_of_message(line).is_some()));
        let mut refused = messages(include_str!("recorded/bad-key.jsonl"));
        assert!(refused.all(|line| usage_of_message(line).is_none()));
    }
}
