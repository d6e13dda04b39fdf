//! Empties a child's pipe: every byte to its log as it comes, in constant memory. Never ends early, never waits for a
//! descriptor that a stranger holds open after the child and all it started are gone.

use std::io::{self, PipeReader, Read};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags};

use super::poll::poll_until;
use super::system;

/// As much as fits a core's own cache; the pipe holds more, so the child rarely waits.
const CHUNK: usize = 256 * 1024;

/// Hands every chunk to `each` until the end of the stream, and gives the number of bytes. When `over` (a pipe that
/// nobody writes to) closes, only what waits in the pipe is read.
pub(crate) fn drain(
    mut pipe: &PipeReader,
    over: &PipeReader,
    mut each: impl FnMut(&[u8]),
) -> io::Result<u64> {
    let mut buffer = vec![0; CHUNK];
    let mut total = 0;
    let mut allowance = None;
    while allowance != Some(0) {
        let mut fds = [PollFd::new(pipe, PollFlags::IN), PollFd::new(over, PollFlags::IN)];
        let closing = allowance.is_some();
        let watched = if closing { &mut fds[..1] } else { &mut fds[..] };
        poll_until(watched, closing.then(Instant::now))?;
        let [data, end] = fds.map(|fd| !fd.revents().is_empty());
        if end {
            allowance = Some(system::capacity(pipe));
        }
        if !data {
            if closing {
                break;
            }
            continue;
        }
        let most = allowance.map_or(CHUNK, |left| left.min(CHUNK));
        let count = match pipe.read(&mut buffer[..most]) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        each(&buffer[..count]);
        total += count as u64;
        allowance = allowance.map(|left| left.saturating_sub(count));
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn the_stream_is_read_to_its_end_while_the_child_lives() {
        let (pipe, mut child) = io::pipe().unwrap();
        let (over, _alive) = io::pipe().unwrap();
        child.write_all(b"abc").unwrap();
        drop(child);
        let mut got = Vec::new();
        assert_eq!(drain(&pipe, &over, |bytes| got.extend_from_slice(bytes)).unwrap(), 3);
        assert_eq!(got, b"abc");
    }

    #[test]
    fn a_stranger_that_keeps_the_pipe_open_is_not_waited_for_once_all_is_over() {
        let (pipe, mut stranger) = io::pipe().unwrap();
        let (over, alive) = io::pipe().unwrap();
        stranger.write_all(b"abc").unwrap();
        drop(alive);
        let mut got = Vec::new();
        assert_eq!(drain(&pipe, &over, |bytes| got.extend_from_slice(bytes)).unwrap(), 3);
        assert_eq!(got, b"abc");
        drop(stranger);
    }
}
