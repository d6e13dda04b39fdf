//! When to try again. Pure: whoever waits adds some chance, so that not all come back at once.

use std::time::Duration;

/// The first waits, in seconds; the last one goes on.
const WAITS: [u64; 5] = [2, 10, 60, 300, 900];

/// Nobody needs to hear of something this long after.
const LONGEST: u64 = 24 * 3600;

/// How long to wait after a try that failed, the first being 1; none when a day went by with it.
#[must_use]
pub fn retry(attempt: u32) -> Option<Duration> {
    let [.., last] = WAITS;
    let wait = |attempt: u64| {
        let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
        WAITS.get(index).copied().unwrap_or(last)
    };
    let attempt = u64::from(attempt.max(1));
    let first: u64 = (1..=attempt).take(WAITS.len()).map(wait).sum();
    let more = attempt.saturating_sub(WAITS.len() as u64).saturating_mul(last);
    (first.saturating_add(more) <= LONGEST).then(|| Duration::from_secs(wait(attempt)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_quarter_of_an_hour_and_end_after_a_day() {
        let seconds: Vec<u64> = (1..).map_while(retry).map(|wait| wait.as_secs()).collect();
        assert_eq!(seconds[..7], [2, 10, 60, 300, 900, 900, 900]);
        let day = seconds.iter().sum::<u64>();
        assert!(day <= LONGEST && day + 900 > LONGEST, "{day}");
        assert_eq!((retry(0), retry(u32::MAX)), (Some(Duration::from_secs(2)), None));
    }
}
