//! What Gemini CLI says on stderr about requests that it tries again. Its stream is silent about them.

use std::time::Duration;

use crate::provider::event::{AgentEvent, Retrying};
use crate::provider::words;

/// Most characters kept of a line.
const DETAIL: usize = 300;

/// What `line` says of a request that failed; none for all else.
///
/// Measured: `Attempt 1 failed: <the service's words>. Retrying after 71503704ms...` and
/// `Attempt 1 failed with status 503. Retrying with backoff... <the error>`. The service's words may hold line breaks,
/// so that the second half stands in a line of its own.
pub(in super::super) fn parse_stderr(line: &[u8]) -> Option<AgentEvent> {
    let text = String::from_utf8_lossy(line);
    let wait = wait(&text);
    let backs_off = text.starts_with("Attempt ") && text.contains("Retrying with backoff...");
    if wait.is_none() && !backs_off {
        return None;
    }
    let said = text.split(" Retrying ").next().unwrap_or_default();
    Some(AgentEvent::Retrying(Retrying {
        attempt: 0,
        max: 0,
        wait: wait.unwrap_or_default(),
        status: status(said),
        detail: words::one_line(said, DETAIL),
    }))
}

/// The wait that a line ends with.
fn wait(text: &str) -> Option<Duration> {
    let (_, wait) = text.trim_end().strip_suffix("ms...")?.rsplit_once("Retrying after ")?;
    wait.parse().ok().map(Duration::from_millis)
}

fn status(said: &str) -> Option<u16> {
    let (_, after) = said.split_once("failed with status ")?;
    after.get(..3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retrying(line: &str) -> Option<Retrying> {
        match parse_stderr(line.as_bytes()) {
            Some(AgentEvent::Retrying(retrying)) => Some(retrying),
            _ => None,
        }
    }

    #[test]
    fn a_wait_is_told_with_the_services_words() {
        let line = "Attempt 1 failed: You have exhausted your capacity on this model. Your quota will reset after 19h14m47s.. Retrying after 71503704ms...";
        let told = retrying(line).unwrap();
        assert_eq!((told.wait, told.status), (Duration::from_millis(71_503_704), None));
        assert!(told.detail.ends_with("will reset after 19h14m47s.."), "{}", told.detail);
        let second = retrying("Suggested retry after 2s.. Retrying after 5938ms...").unwrap();
        assert_eq!(second.wait, Duration::from_millis(5938));
    }

    #[test]
    fn a_back_off_is_told_with_its_status() {
        let told =
            retrying("Attempt 2 failed with status 503. Retrying with backoff... _ApiError: {").unwrap();
        assert_eq!((told.wait, told.status), (Duration::ZERO, Some(503)));
        assert_eq!(told.detail, "Attempt 2 failed with status 503.");
    }

    #[test]
    fn all_else_is_no_retry() {
        for line in [
            "",
            "YOLO mode is enabled. All tool calls will be automatically approved.",
            "Attempt 1 failed: Resource has been exhausted (e.g. check quota).. Max attempts reached",
            "a log that says: Retrying after 99999999ms... and goes on",
            "Retrying after 99999999999999999999999ms...",
        ] {
            assert_eq!(retrying(line), None, "{line}");
        }
    }
}
