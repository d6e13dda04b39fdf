//! What a session knows of a provider that does not serve: since when, until when, and how often it was tried. And how
//! long it has waited for providers in a row.

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
}

/// Waits for providers in a row: since the first of them began, no iteration has done any work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// When the first one began.
    pub since: Timestamp,
    /// How long they last, together. A wait that was cut short counts for as long as it lasted.
    pub total: SignedDuration,
}

impl Outage {
    /// The row with one more park, or a new one.
    #[must_use]
    pub fn with(row: Option<Self>, park: &Park, now: Timestamp) -> Self {
        Self {
            since: row.as_ref().map_or(now, |row| row.since),
            until: park.until,
            reason: park.reason.clone(),
            parks: row.map_or(0, |row| row.parks).saturating_add(1),
        }
    }
}
