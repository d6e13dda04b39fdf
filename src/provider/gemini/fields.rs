//! What samocode reads of Gemini CLI's lines (keys as of 0.61.0).

use super::super::fields::{Members, Want};
use super::super::message::MOST_READ;

/// The wanted values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Field {
    Type,
    Model,
    Role,
    Content,
    ToolName,
    Command,
    FilePath,
    AgentName,
    Name,
    Pattern,
    Url,
    Query,
    Prompt,
    DirPath,
    /// Of a warning.
    Message,
    Status,
    ErrorType,
    ErrorMessage,
    TotalTokens,
    InputTokens,
    OutputTokens,
    CachedTokens,
}

/// Names and numbers of the interface, in bytes.
const SHORT: usize = 256;
/// Of what a person is shown the beginning of, in bytes.
const SHOWN: usize = 16 * 1024;

/// A line of the stream.
pub(in super::super) static WANTED: Members<Field> = Members::of(&[
    ("type", Want::Value(Field::Type, SHORT)),
    ("role", Want::Value(Field::Role, SHORT)),
    ("content", Want::Value(Field::Content, MOST_READ)),
    ("model", Want::Value(Field::Model, SHORT)),
    ("tool_name", Want::Value(Field::ToolName, SHORT)),
    ("parameters", Want::Members(&PARAMETERS)),
    ("message", Want::Value(Field::Message, SHOWN)),
    ("status", Want::Value(Field::Status, SHORT)),
    ("error", Want::Members(&ERROR)),
    ("stats", Want::Members(&STATS)),
]);

/// What the tools call the thing they work on.
static PARAMETERS: Members<Field> = Members::of(&[
    ("command", Want::Value(Field::Command, SHOWN)),
    ("file_path", Want::Value(Field::FilePath, SHOWN)),
    ("agent_name", Want::Value(Field::AgentName, SHOWN)),
    ("name", Want::Value(Field::Name, SHOWN)),
    ("pattern", Want::Value(Field::Pattern, SHOWN)),
    ("url", Want::Value(Field::Url, SHOWN)),
    ("query", Want::Value(Field::Query, SHOWN)),
    ("prompt", Want::Value(Field::Prompt, SHOWN)),
    ("dir_path", Want::Value(Field::DirPath, SHOWN)),
]);

static ERROR: Members<Field> = Members::of(&[
    ("type", Want::Value(Field::ErrorType, SHORT)),
    // The service's answer, as JSON in a string.
    ("message", Want::Value(Field::ErrorMessage, 4 * SHOWN)),
]);

static STATS: Members<Field> = Members::of(&[
    ("total_tokens", Want::Value(Field::TotalTokens, SHORT)),
    ("input_tokens", Want::Value(Field::InputTokens, SHORT)),
    ("output_tokens", Want::Value(Field::OutputTokens, SHORT)),
    ("cached", Want::Value(Field::CachedTokens, SHORT)),
]);
