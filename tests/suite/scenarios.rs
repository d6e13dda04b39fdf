//! Whole sessions with a scripted agent: bad input, faults, gates, crashes and limits.

mod adoption;
mod archives;
mod attacks;
mod awake;
mod budgets;
mod checkouts;
mod clocks;
mod crashes;
mod disk;
mod endurance;
mod evidence;
mod fallback;
mod gates;
mod interrupts;
mod iterations;
mod leftovers;
mod limits;
mod names;
mod neighbours;
mod origins;
mod places;
mod plans;
mod planted;
mod progress;
mod providers;
mod pushing;
mod requests;
mod restores;
mod results;
mod reviewers;
#[cfg(target_os = "linux")]
mod sandbox;
mod secrets;
mod signals;
mod silence;
mod streams;
mod verifying;
mod versions;
mod waits;
mod walk;
#[cfg(target_os = "linux")]
mod wall;
mod watching;
pub(crate) mod workflows;
mod worktrees;
