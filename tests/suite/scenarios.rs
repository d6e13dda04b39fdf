//! Whole sessions with a scripted agent: bad input, faults, gates, crashes and limits.

mod adoption;
mod awake;
mod budgets;
mod clocks;
mod crashes;
mod disk;
mod evidence;
mod fallback;
mod gates;
mod interrupts;
mod iterations;
mod leftovers;
mod limits;
mod names;
mod places;
mod plans;
mod planted;
mod progress;
mod providers;
mod pushing;
mod requests;
mod results;
#[cfg(target_os = "linux")]
mod sandbox;
mod secrets;
mod signals;
mod silence;
mod streams;
mod waits;
mod walk;
mod workflows;
mod worktrees;
