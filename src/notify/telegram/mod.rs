//! The phone's service: one call of Telegram's Bot API at a time, and texts that it cannot refuse.
//!
//! Knows no session, keeps nothing on disk, and never says the bot's token.

mod bot;
mod fault;
mod rich;
mod updates;

pub use bot::{Bot, Button};
pub use fault::Fault;
pub use rich::{LONGEST_CAPTION, LONGEST_TEXT, Rich, Style};
pub use updates::{Replied, Said, Sender, Update, Word};
