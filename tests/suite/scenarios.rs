//! Whole sessions with a scripted agent: bad input, faults, gates, crashes and limits.

mod adoption;
mod attacks;
mod budgets;
mod checkouts;
mod crashes;
mod gates;
mod interrupts;
mod iterations;
mod names;
mod neighbours;
mod places;
mod plans;
mod planted;
mod progress;
mod providers;
mod requests;
mod restores;
mod sandbox;
mod secrets;
mod signals;
mod silence;
mod waits;
mod walk;
mod workflows;
mod worktrees;
