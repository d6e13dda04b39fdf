//! Whole sessions with a scripted agent: bad input, faults, gates, crashes and limits.

mod adoption;
mod budgets;
mod crashes;
mod gates;
mod interrupts;
mod iterations;
mod names;
mod places;
mod plans;
mod planted;
mod progress;
mod providers;
mod pushing;
mod requests;
#[cfg(target_os = "linux")]
mod sandbox;
mod secrets;
mod signals;
mod silence;
mod waits;
mod walk;
mod workflows;
mod worktrees;
