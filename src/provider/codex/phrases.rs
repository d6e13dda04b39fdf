//! What Codex says when a run fails. See [`crate::provider::phrases`] for how the rows are read.

use crate::provider::phrases::verdict::Phrasebook;
use crate::provider::phrases::{Meaning, Row};

/// How its words are read.
pub(in super::super) static BOOK: Phrasebook = Phrasebook { rows: ROWS, advice };

/// What to do about settings that it does not take.
pub(super) const SETTINGS: &str =
    "mend `config.toml` in `~/.codex` (or in CODEX_HOME), or look at `CODEX_ARGS`";

const ROWS: &[Row] = &[
    Row {
        meaning: Meaning::UsageLimit,
        source: "measured with codex-cli 0.169.0",
        phrases: &["hit your usage limit"],
    },
    Row {
        meaning: Meaning::MissingKey,
        source: "measured with codex-cli 0.169.0, for a key that its config.toml names",
        phrases: &["missing environment variable"],
    },
    Row {
        meaning: Meaning::LoginRefused,
        source: "measured with codex-cli 0.169.0, and reported",
        phrases: &[
            "unexpected status 401",
            "unexpected status 403",
            "not logged in",
            "log out and sign in again",
            "refresh token",
            "provided authentication token",
            "run codex login",
        ],
    },
    Row {
        meaning: Meaning::NoCredit,
        source: "measured with codex-cli 0.169.0, whose service calls missing credit a quota",
        phrases: &[
            "quota exceeded",
            "exceeded your current quota",
            "to use codex with your chatgpt plan",
            "spend cap",
        ],
    },
    Row {
        meaning: Meaning::UnknownModel,
        source: "measured with codex-cli 0.169.0",
        phrases: &["does not exist or you do not have access", "model is not supported", "model not found"],
    },
    Row {
        meaning: Meaning::WrongSettings,
        source: "measured with codex-cli 0.169.0, for an address where no such service is",
        phrases: &["unexpected status 404"],
    },
    Row {
        meaning: Meaning::Refused,
        source: "measured with codex-cli 0.169.0, and reported",
        phrases: &["content_filter", "was flagged", "flagged as", "usage policy", "safety reasons"],
    },
    Row {
        meaning: Meaning::Busy,
        source: "measured with codex-cli 0.169.0",
        phrases: &["experiencing high demand", "at capacity", "exceeded retry limit"],
    },
    Row {
        meaning: Meaning::Connection,
        source: "measured with codex-cli 0.169.0",
        phrases: &["stream disconnected", "error sending request"],
    },
];

fn advice(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::MissingKey => {
            "put it into the environment; samocode passes on the keys that Codex's config.toml names"
        }
        Meaning::NoCredit => "add credit to the account, or log in with another one",
        Meaning::UnknownModel => "set `CODEX_MODEL` to a model that the account has",
        Meaning::WrongSettings => SETTINGS,
        _ => {
            "log in with `codex login` in a terminal, or put a working OPENAI_API_KEY or CODEX_API_KEY into the environment"
        }
    }
}
