//! When a running child has to be ended. Times are measured from the iteration's start.

use std::time::Duration;

use crate::domain::outcome::Silence;
use crate::domain::policy::Policy;

/// A CLI that goes to sleep for longer before it asks the service again is ended instead: what it waits for is waited
/// for better without it. A quota of a minute is within.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How long what may last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchLimits {
    /// The whole iteration.
    pub total: Duration,
    /// Silence before the first line.
    pub start: Duration,
    /// Silence in mid-stream while no tool is at work.
    pub stream: Duration,
    /// Silence while a tool is at work.
    pub tool: Duration,
    /// Silence after a result when a signal stands: nothing more is to come.
    pub settled: Duration,
    /// Silence after a result without a signal: a late background turn may still write one.
    pub unsettled: Duration,
}

impl WatchLimits {
    /// The limits for an iteration that may last `total`.
    #[must_use]
    pub fn within(total: Duration, policy: &Policy) -> Self {
        Self {
            total,
            start: policy.stall_start,
            stream: policy.stall_stream,
            tool: policy.stall_tool,
            settled: Duration::from_secs(10),
            unsettled: Duration::from_secs(60),
        }
    }
}

/// What has been seen of the child so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Watched {
    /// Time since the start.
    pub elapsed: Duration,
    /// Time since it last printed anything.
    pub silent: Duration,
    /// Whether it has printed anything.
    pub has_output: bool,
    /// Whether a tool that it called has not answered yet.
    pub tool_runs: bool,
    /// Whether it has printed its result, and has not worked on since.
    pub has_result: bool,
    /// Whether a signal stands.
    pub has_signal: bool,
    /// How long it said that it sleeps before it asks the service again.
    pub sleeps: Duration,
    /// Whether a budget is used up, as far as is known yet.
    pub over_budget: bool,
}

/// Why a child is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overdue {
    /// It finished and stays; its result stands, too.
    Lingers,
    /// A budget is used up.
    Budget,
    /// It ran into the iteration's time limit.
    TimeLimit,
    /// It sleeps until a service serves again that will not for long.
    Sleeps,
    /// It has been silent for too long.
    Silent(Silence),
}

/// Whether the child has to be ended now. One that goes on working after its result is left alone.
#[must_use]
pub fn overdue(limits: &WatchLimits, seen: &Watched) -> Option<Overdue> {
    let patience = if seen.has_signal { limits.settled } else { limits.unsettled };
    if seen.over_budget {
        Some(Overdue::Budget)
    } else if seen.elapsed >= limits.total {
        Some(Overdue::TimeLimit)
    } else if seen.has_result && seen.silent >= patience {
        Some(Overdue::Lingers)
    } else if seen.has_result {
        None
    } else if seen.sleeps > LONGEST_WAIT {
        Some(Overdue::Sleeps)
    } else if seen.tool_runs {
        (seen.silent >= limits.tool).then_some(Overdue::Silent(Silence::Tool))
    } else if !seen.has_output {
        (seen.silent >= limits.start).then_some(Overdue::Silent(Silence::Start))
    } else {
        (seen.silent >= limits.stream).then_some(Overdue::Silent(Silence::Stream))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(minutes: u64) -> Duration {
        Duration::from_secs(minutes * 60)
    }

    fn judged(seen: Watched) -> Option<Overdue> {
        overdue(&WatchLimits::within(minutes(60), &Policy::default()), &seen)
    }

    fn finished(silent: u64, has_signal: bool) -> Option<Overdue> {
        let silent = Duration::from_secs(silent);
        judged(Watched {
            elapsed: minutes(4),
            silent,
            has_output: true,
            has_result: true,
            has_signal,
            ..Watched::default()
        })
    }

    #[test]
    fn a_finished_child_that_stays_is_ended_after_the_grace() {
        assert_eq!(finished(9, true), None);
        assert_eq!(finished(10, true), Some(Overdue::Lingers));
        assert_eq!(finished(59, false), None);
        assert_eq!(finished(60, false), Some(Overdue::Lingers));
    }

    /// Silent for so many minutes, at a run's start, in mid-stream, or while a tool runs.
    fn silent(silent: u64, has_output: bool, tool_runs: bool) -> Option<Overdue> {
        let silent = minutes(silent);
        judged(Watched { elapsed: silent, silent, has_output, tool_runs, ..Watched::default() })
    }

    #[test]
    fn silence_is_judged_by_where_it_is() {
        assert_eq!(silent(4, false, false), None);
        assert_eq!(silent(5, false, false), Some(Overdue::Silent(Silence::Start)));
        assert_eq!(silent(7, true, false), None, "the model thinks");
        assert_eq!(silent(14, true, false), None);
        assert_eq!(silent(15, true, false), Some(Overdue::Silent(Silence::Stream)));
        assert_eq!(silent(29, true, true), None, "a tool may take its time");
        assert_eq!(silent(30, true, true), Some(Overdue::Silent(Silence::Tool)));
    }

    #[test]
    fn a_child_that_sleeps_for_long_is_ended_and_one_that_waits_for_a_minute_is_not() {
        let sleeps = |seconds| judged(Watched { sleeps: Duration::from_secs(seconds), ..Watched::default() });
        assert_eq!((sleeps(0), sleeps(60)), (None, None));
        assert_eq!(sleeps(61), Some(Overdue::Sleeps));
    }

    #[test]
    fn a_budget_that_is_used_up_ends_whatever_runs() {
        for has_result in [false, true] {
            let seen = Watched { over_budget: true, has_result, ..Watched::default() };
            assert_eq!(judged(seen), Some(Overdue::Budget));
        }
    }
}
