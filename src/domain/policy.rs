//! The limits that a person set for a session's runs.

use std::time::Duration;

use crate::domain::fallback::Fallback;

/// Limits and budgets; a budget that is none has no end.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Failures in a row, in one phase, that block the session; verifications in a row, too.
    pub max_failures: u32,
    /// First back-off after a failure; it doubles with each further one.
    pub retry_delay: Duration,
    /// Iterations in a row of one phase that may change nothing; the last of them blocks the session.
    pub max_idle: u32,
    /// Silence before the CLI's first line that ends a run.
    pub stall_start: Duration,
    /// Silence in mid-stream, with no tool at work, that ends a run. The model's pauses of 7 minutes are normal.
    pub stall_stream: Duration,
    /// Silence while a tool is at work that ends a run: it prints nothing before it is done, so this is long.
    pub stall_tool: Duration,
    /// Interruptions in a row that block the session.
    pub max_interruptions: u32,
    /// Parks in a row that last for longer than this, together, block instead.
    pub max_wait: Duration,
    /// The provider to go on with while a phase's own does not serve.
    pub fallback: Option<Fallback>,
    /// Iterations since the person last let the session go on.
    pub max_iterations: Option<u32>,
    /// US dollars, likewise.
    pub max_cost_usd: Option<f64>,
    /// Input and output tokens, likewise.
    pub max_tokens: Option<u64>,
    /// Time with a child running, likewise.
    pub max_time: Option<Duration>,
    /// The command that has to pass before a session may end, as it may be told: without secrets.
    pub verify: Option<String>,
    /// How long it may run.
    pub verify_limit: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            max_failures: 3,
            retry_delay: Duration::from_secs(5),
            max_idle: 3,
            stall_start: Duration::from_secs(300),
            stall_stream: Duration::from_secs(900),
            stall_tool: Duration::from_secs(1800),
            max_interruptions: 3,
            max_wait: Duration::from_secs(12 * 3600),
            fallback: None,
            max_iterations: None,
            max_cost_usd: None,
            max_tokens: None,
            max_time: None,
            verify: None,
            verify_limit: Duration::from_secs(1800),
        }
    }
}
