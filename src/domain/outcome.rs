//! How one run of a provider CLI ended, before its signal is looked at.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How a run ended, read from the result's fields and never from the exit code alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The CLI said that it finished.
    Completed,
    /// It ended without a result, or with an error that no other variant names.
    Crashed {
        /// What is known of it, in words.
        detail: String,
    },
    /// The model's turns for one run were used up.
    TurnLimit,
    /// The conversation outgrew the model's context.
    ContextExhausted,
    /// The model refused the request.
    Refused {
        /// The model's words.
        detail: String,
    },
    /// The iteration's time limit ended it.
    TimeLimit {
        /// The limit that was reached.
        seconds: u64,
    },
    /// It stayed silent for too long and was ended.
    Stalled {
        /// How long it was silent.
        seconds: u64,
        /// Where it fell silent.
        at: Silence,
    },
    /// The account's usage limit was reached; nothing is wrong with the work.
    UsageLimit {
        /// When the limit is said to reset, if that was said in a form that can be trusted.
        until: Option<Timestamp>,
        /// The CLI's words.
        detail: String,
    },
    /// The service is overloaded or out of reach.
    Overloaded {
        /// The CLI's words.
        detail: String,
    },
    /// The CLI is not logged in, or its key is refused.
    LoginRequired {
        /// The CLI's words.
        detail: String,
    },
    /// The account has no credit.
    CreditExhausted {
        /// The CLI's words.
        detail: String,
    },
    /// The CLI did not start as asked: program missing, agent not loaded.
    CannotStart {
        /// What was tried and what to do next.
        detail: String,
    },
    /// samocode ended it, or died under it.
    Interrupted {
        /// Whose doing it was.
        by: Interruption,
    },
}

/// Where a run fell silent. While a tool runs, silence is no stall: the iteration's time limit bounds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// Before its first line.
    Start,
    /// In mid-stream, with no tool at work.
    Stream,
}

impl Outcome {
    /// Whether it is the provider that cannot serve for a while, and nothing is wrong with the work.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::UsageLimit { .. } | Self::Overloaded { .. })
    }
}

/// Why samocode cut an iteration short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interruption {
    /// A person asked with `samocode stop`.
    StopRequest,
    /// Ctrl-C or a TERM signal to samocode.
    Signal,
    /// samocode itself ended before it could judge the iteration.
    OrchestratorLost,
}

/// What a run used, as far as the CLI says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Tokens sent to the model, those read from a cache included.
    pub input_tokens: u64,
    /// Tokens of the input that came from the provider's prompt cache.
    pub cached_tokens: u64,
    /// Tokens that the model wrote.
    pub output_tokens: u64,
    /// US dollars; none where the CLI reports no cost.
    pub cost_usd: Option<f64>,
    /// Turns of the model.
    pub turns: u64,
}
