//! The git layer against real repositories in temporary folders, with an empty home.

mod base;
mod folders;
mod project;
mod snapshots;
mod worktrees;
