//! Which notices hold after an entry of the journal.

use jiff::Timestamp;

use super::{Session, State};
use crate::domain::event::{Entry, Event};
use crate::domain::notice::{Notice, NoticeKind, SHORT_PARK};
use crate::domain::verdict::{BlockCause, Decision};

impl Session {
    /// The notices that this channel has not taken, oldest first.
    pub fn due<'a>(&'a self, channel: &'a str) -> impl Iterator<Item = &'a Notice> {
        self.notices.iter().filter(move |notice| !notice.told.contains(channel))
    }

    /// What the person would be told of where it stands now.
    pub(super) fn standing(&self) -> Option<NoticeKind> {
        match &self.state {
            // Until its files are in order there is nothing to look at.
            State::Waiting(gate) => self.posted.then(|| NoticeKind::Waiting(gate.clone())),
            State::Blocked(block) => Some(match block.cause {
                BlockCause::Unable => NoticeKind::Failed(block.clone()),
                BlockCause::Asked
                | BlockCause::Failures
                | BlockCause::NoProgress
                | BlockCause::Unverified
                | BlockCause::Interruptions
                | BlockCause::Limit
                | BlockCause::Tampered => NoticeKind::Blocked(block.clone()),
            }),
            State::Done(summary) => Some(NoticeKind::Done { summary: summary.clone() }),
            State::Parked(pause) => {
                let since = self.waits.map_or(self.changed_at, |waits| waits.since);
                (pause.until.duration_since(since) > SHORT_PARK).then(|| NoticeKind::Parked {
                    since,
                    until: pause.until,
                    reason: pause.reason.clone(),
                })
            }
            State::Preparing | State::Ready { .. } | State::Running(_) | State::Verifying(_) => None,
        }
    }

    /// Brings the notices in line with where it stands now; `before` is what stood before this entry.
    pub(super) fn keep_notices(&mut self, before: Option<&NoticeKind>, entry: &Entry) {
        let now = self.standing();
        if now.is_some() && now.as_ref() == before {
            return;
        }
        let parked = self.notices.iter().find_map(|notice| match notice.kind {
            NoticeKind::Parked { since, .. } => Some(since),
            _ => None,
        });
        let lasts = parked.is_some() && parked == self.waits.map(|waits| waits.since);
        match now {
            Some(kind) => {
                let told = self.notices.iter().position(|notice| notice.kind.is_same(&kind));
                let told = told.map(|at| self.notices.swap_remove(at));
                self.notices = vec![match told {
                    Some(notice) => Notice { kind, ..notice },
                    None => self.notice(kind, entry.at),
                }];
            }
            // It is tried in the middle of a wait, whose message still holds.
            None if lasts => {}
            None => {
                let served = parked.filter(|_| is_served(&entry.event));
                self.notices.retain(|notice| matches!(notice.kind, NoticeKind::Resumed { .. }));
                if let Some(since) = served {
                    self.notices = vec![self.notice(NoticeKind::Resumed { since }, entry.at)];
                }
            }
        }
    }

    fn notice(&mut self, kind: NoticeKind, at: Timestamp) -> Notice {
        self.noticed += 1;
        let id = match &kind {
            NoticeKind::Waiting(gate) => format!("waiting-{}", gate.id),
            other => format!("{}-{}", other.name(), self.noticed),
        };
        Notice { id, at, kind, told: std::collections::BTreeSet::new() }
    }

    pub(super) fn notified(&mut self, id: &str, channel: &str) {
        // The notice may have been withdrawn meanwhile; a late delivery changes nothing.
        if let Some(notice) = self.notices.iter_mut().find(|notice| notice.id == id) {
            notice.told.insert(channel.to_owned());
        }
    }
}

/// Whether an iteration shows that its provider serves.
fn is_served(event: &Event) -> bool {
    match event {
        Event::Judged(judged) => {
            !matches!(judged.decision, Decision::Again | Decision::Park(_) | Decision::Block(_))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
