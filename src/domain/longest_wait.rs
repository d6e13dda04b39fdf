//! The longest that a session waits for providers in a row, and the words for a wait that would be longer.

use jiff::{SignedDuration, Timestamp};

use crate::domain::amount::span_words;
use crate::domain::policy::Policy;

/// The longest wait, all waits in a row together.
pub(crate) fn longest(policy: &Policy) -> SignedDuration {
    SignedDuration::try_from(policy.max_wait).unwrap_or(SignedDuration::MAX)
}

/// Why a wait until then must not be begun at `now`, in words, given how long the session has waited already.
pub(crate) fn too_long(
    policy: &Policy,
    waited: SignedDuration,
    until: Timestamp,
    now: Timestamp,
) -> Option<String> {
    let wait = until.duration_since(now);
    let together = waited.checked_add(wait).unwrap_or(SignedDuration::MAX);
    if !wait.is_positive() || together <= longest(policy) {
        return None;
    }
    let allowed = span_words(longest(policy));
    if waited.is_zero() {
        return Some(format!("it ends at {until:.0}, later than the longest wait of {allowed} allows"));
    }
    let waited = span_words(waited);
    Some(format!(
        "the next try is at {until:.0}, {waited} were waited already, and {allowed} is the longest wait"
    ))
}

/// The reason of the block in place of such a wait, with what to do next.
pub(crate) fn with_remedy(reason: &str, why: &str, name: &str) -> String {
    format!("{reason}: {why}; `samocode resume {name}` tries again, and `--max-wait` lets it wait for longer")
}
