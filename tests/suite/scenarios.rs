//! Whole sessions with a scripted agent: bad input, faults, gates, crashes and limits.

mod adoption;
mod budgets;
mod crashes;
mod evidence;
mod gates;
mod interrupts;
mod iterations;
mod leftovers;
mod names;
mod places;
mod plans;
mod planted;
mod progress;
mod providers;
mod requests;
mod results;
mod sandbox;
mod secrets;
mod signals;
mod silence;
mod streams;
mod waits;
mod walk;
mod workflows;
mod worktrees;
