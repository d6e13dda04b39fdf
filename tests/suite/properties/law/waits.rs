//! Waits for providers, as a person sees them: how long they are said to be, how long they are, and what they cost.

use jiff::{SignedDuration, Timestamp};
use samocode::domain::event::Started;
use samocode::domain::notice::NoticeKind;
use samocode::domain::policy::Policy;
use samocode::domain::session::{Session, State};
use samocode::domain::verdict::Pause;

use super::{Breach, demand};

/// The waits since anything was done, each from when until when.
#[derive(Debug, Clone, Default)]
pub(super) struct Waits(Vec<(Timestamp, Timestamp)>);

impl Waits {
    /// An iteration did something, or a person let the session go on.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    /// The session began to wait, or waits for another time than before.
    pub(super) fn begin(&mut self, session: &Session, at: Timestamp) {
        self.end(at);
        if let State::Parked(pause) = &session.state {
            self.0.push((at, pause.until));
        }
    }

    pub(super) fn end(&mut self, at: Timestamp) {
        if let Some((_, until)) = self.0.last_mut() {
            *until = at.min(*until);
        }
    }

    /// The clock was set back between two runs: what lasts is as long as it was.
    pub(super) fn set_back(&mut self, back: SignedDuration) {
        let earlier = |at: Timestamp| at.checked_sub(back).unwrap_or(Timestamp::MIN);
        if let Some((from, until)) = self.0.last_mut() {
            (*from, *until) = (earlier(*from), earlier(*until));
        }
    }

    pub(super) fn total(&self) -> SignedDuration {
        self.0.iter().fold(SignedDuration::ZERO, |total, (from, until)| {
            let wait = until.duration_since(*from).max(SignedDuration::ZERO);
            total.checked_add(wait).unwrap_or(SignedDuration::MAX)
        })
    }

    pub(super) fn are_bounded(&self, policy: &Policy) -> Result<(), Breach> {
        let longest = SignedDuration::try_from(policy.max_wait).unwrap_or(SignedDuration::MAX);
        demand(self.total() <= longest, "waits in a row are longer than the longest wait")
    }
}

/// Whether this provider could run an iteration of a phase at that time: it is the phase's own and not out, or it is the
/// fallback, and the phase's own is out for longer than the person wants to wait.
fn may_run(session: &Session, policy: &Policy, own: &str, provider: &str, at: Timestamp) -> bool {
    let out = |name: &str| session.outages.get(name).filter(|outage| at < outage.until);
    if out(provider).is_some() {
        return false;
    }
    let Some(outage) = out(own) else {
        return provider == own;
    };
    let Some(fallback) = &policy.fallback else {
        return false;
    };
    let lasts = outage.until.duration_since(outage.since);
    let long = SignedDuration::try_from(fallback.after).is_ok_and(|after| lasts > after);
    fallback.provider == provider && long
}

/// The first moment at which any provider could run the next iteration.
pub(super) fn earliest(session: &Session, policy: &Policy, own: &str, now: Timestamp) -> Timestamp {
    let mut moments: Vec<Timestamp> = session.outages.values().map(|outage| outage.until).collect();
    moments.retain(|moment| *moment > now);
    moments.push(now);
    moments.sort();
    let names =
        session.outages.keys().map(String::as_str).chain(policy.fallback.iter().map(|f| f.provider.as_str()));
    let names: Vec<&str> = names.chain([own]).collect();
    let can = |moment: &Timestamp| names.iter().any(|name| may_run(session, policy, own, name, *moment));
    moments.into_iter().find(can).unwrap_or(Timestamp::MAX)
}

/// The session waits until `pause` is over: that is what state and notice say, and what is true.
pub(super) fn shown(session: &Session, pause: &Pause) -> Result<(), Breach> {
    let State::Parked(shown) = &session.state else {
        return Err("it waits for a provider, and nothing shows it".to_owned());
    };
    demand(shown.until == pause.until, "it waits for another time than the one shown")?;
    for notice in &session.notices {
        if let NoticeKind::Parked { until, .. } = &notice.kind {
            demand(*until == pause.until, "it waits for another time than the person was told")?;
        }
    }
    Ok(())
}

/// An iteration starts: on a provider that counts and serves, and not before the time that was shown.
pub(super) fn started(
    before: &Session,
    policy: &Policy,
    own: &str,
    started: &Started,
    at: Timestamp,
) -> Result<(), Breach> {
    demand(
        may_run(before, policy, own, &started.provider, at),
        "an iteration started on a provider that is out, or has no part in it",
    )?;
    demand(
        started.instead.is_some() == (started.provider != own),
        "it is not said that the fallback goes on, or said wrongly",
    )
}
