//! The words and rules of samocode, as plain data and pure functions.
//!
//! Never touches a file, a process, a terminal or a clock: whoever calls passes `now` in.

pub mod command;
pub mod decide;
pub mod event;
pub mod gate;
pub mod outcome;
pub mod phase;
pub mod policy;
pub mod prompt;
pub mod request;
pub mod session;
pub mod signal;
pub mod step;
pub mod verdict;
pub mod watch;
pub mod workflow;
