//! Whether anybody still waits for an answer.

use std::io::ErrorKind;
use std::net::TcpStream;

/// The other end of the connection that a request came by.
#[derive(Debug)]
pub struct Client<'a>(pub(crate) &'a TcpStream);

impl Client<'_> {
    /// Whether it closed the connection, so that no answer reaches it.
    #[must_use]
    pub fn left(&self) -> bool {
        if self.0.set_nonblocking(true).is_err() {
            return true;
        }
        let peeked = self.0.peek(&mut [0]);
        let blocking = self.0.set_nonblocking(false);
        match peeked {
            Ok(read) => read == 0 || blocking.is_err(),
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        }
    }
}
