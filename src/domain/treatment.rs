//! The table of what becomes of a run by how it ended. Says what, never when: [`crate::domain::decide`] does that.

use jiff::Timestamp;

use crate::domain::outcome::{Interruption, Outcome};

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// What its signal is worth.
    pub signal: Heed,
    /// What happens where the signal does not decide.
    pub otherwise: Treatment,
}

/// What a run's signal is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heed {
    /// A good one decides, however the run ended.
    First,
    /// A half-done run may have left anything.
    Never,
}

/// What becomes of a run whose signal does not decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// Wait for a reset, then the same phase again; counts against nothing.
    Park {
        /// The stated reset.
        until: Option<Timestamp>,
    },
    /// Wait for a while that grows, then the same phase again; counts against nothing.
    BackOff,
    /// Block at once: the person has to mend something outside of the session.
    Stop,
    /// Block at once: the person has to grant more.
    Ask,
    /// A failure, of which only so many may come in a row; the same phase again after a pause that grows.
    Count,
    /// A failure as well, but a pause would mend nothing: the same phase again at once, in a fresh context.
    StartFresh,
    /// The same phase again; counts against nothing.
    Again,
    /// The same phase again; only so many may come in a row.
    AgainSeldom,
}

/// The row of an ending. A run that completed without a good signal is the silent success: it counts as a failure.
#[must_use]
pub fn rule(outcome: &Outcome) -> Rule {
    let (signal, otherwise) = match outcome {
        Outcome::Completed => (Heed::First, Treatment::Count),
        Outcome::Crashed { .. } => (Heed::First, Treatment::Count),
        Outcome::Refused { .. } => (Heed::First, Treatment::Count),
        Outcome::TimeLimit { .. } => (Heed::First, Treatment::Count),
        Outcome::Stalled { .. } => (Heed::First, Treatment::Count),
        Outcome::TurnLimit => (Heed::First, Treatment::StartFresh),
        Outcome::ContextExhausted => (Heed::First, Treatment::StartFresh),
        Outcome::BudgetReached { .. } => (Heed::First, Treatment::Ask),
        Outcome::UsageLimit { until, .. } => (Heed::First, Treatment::Park { until: *until }),
        Outcome::Overloaded { .. } => (Heed::First, Treatment::BackOff),
        Outcome::OutOfResources { .. } => (Heed::Never, Treatment::BackOff),
        Outcome::LoginRequired { .. } => (Heed::First, Treatment::Stop),
        Outcome::CreditExhausted { .. } => (Heed::First, Treatment::Stop),
        Outcome::CannotStart { .. } => (Heed::Never, Treatment::Stop),
        Outcome::Interrupted { by: Interruption::StopRequest | Interruption::Signal } => {
            (Heed::Never, Treatment::Again)
        }
        Outcome::Interrupted { by: Interruption::OrchestratorLost } => (Heed::Never, Treatment::AgainSeldom),
    };
    Rule { signal, otherwise }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::outcome::Silence;

    #[test]
    fn the_table() {
        let detail = || "(its words)".to_owned();
        let interrupted = |by| Outcome::Interrupted { by };
        let stalled = |at| Outcome::Stalled { seconds: 900, at };
        let endings = [
            Outcome::Completed,
            Outcome::Crashed { detail: detail() },
            Outcome::Refused { detail: detail() },
            Outcome::TimeLimit { seconds: 1800 },
            stalled(Silence::Start),
            stalled(Silence::Stream),
            stalled(Silence::Tool),
            Outcome::TurnLimit,
            Outcome::ContextExhausted,
            Outcome::BudgetReached { figures: detail() },
            Outcome::UsageLimit { until: None, detail: detail() },
            Outcome::Overloaded { detail: detail() },
            Outcome::LoginRequired { detail: detail() },
            Outcome::CreditExhausted { detail: detail() },
            Outcome::CannotStart { detail: detail() },
            Outcome::OutOfResources { detail: detail() },
            interrupted(Interruption::StopRequest),
            interrupted(Interruption::Signal),
            interrupted(Interruption::OrchestratorLost),
        ];
        let rows: Vec<String> = endings
            .iter()
            .map(|ending| {
                let Rule { signal, otherwise } = rule(ending);
                let first = |text: String| text.split([' ', '{']).next().unwrap_or_default().to_owned();
                let [name, treatment] = [format!("{ending:?}"), format!("{otherwise:?}")].map(first);
                let words = ending.words().unwrap_or_else(|| "(what is wrong with its signal)".to_owned());
                format!("{name:16} {treatment:11} signal {:5} {words}", format!("{signal:?}").to_lowercase())
            })
            .collect();
        insta::assert_snapshot!(rows.join("\n"), @"
        Completed        Count       signal first (what is wrong with its signal)
        Crashed          Count       signal first the run crashed: (its words)
        Refused          Count       signal first the model refused: (its words)
        TimeLimit        Count       signal first the run was ended at its time limit of 1800 s; hand off before it
        Stalled          Count       signal first the CLI said nothing at all for 900 s and was ended
        Stalled          Count       signal first the run fell silent for 900 s with no tool at work and was ended
        Stalled          Count       signal first a tool ran for 900 s without a word and the run was ended; bound such tools
        TurnLimit        StartFresh  signal first the run used up its turns; do less in one iteration
        ContextExhausted StartFresh  signal first the context was exhausted; do less in one iteration, or hand off earlier
        BudgetReached    Ask         signal first (its words)
        UsageLimit       Park        signal first (its words)
        Overloaded       BackOff     signal first (its words)
        LoginRequired    Stop        signal first (its words)
        CreditExhausted  Stop        signal first (its words)
        CannotStart      Stop        signal never (its words)
        OutOfResources   BackOff     signal never (its words)
        Interrupted      Again       signal never the person stopped it
        Interrupted      Again       signal never the person stopped it
        Interrupted      AgainSeldom signal never samocode or the machine went down
        ");
    }
}
