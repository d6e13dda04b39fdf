//! Ends processes that are nobody's children here: TERM, a grace, then KILL until a scan shows none.

use std::collections::BTreeSet;
use std::time::Duration;

use super::pid::{Pid, Signal};
use super::system;
use super::table::Entry;

/// After so many rounds what is left cannot be ended (held by the kernel, another user's).
const ROUNDS: u32 = 20;
const ROUND: Duration = Duration::from_millis(100);

/// What a sweep did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many processes were ended.
    pub ended: u32,
    /// The processes that could not be ended.
    pub left: Vec<Pid>,
}

/// Ends all that `select` finds, anew each time it is asked.
pub(crate) fn sweep(mut select: impl FnMut() -> Vec<Entry>, grace: Duration) -> Swept {
    let mut met = BTreeSet::new();
    let mut found = select();
    for round in 0..=ROUNDS {
        if found.is_empty() {
            break;
        }
        for entry in &found {
            met.insert(entry.incarnation());
            if round == 0 {
                drop(entry.signal(Signal::TERM));
                drop(entry.signal(Signal::CONT));
            } else {
                drop(entry.signal(Signal::KILL));
            }
        }
        system::wait_for_exits(&found, if round == 0 { grace } else { ROUND });
        found = select();
    }
    let left: Vec<Pid> = found.iter().map(|entry| entry.pid).collect();
    Swept { ended: u32::try_from(met.len().saturating_sub(left.len())).unwrap_or(u32::MAX), left }
}
