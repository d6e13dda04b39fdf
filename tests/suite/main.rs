//! The tests that need only git and Rust.

mod config;
mod git;
mod prompts;
