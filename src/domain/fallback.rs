//! Which providers count for the next iteration, which of them runs it, and when it can start. Nothing else computes that
//! time: decisions, the state, the notice, the status and the longest wait all have it from here.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::longest_wait::{too_long, with_remedy};
use crate::domain::outage::Outage;
use crate::domain::policy::Policy;
use crate::domain::session::{Session, State};
use crate::domain::step::{Step, next_step, run};
use crate::domain::verdict::{Block, BlockCause, Pause};

/// The provider to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    /// Its name.
    pub provider: String,
    /// Outages that last no longer are waited out.
    pub after: Duration,
}

/// The next thing to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// What.
    pub step: Step,
    /// Why an iteration runs on the fallback; none where it runs on the phase's own provider.
    pub instead: Option<String>,
}

/// The next thing to do for a session whose phase is run by the provider `main`.
#[must_use]
pub fn next(session: &Session, policy: &Policy, main: &str, now: Timestamp) -> Next {
    let own = |step| Next { step, instead: None };
    let after = match next_step(session, policy, now) {
        Step::Run { after } => after,
        Step::Park(_) => None,
        step => return own(step),
    };
    match Providers::of(main, policy).turn(&session.outages, now) {
        Turn::Own => own(run(session, policy, after)),
        Turn::Fallback { why } => Next { step: run(session, policy, after), instead: Some(why) },
        Turn::Nobody(pause) => own(wait(session, policy, pause, now)),
    }
}

/// A wait, unless it would be a new one and too long: a phase may be entered whose provider is out for days, or the person
/// may have taken the fallback away.
fn wait(session: &Session, policy: &Policy, pause: Pause, now: Timestamp) -> Step {
    let mut waited = session.waits.map_or(SignedDuration::ZERO, |waits| waits.total);
    if let State::Parked(begun) = &session.state {
        if begun.until == pause.until {
            return Step::Park(pause);
        }
        waited -= begun.until.duration_since(now).max(SignedDuration::ZERO).min(waited);
    }
    match too_long(policy, waited, pause.until, now) {
        Some(why) => Step::Hold(Block {
            cause: BlockCause::Limit,
            reason: with_remedy(&pause.reason, &why, &session.name),
        }),
        None => Step::Park(pause),
    }
}

/// The providers that count for a phase: its own, and the fallback. What another one does or does not do is of no
/// consequence to it.
#[derive(Debug, Clone, Copy)]
pub struct Providers<'a> {
    own: &'a str,
    fallback: Option<&'a Fallback>,
}

/// Who can run an iteration at a given time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// The phase's own provider.
    Own,
    /// The fallback.
    Fallback {
        /// Why the phase's own provider cannot.
        why: String,
    },
    /// Nobody before the end of this wait.
    Nobody(Pause),
}

impl<'a> Providers<'a> {
    /// Those that count for a phase that is run by the provider `own`.
    #[must_use]
    pub fn of(own: &'a str, policy: &'a Policy) -> Self {
        let fallback = policy.fallback.as_ref().filter(|fallback| fallback.provider != own);
        Self { own, fallback }
    }

    /// Who can run an iteration at `now`, given the outages of all providers by name.
    #[must_use]
    pub fn turn(&self, outages: &BTreeMap<String, Outage>, now: Timestamp) -> Turn {
        let out = |name: &str| outages.get(name).filter(|outage| now < outage.until);
        let Some(own) = out(self.own) else {
            return Turn::Own;
        };
        let nobody_before = |until| Turn::Nobody(Pause { until, reason: own.reason.clone() });
        let Some(fallback) = self.fallback.filter(|fallback| is_longer(own, fallback.after)) else {
            return nobody_before(own.until);
        };
        match out(&fallback.provider) {
            None => Turn::Fallback { why: own.reason.clone() },
            Some(other) => nobody_before(own.until.min(other.until)),
        }
    }

    /// When the next iteration can start, on whichever of them; `now` if one can run it at once.
    #[must_use]
    pub fn next_start(&self, outages: &BTreeMap<String, Outage>, now: Timestamp) -> Timestamp {
        match self.turn(outages, now) {
            Turn::Own | Turn::Fallback { .. } => now,
            Turn::Nobody(pause) => pause.until,
        }
    }
}

fn is_longer(outage: &Outage, after: Duration) -> bool {
    outage.until.duration_since(outage.since) > SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session::sample::ready;
    use crate::domain::verdict::Park;

    const MINUTE: i64 = 60;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(minutes * MINUTE).unwrap()
    }

    fn outage(until: Timestamp) -> Outage {
        let park = Park { until, reason: "you hit it".to_owned(), next_start: None };
        Outage::with(None, &park, at(0))
    }

    /// A session whose providers are out until then, in minutes, and whose fallback takes over after 15.
    fn with(outages: &[(&str, i64)]) -> (Session, Policy) {
        let mut session = ready("full", "implementation");
        let rows = outages.iter().map(|(name, until)| ((*name).to_owned(), outage(at(*until))));
        session.outages = rows.collect();
        let fallback = Fallback { provider: "demo".to_owned(), after: Duration::from_secs(900) };
        (session, Policy { fallback: Some(fallback), ..Policy::default() })
    }

    /// Who runs the next iteration, or until when nobody does, in minutes.
    fn comes(outages: &[(&str, i64)], now: i64) -> String {
        let (session, policy) = with(outages);
        let next = next(&session, &policy, "claude", at(now));
        match (next.step, next.instead) {
            (Step::Run { .. }, None) => "claude".to_owned(),
            (Step::Run { .. }, Some(why)) => format!("demo: {why}"),
            (Step::Park(pause), None) => format!("until {}", pause.until.as_second() / MINUTE),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_fallback_runs_while_the_own_provider_is_out_for_long_and_no_longer() {
        assert_eq!(comes(&[], 0), "claude");
        assert_eq!(comes(&[("claude", 15)], 0), "until 15", "that is soon over");
        assert_eq!(comes(&[("claude", 16)], 0), "demo: you hit it");
        assert_eq!(comes(&[("claude", 300)], 299), "demo: you hit it");
        assert_eq!(comes(&[("claude", 300)], 300), "claude");
    }

    #[test]
    fn with_both_out_the_earlier_is_waited_for() {
        assert_eq!(comes(&[("claude", 300), ("demo", 40)], 10), "until 40");
        assert_eq!(comes(&[("claude", 300), ("demo", 40)], 40), "demo: you hit it");
        assert_eq!(comes(&[("claude", 50), ("demo", 400)], 10), "until 50");
        assert_eq!(comes(&[("claude", 50), ("demo", 400)], 50), "claude");
        assert_eq!(
            comes(&[("claude", 15), ("demo", 12)], 10),
            "until 15",
            "too short for the fallback to step in"
        );
    }

    #[test]
    fn a_provider_that_has_no_part_in_it_is_not_waited_for() {
        assert_eq!(comes(&[("codex", 300)], 0), "claude");
        assert_eq!(comes(&[("claude", 300), ("demo", 200), ("codex", 100)], 0), "until 200");
        assert_eq!(comes(&[("claude", 10), ("codex", 5)], 0), "until 10");
    }

    #[test]
    fn without_a_fallback_its_own_provider_is_waited_for_even_where_another_one_worked_meanwhile() {
        let (session, policy) = with(&[("claude", 300)]);
        for fallback in [None, Some(Fallback { provider: "claude".to_owned(), after: Duration::ZERO })] {
            let policy = Policy { fallback, ..policy.clone() };
            let step = next(&session, &policy, "claude", at(10)).step;
            assert!(matches!(step, Step::Park(pause) if pause.until == at(300)));
        }
    }

    #[test]
    fn a_wait_that_would_be_too_long_is_not_begun_and_one_that_was_begun_goes_on() {
        let (mut session, policy) = with(&[("claude", 300)]);
        let policy = Policy { fallback: None, max_wait: Duration::from_secs(3600), ..policy };
        let step = |session: &Session| next(session, &policy, "claude", at(10)).step;
        let Step::Hold(block) = step(&session) else { panic!("{:?}", step(&session)) };
        assert!(block.reason.contains("longest wait of 60 min"), "{}", block.reason);
        let parked = |minutes| State::Parked(Pause { until: at(minutes), reason: String::new() });
        session.state = parked(300);
        assert!(matches!(step(&session), Step::Park(_)), "the clock was set back while it lasted");
        session.state = parked(200);
        assert!(matches!(step(&session), Step::Hold(_)));
    }

    #[test]
    fn a_budget_that_is_used_up_holds_the_fallback_too() {
        let (mut session, policy) = with(&[("claude", 300)]);
        session.counters.spent.iterations = 2;
        let policy = Policy { max_iterations: Some(2), ..policy };
        let step = next(&session, &policy, "claude", at(10)).step;
        assert!(matches!(step, Step::Hold(block) if block.cause == BlockCause::Limit));
    }
}
