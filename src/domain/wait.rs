//! A wait until a time of the wall clock. No clock itself: whoever waits passes both in.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A wait that goes on while the machine sleeps, and that a clock which is set back does not make longer than it was
/// meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    until: Timestamp,
    longest: Duration,
}

impl Wait {
    /// A wait that begins at `now`. None is longer than `most`: one that seems so was written before the clock was set
    /// back.
    #[must_use]
    pub fn begin(until: Timestamp, now: Timestamp, most: Duration) -> Self {
        let left = until.duration_since(now).max(SignedDuration::ZERO);
        Self { until, longest: Duration::try_from(left).unwrap_or(most).min(most) }
    }

    /// Whether it is over, by the wall clock or by the time that it has lasted.
    #[must_use]
    pub fn is_over(&self, now: Timestamp, lasted: Duration) -> bool {
        now >= self.until || lasted >= self.longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(hours * 3600).unwrap()
    }

    fn five_hours() -> Wait {
        Wait::begin(at(15), at(10), 12 * HOUR)
    }

    #[test]
    fn fault_21_a_machine_that_slept_has_waited() {
        let slept = five_hours();
        assert!(!slept.is_over(at(12), HOUR));
        assert!(slept.is_over(at(15), 2 * HOUR), "the clock that stands still in sleep does not matter");
    }

    #[test]
    fn a_clock_that_is_set_forward_ends_it_and_one_that_is_set_back_does_not_stretch_it() {
        assert!(five_hours().is_over(at(16), Duration::ZERO));
        assert!(!five_hours().is_over(at(-100), 4 * HOUR));
        assert!(five_hours().is_over(at(-100), 5 * HOUR));
    }

    #[test]
    fn a_clock_that_was_set_back_before_a_restart_costs_no_more_than_the_longest_wait() {
        let taken_up = Wait::begin(at(15), at(-100), 12 * HOUR);
        assert!(!taken_up.is_over(at(-100), 11 * HOUR));
        assert!(taken_up.is_over(at(-100), 12 * HOUR));
    }

    #[test]
    fn times_at_the_ends_of_the_calendar_are_no_panic() {
        for (until, now) in [(Timestamp::MAX, Timestamp::MIN), (Timestamp::MIN, Timestamp::MAX)] {
            assert!(Wait::begin(until, now, Duration::MAX).is_over(now.max(until), Duration::ZERO));
        }
    }
}
