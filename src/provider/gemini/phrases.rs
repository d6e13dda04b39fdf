//! What Gemini CLI says when a run fails. See [`crate::provider::phrases`] for how the rows are read.

use crate::provider::phrases::verdict::Phrasebook;
use crate::provider::phrases::{Meaning, Row};

/// How its words are read.
pub(in super::super) static BOOK: Phrasebook = Phrasebook { rows: ROWS, advice };

const ROWS: &[Row] = &[
    Row {
        meaning: Meaning::UsageLimit,
        source: "measured with Gemini CLI 0.61.0: quotas of a day and of a minute",
        phrases: &[
            "daily quota",
            "quota will reset",
            "exhausted your capacity",
            "exceeded your * quota",
            "exhausted your * quota",
            "quota exceeded",
        ],
    },
    Row {
        meaning: Meaning::LoginRefused,
        source: "measured with Gemini CLI 0.61.0, and reported",
        phrases: &[
            "api key not valid",
            "api_key_invalid",
            "manual authorization is required",
            "must specify the gemini_api_key",
            "invalid auth method",
            "set an auth method",
        ],
    },
    Row {
        meaning: Meaning::NoCredit,
        source: "the service's reasons, as Gemini CLI 0.61.0 repeats them",
        phrases: &["enable billing", "credits_balance"],
    },
    Row {
        meaning: Meaning::ContextFull,
        source: "measured with Gemini CLI 0.61.0",
        phrases: &[
            "input token count",
            "exceeds the maximum number of tokens",
            "exceeded the token limit",
            "context window will overflow",
        ],
    },
    Row {
        meaning: Meaning::UnknownModel,
        source: "measured with Gemini CLI 0.61.0; a quota of 0 is a model that the plan does not have",
        phrases: &["is not found for api version", "model not found", "limit 0"],
    },
    Row {
        meaning: Meaning::Refused,
        source: "measured with Gemini CLI 0.61.0",
        phrases: &["blocked due to"],
    },
    Row {
        meaning: Meaning::Connection,
        source: "measured with Gemini CLI 0.61.0, for an answer that was cut",
        phrases: &["incomplete json segment"],
    },
];

fn advice(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::NoCredit => "add credit or a plan to the account, or log in with another one",
        Meaning::UnknownModel => "set `GEMINI_MODEL` to a model that the account has",
        _ => {
            "start `gemini` in a terminal and log in with `/auth`, or put a working GEMINI_API_KEY into the environment \
             or into `~/.gemini/.env`"
        }
    }
}
