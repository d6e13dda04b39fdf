//! The git layer against real repositories in temporary folders, with an empty home.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it should be")]

mod base;
mod default_branch;
mod folders;
mod guard;
mod project;
mod snapshots;
mod stash;
mod worktrees;
