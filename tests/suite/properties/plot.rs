//! What a random history is made from: the functions under test, the workflows, a person's limits.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use samocode::domain::check::Check;
use samocode::domain::event::Entry;
use samocode::domain::fallback::{Fallback, Next};
use samocode::domain::phase::Phase;
use samocode::domain::policy::Policy;
use samocode::domain::request::{Effect, Request, Scene};
use samocode::domain::session::Session;
use samocode::domain::verdict::{Decision, Ruling, Verdict};
use samocode::domain::workflow::Workflow;

use super::dice::Dice;

/// How an entry of the journal changes a session.
type Apply = fn(&mut Session, &Entry) -> Result<(), String>;

/// The functions under test; a planted bug is another one in their place.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) decide: fn(&Session, &Policy, &Verdict, Timestamp) -> Ruling,
    pub(super) rule: fn(&Session, &Request, &Scene) -> Effect,
    /// The provider that runs the phase is named.
    pub(super) next: fn(&Session, &Policy, &str, Timestamp) -> Next,
    pub(super) conclude: fn(&Session, &Policy, &Check) -> Decision,
    /// None for samocode's own way.
    pub(super) apply: Option<Apply>,
}

impl Rules {
    pub(super) fn apply(&self, session: &mut Session, entry: &Entry) -> Result<(), String> {
        match self.apply {
            Some(apply) => apply(session, entry),
            None => session.apply(entry),
        }
    }
}

/// samocode's own.
pub(super) const REAL: Rules = Rules {
    decide: samocode::domain::decide::decide,
    rule: samocode::domain::request::rule,
    next: samocode::domain::fallback::next,
    conclude: samocode::domain::decide::conclude,
    apply: None,
};

/// What a history is made from.
pub(super) struct Plot<'a> {
    pub(super) rules: Rules,
    pub(super) pool: &'a [(String, Arc<Workflow>)],
    pub(super) most_turns: usize,
    pub(super) on_disk: bool,
}

/// What the person set: limits, and which provider runs which phase.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    pub(super) policy: Policy,
    /// The providers of every other phase.
    mains: [&'static str; 2],
    /// How many of 100 runs end otherwise than by themselves.
    pub(super) trouble: usize,
}

impl Terms {
    pub(super) fn new(dice: &mut Dice) -> Self {
        Self { policy: policy(dice), mains: mains(dice), trouble: dice.pick(&[25, 25, 60]) }
    }

    /// The provider of a phase.
    pub(super) fn own(&self, phase: &Phase) -> &'static str {
        self.mains[phase.as_str().len() % 2]
    }

    /// Between two starts a person may set another verify command, or none, and other providers.
    pub(super) fn change(&mut self, dice: &mut Dice) {
        match dice.below(3) {
            0 => self.policy.verify = verify(dice),
            1 => self.mains = mains(dice),
            _ => self.policy.fallback = fallback(dice),
        }
    }
}

fn mains(dice: &mut Dice) -> [&'static str; 2] {
    dice.pick(&[["claude", "claude"], ["claude", "codex"], ["codex", "codex"]])
}

fn fallback(dice: &mut Dice) -> Option<Fallback> {
    let provider = dice.pick(&[None, Some("claude"), Some("codex"), Some("gemini")])?.to_owned();
    let after =
        dice.pick(&[Duration::from_secs(900), Duration::ZERO, Duration::from_secs(7200), Duration::MAX]);
    Some(Fallback { provider, after })
}

fn policy(dice: &mut Dice) -> Policy {
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
        fallback: fallback(dice),
        max_iterations: dice.pick(&[None, None, None, Some(6)]),
        max_cost_usd: dice.pick(&[None, None, None, Some(5.0)]),
        max_tokens: dice.pick(&[None, None, None, Some(40_000)]),
        max_time: dice.pick(&[None, None, None, Some(Duration::from_secs(60))]),
        verify: verify(dice),
        verify_limit: Duration::from_secs(1800),
    }
}

/// The command that has to pass before the end.
fn verify(dice: &mut Dice) -> Option<String> {
    dice.pick(&[None, Some("check"), Some("check"), Some("another check")]).map(str::to_owned)
}
