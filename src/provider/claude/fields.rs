//! What samocode reads of Claude Code's lines: one table for lines of every type (keys as of 2.1.197 and 2.1.332).

use super::super::fields::{Enough, Members, Want};
use super::super::message::MOST_READ;

/// The wanted values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Field {
    Type,
    Subtype,
    /// Of a message that the CLI wrote itself, or of a request that is tried again.
    Error,

    MessageId,
    Block,
    BlockType,
    BlockText,
    ToolName,
    Command,
    FilePath,
    NotebookPath,
    Pattern,
    Url,
    Query,
    Skill,
    Description,
    Path,

    InputTokens,
    CacheCreationTokens,
    CacheReadTokens,
    OutputTokens,

    Version,
    Model,
    Agent,
    Tool,
    Server,
    ServerName,
    ServerStatus,

    Attempt,
    MaxRetries,
    RetryDelay,
    ErrorStatus,

    LimitStatus,
    ResetsAt,
    LimitType,

    IsError,
    ApiErrorStatus,
    Turns,
    LastWords,
    Errors,
    StopReason,
    Cost,
    ModelInputTokens,
    ModelOutputTokens,
    ModelCacheReadTokens,
    ModelCacheCreationTokens,
}

/// Names, numbers and words of the interface, in bytes.
const SHORT: usize = 256;
/// Of what a person is shown the beginning of, in bytes.
const SHOWN: usize = 16 * 1024;

const fn short(field: Field) -> Want<Field> {
    Want::Value(field, SHORT)
}

const fn shown(field: Field) -> Want<Field> {
    Want::Value(field, SHOWN)
}

const fn read(field: Field) -> Want<Field> {
    Want::Value(field, MOST_READ)
}

/// Most of a stream is what tools print. That a tool has answered is all there is to know of it.
pub(in super::super) const ENOUGH: Enough<Field> =
    &[(Field::Type, "user"), (Field::BlockType, "tool_result")];

/// A line of the stream.
pub(in super::super) static WANTED: Members<Field> = Members::of(&[
    ("type", short(Field::Type)),
    ("message", Want::Members(&MESSAGE)),
    ("error", shown(Field::Error)),
    ("subtype", short(Field::Subtype)),
    // system/init
    ("claude_code_version", short(Field::Version)),
    ("model", short(Field::Model)),
    ("agents", Want::Each(&short(Field::Agent))),
    ("tools", Want::Each(&short(Field::Tool))),
    ("mcp_servers", Want::Each(&Want::Entry(Field::Server, &SERVER))),
    // system/api_retry
    ("attempt", short(Field::Attempt)),
    ("max_retries", short(Field::MaxRetries)),
    ("retry_delay_ms", short(Field::RetryDelay)),
    ("error_status", short(Field::ErrorStatus)),
    // rate_limit_event
    ("rate_limit_info", Want::Members(&LIMIT)),
    // result
    ("is_error", short(Field::IsError)),
    ("api_error_status", short(Field::ApiErrorStatus)),
    ("num_turns", short(Field::Turns)),
    ("result", read(Field::LastWords)),
    ("errors", Want::Each(&shown(Field::Errors))),
    ("stop_reason", short(Field::StopReason)),
    ("total_cost_usd", short(Field::Cost)),
    ("usage", Want::Members(&USAGE)),
    // By the name of the model.
    ("modelUsage", Want::Each(&Want::Members(&MODEL_USAGE))),
]);

static MESSAGE: Members<Field> = Members::of(&[
    ("id", short(Field::MessageId)),
    ("content", Want::Each(&Want::Entry(Field::Block, &BLOCK))),
    ("usage", Want::Members(&USAGE)),
]);

static BLOCK: Members<Field> = Members::of(&[
    ("type", short(Field::BlockType)),
    ("text", read(Field::BlockText)),
    ("name", short(Field::ToolName)),
    ("input", Want::Members(&INPUT)),
]);

/// What the tools call the thing they work on.
static INPUT: Members<Field> = Members::of(&[
    ("command", shown(Field::Command)),
    ("file_path", shown(Field::FilePath)),
    ("notebook_path", shown(Field::NotebookPath)),
    ("pattern", shown(Field::Pattern)),
    ("url", shown(Field::Url)),
    ("query", shown(Field::Query)),
    ("skill", shown(Field::Skill)),
    ("description", shown(Field::Description)),
    ("path", shown(Field::Path)),
]);

static USAGE: Members<Field> = Members::of(&[
    ("input_tokens", short(Field::InputTokens)),
    ("cache_creation_input_tokens", short(Field::CacheCreationTokens)),
    ("cache_read_input_tokens", short(Field::CacheReadTokens)),
    ("output_tokens", short(Field::OutputTokens)),
]);

static SERVER: Members<Field> =
    Members::of(&[("name", short(Field::ServerName)), ("status", short(Field::ServerStatus))]);

static LIMIT: Members<Field> = Members::of(&[
    ("status", short(Field::LimitStatus)),
    ("resetsAt", short(Field::ResetsAt)),
    ("rateLimitType", short(Field::LimitType)),
]);

static MODEL_USAGE: Members<Field> = Members::of(&[
    ("inputTokens", short(Field::ModelInputTokens)),
    ("outputTokens", short(Field::ModelOutputTokens)),
    ("cacheReadInputTokens", short(Field::ModelCacheReadTokens)),
    ("cacheCreationInputTokens", short(Field::ModelCacheCreationTokens)),
]);
