//! When a running child has to be ended. Times are measured from the iteration's start.

use std::time::Duration;

/// How long what may last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchLimits {
    /// The whole iteration.
    pub total: Duration,
    /// Silence after a result when a signal stands: nothing more is to come.
    pub settled: Duration,
    /// Silence after a result without a signal: a late background turn may still write one.
    pub unsettled: Duration,
}

impl WatchLimits {
    /// The usual limits for an iteration that may last `total`.
    #[must_use]
    pub fn within(total: Duration) -> Self {
        Self { total, settled: Duration::from_secs(10), unsettled: Duration::from_secs(60) }
    }
}

/// What has been seen of the child so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Watched {
    /// Time since the start.
    pub elapsed: Duration,
    /// Time since it last printed anything.
    pub silent: Duration,
    /// Whether it has printed its result.
    pub has_result: bool,
    /// Whether a signal stands.
    pub has_signal: bool,
}

/// Why a child is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overdue {
    /// It finished and stays; its result stands, too.
    Lingers,
    /// It ran into the iteration's time limit.
    TimeLimit,
}

/// Whether the child has to be ended now. One that goes on working after its result is left alone.
#[must_use]
pub fn overdue(limits: &WatchLimits, seen: &Watched) -> Option<Overdue> {
    let patience = if seen.has_signal { limits.settled } else { limits.unsettled };
    if seen.elapsed >= limits.total {
        Some(Overdue::TimeLimit)
    } else if seen.has_result && seen.silent >= patience {
        Some(Overdue::Lingers)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(silent: u64, has_result: bool, has_signal: bool) -> Option<Overdue> {
        let seen = Watched {
            elapsed: Duration::from_secs(200),
            silent: Duration::from_secs(silent),
            has_result,
            has_signal,
        };
        overdue(&WatchLimits::within(Duration::from_secs(1800)), &seen)
    }

    #[test]
    fn a_finished_child_that_stays_is_ended_after_the_grace() {
        assert_eq!(at(9, true, true), None);
        assert_eq!(at(10, true, true), Some(Overdue::Lingers));
        assert_eq!(at(59, true, false), None);
        assert_eq!(at(60, true, false), Some(Overdue::Lingers));
    }

    #[test]
    fn silence_before_a_result_is_left_alone_until_the_time_limit() {
        assert_eq!(at(199, false, true), None);
        let limits = WatchLimits::within(Duration::from_secs(200));
        let seen = Watched { elapsed: Duration::from_secs(200), ..Watched::default() };
        assert_eq!(overdue(&limits, &seen), Some(Overdue::TimeLimit));
    }
}
