//! Telling the person: an [`Announcement`] becomes what a channel takes, and is sent.
//!
//! Sends once and says how that went. When to send, when to try again and what to record is the caller's; nothing here
//! reads a session or a setting file.

mod announcement;
mod channel;
mod command;
mod desktop;
mod discord;
mod error;
mod http;
mod ntfy;
mod retry;
mod slack;
pub mod telegram;
mod text;
mod webhook;

pub use announcement::{Announcement, Kind, Plan, Question, QuestionOption, Usage, VERSION};
pub use channel::{Channel, Limits, Surroundings};
pub use error::DeliveryError;
pub use retry::retry;
