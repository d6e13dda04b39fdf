//! What the person has to be told, held against where the session stands.

use std::collections::BTreeSet;

use samocode::domain::notice::{Notice, NoticeKind, SHORT_PARK};
use samocode::domain::session::{Session, State};
use samocode::domain::verdict::BlockCause;

use super::{Breach, demand};

/// What was told, by notice.
#[derive(Debug, Clone, Default)]
pub(super) struct Noticed {
    told: BTreeSet<String>,
    /// Every id that there ever was.
    seen: BTreeSet<String>,
}

impl Noticed {
    /// A channel took a notice.
    pub(super) fn take(&mut self, before: &Session, id: &str) -> Result<(), Breach> {
        demand(before.notices.iter().any(|notice| notice.id == id), "a notice that does not hold was told")?;
        self.told.insert(id.to_owned());
        Ok(())
    }

    /// Exactly what calls for the person is due, none of it twice, and what was told is told.
    pub(super) fn agrees(&mut self, before: &Session, after: &Session) -> Result<(), Breach> {
        for notice in &after.notices {
            let was = before.notices.iter().any(|old| old.id == notice.id);
            let fresh = self.seen.insert(notice.id.clone());
            demand(was || fresh, "a notice came back under its old id")?;
            demand(
                notice.told.contains("phone") == self.told.contains(&notice.id),
                "what was told was lost",
            )?;
        }
        demand(after.notices.len() <= 1, "more than one thing is to be told at once")?;
        demand(calls(after, after.notices.first()), "what is to be told is not where it stands")
    }
}

/// Whether this is the notice for where a session stands.
fn calls(session: &Session, notice: Option<&Notice>) -> bool {
    let kind = notice.map(|notice| &notice.kind);
    match (&session.state, kind) {
        (State::Waiting(gate), Some(NoticeKind::Waiting(told))) => session.posted && gate.id == told.id,
        (State::Waiting(_), _) => !session.posted,
        (State::Blocked(block), Some(NoticeKind::Failed(told))) => {
            block == told && block.cause == BlockCause::Unable
        }
        (State::Blocked(block), Some(NoticeKind::Blocked(told))) => {
            block == told && block.cause != BlockCause::Unable
        }
        (State::Done(summary), Some(NoticeKind::Done { summary: told })) => summary == told,
        (State::Blocked(_) | State::Done(_), _) => false,
        (State::Parked(pause), Some(NoticeKind::Parked { until, .. })) => pause.until == *until,
        // A short wait is not worth a message.
        (State::Parked(pause), _) => {
            session.waits.is_some_and(|waits| pause.until.duration_since(waits.since) <= SHORT_PARK)
        }
        // That a provider serves again is told while it works, and a wait that is tried in its middle stays told.
        (_, None | Some(NoticeKind::Resumed { .. })) => true,
        (_, Some(NoticeKind::Parked { since, .. })) => {
            session.waits.is_some_and(|waits| waits.since == *since)
        }
        (_, Some(_)) => false,
    }
}
