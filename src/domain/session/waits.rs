//! Waits for providers: who is out until when, and how long the session has waited since anything was done.

use jiff::{SignedDuration, Timestamp};

use super::{Session, State};
use crate::domain::event::Judged;
use crate::domain::notice::NoticeKind;
use crate::domain::outage::{Outage, Waits};
use crate::domain::verdict::{Decision, Pause};

impl Session {
    /// A clock that was set back since the last entry makes no wait longer than it was meant to be.
    pub(super) fn set_back(&mut self, now: Timestamp) {
        let back = self.changed_at.duration_since(now);
        if !back.is_positive() {
            return;
        }
        let earlier = |at: Timestamp| at.checked_sub(back).unwrap_or(now);
        match &mut self.state {
            State::Ready { after: Some(after) } => *after = earlier(*after),
            State::Parked(pause) => pause.until = earlier(pause.until),
            State::Ready { after: None }
            | State::Preparing
            | State::Running(_)
            | State::Verifying(_)
            | State::Waiting(_)
            | State::Blocked(_)
            | State::Done(_) => {}
        }
        // Both ends move: an outage is as long as it was, and the notice of a wait says when it ends now.
        for outage in self.outages.values_mut() {
            outage.since = earlier(outage.since);
            outage.until = earlier(outage.until);
        }
        if let Some(waits) = &mut self.waits {
            waits.since = earlier(waits.since);
        }
        for notice in &mut self.notices {
            if let NoticeKind::Parked { since, until, .. } = &mut notice.kind {
                *since = earlier(*since);
                *until = earlier(*until);
            }
        }
    }

    /// A provider is out until it has worked: what an iteration changed before it ran into a limit is work.
    pub(super) fn keep_outages(&mut self, provider: &str, judged: &Judged, at: Timestamp) {
        match &judged.decision {
            Decision::Park(park) => {
                if !judged.unchanged {
                    self.waits = None;
                }
                let row = self.outages.remove(provider).filter(|_| judged.unchanged);
                self.outages.insert(provider.to_owned(), Outage::with(row, park, at));
            }
            // Cut short by somebody else, it has shown nothing.
            Decision::Again => {}
            Decision::Go { .. }
            | Decision::Retry { .. }
            | Decision::Open(_)
            | Decision::Block(_)
            | Decision::Verify { .. }
            | Decision::Finish { .. } => {
                self.outages.remove(provider);
                self.waits = None;
            }
        }
    }

    /// Waits until the next iteration can start, which may be now.
    pub(super) fn wait_for_provider(&mut self, pause: Pause, at: Timestamp) {
        self.end_wait(at);
        if pause.until <= at {
            self.state = self.workable();
            return;
        }
        let wait = pause.until.duration_since(at);
        let waits = self.waits.get_or_insert(Waits { since: at, total: SignedDuration::ZERO });
        waits.total = waits.total.checked_add(wait).unwrap_or(SignedDuration::MAX);
        self.state = State::Parked(pause);
    }

    /// A wait that is cut short counts only for as long as it lasted.
    pub(super) fn end_wait(&mut self, at: Timestamp) {
        if let (State::Parked(pause), Some(waits)) = (&self.state, &mut self.waits) {
            let left = pause.until.duration_since(at).max(SignedDuration::ZERO);
            waits.total = waits.total.checked_sub(left).unwrap_or(SignedDuration::ZERO);
        }
    }
}
