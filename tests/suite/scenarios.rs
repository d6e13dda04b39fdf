//! Whole sessions with a scripted agent: bad input, faults, gates, crashes and limits.

mod adoption;
mod budgets;
mod clocks;
mod crashes;
mod disk;
mod gates;
mod interrupts;
mod iterations;
mod names;
mod places;
mod plans;
mod planted;
mod progress;
mod providers;
mod requests;
mod sandbox;
mod secrets;
mod signals;
mod silence;
mod waits;
mod walk;
mod workflows;
mod worktrees;
