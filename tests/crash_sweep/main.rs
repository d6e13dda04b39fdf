//! Kills samocode before and after everything that a session writes, starts it again, and compares the finished
//! session with one that nothing disturbed. Needs a build with crash points:
//! `cargo test --features crash-points --test crash_sweep`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod homes;
mod played;
mod plot;
mod story;
mod sweep;
mod table;

#[path = "../suite"]
#[allow(dead_code, unused_imports, reason = "what only the suite needs")]
mod suite {
    pub(crate) mod scenario;
}
