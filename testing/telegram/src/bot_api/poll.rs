//! `getUpdates`: at once when there is something, else when something comes or the time is over.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::params::Params;
use crate::refusal::Refusal;
use crate::state::Shared;

const LONGEST_POLL: i64 = 50;
const MOST_UPDATES: i64 = 100;

pub(super) fn updates(shared: &Shared, params: &Params) -> Result<Value, Refusal> {
    let limit = params.integer("limit").filter(|limit| (1..=MOST_UPDATES).contains(limit));
    let limit = usize::try_from(limit.unwrap_or(MOST_UPDATES)).unwrap_or_default();
    let seconds = params.integer("timeout").unwrap_or(0).clamp(0, LONGEST_POLL);
    let deadline = Instant::now() + Duration::from_secs(seconds.unsigned_abs());
    let allowed = params.json("allowed_updates")?;
    let mine = shared.change(|state| {
        if let Some(Value::Array(kinds)) = allowed {
            state.updates.allow(kinds.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        }
        state.updates.confirm(params.integer("offset").unwrap_or(0));
        state.polls += 1;
        state.polls
    });
    let mut state = shared.lock();
    loop {
        if state.polls != mine {
            return Err(Refusal::conflict());
        }
        let found = state.updates.first(limit);
        let left = deadline.saturating_duration_since(Instant::now());
        if !found.is_empty() || left.is_zero() || state.closed {
            return Ok(Value::Array(found));
        }
        state = shared.wait(state, left);
    }
}
