//! Troubles that a test orders for the next calls of a method.

use std::time::Duration;

use crate::refusal::Refusal;

/// What happens to a call instead of what it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// 429: nothing is done, and the bot is to wait.
    TooMany {
        /// Seconds.
        retry_after: u16,
    },
    /// 409: another instance of the bot is reading the updates.
    Conflict,
    /// 400 with this description after `Bad Request: `.
    BadRequest(String),
    /// 401: the token is not, or no longer, a bot's.
    Unauthorized,
    /// 403: the person blocked the bot.
    Forbidden,
    /// 400: the group goes on as a supergroup with this id.
    Migrated(i64),
    /// 502 with a body in HTML, as a proxy in front of the service sends it.
    ServerError,
    /// The connection is closed before anything is done.
    DropBefore,
    /// All is done, and the connection is closed instead of the answer.
    DropAfter,
    /// All is done, and the answer comes this much later.
    Slow(Duration),
}

impl Fault {
    /// The refusal, when the fault is one.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        Some(match self {
            Self::TooMany { retry_after } => Refusal {
                retry_after: Some(*retry_after),
                ..Refusal::new(429, format!("Too Many Requests: retry after {retry_after}"))
            },
            Self::Conflict => Refusal::conflict(),
            Self::BadRequest(why) => Refusal::bad(why),
            Self::Unauthorized => Refusal::unauthorized(),
            Self::Forbidden => Refusal::new(403, "Forbidden: bot was blocked by the user"),
            Self::Migrated(to) => Refusal {
                migrate_to: Some(*to),
                ..Refusal::bad("group chat was upgraded to a supergroup chat")
            },
            Self::ServerError | Self::DropBefore | Self::DropAfter | Self::Slow(_) => return None,
        })
    }
}

/// The faults that are still to come, in the order they were asked for.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Ordered>);

#[derive(Debug)]
struct Ordered {
    method: String,
    left: usize,
    fault: Fault,
}

impl Faults {
    pub(crate) fn order(&mut self, method: &str, times: usize, fault: Fault) {
        self.0.push(Ordered { method: method.to_owned(), left: times, fault });
    }

    /// The fault of this call, used up by it.
    pub(crate) fn take(&mut self, method: &str) -> Option<Fault> {
        let fits = |known: &str| known == "*" || known.eq_ignore_ascii_case(method);
        let due = self.0.iter_mut().find(|ordered| ordered.left > 0 && fits(&ordered.method))?;
        due.left -= 1;
        Some(due.fault.clone())
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
