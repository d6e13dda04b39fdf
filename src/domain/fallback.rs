//! Which provider runs the next iteration: the phase's own, or the fallback while that one does not serve.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::outage::Outage;
use crate::domain::policy::Policy;
use crate::domain::session::Session;
use crate::domain::step::{Step, next_step, run};
use crate::domain::verdict::Park;

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
    let Some(outage) = out(session, main, now) else {
        return own(run(session, policy, after));
    };
    let fallback = policy.fallback.as_ref().filter(|fallback| fallback.provider != main);
    let other = fallback.and_then(|fallback| out(session, &fallback.provider, now));
    if let Some(fallback) = fallback
        && other.is_none()
        && is_longer(outage, fallback.after)
    {
        let instead = Some(outage.reason.clone());
        return Next { step: run(session, policy, after), instead };
    }
    let until = other.map_or(outage.until, |other| other.until.min(outage.until));
    own(Step::Park(Park { until, reason: outage.reason.clone() }))
}

/// Whether another provider than this one can go on at that time.
#[must_use]
pub fn serves_beside(session: &Session, policy: &Policy, provider: &str, now: Timestamp) -> bool {
    let fallback = policy.fallback.as_ref().filter(|fallback| fallback.provider != provider);
    fallback.is_some_and(|fallback| out(session, &fallback.provider, now).is_none())
}

fn out<'a>(session: &'a Session, provider: &str, now: Timestamp) -> Option<&'a Outage> {
    session.outages.get(provider).filter(|outage| now < outage.until)
}

fn is_longer(outage: &Outage, after: Duration) -> bool {
    outage.until.duration_since(outage.since) > SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session::sample::ready;
    use crate::domain::verdict::BlockCause;

    const MINUTE: i64 = 60;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(minutes * MINUTE).unwrap()
    }

    fn outage(until: Timestamp) -> Outage {
        let park = Park { until, reason: "you hit it".to_owned() };
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
            (Step::Park(park), None) => format!("until {}", park.until.as_second() / MINUTE),
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
    }

    #[test]
    fn without_a_fallback_its_own_provider_is_waited_for_even_where_another_one_worked_meanwhile() {
        let (session, policy) = with(&[("claude", 300)]);
        for fallback in [None, Some(Fallback { provider: "claude".to_owned(), after: Duration::ZERO })] {
            let policy = Policy { fallback, ..policy.clone() };
            let step = next(&session, &policy, "claude", at(10)).step;
            assert!(matches!(step, Step::Park(park) if park.until == at(300)));
        }
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
