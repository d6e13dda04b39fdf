//! How long to wait for a provider that cannot serve for a while, and when a wait is too long to be begun.

use jiff::{SignedDuration, Timestamp};

use crate::domain::amount::span_words;
use crate::domain::gate::GateId;
use crate::domain::policy::Policy;
use crate::domain::session::Session;
use crate::domain::verdict::{Block, BlockCause, Decision, Park, Ruling};

/// Wait after a usage limit whose reset time is unknown; doubles while the limit stands.
const LIMIT_WAIT: SignedDuration = SignedDuration::from_mins(15);
/// Added to a stated reset: the words drop the seconds (measured with Claude Code 2.1.197).
const LIMIT_MARGIN: SignedDuration = SignedDuration::from_mins(2);
/// First wait when the service is overloaded or out of reach; doubles while it stays so.
const OUTAGE_WAIT: SignedDuration = SignedDuration::from_secs(30);
/// Longest single wait between two tries.
const LONGEST_STEP: SignedDuration = SignedDuration::from_hours(2);

/// Waits for a usage limit's reset. Parks in a row get longer whatever the resets are said to be.
pub(super) fn usage_limit(
    session: &Session,
    policy: &Policy,
    now: Timestamp,
    reset: Option<Timestamp>,
    detail: &str,
) -> Ruling {
    let parks = session.counters.parks;
    let stated = reset.map(|reset| later(reset, LIMIT_MARGIN)).filter(|until| *until > now);
    if let Some(until) = stated {
        let soonest = if parks == 0 { now } else { later(now, grown(LIMIT_MARGIN, parks)) };
        return park(session, policy, now, until.max(soonest), detail);
    }
    let wait = guessed(policy, grown(LIMIT_WAIT, parks));
    let why =
        if reset.is_some() { "the limit stands after its stated reset" } else { "no reset time was given" };
    let reason = format!("{detail}; {why}; trying again in {}", span_words(wait));
    park(session, policy, now, later(now, wait), &reason)
}

/// Backs off from a service that is overloaded or out of reach. What `id` is made of spreads the tries of many
/// sessions over the last quarter of the wait.
pub(super) fn outage(
    session: &Session,
    policy: &Policy,
    now: Timestamp,
    id: &GateId,
    detail: &str,
) -> Ruling {
    let wait = guessed(policy, grown(OUTAGE_WAIT, session.counters.parks));
    park(session, policy, now, later(now, jittered(wait, id)), detail)
}

fn park(session: &Session, policy: &Policy, now: Timestamp, until: Timestamp, reason: &str) -> Ruling {
    let longest = longest(policy);
    // One that was parked before told it then.
    let told = if session.counters.parks == 0 {
        vec![format!("Iteration {} was cut short: {reason}. Check what it left.", session.iteration)]
    } else {
        Vec::new()
    };
    let decision = if until.duration_since(now) > longest {
        Decision::Block(Block {
            cause: BlockCause::Limit,
            reason: format!(
                "{reason}: it ends at {until}, later than the longest wait of {} allows; \
                 `samocode resume {}` tries again, and `--max-wait` lets it wait for longer",
                span_words(longest),
                session.name
            ),
        })
    } else {
        Decision::Park(Park { until, reason: reason.to_owned() })
    };
    Ruling { decision, told }
}

fn longest(policy: &Policy) -> SignedDuration {
    SignedDuration::try_from(policy.max_wait).unwrap_or(SignedDuration::MAX)
}

/// A wait that nobody stated fits into the longest one, unless that leaves no time to wait.
fn guessed(policy: &Policy, wait: SignedDuration) -> SignedDuration {
    let longest = longest(policy);
    if longest < OUTAGE_WAIT { wait } else { wait.min(longest) }
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
