//! The words and rules of samocode, as plain data and pure functions.
//!
//! Never touches a file, a process, a terminal or a clock: whoever calls passes `now` in.

pub mod amount;
pub mod budget;
pub mod check;
pub mod command;
pub mod confinement;
pub mod decide;
pub mod encoding;
pub mod environment;
pub mod event;
pub mod fallback;
pub mod gate;
pub mod guidance;
mod longest_wait;
pub(crate) mod markdown;
pub mod name;
pub mod notice;
pub mod origins;
pub mod outage;
pub mod outcome;
pub mod phase;
pub mod plan;
pub mod policy;
pub mod prompt;
pub mod qa;
pub mod redact;
pub mod refusal;
pub mod request;
pub mod reset;
pub mod review;
pub mod session;
pub mod shortage;
pub mod signal;
pub mod status;
pub mod step;
pub mod treatment;
pub mod verdict;
pub mod wait;
pub mod watch;
pub mod workflow;
