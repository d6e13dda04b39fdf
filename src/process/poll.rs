//! Waiting for one of several descriptors until an instant, in place of sleeping.

use std::io;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, Timespec};
use rustix::io::Errno;

/// Returns whether something is ready; `false` when the instant came first. Without an instant it waits for ever.
pub(crate) fn poll_until(fds: &mut [PollFd<'_>], until: Option<Instant>) -> io::Result<bool> {
    loop {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let timeout = left.map(|left| Timespec::try_from(left).unwrap_or(FAR));
        match rustix::event::poll(fds, timeout.as_ref()) {
            Ok(0) if left.is_some_and(|left| left > Duration::ZERO) => {}
            Ok(ready) => return Ok(ready > 0),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

const FAR: Timespec = Timespec { tv_sec: 1 << 31, tv_nsec: 0 };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_that_has_passed_ends_the_wait_at_once() {
        assert!(!poll_until(&mut [], Some(Instant::now())).unwrap());
    }

    #[test]
    fn the_wait_lasts_until_its_instant() {
        let until = Instant::now() + Duration::from_millis(20);
        assert!(!poll_until(&mut [], Some(until)).unwrap());
        assert!(Instant::now() >= until);
    }
}
