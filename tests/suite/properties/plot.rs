//! What a random history is made from: the functions under test, the workflows, a person's limits.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use samocode::domain::check::Check;
use samocode::domain::policy::Policy;
use samocode::domain::request::{Effect, Request, Scene};
use samocode::domain::session::Session;
use samocode::domain::step::Step;
use samocode::domain::verdict::{Decision, Ruling, Verdict};
use samocode::domain::workflow::Workflow;

use super::dice::Dice;

/// The functions under test; a planted bug is another one in their place.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) decide: fn(&Session, &Policy, &Verdict, Timestamp) -> Ruling,
    pub(super) rule: fn(&Session, &Request, &Scene) -> Effect,
    pub(super) step: fn(&Session, &Policy, Timestamp) -> Step,
    pub(super) conclude: fn(&Session, &Policy, &Check) -> Decision,
}

/// samocode's own.
pub(super) const REAL: Rules = Rules {
    decide: samocode::domain::decide::decide,
    rule: samocode::domain::request::rule,
    step: samocode::domain::step::next_step,
    conclude: samocode::domain::decide::conclude,
};

/// What a history is made from.
pub(super) struct Plot<'a> {
    pub(super) rules: Rules,
    pub(super) pool: &'a [(String, Arc<Workflow>)],
    pub(super) most_turns: usize,
    pub(super) on_disk: bool,
}

pub(super) fn policy(dice: &mut Dice) -> Policy {
    let waits = [0, 60, 12 * 3600, u64::MAX].map(Duration::from_secs);
    Policy {
        max_failures: dice.pick(&[3, 1, 2, 4]),
        retry_delay: dice.pick(&[Duration::from_secs(5), Duration::ZERO, Duration::MAX]),
        max_idle: dice.pick(&[3, 3, 1, 2, u32::MAX]),
        stall_start: Duration::from_secs(300),
        stall_stream: Duration::from_secs(900),
        stall_tool: Duration::from_secs(1800),
        max_interruptions: dice.pick(&[3, 1, 2]),
        max_wait: dice.pick(&[waits[2], waits[2], waits[3], waits[1], waits[0]]),
        fallback: None,
        max_iterations: dice.pick(&[None, None, None, Some(6)]),
        max_cost_usd: dice.pick(&[None, None, None, Some(5.0)]),
        max_tokens: dice.pick(&[None, None, None, Some(40_000)]),
        max_time: dice.pick(&[None, None, None, Some(Duration::from_secs(60))]),
        verify: verify(dice),
        verify_limit: Duration::from_secs(1800),
    }
}

/// The command that has to pass before the end.
pub(super) fn verify(dice: &mut Dice) -> Option<String> {
    dice.pick(&[None, Some("check"), Some("check"), Some("another check")]).map(str::to_owned)
}
