//! What Claude Code says when a run fails. See [`crate::provider::phrases`] for how the rows are read.

use crate::provider::phrases::verdict::Phrasebook;
use crate::provider::phrases::{Meaning, Row};

/// How its words are read.
pub(in super::super) static BOOK: Phrasebook = Phrasebook { rows: ROWS, advice };

const ROWS: &[Row] = &[
    Row {
        meaning: Meaning::UsageLimit,
        source: "reported for Claude Code, and measured with 2.1.197 and 2.1.332",
        phrases: &[
            "hit your limit",
            "hit your session limit",
            "hit your 5 hour limit",
            "claude ai usage limit reached",
            "out of extra usage",
            "quota exceeded",
            "exceeded your * quota",
        ],
    },
    Row {
        meaning: Meaning::LoginRefused,
        source: "measured with Claude Code 2.1.197 (`Not logged in · Please run /login`), and reported",
        phrases: &["run login", "oauth token", "disabled organization", "api error 403", "oauth session"],
    },
    Row {
        meaning: Meaning::NoCredit,
        source: "measured with Claude Code 2.1.197",
        phrases: &["credit balance is too low"],
    },
    Row {
        meaning: Meaning::ContextFull,
        source: "measured with Claude Code 2.1.197 (`Prompt is too long`), and reported",
        phrases: &["prompt is too long", "context limit", "conversation is too long"],
    },
    Row {
        meaning: Meaning::Connection,
        source: "measured with Claude Code 2.1.197 and 2.1.332",
        phrases: &["connection to the api was lost", "can't reach the api server", "connection refused"],
    },
];

fn advice(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::NoCredit => "add credit to the account, or log in with another one",
        Meaning::UnknownModel => "set `CLAUDE_MODEL` to a model that the account has",
        _ => {
            "start `claude` in a terminal and log in with `/login`, or put a working ANTHROPIC_API_KEY into the environment"
        }
    }
}
