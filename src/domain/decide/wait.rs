//! How long to wait for a provider that cannot serve for a while, and when a wait is too long to be begun.

use jiff::{SignedDuration, Timestamp};

use crate::domain::amount::span_words;
use crate::domain::decide::cut_short;
use crate::domain::fallback::Providers;
use crate::domain::gate::GateId;
use crate::domain::longest_wait::{longest, too_long, with_remedy};
use crate::domain::outage::Outage;
use crate::domain::policy::Policy;
use crate::domain::session::Session;
use crate::domain::verdict::{Block, BlockCause, Decision, Park, Ruling, Verdict};

/// Wait after a usage limit whose reset time is unknown; doubles while the limit stands.
const LIMIT_WAIT: SignedDuration = SignedDuration::from_mins(15);
/// Added to a stated reset: the words drop the seconds (measured with Claude Code 2.1.197).
const LIMIT_MARGIN: SignedDuration = SignedDuration::from_mins(2);
/// First wait when the service is overloaded or out of reach; doubles while it stays so.
const OUTAGE_WAIT: SignedDuration = SignedDuration::from_secs(30);
/// Longest single wait between two tries.
const LONGEST_STEP: SignedDuration = SignedDuration::from_hours(2);

/// The row of parks that one more belongs to.
pub(super) struct Row<'a> {
    session: &'a Session,
    policy: &'a Policy,
    now: Timestamp,
    /// The provider that ran.
    provider: &'a str,
    /// Those that can run the next iteration.
    providers: Providers<'a>,
    /// The outage of the provider that ran, if it has not worked since.
    outage: Option<&'a Outage>,
    /// How long the session has waited since anything was done.
    waited: SignedDuration,
}

impl<'a> Row<'a> {
    /// The row of the provider that ran. A run that changed something had been served, and begins a new one.
    pub(super) fn of(session: &'a Session, policy: &'a Policy, verdict: &Verdict, now: Timestamp) -> Self {
        let running = session.running();
        let provider = running.map_or("", |running| running.provider.as_str());
        let own = running.and_then(|running| running.own.as_deref()).unwrap_or(provider);
        let unchanged = verdict.facts.unchanged;
        let waits = session.waits.filter(|_| unchanged);
        Self {
            session,
            policy,
            now,
            provider,
            providers: Providers::of(own, policy),
            outage: session.outages.get(provider).filter(|_| unchanged),
            waited: waits.map_or(SignedDuration::ZERO, |waits| waits.total),
        }
    }

    /// Parks in a row so far.
    fn parks(&self) -> u32 {
        self.outage.map_or(0, |outage| outage.parks)
    }

    /// When the next iteration can start if the provider that ran is out until then.
    fn next_start(&self, until: Timestamp) -> Timestamp {
        let park = Park { until, reason: String::new(), next_start: None };
        let mut outages = self.session.outages.clone();
        outages.insert(self.provider.to_owned(), Outage::with(self.outage.cloned(), &park, self.now));
        self.providers.next_start(&outages, self.now)
    }

    /// Waits for a usage limit's reset. Parks in a row get longer whatever the resets are said to be.
    pub(super) fn usage_limit(&self, reset: Option<Timestamp>, detail: &str) -> Ruling {
        let stated = reset.map(|reset| later(reset, LIMIT_MARGIN)).filter(|until| *until > self.now);
        if let Some(until) = stated {
            let soonest =
                if self.parks() == 0 { self.now } else { later(self.now, grown(LIMIT_MARGIN, self.parks())) };
            return self.park(until.max(soonest), detail);
        }
        let wait = self.guessed(grown(LIMIT_WAIT, self.parks()));
        let why = if reset.is_some() {
            "the limit stands after its stated reset"
        } else {
            "no reset time was given"
        };
        let reason = format!("{detail}; {why}; trying again in {}", span_words(wait));
        self.park(later(self.now, wait), &reason)
    }

    /// Backs off from a service that is overloaded or out of reach. What `id` is made of spreads the tries of many
    /// sessions over the last quarter of the wait.
    pub(super) fn outage(&self, id: &GateId, detail: &str) -> Ruling {
        let wait = self.guessed(grown(OUTAGE_WAIT, self.parks()));
        self.park(later(self.now, jittered(wait, id)), detail)
    }

    /// Waits for the provider that a fallback ran in place of: a fallback that cannot be used must not stop a session that
    /// would go on without one.
    pub(super) fn until_the_own_serves(&self, detail: &str) -> Option<Park> {
        let own = self.session.running()?.own.as_ref()?;
        let until = self.session.outages.get(own)?.until;
        if until <= self.now || self.too_long(until).is_some() {
            return None;
        }
        let reason = format!("the fallback {} cannot be used: {detail}", self.provider);
        Some(Park { until, reason, next_start: None })
    }

    fn park(&self, until: Timestamp, reason: &str) -> Ruling {
        // One that was parked before told it then.
        let told = if self.parks() == 0 { vec![cut_short(self.session, reason)] } else { Vec::new() };
        let next_start = self.next_start(until);
        let decision = match self.too_long(next_start) {
            Some(why) => Decision::Block(Block {
                cause: BlockCause::Limit,
                reason: with_remedy(reason, &why, &self.session.name),
            }),
            None => Decision::Park(Park {
                until,
                reason: reason.to_owned(),
                next_start: (next_start < until).then_some(next_start),
            }),
        };
        Ruling { decision, told }
    }

    fn too_long(&self, until: Timestamp) -> Option<String> {
        too_long(self.policy, self.waited, until, self.now)
    }

    /// A wait that nobody stated fits into what is left of the longest one, unless that leaves no time to wait, or another
    /// provider goes on meanwhile.
    fn guessed(&self, wait: SignedDuration) -> SignedDuration {
        let left = longest(self.policy).saturating_sub(self.waited);
        let is_covered = self.next_start(later(self.now, wait)) <= self.now;
        if is_covered || left < OUTAGE_WAIT { wait } else { wait.min(left) }
    }
}

/// `first`, doubled so many times, up to the longest step.
pub(super) fn grown(first: SignedDuration, times: u32) -> SignedDuration {
    first.checked_mul(1_i32 << times.min(20)).map_or(LONGEST_STEP, |wait| wait.min(LONGEST_STEP))
}

/// Between three quarters of `wait` and all of it.
fn jittered(wait: SignedDuration, id: &GateId) -> SignedDuration {
    let mixed =
        id.as_str().bytes().fold(0_u32, |mixed, byte| mixed.wrapping_mul(31).wrapping_add(byte.into()));
    wait - wait / 4 * i32::try_from(mixed % 101).unwrap_or(0) / 100
}

/// A time from a CLI's words may lie anywhere: the calendar's end is late enough.
pub(super) fn later(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.checked_add(wait).unwrap_or(Timestamp::MAX)
}
