//! How a delivery failed, and with that whether to try again.

use std::time::Duration;

/// Why something was not delivered. No address is in it, only its host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// The other side does not want it, and would not want it a second time.
    #[error("{0}")]
    Refused(String),
    /// The other side takes it, but not before this time.
    #[error("it takes no more for now and asks to wait {} s", .0.as_secs())]
    RetryAfter(Duration),
    /// It did not get there, or nobody said so.
    #[error("{0}")]
    Unreachable(String),
}

impl DeliveryError {
    /// Whether the same could be delivered later.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Refused(_) => false,
            Self::RetryAfter(_) | Self::Unreachable(_) => true,
        }
    }
}
