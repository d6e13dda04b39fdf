//! The one judge of words: what a message means, in the provider's own table and the shared one, as an outcome.

use jiff::SignedDuration;

use super::shared::SHARED;
use super::{Meaning, Row, meaning};
use crate::domain::outcome::Outcome;
use crate::domain::reset::{Clock, reset_time, stated_reset};
use crate::provider::last_words::LastWords;
use crate::provider::words::detail;

/// A busy service that names a time further away than this is waited for until then. A shorter time is left to the
/// waits that grow, which begin with half a minute.
const FAR: SignedDuration = SignedDuration::from_mins(5);

/// How the words of one provider's CLI are read.
#[derive(Debug)]
pub(in super::super) struct Phrasebook {
    /// Its own phrases.
    pub(in super::super) rows: &'static [Row],
    /// What a person does about a failure of this meaning, as a half sentence; empty where there is nothing to do.
    pub(in super::super) advice: fn(Meaning) -> &'static str,
}

impl Phrasebook {
    /// The verdict that one message of the CLI allows; none where its words are not known.
    pub(in super::super) fn outcome(&self, words: &str, clock: &Clock<'_>) -> Option<Outcome> {
        let known = meaning(words, &[self.rows, SHARED]);
        // A reset that is announced as one is a limit's, whatever it is called.
        let announced = || stated_reset(words, clock).map(|_| Meaning::UsageLimit);
        Some(self.verdict(known.or_else(announced)?, words, clock))
    }

    /// The verdict on what the CLI said outside of its stream. The line that tells most is the one that is shown.
    ///
    /// Before the CLI is up, every line counts. Once it is (`started`), others write to the same places (MCP servers,
    /// hooks), so only the last line of each does.
    pub(in super::super) fn outcome_of(
        &self,
        said: &LastWords,
        started: bool,
        clock: &Clock<'_>,
    ) -> Option<Outcome> {
        let lines = if started { said.last() } else { said.lines() };
        let tables: [&[Row]; 2] = [self.rows, SHARED];
        let telling = lines.iter().rev().filter_map(|line| Some((meaning(line, &tables)?, *line)));
        if let Some((meaning, line)) = telling.min_by_key(|(meaning, _)| *meaning) {
            return Some(self.verdict(meaning, line, clock)).map(|outcome| match outcome {
                // Its reset may stand on a line below.
                Outcome::UsageLimit { until: None, detail } => {
                    Outcome::UsageLimit { until: reset_time(&lines.join("\n"), clock), detail }
                }
                outcome => outcome,
            });
        }
        // A sentence may be broken over lines.
        self.outcome(&lines.join("\n"), clock)
    }

    /// The verdict on words of this meaning.
    pub(in super::super) fn verdict(&self, meaning: Meaning, words: &str, clock: &Clock<'_>) -> Outcome {
        match meaning {
            Meaning::ContextFull => Outcome::ContextExhausted,
            Meaning::UsageLimit => usage_limit(words, clock),
            // What comes back by itself needs nobody to pay.
            Meaning::NoCredit if reset_time(words, clock).is_some() => usage_limit(words, clock),
            Meaning::NoCredit => Outcome::CreditExhausted { detail: self.advised(meaning, words) },
            Meaning::LoginRefused | Meaning::MissingKey => {
                Outcome::LoginRequired { detail: self.advised(meaning, words) }
            }
            Meaning::UnknownModel | Meaning::WrongSettings => {
                Outcome::CannotStart { detail: self.advised(meaning, words) }
            }
            Meaning::Refused => {
                Outcome::Refused { detail: detail(words, "the request or the answer was refused") }
            }
            Meaning::Busy => match reset_time(words, clock) {
                Some(until) if until.duration_since(clock.now) > FAR => {
                    Outcome::UsageLimit { until: Some(until), detail: detail(words, "") }
                }
                _ => Outcome::Overloaded { detail: detail(words, "the service refused the request for now") },
            },
            Meaning::NotTheLimit | Meaning::Connection => {
                Outcome::Overloaded { detail: detail(words, "the service is out of reach") }
            }
        }
    }

    /// The words, and what to do.
    fn advised(&self, meaning: Meaning, words: &str) -> String {
        let otherwise = match meaning {
            Meaning::NoCredit => "there is no credit",
            Meaning::UnknownModel => "the model does not exist",
            _ => "the login is refused",
        };
        format!("{}; {}", detail(words, otherwise).trim_end_matches('.'), (self.advice)(meaning))
    }
}

fn usage_limit(words: &str, clock: &Clock<'_>) -> Outcome {
    Outcome::UsageLimit {
        until: reset_time(words, clock),
        detail: detail(words, "the usage limit is reached"),
    }
}
