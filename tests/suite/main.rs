//! The tests that need only git and Rust.

mod prompts;
