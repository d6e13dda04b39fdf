//! What samocode reads of the lines that `codex exec --json` writes (keys as of 0.169.0 and 0.171.0).

use super::super::fields::{Members, Want};
use super::super::message::MOST_READ;

/// The wanted values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Field {
    Type,
    Message,
    /// Of the error that a turn failed with.
    ErrorMessage,
    ItemId,
    ItemType,
    Text,
    Command,
    Change,
    Path,
    Server,
    Tool,
    Prompt,
    Query,
    InputTokens,
    CachedTokens,
    OutputTokens,
}

/// Names and numbers of the interface, in bytes.
const SHORT: usize = 256;
/// Of what a person is shown the beginning of, in bytes.
const SHOWN: usize = 16 * 1024;

/// A line of the stream.
pub(in super::super) static WANTED: Members<Field> = Members::of(&[
    ("type", Want::Value(Field::Type, SHORT)),
    ("message", Want::Value(Field::Message, SHOWN)),
    ("error", Want::Members(&ERROR)),
    ("item", Want::Members(&ITEM)),
    ("usage", Want::Members(&USAGE)),
]);

static ERROR: Members<Field> = Members::of(&[("message", Want::Value(Field::ErrorMessage, SHOWN))]);

static CHANGE: Members<Field> = Members::of(&[("path", Want::Value(Field::Path, SHOWN))]);

static ITEM: Members<Field> = Members::of(&[
    ("id", Want::Value(Field::ItemId, SHORT)),
    ("type", Want::Value(Field::ItemType, SHORT)),
    ("text", Want::Value(Field::Text, MOST_READ)),
    ("command", Want::Value(Field::Command, SHOWN)),
    ("changes", Want::Each(&Want::Entry(Field::Change, &CHANGE))),
    ("server", Want::Value(Field::Server, SHORT)),
    ("tool", Want::Value(Field::Tool, SHORT)),
    ("prompt", Want::Value(Field::Prompt, SHOWN)),
    ("query", Want::Value(Field::Query, SHOWN)),
]);

static USAGE: Members<Field> = Members::of(&[
    // Those from the cache included.
    ("input_tokens", Want::Value(Field::InputTokens, SHORT)),
    ("cached_input_tokens", Want::Value(Field::CachedTokens, SHORT)),
    // Those of its reasoning included.
    ("output_tokens", Want::Value(Field::OutputTokens, SHORT)),
]);
