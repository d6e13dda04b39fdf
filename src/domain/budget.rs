//! Budgets: what may be used before the person is asked again.
//!
//! Counts what the CLI reports and what the clock shows, and estimates nothing.

use std::time::Duration;

use jiff::SignedDuration;

use crate::domain::amount::{grouped, span_words};
use crate::domain::outcome::Usage;
use crate::domain::policy::Policy;

/// What was used since the person last granted an allowance.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spent {
    /// Iterations.
    pub iterations: u32,
    /// Tokens, in and out.
    pub tokens: u64,
    /// US dollars, where the provider says.
    pub cost_usd: f64,
    /// Time with a child running, in milliseconds.
    pub worked_ms: u64,
}

impl Spent {
    /// With what a run used on top, finished or under way. A CLI's absurd numbers may be wrong, and overflow nothing.
    #[must_use]
    pub fn with(self, usage: &Usage, worked_ms: u64) -> Self {
        let tokens = usage.input_tokens.saturating_add(usage.output_tokens);
        Self {
            iterations: self.iterations,
            tokens: self.tokens.saturating_add(tokens),
            cost_usd: self.cost_usd + usage.cost_usd.unwrap_or(0.0),
            worked_ms: self.worked_ms.saturating_add(worked_ms),
        }
    }
}

/// The budget that is used up, with its figures; none while all of them hold.
#[must_use]
pub fn used_up(policy: &Policy, spent: &Spent) -> Option<String> {
    if let Some(max) = policy.max_iterations.filter(|max| spent.iterations >= *max) {
        return Some(format!("{} of {max} iterations are used", spent.iterations));
    }
    within_a_run(policy, spent)
}

/// As [`used_up`], less the budget that a run which has begun cannot exceed any more: iterations.
#[must_use]
pub fn within_a_run(policy: &Policy, spent: &Spent) -> Option<String> {
    let worked = Duration::from_millis(spent.worked_ms);
    if let Some(max) = policy.max_tokens.filter(|max| spent.tokens >= *max) {
        Some(format!("{} of {} tokens are used", grouped(spent.tokens), grouped(max)))
    } else if let Some(max) = policy.max_cost_usd.filter(|max| spent.cost_usd >= *max) {
        Some(format!("{:.2} of {max:.2} USD are spent", spent.cost_usd))
    } else {
        let max = policy.max_time.filter(|max| worked >= *max)?;
        Some(format!("{} of {} with the CLI at work are used", words(worked), words(max)))
    }
}

/// US dollars that a run may spend before the budget is used up; none without one.
///
/// Never zero or less: a CLI takes no such limit. A run that starts on a budget that is just used up ends at once.
#[must_use]
pub fn cost_left(policy: &Policy, spent: &Spent) -> Option<f64> {
    const LEAST: f64 = 0.000_001;
    policy.max_cost_usd.map(|max| (max - spent.cost_usd).max(LEAST))
}

/// Figures with what to do about them.
#[must_use]
pub fn with_remedy(figures: &str, session: &str) -> String {
    format!("{figures}; `samocode resume {session}` grants a fresh allowance")
}

fn words(time: Duration) -> String {
    span_words(SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent() -> Spent {
        let usage =
            Usage { input_tokens: 411_000, output_tokens: 1_000, cost_usd: Some(2.5), ..Usage::default() };
        Spent { iterations: 3, ..Spent::default() }.with(&usage, 95 * 60_000)
    }

    #[test]
    fn each_budget_is_named_with_its_figures_from_the_moment_it_is_reached() {
        let policy = Policy::default();
        let reached = |policy: &Policy| used_up(policy, &spent()).unwrap_or_default();
        assert_eq!(reached(&policy), "");
        assert_eq!(
            reached(&Policy { max_tokens: Some(400_000), ..policy.clone() }),
            "412,000 of 400,000 tokens are used"
        );
        assert_eq!(reached(&Policy { max_tokens: Some(412_001), ..policy.clone() }), "");
        assert_eq!(
            reached(&Policy { max_cost_usd: Some(2.5), ..policy.clone() }),
            "2.50 of 2.50 USD are spent"
        );
        assert_eq!(
            reached(&Policy { max_time: Some(Duration::from_secs(5400)), ..policy.clone() }),
            "95 min of 90 min with the CLI at work are used"
        );
        assert_eq!(
            reached(&Policy { max_iterations: Some(3), ..policy.clone() }),
            "3 of 3 iterations are used"
        );
    }

    #[test]
    fn a_run_may_spend_what_is_left_of_the_money() {
        let left = |max| cost_left(&Policy { max_cost_usd: max, ..Policy::default() }, &spent());
        assert_eq!(left(None), None);
        assert_eq!(left(Some(4.0)), Some(1.5));
        assert!(left(Some(2.5)).is_some_and(|left| left > 0.0));
        assert!(left(Some(1.0)).is_some_and(|left| left > 0.0 && left < 0.01));
    }

    #[test]
    fn an_iteration_that_has_begun_is_not_ended_for_being_the_last_one() {
        let policy = Policy { max_iterations: Some(3), ..Policy::default() };
        assert_eq!(within_a_run(&policy, &spent()), None);
    }
}
