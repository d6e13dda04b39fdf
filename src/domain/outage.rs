//! What a session knows of a provider that does not serve: since when, until when, and how often it was tried.

use jiff::{SignedDuration, Timestamp};

use crate::domain::verdict::Park;

/// A provider's row of parks, unbroken by any work that it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// When it began.
    pub since: Timestamp,
    /// When the provider is tried again; wall-clock time.
    pub until: Timestamp,
    /// Why, in words.
    pub reason: String,
    /// Parks in a row.
    pub parks: u32,
    /// How long they last, together; nothing that another provider did lies between them.
    pub waited: SignedDuration,
}

impl Outage {
    /// The row with one more park, or a new one.
    #[must_use]
    pub fn with(row: Option<Self>, park: &Park, now: Timestamp) -> Self {
        let wait = park.until.duration_since(now).max(SignedDuration::ZERO);
        let row = row.unwrap_or_else(|| Self {
            since: now,
            until: now,
            reason: String::new(),
            parks: 0,
            waited: SignedDuration::ZERO,
        });
        Self {
            until: park.until,
            reason: park.reason.clone(),
            parks: row.parks.saturating_add(1),
            waited: row.waited.checked_add(wait).unwrap_or(SignedDuration::MAX),
            since: row.since,
        }
    }
}
