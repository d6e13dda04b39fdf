//! The tests that need only git and Rust.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod config;
mod git;
mod process;
mod prompts;
mod provider;
mod store;
