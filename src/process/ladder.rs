//! The polite ladder: INT, then TERM, then KILL, with a grace after each. Pure; `now` is an argument.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// How long a program is given after each request to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graces {
    /// From INT to TERM.
    pub interrupt: Duration,
    /// From TERM to KILL.
    pub terminate: Duration,
    /// What the program left behind: from TERM to KILL.
    pub leftovers: Duration,
}

impl Default for Graces {
    /// 5 s, 5 s and 1 s: all is over within 15 s.
    fn default() -> Self {
        Self {
            interrupt: Duration::from_secs(5),
            terminate: Duration::from_secs(5),
            leftovers: Duration::from_secs(1),
        }
    }
}

/// A rung of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rung {
    Interrupt,
    Terminate,
    Kill,
}

/// Where one polite ending stands.
#[derive(Debug)]
pub(crate) struct Ladder {
    graces: Graces,
    next: Option<(Rung, Instant)>,
}

impl Ladder {
    /// The first rung is due at once.
    pub(crate) fn new(graces: Graces, now: Instant) -> Self {
        Self { graces, next: Some((Rung::Interrupt, now)) }
    }

    /// When the next rung is due; `None` after KILL.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.next.map(|(_, due)| due)
    }

    /// The rung to act on now, if one is due. Each comes once.
    pub(crate) fn climb(&mut self, now: Instant) -> Option<Rung> {
        let (rung, due) = self.next?;
        if now < due {
            return None;
        }
        self.next = match rung {
            Rung::Interrupt => Some((Rung::Terminate, now + self.graces.interrupt)),
            Rung::Terminate => Some((Rung::Kill, now + self.graces.terminate)),
            Rung::Kill => None,
        };
        Some(rung)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rung_comes_once_after_the_grace_of_the_one_before() {
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let mut ladder = Ladder::new(Graces::default(), start);

        assert_eq!(ladder.climb(start), Some(Rung::Interrupt));
        assert_eq!(ladder.climb(start + 4 * second), None);
        assert_eq!(ladder.climb(start + 5 * second), Some(Rung::Terminate));
        assert_eq!(ladder.due(), Some(start + 10 * second));
        assert_eq!(ladder.climb(start + 9 * second), None);
        assert_eq!(ladder.climb(start + 10 * second), Some(Rung::Kill));
        assert_eq!(ladder.climb(start + 99 * second), None);
        assert_eq!(ladder.due(), None);
    }

    #[test]
    fn a_late_climb_skips_no_rung_and_shortens_no_grace() {
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let mut ladder = Ladder::new(Graces::default(), start);

        assert_eq!(ladder.climb(start + 30 * second), Some(Rung::Interrupt));
        assert_eq!(ladder.climb(start + 30 * second), None);
        assert_eq!(ladder.climb(start + 35 * second), Some(Rung::Terminate));
    }
}
