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
    /// A budget that the person set was reached in the middle of the run, which was ended.
    BudgetReached {
        /// The budget's figures.
        figures: String,
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
    /// This machine had no process, memory or file to start it with, for a minute.
    OutOfResources {
        /// What has run out.
        detail: String,
    },
    /// samocode ended it, or died under it.
    Interrupted {
        /// Whose doing it was.
        by: Interruption,
    },
}

/// Where a run fell silent; each place has its own limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// Before its first line.
    Start,
    /// In mid-stream, with no tool at work.
    Stream,
    /// While a tool was at work.
    Tool,
}

impl Outcome {
    /// How the run ended, in words for the next iteration; none where it ended as it should.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let words = match self {
            Self::Completed => return None,
            Self::Crashed { detail } => format!("the run crashed: {detail}"),
            Self::TurnLimit => "the run used up its turns; do less in one iteration".to_owned(),
            Self::ContextExhausted => {
                "the context was exhausted; do less in one iteration, or hand off earlier".to_owned()
            }
            Self::Refused { detail } => format!("the model refused: {detail}"),
            Self::TimeLimit { seconds } => {
                format!("the run was ended at its time limit of {seconds} s; hand off before it")
            }
            Self::Stalled { seconds, at: Silence::Start } => {
                format!("the CLI said nothing at all for {seconds} s and was ended")
            }
            Self::Stalled { seconds, at: Silence::Stream } => {
                format!("the run fell silent for {seconds} s with no tool at work and was ended")
            }
            Self::Stalled { seconds, at: Silence::Tool } => {
                format!("a tool ran for {seconds} s without a word and the run was ended; bound such tools")
            }
            Self::BudgetReached { figures } => figures.clone(),
            Self::UsageLimit { detail, .. }
            | Self::Overloaded { detail }
            | Self::LoginRequired { detail }
            | Self::CreditExhausted { detail }
            | Self::CannotStart { detail }
            | Self::OutOfResources { detail } => detail.clone(),
            Self::Interrupted { by: Interruption::StopRequest | Interruption::Signal } => {
                "the person stopped it".to_owned()
            }
            Self::Interrupted { by: Interruption::OrchestratorLost } => {
                "samocode or the machine went down".to_owned()
            }
        };
        Some(words)
    }

    /// Whether the provider cannot serve for a while, or the machine cannot start it, and nothing is wrong with the work.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::UsageLimit { .. } | Self::Overloaded { .. } | Self::OutOfResources { .. })
    }

    /// Whether the provider cannot serve, be it for a while or until a person logs in or pays.
    #[must_use]
    pub fn is_of_the_provider(&self) -> bool {
        self.is_outage() || matches!(self, Self::LoginRequired { .. } | Self::CreditExhausted { .. })
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
