//! A stand-in for Telegram's Bot API and for the phone in the person's hand, for tests that send notices without a
//! network.
//!
//! [`Phone::start`] listens on a free loopback port and answers the methods that samocode uses, as strictly as the real
//! service does: what it would refuse is refused here with its words. The test is the person: it says, replies and taps,
//! and looks at what the chat shows. [`Fault`]s make single calls fail, [`Phone::go_down`] the whole service.
//!
//! This package never uses samocode's own code nor a Bot API library, so that both sides are written twice.

mod bot_api;
mod call;
mod fault;
mod format;
mod happening;
mod json;
mod keyboard;
mod message;
mod params;
mod people;
mod person;
mod phone;
mod refusal;
mod service;
mod state;
mod updates;
mod wait;

pub use call::Call;
pub use fault::Fault;
pub use happening::{Happening, Toast};
pub use message::{Button, Document, Edit, Entity, Message};
pub use people::{GROUP, OWNER, STRANGER, Who};
pub use phone::Phone;
