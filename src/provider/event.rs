//! What a provider's output stream says, in samocode's own words.
//!
//! Plain data; each provider's stream module makes it, [`super::Seen`] adds it up.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::outcome::Usage;

/// One thing that a provider's stream said.
#[derive(Debug, Clone, PartialEq)]
pub enum AgentEvent {
    /// The CLI is up and says what it loaded.
    Started(Started),
    /// The model wrote something.
    Activity(Activity),
    /// A tool that the model called has answered.
    ToolAnswered,
    /// A request failed and the CLI will try it again by itself.
    Retrying(Retrying),
    /// The account's usage limit was spoken of; most of the time it still allows work.
    RateLimit(RateLimit),
    /// The CLI told the model's part of the conversation an error of the service.
    ServiceError {
        /// The CLI's own word for it, e.g. `authentication_failed` or `billing_error`, or its sentence.
        kind: String,
    },
    /// The run's last word.
    Result(RunResult),
}

/// What the CLI loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Started {
    /// The CLI's version.
    pub version: String,
    /// The model in use.
    pub model: String,
    /// Agents that can be chosen.
    pub agents: Vec<String>,
    /// Tools that the model is offered.
    pub tools: Vec<String>,
    /// Names of the MCP servers that did not come up.
    pub mcp_failed: Vec<String>,
}

/// One line of the model's work.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// Which message the line belongs to: a message comes as several lines, each with the usage of all of it.
    pub message: MessageId,
    /// What the message used so far.
    pub usage: Usage,
    /// The tool that was called, readable and short, e.g. `Bash cargo test`. Only looked for in the last line of a chunk.
    pub tool: Option<String>,
    /// How many tools the line calls.
    pub calls: u32,
}

/// A message's identity, as a hash: good enough to tell neighbours apart, and small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageId(u64);

impl MessageId {
    /// Of lines that belong to no message by name: what comes between a tool's answer and the next call is one.
    pub const UNNAMED: Self = Self(0);

    /// The identity of the message that calls itself `name`.
    pub fn of(name: &[u8]) -> Self {
        // FNV-1a: a few nanoseconds for the thirty bytes of an id, on the path of every line.
        let hash = name.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(hash)
    }
}

/// A request that is tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retrying {
    /// Which try comes next, from 1; 0 where it is not said.
    pub attempt: u32,
    /// The last one that the CLI will make; 0 where it is not said.
    pub max: u32,
    /// How long it waits before; zero where it is not said.
    pub wait: Duration,
    /// HTTP status; none when nothing answered.
    pub status: Option<u16>,
    /// The CLI's own word for the failure.
    pub detail: String,
}

impl Retrying {
    /// For the person who watches.
    pub fn words(&self) -> String {
        if self.max == 0 {
            return self.detail.clone();
        }
        format!("{}; try {} of {}", self.detail, self.attempt, self.max)
    }
}

/// What was said of the account's usage limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimit {
    /// Whether work goes on.
    pub status: LimitStatus,
    /// When the limit resets.
    pub resets_at: Option<Timestamp>,
    /// Which limit, e.g. `five_hour`.
    pub kind: String,
}

/// Whether a usage limit lets work go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitStatus {
    /// Nothing is near.
    Allowed,
    /// The limit is near; work goes on.
    Warning,
    /// Requests are refused until the reset.
    Rejected,
    /// A word this version does not know; never taken for a refusal.
    Unknown,
}

/// How the CLI says that the run ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunResult {
    /// The CLI's class of the result, e.g. `success` or `error_max_turns`; `success` goes with an error, too.
    pub subtype: String,
    /// The CLI counts it as a failure.
    pub is_error: bool,
    /// HTTP status of the request that failed.
    pub api_status: Option<u16>,
    /// Why the model stopped, e.g. `end_turn` or `refusal`.
    pub stop_reason: String,
    /// The model's last words or the error's, shortened to one line.
    pub words: String,
    /// What the whole run used; none when the line was cut before it came to that.
    pub usage: Option<Usage>,
    /// The tokens in `usage` count only what came after the previous result.
    pub since_last: bool,
    /// Turns of the model after the previous result.
    pub turns: u64,
}
