//! The terminal screen of `watch`: all sessions, and one of them with what it does, asks, plans, logs and changes.
//!
//! Opens no session file itself and decides nothing: it shows what [`crate::engine`] reads, and sends requests. What
//! is shown is a pure function of the model, and the model of keys and data, so tests need no terminal. Three threads:
//! one reads keys, one reads sessions, and this one only draws.

mod clean;
mod loader;
mod markdown;
mod model;
mod places;
mod run;
mod terminal;
mod theme;
mod view;
mod words;
mod wrap;

#[cfg(test)]
mod tests;

pub use run::{TuiError, Watch, watch};
