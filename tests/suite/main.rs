//! The tests that need only git and Rust.

mod git;
mod prompts;
mod provider;
