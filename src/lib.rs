//! samocode drives an AI coding CLI through one task, unattended, on this machine.
//!
//! The layers, lowest first; a module imports only from layers below its own
//! (`tests/suite/layers.rs` fails on an upward or sideways `crate::` path):
//!
//! | layer | modules | |
//! |---|---|---|
//! | 0 | [`domain`] | pure: no IO, no clock; `now` is an argument |
//! | 1 | [`config`] | raw layers of settings become one resolved `Config` |
//! | 2 | [`store`], [`process`], [`git`], [`notify`], [`provider`], [`sandbox`] | one outside thing each |
//! | 3 | [`engine`] | where decisions meet IO |
//! | 4 | [`tui`] | the screen of `watch`: reads views, sends requests |
//! | 5 | [`cli`] | words for people: flags, messages, exit codes |

pub mod cli;
pub mod config;
mod crash;
pub mod domain;
pub mod engine;
pub mod git;
pub mod notify;
mod patience;
pub mod process;
pub mod provider;
pub mod sandbox;
pub mod store;
pub mod tui;
