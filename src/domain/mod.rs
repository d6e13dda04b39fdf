//! The words and rules of samocode, as plain data and pure functions.
//!
//! Never touches a file, a process, a terminal or a clock: whoever calls passes `now` in.

pub mod command;
pub mod outcome;
